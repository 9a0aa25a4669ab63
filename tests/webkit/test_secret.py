"""Plugins ask a person for passphrases in calls of real pages: from the page's call to what the plugin gets, and what stays behind."""

import contextlib
import hashlib
import json
import os
import pathlib
import signal

import pytest

import apps
import prompts
import tree
from secret_prompts import Secret
from test_run import evaluate, visible

BUILT = pathlib.Path(os.environ.get("TB_BUILD", tree.TOP / "build")) / "tests/secrets/asker"
PLUGIN = tree.TOP / "tests/secrets/plugin"
MANIFEST = '[plugins.asker]\nprogram = "asker/asker"\npermissions = "asker"\n'
PERMISSIONS = [*apps.PERMISSIONS, "asker:allow-ask"]
LONG = "correct horse battery staple and some more words, so that it is long"
CALL = """
const ask = (args = {}) => trollbridge.invoke('plugin:asker|ask', {what: 'the key', ...args}).catch((error) => error.message);
const told = async () => {  // until the test says go
  while (!(await trollbridge.invoke('plugin:fs|stat', {path: 'data/go'}).then(() => true, () => false)))
    await new Promise((done) => setTimeout(done, 20));
};
"""
TWO = '[[window]]\nlabel = "main"\ntitle = "First"\n[[window]]\nlabel = "other"\nurl = "other.html"\ntitle = "Second"\n'


def digest(text):
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@pytest.fixture
def asking(make_app):
    """make_app for apps with the plugin."""
    def make(manifest="", files=None, permissions=()):
        app = make_app(manifest=MANIFEST + manifest, capabilities=[apps.capability([*PERMISSIONS, *permissions])], files={
            "asker/asker": BUILT.read_bytes(), "asker/plugin.toml": (PLUGIN / "plugin.toml").read_text(),
            "asker/permissions/asker.toml": (PLUGIN / "permissions/asker.toml").read_text(), **(files or {})})
        (app.path / "asker/asker").chmod(0o755)
        return app
    return make


@pytest.fixture
def run(asking, installed):
    """run(eval): prompts of a window of the app, for as long as the block lasts."""
    @contextlib.contextmanager
    def start(eval="", **options):
        app = asking(**options)
        app.environment = prompts.witnessed(app, installed)
        (app.folder / "eval.js").write_text(CALL + eval)
        words = ["--eval", app.folder / "eval.js"] if eval else []
        with tree.leaves_nothing(), app.start("run", app.path, *words, text=False) as process:
            try:
                made = Secret(process, app.environment)
                made.app = app
                yield made
            finally:
                process.kill()
    return start


def result(dialog):
    out, status = dialog.end()
    assert status == 0, dialog.told
    return json.loads(out)


def ended(dialog):
    dialog.process.send_signal(signal.SIGTERM)
    assert dialog.end()[1] == 0


def go(dialog):
    dialog.app.write("data/go", "")


def test_what_is_typed_gets_to_the_plugin(run):
    with run("return await ask({what: 'the key of \u202eAda'})") as dialog:
        dialog.open()
        labels = dialog.dialogs[0]["labels"]
        assert labels[1:-3:2] == ["the key of \\u202eAda", "asker", "plugin:asker|ask", "local", "main", apps.ID, "Page"]
        dialog.type("correct hörse", 13)
        dialog.do("key", "Return")
        assert result(dialog) == [digest("correct hörse")]


def test_a_new_one_and_then_another(run):
    with run("return await ask({new: true, times: 2})") as dialog:
        for word in ("first", "second"):
            dialog.open()
            dialog.type(word, len(word), 0)
            dialog.do("key", "Tab")
            dialog.type(word, len(word), len(word))
            dialog.click("OK")
        assert result(dialog) == [digest("first"), digest("second")]


def test_who_gives_none(run):
    with run("return await ask()") as dialog:
        dialog.open()
        dialog.type("abc", 3)
        dialog.do("key", "Escape")
        assert result(dialog) == "dismissed"


def test_a_page_that_goes_takes_its_prompt_along(run):
    page = "<!doctype html><script>" + CALL + "onload = async () => { if (location.search) return; ask(); await told(); location = '?gone'; };</script>"
    with run(files={"dist/index.html": page}) as dialog:
        dialog.open()
        dialog.type(LONG, len(LONG))
        go(dialog)
        dialog.gone()
        assert dialog.holds(LONG[20:]) == 0
        ended(dialog)


def test_a_window_that_closes_takes_its_prompt_along(run):
    page = "<!doctype html><script>" + CALL + "onload = async () => { ask(); await told(); trollbridge.invoke('plugin:window|close'); };</script>"
    with run(manifest=TWO, files={"dist/index.html": page, "dist/other.html": "<!doctype html>"},
             permissions=["core:window:allow-close"]) as dialog:
        dialog.wait(lambda: dialog.dialogs, "a prompt is there")
        go(dialog)
        dialog.gone()
        assert visible(dialog.app, "Second") and not visible(dialog.app, "First")
        ended(dialog)


def test_a_broker_that_dies_takes_its_prompt_along(run):
    with run("ask(); return new Promise((done) => { self.done = done })") as dialog:
        dialog.open()
        dialog.type("abc", 3)
        [broker] = [pid for pid in tree.descendants(dialog.process.pid) if tree.name_of(pid) == "broker"]
        tree.kill(broker)
        assert dialog.end()[1] == 5


def test_a_plugin_that_dies_takes_its_prompt_along(run):
    with run("const got = await ask(); await told(); return got") as dialog:
        dialog.open()
        [asker] = [pid for pid in tree.descendants(dialog.process.pid) if tree.name_of(pid) == "asker"]
        tree.kill(asker)
        dialog.gone()
        go(dialog)
        assert isinstance(result(dialog), str)


def test_each_view_has_its_own(run):
    page = "<!doctype html><script>" + CALL + "onload = async () => { document.title = await ask({what: location.pathname}); }</script>"
    with run(manifest=TWO, files={"dist/index.html": page, "dist/other.html": page}) as dialog:
        dialog.wait(lambda: len(dialog.dialogs) == 2, "two prompts are there")
        assert sorted(shown["labels"][1] for shown in dialog.dialogs) == ["/", "/other.html"]
        first = dialog.dialogs[0]
        dialog.do("windowfocus", "--sync", first["id"])
        dialog.do("key", "Escape")
        dialog.wait(lambda: len(dialog.dialogs) == 1, "one is gone")
        dialog.open()
        dialog.type("abc", 3)
        dialog.do("key", "Return")
        dialog.gone()
        ended(dialog)
        said = sorted(record["reason"].split(":")[0] for record in dialog.app.records() if record["event"] == "ask")
        assert said == ["passphrase asked for"] * 2 + ["passphrase dismissed", "passphrase given"]


def test_the_page_under_it_hears_no_key(run):
    page = "<!doctype html><input autofocus><script>" + CALL + """
      onload = () => { document.querySelector('input').focus(); ask(); };
      addEventListener('keydown', () => trollbridge.invoke('plugin:fs|read_dir', {path: 'data'}));</script>"""
    def heard():
        return any(record["command"] == "plugin:fs|read_dir" for record in dialog.app.records())

    with run(files={"dist/index.html": page}) as dialog:
        dialog.open()
        dialog.focus("Page")
        dialog.wait(lambda: not dialog.dialogs[0]["active"], "it is behind")
        dialog.do("type", "abc")
        dialog.open()
        assert dialog.lengths() == [0] and not heard()
        dialog.do("key", "Escape")
        dialog.gone()
        dialog.focus("Page")
        dialog.do("type", "x")
        tree.until(heard, "the page has the keyboard again")
        ended(dialog)


def test_nothing_of_it_stays_in_the_host(run):
    """The memory of the host has it where it is typed, twice for a new one; and nowhere once it is with the plugin."""
    with run("const got = await ask({new: true}); await told(); return got") as dialog:
        dialog.open()
        dialog.type(LONG, len(LONG), 0)
        dialog.do("key", "Tab")
        dialog.type(LONG, len(LONG), len(LONG))
        assert dialog.holds(LONG) == 2
        dialog.do("key", "Return")
        dialog.gone()
        pieces = [LONG[at:at + 12] for at in range(0, len(LONG) - 12, 4)]
        assert [dialog.holds(piece) for piece in pieces] == [0] * len(pieces)
        go(dialog)
        assert result(dialog) == [digest(LONG)]
        assert LONG.encode() not in dialog.app.log.read_bytes()


def test_with_answer_nobody_types(asking):
    """An app that is evaluated by a script has nobody in front of it; standard error says so."""
    app = asking()
    code, out, told = evaluate(app, CALL + "return await ask()", "--answer", "once")
    assert (code, json.loads(out)) == (0, "dismissed")
    assert "trollbridge: dismissed: plugin:asker|ask asks for a passphrase, which nobody types with --answer" in told
