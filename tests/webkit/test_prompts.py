"""The dialog that asks a person, by itself: what it shows, and that nothing but a person who looks can say yes."""

import contextlib
import json
import subprocess

import pytest

import prompts
import tree

BUILT = tree.ROOT.parent / "tests/webkit/prompts"
YES = ["Allow once", "Allow this session", "Always"]


@pytest.fixture
def asked(display):
    """asked(args={}, rule="", days=90, body=""): the dialog of a program that does nothing else."""
    @contextlib.contextmanager
    def ask(args="{}", rule="", days=90, body="", command="plugin:fs|remove"):
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "GTK_MODULES": str(prompts.WITNESS),
                       "LD_LIBRARY_PATH": str(tree.ROOT / "lib"), **display.environment}
        with subprocess.Popen([BUILT / "prompt", command, args, rule, str(days), str(body)], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                yield prompts.Prompts(process, environment)
            finally:
                process.kill()
    return ask


def answer(dialog):
    out, status = dialog.end()
    assert status == 0
    return out.strip()


def test_what_it_shows(asked):
    with asked('{"path":"notes/a.txt","list":[1]}', rule="removes a file", body=5000000000) as dialog:
        shown = dialog.appear()
        assert dialog.facts() == {"App": "Page", "App's id": "com.example.page", "Window": "main", "Origin": "local",
                                  "Command": "plugin:fs|remove", "Rule": "removes a file",
                                  "Raw data": "5000000000 bytes, which are not shown"}
        assert [button["label"] for button in shown["buttons"]] == [
            "Deny", "Never (90 days)", "Allow once", "Allow this session", "Always (90 days)"]
        assert shown["focus"] == "Deny"
        assert [line.strip("\u200e \u2068\u2069,") for line in shown["text"].splitlines()] == [
            "{", '"path\"\u2069: \u2068"notes/a.txt"', '"list"\u2069: [', "1", "]", "}"]


def test_for_ever(asked):
    with asked(days=0) as dialog:
        assert [button["label"] for button in dialog.appear()["buttons"]][1::3] == ["Never", "Always"]
        assert "Rule" not in dialog.facts() and "Raw data" not in dialog.facts()


def test_nothing_in_it_is_markup_or_obeyed(asked):
    with asked(json.dumps({"a": "<b>bold</b> &amp; " + "x" * 5000}), rule="<i>no</i>\u202eon", command="_a<b>\nOrigin") as dialog:
        shown = dialog.appear()
        assert "<b>bold</b> &amp; " + "x" * 5000 in shown["text"]
        assert dialog.facts()["Rule"] == "<i>no</i>\\u202eon"
        assert dialog.facts()["Command"] == "_a<b>\\u000aOrigin"


@pytest.mark.parametrize("key", ["Return", "Escape", "space", "KP_Enter"])
def test_keys_deny(asked, key):
    with asked() as dialog:
        dialog.appear()
        dialog.do("key", key)
        assert answer(dialog) == "dismissed"


def test_closing_denies(asked):
    with asked() as dialog:
        dialog.appear()
        dialog.close()
        assert answer(dialog) == "dismissed"


def test_destroying_denies(asked):
    """Whoever takes the window away from under the host has not said yes. Where GTK was just drawing into it, it ends the
    program for that, which has said nothing then: once more, until it is heard what the dialog makes of it."""
    for _ in range(50):
        with asked() as dialog:
            dialog.appear()
            dialog.do("search", "--onlyvisible", "--name", "^Allow this call", "windowclose")
            out, status = dialog.end()
        if status == 0:
            break
        assert (status, out) == (1, "") and "The error was 'Bad" in dialog.told, dialog.told
    assert (status, out) == (0, "dismissed\n")


@pytest.mark.parametrize("label, said", [("Deny", "dismissed"), ("Never", "never")])
def test_no_can_be_said_at_once(asked, label, said):
    with asked() as dialog:
        dialog.appear()
        dialog.press(label)
        assert answer(dialog) == said


@pytest.mark.parametrize("label, said", [("Allow once", "once"), ("Allow this session", "session"), ("Always", "always")])
def test_yes_after_a_second(asked, label, said):
    with asked() as dialog:
        dialog.appear()
        dialog.click(label)
        assert answer(dialog) == said


def allowed(dialog):
    return any(button["sensitive"] for state in dialog.history for shown in state for button in shown["buttons"]
               if button["label"] in YES)


def early(dialog, press):
    """Whether what was pressed at once came before the second was over; if so it must have done nothing."""
    dialog.appear()
    press()
    came_first = dialog.until(lambda: dialog.can("Allow once"), "the second is over")
    assert came_first or allowed(dialog), "a yes before it could be said"
    return came_first


@pytest.mark.parametrize("label", YES)
def test_a_click_within_the_second_does_nothing(asked, label):
    """A machine that is too slow to click in time is asked again."""
    for _ in range(10):
        with asked() as dialog:
            if early(dialog, lambda: dialog.press(label)):
                dialog.click("Never")
                assert answer(dialog) == "never"
                return
    raise AssertionError("no click came in time")


def test_who_clicks_on_is_not_let_through(asked):
    """Clicks from before the dialog, for longer than a second, at where "Allow once" is."""
    for _ in range(10):
        with asked() as dialog:
            if early(dialog, lambda: dialog.press("Allow once", "--repeat", 40, "--delay", 50)):
                dialog.do("key", "Escape")
                assert answer(dialog) == "dismissed"
                return
    raise AssertionError("no clicks came in time")


def test_who_types_on_is_not_let_through(asked):
    """Letters are no keys of buttons; with Tab one gets to a button that can be pressed, and to no other."""
    with asked() as dialog:
        dialog.appear()
        dialog.do("key", "--repeat", 30, "--delay", 50, "a", "alt+a", "o", "alt+o")
        dialog.wait(lambda: dialog.can("Allow once"), "the second is over")
        dialog.do("key", "Tab", "Tab")
        dialog.wait(lambda: dialog.dialogs[0].get("focus") == "Allow once", "the keyboard is at a yes")
        dialog.do("key", "Return")
        assert answer(dialog) == "once"


def test_the_second_begins_anew_when_it_comes_to_the_front(asked):
    with asked() as dialog:
        dialog.appear()
        dialog.wait(lambda: dialog.can("Allow once"), "the second is over")
        dialog.do("key", "Tab", "Tab")
        dialog.wait(lambda: dialog.dialogs[0].get("focus") == "Allow once", "the keyboard is at a yes")
        dialog.focus("Beside")
        dialog.wait(lambda: not dialog.dialogs[0]["active"] and not dialog.can("Always"), "it is behind")
        assert dialog.dialogs[0]["focus"] == "Deny"
        dialog.appear()
        dialog.do("key", "Return")
        assert answer(dialog) == "dismissed"


def test_it_stays_shut_behind_another_window(asked):
    with asked() as dialog:
        dialog.wait(lambda: len(dialog.dialogs) == 1, "a prompt is there")
        dialog.focus("Beside")
        for _ in range(15):
            dialog.do("mousemove", *dialog.button("Allow once")["at"], "click", "--repeat", 2, "--delay", 100, 1)
        dialog.appear()
        assert not allowed(dialog)
        dialog.do("key", "Escape")
        assert answer(dialog) == "dismissed"


def test_nothing_pops_up_over_it(asked):
    """Lists, suggestions and tooltips of a page are above all windows, and where the page wants them."""
    with asked() as dialog:
        dialog.appear()
        dialog.do("mousemove", 1200, 490, "click", 1)
        dialog.wait(lambda: "POPUP went" in dialog.told, "what popped up is gone")
        assert "POPUP came" in dialog.told
        dialog.click("Allow once")
        assert answer(dialog) == "once"


def test_it_holds_up_its_own_window_alone(asked):
    with asked() as dialog:
        dialog.appear()
        dialog.do("mousemove", 30, 490, "click", 1)
        dialog.do("mousemove", 1200, 490, "click", 1)
        dialog.wait(lambda: "GOT " in dialog.told, "a window is pressed")
        dialog.do("key", "Escape")
        assert answer(dialog) == "dismissed"
        assert set(dialog.told.split("\n")) & {"GOT Under", "GOT Beside"} == {"GOT Beside"}
