"""@tauri-apps/plugin-dialog, unmodified, in a page: its messages and questions, answered by real clicks and keys."""

import contextlib
import json

import pytest

import prompts
import tree
from apps import capability
from tauri_page import bundled, cases, fs_permissions


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
