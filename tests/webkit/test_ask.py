"""A person decides about calls of real pages: the dialog over the window, from the page's call to what the page hears."""

import contextlib
import json
import signal
import subprocess

import pytest

import apps
import prompts
import tree
from test_run import evaluate, visible

READ = "plugin:fs|read_text_file"
ASK = f'[commands."{READ}"]\nask = true\n'
HELLO = "{path: 'data/hello.txt'}"
CALL = """
const read = (args = {path: 'data/hello.txt'}) => trollbridge.invoke('plugin:fs|read_text_file', args)
  .then((bytes) => typeof bytes === 'string' ? bytes : new TextDecoder().decode(new Uint8Array(bytes)), (error) => error.code);
const told = async () => {  // until the test says go
  while (!(await trollbridge.invoke('plugin:fs|stat', {path: 'data/go'}).then(() => true, () => false)))
    await new Promise((done) => setTimeout(done, 20));
};
"""
TWO = '[[window]]\nlabel = "main"\ntitle = "First"\n[[window]]\nlabel = "other"\nurl = "other.html"\ntitle = "Second"\n'


@pytest.fixture
def run(make_app, installed):
    """run(eval, app=None, words=()): prompts of a window of an app that asks, for as long as the block lasts."""
    @contextlib.contextmanager
    def start(eval="", app=None, words=(), **options):
        app = app or make_app(manifest=ASK + options.pop("manifest", ""), **options)
        app.environment = prompts.witnessed(app, installed)
        (app.folder / "eval.js").write_text(CALL + eval)
        words = ["--eval", app.folder / "eval.js", *words] if eval else words
        with tree.leaves_nothing(), app.start("run", app.path, *words, text=False) as process:
            try:
                made = prompts.Prompts(process, app.environment)
                made.app = app
                yield made
            finally:
                process.kill()
    return start


def result(dialog):
    out, status = dialog.end()
    assert status == 0, dialog.told
    return json.loads(out)


def go(dialog):
    dialog.app.write("data/go", "")


def test_a_person_says_yes_to_one_call(run):
    with run("return [await read(), await read()]") as dialog:
        dialog.appear()
        facts = dialog.facts()
        assert facts == {"App": "Page", "App's id": apps.ID, "Window": "main", "Origin": "local", "Command": READ}
        dialog.click("Allow once")
        dialog.appear()
        dialog.press("Deny")
        assert result(dialog) == [apps.HELLO, "ask_denied"]
        verdicts = [(record["verdict"], record["code"]) for record in dialog.app.records() if record["event"] == "call"]
        assert verdicts == [("allow", ""), ("deny", "ask_denied")]


@pytest.mark.parametrize("key", ["Return", "Escape"])
def test_keys_deny_it_and_the_command_for_a_while(run, key):
    with run("return [await read(), await read()]") as dialog:
        dialog.appear()
        dialog.do("key", key)
        assert result(dialog) == ["ask_denied", "ask_denied"]
        assert len([state for state in dialog.history if state]) < 5  # the second was not asked about


def test_always_is_for_other_documents_too(run):
    with run("return [await read(), await read()]") as dialog:
        dialog.appear()
        dialog.click("Always (90 days)")
        assert result(dialog) == [apps.HELLO, apps.HELLO]
    with run("return await read()", app=dialog.app) as again:
        assert result(again) == apps.HELLO
        assert not any(again.history)


def test_never_is_for_other_documents_too(run):
    with run("return await read()") as dialog:
        dialog.appear()
        dialog.press("Never")
        assert result(dialog) == "ask_denied"
    with run("return await read()", app=dialog.app) as again:
        assert result(again) == "ask_denied"
        assert not any(again.history)


def test_this_session_is_over_with_the_document(run):
    page = "<!doctype html><script>onload = async () => {" + CALL + """
      document.title = await read() + await read();
      if (!sessionStorage.again) { sessionStorage.again = 1; location.reload(); }
    }</script>"""
    with run(files={"dist/index.html": page}, words=()) as dialog:
        dialog.appear()
        dialog.click("Allow this session")
        dialog.appear()
        dialog.press("Deny")
        dialog.gone()
        dialog.process.send_signal(signal.SIGTERM)
        assert dialog.end()[1] == 0
        verdicts = [record["verdict"] for record in dialog.app.records() if record["event"] == "call"]
        assert verdicts == ["allow", "allow", "deny", "deny"]


def test_a_page_that_goes_takes_its_prompt_along(run):
    """The page that it goes to has said nothing, and is asked anew."""
    page = "<!doctype html><script>" + CALL + """
      onload = async () => { if (location.search) return; read(); await told(); location = '?gone'; };</script>"""
    with run(files={"dist/index.html": page}) as dialog:
        dialog.wait(lambda: dialog.dialogs, "a prompt is there")
        go(dialog)
        dialog.gone()
        assert dialog.process.poll() is None
        dialog.process.send_signal(signal.SIGTERM)
        assert dialog.end()[1] == 0


def test_a_window_that_closes_takes_its_prompt_along(run):
    page = "<!doctype html><script>" + CALL + """
      onload = async () => { read(); await told(); trollbridge.invoke('plugin:window|close'); };</script>"""
    with run(manifest=TWO, files={"dist/index.html": page, "dist/other.html": "<!doctype html>"},
             capabilities=[apps.capability(apps.PERMISSIONS + ["core:window:allow-close"])]) as dialog:
        dialog.wait(lambda: dialog.dialogs, "a prompt is there")
        go(dialog)
        dialog.gone()
        assert visible(dialog.app, "Second") and not visible(dialog.app, "First")
        dialog.process.send_signal(signal.SIGTERM)
        assert dialog.end()[1] == 0


def test_a_broker_that_dies_takes_its_prompts_along(run):
    with run("read(); return new Promise((done) => { self.done = done })") as dialog:
        dialog.appear()
        [broker] = [pid for pid in tree.descendants(dialog.process.pid) if tree.name_of(pid) == "broker"]
        tree.kill(broker)
        assert dialog.end()[1] == 5


def test_what_a_page_says_is_no_markup_and_not_obeyed(run):
    text = "<b>safe</b> &amp;\u202e\n\x1b[31m\u200b\"}"
    with run(f"return await read({{path: {json.dumps(text)}, options: {{'Origin\\n': 1}}}})") as dialog:
        shown = dialog.appear()
        assert '"<b>safe</b> &amp;\\u202e\\u000a\\u001b[31m\\u200b\\"}"' in shown["text"]
        assert '"Origin\\u000a"' in shown["text"]
        dialog.press("Deny")
        assert result(dialog) == "ask_denied"


def test_arguments_are_shown_to_their_end(run):
    with run("return await read({path: 'a'.repeat(8000) + '/end'})") as dialog:
        assert "a" * 8000 + "/end" in dialog.appear()["text"]
        dialog.press("Deny")
        assert result(dialog) == "ask_denied"


def test_what_is_too_long_to_be_read_is_not_asked_about(run):
    with run("return await read({path: 'a'.repeat(9000)})") as dialog:
        assert result(dialog) == "too_large"
        assert not any(dialog.history)


def test_calls_are_asked_about_one_by_one(run):
    with run("return await Promise.all([1, 2, 3].map((n) => read({path: 'data/hello.txt', n})))") as dialog:
        for n in (1, 2, 3):
            dialog.wait(lambda: dialog.dialogs and f"{n}\n" in dialog.dialogs[0]["text"], f"the prompt of call {n}")
            dialog.appear()
            dialog.click("Allow once")
        assert result(dialog) == [apps.HELLO] * 3
        assert max(len(state) for state in dialog.history) == 1


def test_a_page_that_hangs_cannot_keep_its_prompt(run):
    with run("const got = read(); await told(); for (;;) {}; return await got") as dialog:
        dialog.appear()
        go(dialog)
        dialog.click("Allow once")
        dialog.gone()
        dialog.process.send_signal(signal.SIGTERM)
        assert dialog.end()[1] == 1


def test_a_menu_of_the_page_cannot_be_over_its_prompt(run):
    """A list that is open when the prompt comes is a window above all others; it is shut then."""
    page = "<!doctype html><style>select { position: absolute; left: 0; top: 0; width: 200px; height: 100px }</style>" \
           "<select><option>Allowed<option>You may</select><script>" + CALL + """
      document.querySelector('select').addEventListener('mousedown', () => told().then(() => read()));
      onload = () => requestAnimationFrame(() => trollbridge.invoke('plugin:fs|stat', {path: 'data'}));</script>"""
    with run(files={"dist/index.html": page}) as dialog:
        tree.until(lambda: [record for record in dialog.app.records() if record["event"] == "call"], "the page is there")
        dialog.do("mousemove", 100, 50, "click", 1)
        dialog.wait(lambda: dialog.popups == 1 and not dialog.dialogs, "the list is open")
        go(dialog)
        dialog.wait(lambda: dialog.dialogs and dialog.popups == 0, "the prompt is there, and the list is shut")
        dialog.appear()
        dialog.click("Allow once")
        dialog.gone()
        dialog.process.send_signal(signal.SIGTERM)
        assert dialog.end()[1] == 0


def test_each_view_has_its_own(run):
    """Both ask at once; each is answered by itself."""
    page = "<!doctype html><script>" + CALL + "onload = async () => { document.title = await read({path: 'data/hello.txt', who: location.pathname}); }</script>"
    with run(manifest=TWO, files={"dist/index.html": page, "dist/other.html": page}) as dialog:
        dialog.wait(lambda: len(dialog.dialogs) == 2, "two prompts are there")
        texts = "".join(shown["text"] for shown in dialog.dialogs)
        assert '"/"' in texts and '"/other.html"' in texts
        labels = [dict(zip(shown["labels"][2:-1:2], shown["labels"][1:-1:2]))["Window"] for shown in dialog.dialogs]
        assert sorted(labels) == ["main", "other"]
        dialog.do("windowfocus", "--sync", dialog.dialogs[0]["id"])
        dialog.do("key", "Escape")
        dialog.wait(lambda: len(dialog.dialogs) == 1, "one is gone")
        dialog.appear()
        dialog.click("Allow once")
        dialog.gone()
        dialog.process.send_signal(signal.SIGTERM)
        assert dialog.end()[1] == 0
        verdicts = sorted(record["verdict"] for record in dialog.app.records() if record["event"] == "call")
        assert verdicts == ["allow", "deny"]


@pytest.mark.parametrize("word, got", [("once", apps.HELLO), ("session", apps.HELLO), ("always", apps.HELLO), ("never", "ask_denied"),
                                       ("dismissed", "ask_denied")])
def test_an_answer_given_with_the_command(make_app, word, got):
    """Also how a host takes prompts over: there is no dialog then, which nobody would answer."""
    app = make_app(manifest=ASK)
    code, out, told = evaluate(app, CALL + "return await read()", "--answer", word)
    assert (code, json.loads(out)) == (0, got), told


@pytest.mark.parametrize("words", [["--answer", "once"], ["--eval", "x", "--answer", "yes"], ["--eval", "x", "--answer", ""]])
def test_answers_that_are_not_taken(make_app, words):
    app = make_app()
    code, out, errors = app.run("run", app.path, *words)
    assert (code, out) == (2, "") and errors.startswith("trollbridge: usage: ")
