"""The waf example in a real window: each thing that it holds, by the buttons of its page."""

import json
import shutil

import pytest

import tree

WAF = tree.TOP / "examples/waf"
# Presses a button and waits for what the page says of it.
PRESS = """
const press = async (name) => {
  const log = document.querySelector('#log');
  const before = log.children.length;
  [...document.querySelectorAll('button')].find((button) => button.textContent === name).click();
  while (log.children.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  return { text: log.firstChild.textContent, code: log.firstChild.dataset.code ?? '', retry: Number(log.firstChild.dataset.retry ?? 0) };
};
while (document.body.dataset.state !== 'ready') await new Promise((resolve) => setTimeout(resolve, 5));
const text = document.querySelector('#text');
"""


@pytest.fixture
def waf(make_app):
    """run(script, answer=None): what the script returned in the page of a copy of the example."""
    app = make_app()
    shutil.rmtree(app.path)
    shutil.copytree(WAF, app.path)
    app.log = app.home / "state/trollbridge/com.example.waf/audit.jsonl"

    def run(script, answer="dismissed"):
        (app.folder / "eval.js").write_text(PRESS + script)
        with tree.leaves_nothing():
            code, out, errors = app.run("run", app.path, "--eval", app.folder / "eval.js", "--answer", answer)
        assert code == 0, errors
        return json.loads(out)

    run.app = app
    return run


def calls(waf, **wanted):
    return [record for record in waf.app.records() if record["event"] == "call" and wanted.items() <= record.items()]


def refused(waf, attack, code):
    """The page hears nothing but the code; the log has who refused it."""
    answer = waf(f"return press('{attack}');")
    assert answer["code"] == code and answer["text"] == f"{attack}: {code}"
    records = calls(waf, verdict="deny", code=code)
    assert records
    return answer, records[-1]


def test_an_honest_page_works(waf):
    first, text, saved = waf("const first = await press('1002.txt'); const was = text.value; text.value = 'Changed.'; return [first, was, await press('Save')];")
    assert first["text"] == "1002.txt: 1002.txt read" and text.startswith("Order 1002")
    assert saved["text"] == "Save: 1002.txt saved"
    assert (waf.app.path / "orders/1002.txt").read_text() == "Changed."


def test_card_numbers_do_not_reach_the_page(waf):
    one, two = waf("await press('1001.txt'); const one = text.value; await press('1002.txt'); return [one, text.value];")
    assert "[card ending in 1111]" in one and "4111" not in one
    assert "[card ending in 0004]" in two and "5500" not in two
    assert "reference 1234567812345678" in one  # sixteen digits, and no card's
    assert "4111 1111 1111 1111" in (waf.app.path / "orders/1001.txt").read_text()


def test_no_path_leads_out(waf):
    _, record = refused(waf, "Leave the folder", "hook")
    assert record["rule"]["file"] == "isolation.js" and "path traversal" in record["reason"]


def test_a_rule_denies(waf):
    _, record = refused(waf, "List the app", "rule")
    assert record["rule"]["file"] == "trollbridge.toml" and record["reason"] == "orders are all there is to list"


def test_a_schema_refuses(waf):
    refused(waf, "Write a page", "invalid_args")
    assert (waf.app.path / "dist/index.html").read_bytes() == (WAF / "dist/index.html").read_bytes()


def test_orders_are_not_copied_by_the_dozen(waf):
    answer, _ = refused(waf, "Copy all orders", "limit")
    assert answer["retry"] > 0


def test_the_mode_of_a_file_is_not_the_pages_to_choose(waf):
    waf("await press('1001.txt'); return press('Save');")
    [record] = calls(waf, command="plugin:fs|write_text_file")
    assert record["verdict"] == "rewrite" and record["rule"]["file"] == "trollbridge.toml"
    assert (waf.app.path / "orders/1001.txt").stat().st_mode & 0o022 == 0


def test_the_order_that_nobody_has_rings_a_bell(waf):
    answer = waf("return press('Read the first order');")
    assert answer["text"] == "Read the first order: answered"
    [alert] = [record for record in waf.app.records() if record["event"] == "alert"]
    assert alert["command"] == "plugin:fs|read_text_file" and alert["rule"]["file"] == "trollbridge.toml"


@pytest.mark.parametrize("answer, gone", [("dismissed", False), ("once", True)])
def test_a_person_decides_what_is_removed(waf, answer, gone):
    said = waf("await press('1001.txt'); return press('Remove');", answer)
    assert said["code"] == ("" if gone else "ask_denied")
    assert (waf.app.path / "orders/1001.txt").exists() != gone


def test_who_guesses_is_locked_out(waf):
    guessed, honest, listed = waf("""
        const guessed = await press('Guess three orders');
        const honest = await press('1001.txt');
        const listed = await trollbridge.invoke('plugin:fs|read_dir', { path: 'orders' }).catch((error) => error.code);
        return [guessed, honest, listed];
    """)
    assert (guessed["code"], honest["code"], listed) == ("hook", "hook", "hook")
    assert "locked down" in calls(waf, verdict="deny", code="hook")[-1]["reason"]


def test_who_has_a_program_started_is_locked_out(waf):
    started, after = waf("return [await press('Start a program'), await press('1001.txt')];")
    assert started["code"] in ("not_granted", "session_closed")
    assert after["code"] == "session_closed"
    assert [record["command"] for record in waf.app.records() if record["event"] == "alert"] == ["plugin:shell|execute"]
    assert not calls(waf, command="plugin:fs|read_text_file")
