"""Prompts of `trollbridge call`: at a terminal its user decides, elsewhere --answer or nobody."""

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import time

import pytest

import tree
from tree import HELLO, READ

TEXT = (tree.TOP / "examples/notes/data/hello.txt").read_bytes()
QUESTION = "anything else denies"


@pytest.fixture
def asking(app):
    """The app, whose command asks."""
    app.manifest(f'[commands."{READ}"]\nask = true')
    with tree.leaves_nothing():
        yield app


class Terminal:
    """A `call` whose standard input and error are a terminal, and its standard output a pipe."""

    def __init__(self, app, *words):
        self.ours, theirs = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [*app.program("trollbridge"), "call", app.path, *words], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE,
            env=app.environment, cwd="/", start_new_session=True)
        os.close(theirs)

    def until(self, text):
        """Reads until the terminal shows that; False: the program has gone."""
        end = time.monotonic() + tree.PATIENCE_S
        while text not in self.shown:
            ready = select.select([self.ours], [], [], max(end - time.monotonic(), 0))[0]
            assert ready, f"{text} is not shown: {self.shown}"
            try:
                self.shown += os.read(self.ours, 65536).decode()
            except OSError:  # nobody has the other end any more
                return False
        return True

    def type(self, text):
        os.write(self.ours, text.encode())

    def end(self):
        """(exit status, stdout, what the terminal has shown)."""
        out = self.process.communicate(timeout=tree.PATIENCE_S)[0]
        self.until("\0")
        return self.process.returncode, out, tree.clean(self.shown)


@contextlib.contextmanager
def terminal(app, *words):
    made = Terminal(app, *words)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()
        os.close(made.ours)


def prompted(app, typed, args=HELLO, *words):
    with terminal(app, READ, json.dumps(args), *words) as call:
        assert call.until(QUESTION)
        call.type(typed)
        return call.end()


def call(app, *words, **options):
    return app.run("call", app.path, READ, json.dumps(HELLO), *words, **options)


@pytest.mark.parametrize("typed", ["o\n", "s\n", "a\n", "once\n", "session\n", "always\n"])
def test_a_yes_lets_the_call_go_on(asking, typed):
    status, out, shown = prompted(asking, typed)
    assert (status, out) == (0, TEXT), shown


@pytest.mark.parametrize("typed", ["\n", "n\n", "d\n", "y\n", "yes\n", "O\n", " o\n", "oo\n", "never\n", "x" * 1000 + "\n", "\x04"])
def test_anything_else_denies(asking, typed):
    status, out, shown = prompted(asking, typed)
    assert (status, out) == (1, b"") and "trollbridge: ask_denied: " in shown


def test_what_is_shown(asking):
    status, out, shown = prompted(asking, "\n", {"path": "a\u202e\x1b[2J\nb", "n": [1, None]})
    assert status == 1
    lines = [line.rstrip("\r") for line in shown.split("\n")]
    assert lines[:7] == ["A page of the app asks to make this call:", "  app      Notes", "  id       com.example.notes", "  view     main",
                         "  origin   local", f"  command  {READ}", '  args     {"path":"a\\u202e\\u001b[2J\\u000ab","n":[1,null]}']
    assert lines[7] == "Allow it? o: once; s: this session; a: always; n: never; anything else denies (always and never: for 90 days)"


def test_what_was_typed_before_is_no_answer(asking):
    """A yes in the terminal's own buffer, from before anything was asked."""
    with terminal(asking, READ, json.dumps(HELLO)) as call:
        call.type("o\n")
        assert call.until(QUESTION)
        assert call.process.poll() is None
        call.type("n\n")
        assert call.end()[:2] == (1, b"")


def test_the_question_goes_with_the_call(asking):
    with terminal(asking, READ, json.dumps(HELLO)) as call:
        assert call.until(QUESTION)
        call.process.send_signal(signal.SIGINT)
        status, out, shown = call.end()
    assert (status, out) == (1, b"") and "\ntrollbridge: cancelled: " in shown


def test_each_call_is_asked_about(asking):
    with terminal(asking, READ, json.dumps(HELLO), "--repeat", "2") as call:
        for _ in range(2):
            assert call.until(QUESTION)
            call.shown = ""
            call.type("o\n")
        assert call.end()[0] == 0


def test_an_answer_for_the_session(asking):
    status, out, shown = prompted(asking, "s\n", HELLO, "--repeat", "3")
    assert status == 0 and b"3 calls, 0 failed" in out and shown.count(QUESTION) == 1


def test_always_is_remembered_and_never_too(asking):
    assert prompted(asking, "a\n")[0] == 0
    assert call(asking).stdout == TEXT
    with terminal(asking, READ, json.dumps(HELLO)) as again:
        status, out, shown = again.end()
    assert (status, out) == (0, TEXT) and QUESTION not in shown


@pytest.mark.parametrize("word, status", [("once", 0), ("session", 0), ("always", 0), ("never", 1), ("dismissed", 1)])
def test_an_answer_given_with_the_command(asking, word, status):
    """The terminal is not asked then."""
    with terminal(asking, READ, json.dumps(HELLO), "--answer", word) as given:
        ended, out, shown = given.end()
    assert (ended, out) == (status, TEXT if status == 0 else b"") and QUESTION not in shown


def test_without_a_terminal_nobody_is_asked(asking):
    """Nor where standard input is the body."""
    result = call(asking)
    assert result.returncode == 1 and result.stderr.decode().startswith("trollbridge: ask_denied: ")
    with terminal(asking, READ, json.dumps(HELLO), "--raw", "-") as body:
        body.type("\x04")
        status, _, shown = body.end()
    assert status == 1 and "ask_denied" in shown and QUESTION not in shown


@pytest.mark.parametrize("word", ["", "yes", "o", "Once"])
def test_a_word_that_is_no_answer(app, word):
    result = app.run("call", app.path, READ, "--answer", word)
    assert result.returncode == 2 and b"--answer takes once, session, always, never or dismissed" in result.stderr
