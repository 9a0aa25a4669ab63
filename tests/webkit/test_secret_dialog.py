"""The dialog that asks a person for a passphrase, by itself: what it shows, what it takes, and that nothing of it stays."""

import contextlib
import subprocess

import pytest

import prompts
import tree
from secret_prompts import EARLY, Secret

BUILT = tree.ROOT.parent / "tests/webkit/prompts"
WHAT = "the secret key of Ada <ada@example.org>"
LONG = "correct horse battery staple and some more words, so that it is long"
UNLIKE = "The two are not the same."


class Alone(Secret):
    """The dialog of a program that does nothing else."""

    def tell(self, text):
        self.process.stdin.write(text.encode())

    def paste(self, text):
        self.tell(text)
        self.wait(lambda: "TAKEN" in self.told, "it can be pasted")
        self.do("key", "ctrl+v")

    def answer(self):
        return self.process.stdout.readline().decode().rstrip("\n")


@pytest.fixture
def asked(display):
    @contextlib.contextmanager
    def ask(what=WHAT, new="", **more):
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "GTK_MODULES": str(prompts.WITNESS),
                       "LD_LIBRARY_PATH": str(tree.ROOT / "lib"), **display.environment, **more}
        with subprocess.Popen([BUILT / "secret", what, new], env=environment, bufsize=0,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                yield Alone(process, environment)
            finally:
                process.kill()
    return ask


def test_what_it_shows(asked):
    with asked() as dialog:
        shown = dialog.appear()
        assert shown["title"] == "Passphrase"
        assert shown["labels"][0] == "A plugin of the app asks for a passphrase:"
        facts = shown["labels"][1:-3]
        assert dict(zip(facts[1::2], facts[0::2])) == {
            "App": "Page", "App's id": "com.example.page", "Window": "main", "Origin": "local",
            "Command": "plugin:enclave|import_key", "Plugin": "enclave", "It says": WHAT}
        assert shown["labels"][-3:] == ["What you type here goes to this plugin. The page does not get it.", "Passphrase", EARLY]
        assert [button["label"] for button in shown["buttons"]] == ["Cancel", "OK"]
        assert [field["secret"] for field in shown["fields"]] == [True]


def test_a_new_one_is_asked_for_twice(asked):
    with asked(new="new") as dialog:
        shown = dialog.appear()
        assert shown["title"] == "New passphrase"
        assert shown["labels"][0] == "A plugin of the app asks for a new passphrase:"
        assert shown["labels"][-3:-1] == ["The same again", "New passphrase"]  # a grid tells the last one first
        assert len(shown["fields"]) == 2


def test_nothing_in_it_is_markup_or_obeyed(asked):
    with asked("<b>all</b> &amp;\u202e\n_x") as dialog:
        assert "<b>all</b> &amp;\\u202e\\u000a_x" in dialog.appear()["labels"]
    with asked('the key of "Ada" \\o/') as dialog:
        assert 'the key of "Ada" \\o/' in dialog.appear()["labels"]


def test_a_passphrase_is_typed(asked):
    with asked() as dialog:
        dialog.open()
        assert [field["focus"] for field in dialog.fields()] == [True]
        assert not dialog.can("OK")
        dialog.type("pass phräse", 11)
        assert dialog.can("OK")
        dialog.do("key", "Return")
        assert dialog.answer() == "+pass phräse"
        dialog.gone()


def test_and_confirmed_with_the_button(asked):
    with asked() as dialog:
        dialog.open()
        dialog.type("abc", 3)
        dialog.click("OK")
        assert dialog.answer() == "+abc"


def test_two_that_agree(asked):
    with asked(new="new") as dialog:
        dialog.open()
        dialog.type("abc", 3, 0)
        assert not dialog.can("OK")
        dialog.do("key", "Return")
        dialog.type("abd", 3, 3)
        assert not dialog.can("OK") and dialog.state() == UNLIKE
        dialog.do("key", "Return", "BackSpace", "c")
        dialog.wait(lambda: dialog.can("OK"), "they agree")
        assert dialog.state() == ""
        dialog.do("key", "Return")
        assert dialog.answer() == "+abc"


def test_return_in_an_empty_field_does_nothing(asked):
    with asked() as dialog:
        dialog.open()
        dialog.do("key", "Return", "KP_Enter")
        dialog.type("abc", 3)
        dialog.do("key", "BackSpace", "BackSpace", "BackSpace", "Return")
        dialog.wait(lambda: dialog.lengths() == [0], "it is empty")
        assert not dialog.can("OK")
        dialog.do("key", "Escape")
        assert dialog.answer() == "dismissed"


@pytest.mark.parametrize("new", ["", "new"])
def test_escape_cancels(asked, new):
    with asked(new=new) as dialog:
        dialog.open()
        dialog.do("type", "abc")
        dialog.do("key", "Escape")
        assert dialog.answer() == "dismissed"
        dialog.gone()


def test_escape_cancels_at_once(asked):
    with asked() as dialog:
        dialog.appear()
        dialog.do("key", "Escape")
        assert dialog.answer() == "dismissed"


def test_closing_cancels(asked):
    with asked() as dialog:
        dialog.open()
        dialog.type("abc", 3)
        dialog.close()
        assert dialog.answer() == "dismissed"


def test_destroying_cancels(asked):
    """Whoever takes the window away from under the host has confirmed nothing."""
    with asked() as dialog:
        dialog.open()
        dialog.type("abc", 3)
        dialog.tell("destroy")
        assert dialog.answer() == "dismissed"


def test_cancel_is_a_button_that_can_be_pressed_at_once(asked):
    with asked() as dialog:
        dialog.appear()
        dialog.press("Cancel")
        assert dialog.answer() == "dismissed"


def test_nobody_waits_any_more(asked):
    with asked() as dialog:
        dialog.open()
        dialog.type(LONG, len(LONG))
        dialog.tell("over")
        dialog.gone()
        assert dialog.holds(LONG[20:]) == 0
        dialog.process.stdin.close()
        assert dialog.process.wait(prompts.SECONDS) == 0
        assert dialog.process.stdout.read() == b""


def test_who_types_on_fills_in_nothing(asked):
    """Letters, Return and space from before the dialog, for longer than a second: none is in it, and none presses a button."""
    with asked() as dialog:
        dialog.appear()
        dialog.do("key", "--repeat", 20, "--delay", 50, "a", "space", "Return", "Tab")
        dialog.wait(lambda: dialog.fields()[0]["sensitive"], "the field is open")
        early = [shown for state in dialog.history for shown in state if not shown["fields"][0]["sensitive"]]
        assert early and all(shown["fields"][0]["length"] == 0 for shown in early)
        dialog.do("key", "ctrl+a", "BackSpace")  # a machine that is too slow for these has typed some behind
        dialog.type("abc", 3)
        dialog.do("key", "Return")
        assert dialog.answer() == "+abc"


def test_the_second_begins_anew_when_it_comes_to_the_front(asked):
    """What was typed stays, and goes on where it was."""
    with asked(new="new") as dialog:
        dialog.open()
        dialog.type("abc", 3, 0)
        dialog.focus("Beside")
        dialog.wait(lambda: not dialog.fields()[0]["sensitive"] and dialog.state() == EARLY, "it is behind")
        dialog.do("type", "xyz")
        dialog.wait(lambda: "GOT Beside" in dialog.told, "another window has the keyboard")
        dialog.open()
        assert dialog.lengths() == [3, 0] and [field["focus"] for field in dialog.fields()] == [False, True]
        dialog.type("abc", 3, 3)
        dialog.do("key", "Return")
        assert dialog.answer() == "+abc"


def test_the_window_under_it_gets_no_key(asked):
    """Not even with the keyboard: what is typed for the dialog is not in the page."""
    with asked() as dialog:
        dialog.open()
        dialog.focus("Under")
        dialog.wait(lambda: not dialog.dialogs[0]["active"], "it is behind")
        dialog.do("type", "abc")
        dialog.focus("Beside")
        dialog.do("type", "x")
        dialog.wait(lambda: "GOT Beside" in dialog.told, "the other window gets it")
        assert "GOT Under" not in dialog.told and dialog.lengths() == [0]


def test_those_who_help_hear_dots(asked):
    with asked() as dialog:
        dialog.open()
        dialog.type(LONG, len(LONG))
        [field] = dialog.fields()
        assert field["secret"] and field["text"] == "\u25cf" * len(LONG)


def test_nothing_of_it_can_be_copied(asked):
    """Neither to the clipboard nor to what the middle button gives."""
    with asked() as dialog:
        dialog.open()
        dialog.type("abc", 3)
        for keys in (["ctrl+a", "ctrl+c"], ["ctrl+a", "ctrl+x"], ["Home", "shift+End", "ctrl+Insert"]):
            dialog.do("key", *keys)
        dialog.tell("copied")
        dialog.wait(lambda: dialog.told.count("COPIED ") == 2, "what can be pasted is told")
        assert "abc" not in dialog.told


def test_too_long_is_said(asked):
    with asked() as dialog:
        dialog.open()
        dialog.paste("é" * 513)
        dialog.wait(lambda: dialog.lengths() == [513], "it is there")
        assert dialog.state() == "It is longer than 1024 bytes." and not dialog.can("OK")
        dialog.do("key", "BackSpace")
        dialog.wait(lambda: dialog.can("OK"), "it is short enough")
        dialog.do("key", "Return")
        assert dialog.answer() == "+" + "é" * 512


def test_more_than_there_is_room_for(asked):
    with asked() as dialog:
        dialog.open()
        dialog.paste("é" * 1500)
        dialog.wait(lambda: dialog.lengths() == [1023], "what there is room for is there")
        assert not dialog.can("OK")
        dialog.do("key", "ctrl+a", "BackSpace")
        dialog.type("abc", 3)
        dialog.do("key", "Return")
        assert dialog.answer() == "+abc"


def test_what_is_pasted_ends_with_its_line(asked):
    with asked() as dialog:
        dialog.open()
        dialog.paste("abc\nd")
        dialog.wait(lambda: dialog.lengths() == [3], "it is there")
        dialog.do("key", "Return")
        assert dialog.answer() == "+abc"


def test_it_is_edited_like_any_text(asked):
    with asked() as dialog:
        dialog.open()
        dialog.type("bädü", 4)
        dialog.do("key", "Home", "Delete", "Right", "Delete")
        dialog.wait(lambda: dialog.lengths() == [2], "two are gone")
        dialog.type("xé", 4)
        dialog.do("key", "Return")
        assert dialog.answer() == "+äxéü"


def test_the_memory_has_it_once_and_then_not_at_all(asked):
    """In the field, where it is looked for first; and nowhere once it is gone. With keys a toolkit has no other copy."""
    with asked(new="new") as dialog:
        dialog.open()
        dialog.type(LONG, len(LONG), 0)
        assert dialog.holds(LONG) == 1
        dialog.do("key", "Tab")
        dialog.type(LONG, len(LONG), len(LONG))
        assert dialog.holds(LONG) == 2
        dialog.do("key", "Return")
        assert dialog.answer() == "+" + LONG
        dialog.gone()
        assert [dialog.holds(LONG[at:at + 12]) for at in range(0, len(LONG) - 12, 4)] == [0] * len(range(0, len(LONG) - 12, 4))


def test_what_is_deleted_is_wiped(asked):
    with asked() as dialog:
        dialog.open()
        dialog.type(LONG, len(LONG))
        dialog.do("key", *["BackSpace"] * 40)
        dialog.wait(lambda: dialog.lengths() == [len(LONG) - 40], "it is shorter")
        assert dialog.holds(LONG[:-40]) == 1 and dialog.holds(LONG[-30:-10]) == 0
