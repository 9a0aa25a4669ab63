"""@tauri-apps/plugin-dialog, unmodified, in a page: every function that it exports, answered by real clicks and keys."""

import contextlib
import json

import pytest

import prompts
import tree
from apps import capability
from tauri_page import bundled, cases, cases_of, exports, fs_permissions

EXPORTS = exports("@tauri-apps/plugin-dialog")["@tauri-apps/plugin-dialog"]
CASES = cases_of("dialog_cases.js")


def test_every_export_has_a_case():
    assert len(EXPORTS) == 5
    assert [name for name in EXPORTS if name not in CASES] == []


def test_an_export_without_a_case_would_be_seen():
    assert [name for name in [*EXPORTS, "pick"] if name not in CASES] == ["pick"]


@pytest.fixture
def page(make_app):
    return make_app(files=bundled(), capabilities=[capability(["core:default", "dialog:default", *fs_permissions()])])


@pytest.fixture
def dialogs(page, installed):
    """dialogs(case): those of a window that runs that case, for as long as the block lasts."""
    @contextlib.contextmanager
    def start(case, eval=""):
        page.environment = prompts.witnessed(page, installed)
        (page.folder / "eval.js").write_text(f"{cases('dialog_cases.js')}\n{eval}\nreturn await cases.{case}();")
        words = ["run", page.path, "--eval", page.folder / "eval.js"]
        with tree.leaves_nothing(), page.start(*words, text=False) as process:
            try:
                yield prompts.Prompts(process, page.environment)
            finally:
                process.kill()
    return start


def result(person):
    out, status = person.end()
    assert status == 0, person.told
    return json.loads(out)


# What the page asks, in the order of dialog_cases.js: [(what is seen, what the person does)], and what the page is told.
MESSAGES = {
    "message": ([(["A message of\ntwo lines."], "Ok"), (["With a title", "The title"], "Ok"), (["An error", "Failed"], "I see"),
                 (["Two"], "Cancel"), (["Three"], "No"), (["Own words"], "Show where")],
                ["Ok", "Ok", "I see", "Cancel", "No", "Show where"]),
    "ask": ([(["Is it so?"], "Yes"), (["Is it so?", "Really"], "No"), (["Own words?"], "Aye")], [True, False, True]),
    "confirm": ([(["Shall it be?"], "Ok"), (["Shall it be?"], "Cancel"), (["Own words?"], "Go")], [True, False, True]),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_messages_by_clicks(dialogs, case):
    steps, told = MESSAGES[case]
    with dialogs(case) as person:
        for seen, button in steps:
            labels = person.appear()["labels"]
            assert all(text in labels for text in seen), labels
            person.click(button)
        assert result(person) == told


@pytest.mark.parametrize("key, told", [("Return", [True, True, True]), ("Escape", [False, False, False])])
def test_messages_by_keys(dialogs, key, told):
    with dialogs("ask") as person:
        for _ in told:
            person.answered = person.appear()["id"]
            person.until(lambda: person.can("Yes") if person.dialogs[0]["buttons"][-1]["label"] == "Yes" else True, "a button is there")
            person.do("key", key)
        assert result(person) == told


def test_open_by_clicks(dialogs, page):
    data = page.path / "data"
    (data / "b.md").write_text("b")
    with dialogs("open") as person:
        person.choose(data / "hello.txt")
        person.choose(data / "b.md")
        person.choose(data)
        person.choose(data / "private")
        person.dismiss()
        assert result(person) == [str(data / "hello.txt"), [str(data / "b.md")], str(data), [str(data / "private")], None]


def test_save_by_clicks(dialogs, page):
    with dialogs("save") as person:
        shown = person.appear()
        assert "new.txt" in [field["text"] for field in shown["fields"]]
        person.click("Save")
        person.dismiss()
        assert result(person) == [str(page.path / "data/new.txt"), None]
    assert (page.path / "data/new.txt").read_bytes() == b""


def test_what_was_picked_is_the_page_s(dialogs, page):
    """No scope has that file; only once it was picked the page may read and write it."""
    file = page.home / "picked.txt"
    file.write_text("from elsewhere")
    read = f"tauri.fs.readTextFile({json.dumps(str(file))})"
    reads = f"""const refused = await {read}.then(() => 'read', () => 'refused');
      const path = await open({{ title: 'One' }});
      await tauri.fs.writeTextFile(path, ' and back', {{ append: true }});
      return [refused, path, await {read}];"""
    with dialogs("message", eval=reads) as person:
        person.choose(file)
        assert result(person) == ["refused", str(file), "from elsewhere and back"]
