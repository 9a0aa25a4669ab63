"""The history example in a real window: a folder that is picked, git in it, by real clicks and keys."""

import contextlib
import json
import shutil
import subprocess

import pytest

import tree
from dialogs import OverWindow
from prompts import witnessed
from repositories import Repository
from window import Window

HISTORY = tree.TOP / "examples/history"
LOOK = """
  const $ = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll('#list [role=option]')];
  return {
    state: document.body.dataset.state, status: $('status').textContent, code: $('status').dataset.code ?? '',
    folder: $('folder').textContent, n: rows.length, first: rows[0]?.querySelector('.subject').lastChild.textContent ?? '',
    refs: rows.length ? [...rows[0].querySelectorAll('.ref')].map((ref) => ref.textContent) : [],
    authors: rows.slice(0, 3).map((row) => row.querySelector('.author').textContent),
    chosen: rows.findIndex((row) => row.ariaSelected === 'true'),
    detail: $('detail').dataset.state ?? '', text: $('detail').textContent.slice(0, 20000),
    added: $('detail').querySelectorAll('.added').length, empty: $('empty').checkVisibility(),
  };
"""
SUBJECTS = ["Build a bridge", "Ask for a toll", "Let the small goat pass", "Grow an \x1f odd beard ä€😀", "Meet the big goat"]
MANY = 20_000
# What runs if it is started: it leaves a mark.
MARK = "#!/bin/sh\necho started >>{mark}\ncat\n"


@pytest.fixture
def history(make_app):
    """A copy of the example, with a home of its own."""
    app = make_app()
    shutil.rmtree(app.path)
    shutil.copytree(HISTORY, app.path)
    app.log = app.home / "state/trollbridge/com.example.history/audit.jsonl"
    return app


@pytest.fixture
def bridge(history):
    """A repository of that user's."""
    return Repository(history.home / "src/bridge", SUBJECTS).checkout()


@pytest.fixture
def window(history, installed):
    """The example's window; `dialogs` are those over it."""
    @contextlib.contextmanager
    def open_window():
        history.environment = witnessed(history, installed)
        with tree.leaves_nothing(), Window(history, LOOK, "History") as page:
            page.wait(lambda state: state["state"] == "ready", "the page is there")
            page.dialogs = OverWindow(page)
            yield page

    return open_window


def pick(page, folder, button="first"):
    """As a person does it: the button, the folder's name, and yes."""
    page.click(button)
    page.dialogs.choose(folder)
    page.take_keyboard("History")


def read(page, n):
    page.wait(lambda state: state["state"] == "read" and state["n"] == n, f"{n} commits are read")
    return page.state


def failed(page, code):
    page.wait(lambda state: state["state"] == "failed", "it is refused")
    assert page.state["code"] == code, page.state["status"]
    return page.state["status"]


def ask_for(page, name, text):
    """Another text in that field, and Return."""
    page.click_into(name)
    page.key("ctrl+a")
    page.type(text)
    page.key("Return")


def test_the_history_of_a_picked_folder(window, bridge):
    with window() as page:
        assert page.state["empty"]
        pick(page, bridge.folder)
        state = read(page, 5)
        assert state["folder"] == str(bridge.folder) and state["status"] == "5 commits" and not state["empty"]
        assert (state["first"], state["refs"]) == ("Meet the big goat", ["HEAD -> main"])
        assert state["authors"] == ["Wiglaf", "Hilde Brandt", "Wealhtheow"]
        page.click("commit-1")
        page.wait(lambda state: state["detail"] == "read" and state["chosen"] == 1, "the commit is read")
        assert "Grow an \x1f odd beard ä€😀" in page.state["text"] and "+Toll: 3 goats" in page.state["text"]
        assert page.state["added"] == 2


def test_a_person_who_changes_their_mind(window, bridge):
    with window() as page:
        page.click("first")
        page.dialogs.dismiss()
        page.take_keyboard("History")
        assert page.state["state"] == "ready" and page.state["empty"]
        pick(page, bridge.folder)
        read(page, 5)


def test_by_the_keyboard_alone(window, bridge):
    with window() as page:
        page.key("ctrl+o")
        page.dialogs.choose(bridge.folder)
        page.take_keyboard("History")
        read(page, 5)
        while page.state["focus"] != "list":
            before = page.state["focus"]
            page.key("Tab")
            page.wait(lambda state: state["focus"] != before, "Tab goes on")
        page.key("Down", "Down")
        page.wait(lambda state: state["chosen"] == 1 and state["detail"] == "read", "the second commit")
        page.key("End")
        page.wait(lambda state: state["chosen"] == 4 and "Build a bridge" in state["text"], "the last one")


def test_revision_path_and_count(window, bridge):
    with window() as page:
        pick(page, bridge.folder)
        read(page, 5)
        ask_for(page, "revision", "main~2")
        assert read(page, 3)["first"] == "Let the small goat pass"
        ask_for(page, "path", "notes/1.txt")
        assert read(page, 1)["first"] == "Ask for a toll"
        ask_for(page, "path", "data/toll.txt")
        ask_for(page, "count", "2")
        read(page, 2)


ATTEMPTS = [
    ("revision", "--output=/tmp/x"), ("revision", "--upload-pack=id"), ("revision", "-x"), ("revision", ":/goat"),
    ("revision", "main:data/toll.txt"), ("revision", "HEAD^{/x}"), ("revision", "main; id"), ("path", "--all"), ("path", ":(exclude)data"),
    ("count", "0"), ("count", "1e3"), ("count", "-1"), ("count", "9999999"),
]


@pytest.mark.parametrize("field, text", ATTEMPTS, ids=lambda value: value)
def test_what_no_pattern_lets_through(window, history, bridge, field, text):
    with window() as page:
        pick(page, bridge.folder)
        read(page, 5)
        ask_for(page, field, text)
        assert "does not let git be called so" in failed(page, "scope")
    [ended] = [record for record in history.records() if record["command"] == "plugin:shell|spawn" and record["code"]]
    assert ended["code"] == "scope"


def test_a_revision_that_git_does_not_know(window, bridge):
    with window() as page:
        pick(page, bridge.folder)
        read(page, 5)
        ask_for(page, "revision", "nowhere")
        assert "nowhere" in failed(page, "git")


def test_a_folder_without_a_repository(window, history):
    (history.home / "empty").mkdir()
    with window() as page:
        pick(page, history.home / "empty")
        assert "not a git repository" in failed(page, "git")


def test_what_leads_out_of_the_folder_leads_nowhere(window, history, bridge):
    """The other repository is the same user's, and beside it."""
    outside = history.home / "outside"
    outside.mkdir()
    (outside / ".git").write_text(f"gitdir: {bridge.folder}/.git\n")
    with window() as page:
        pick(page, outside)
        assert "not a git repository" in failed(page, "git")


def hostile(history, bridge):
    """A repository whose configuration has a program started for whatever git does. Where the mark would be."""
    mark = history.home / "src/mark"
    program = bridge.folder / "evil.sh"
    program.write_text(MARK.format(mark=mark))
    program.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "gpg.program", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.smudge", "filter.evil.clean", "pager.log", "pager.show"):
        bridge.git("config", key, str(program))
    for key, value in (("log.showSignature", "true"), ("alias.log", f"!{program}"), ("core.hooksPath", str(bridge.folder)), ("i18n.logOutputEncoding", "UTF-16")):
        bridge.git("config", key, value)
    (bridge.folder / ".git/info/attributes").write_text("* diff=evil filter=evil\n")
    return mark


def test_a_repository_made_for_it_starts_no_program(window, history, bridge):
    mark = hostile(history, bridge)
    with window() as page:
        pick(page, bridge.folder)
        assert read(page, 5)["first"] == "Meet the big goat"
        page.click("commit-0")
        page.wait(lambda state: state["detail"] == "read", "the commit is read")
        assert "+Toll: 4 goats" in page.state["text"]
    assert not mark.exists()
    # The mark can be made: outside of the sandbox git does what the configuration says.
    subprocess.run(["git", "-c", "safe.directory=*", "show", "--ext-diff"], cwd=bridge.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    assert mark.exists()


def gits(page):
    return [pid for pid, name in tree.descendants(page.process.pid).items() if name == "git"]


def test_git_waits_for_who_reads_and_ends_when_cancelled(window, history):
    many = Repository(history.home / "src/many", [f"Step {n}: {'trip trap ' * 12}" for n in range(MANY)], notes=False)
    with window() as page:
        pick(page, many.folder)
        page.wait(lambda state: state["status"] == "200 commits; scroll for more", "one screen and some more")
        assert page.state["first"].startswith(f"Step {MANY - 1}") and len(gits(page)) == 1
        page.click("commit-0")
        page.wait(lambda state: state["chosen"] == 0 and state["focus"] == "list", "the list has the keyboard")
        page.key("End")
        page.wait(lambda state: state["n"] == 400, "scrolling takes more")
        page.click("cancel")
        page.wait(lambda state: state["state"] == "cancelled", "it is cancelled")
        assert page.state["status"] == "Cancelled after 400 commits"
        tree.until(lambda: not gits(page), "git has ended")
        page.key("ctrl+o")
        page.dialogs.dismiss()
        page.take_keyboard("History")
        ask_for(page, "count", "3")
        assert read(page, 3)["first"].startswith(f"Step {MANY - 1}")


# What a script in the page would try that has no field: [arguments of spawn, what comes of it].
FORMAT = "--format=%H%x1f%aI%x1f%D%x1f%an%x1f%s"
LOG = ["-c", "safe.directory=*", "log", "--no-show-signature", "--encoding=UTF-8", FORMAT, "--max-count", "5", "--end-of-options", "HEAD", "--"]
SCRIPTED = {
    "nobody has picked a folder": ({}, "scope"),
    "another program": ({"program": "sh", "args": ["-c", "id"]}, "scope"),
    "its path": ({"program": "/usr/bin/git"}, "scope"),
    "another command of git's": ({"args": ["clone", "https://example.org/x"]}, "scope"),
    "an alias": ({"args": ["-c", "alias.x=!id", "x"]}, "scope"),
    "one argument more": ({"args": [*LOG, "--exec=id"]}, "scope"),
    "the environment": ({"options": {"cwd": "/tmp", "env": {"GIT_SSH_COMMAND": "id"}}}, "invalid_args"),
    "no folder": ({"options": {}}, "invalid_args"),
}


def test_what_a_script_in_the_page_would_try(history, run_app):
    script = """
      const refused = async (args) => trollbridge.invoke('plugin:shell|spawn', { ...args, onEvent: new trollbridge.Channel() }).then(() => 'done', (error) => error.code);
      const told = {};
      for (const [name, args] of Object.entries(%s)) told[name] = await refused(args);
      return told;
    """
    start = {"program": "log", "args": LOG, "options": {"cwd": "/etc"}}
    told = run_app(history, eval=script % json.dumps({name: start | change for name, (change, _) in SCRIPTED.items()}))
    assert told == {name: code for name, (_, code) in SCRIPTED.items()}
