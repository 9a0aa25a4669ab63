"""Passphrases that plugins ask for through `trollbridge call`: at a terminal, from a file, and where there is neither."""

import contextlib
import hashlib
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess

import pytest

import tree
from own_terminal import Terminal

BUILT = pathlib.Path(os.environ.get("TB_BUILD", tree.TOP / "build")) / "tests/secrets/asker"
ASK = "plugin:asker|ask"
WHAT = "the secret key of Ada <ada@example.org>"


def digest(text):
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@pytest.fixture
def asking(app):
    """The app, with a plugin that asks."""
    shutil.copytree(tree.TOP / "tests/secrets/plugin", app.path / "asker")
    shutil.copy(BUILT, app.path / "asker/asker")
    (app.path / "capabilities/asker.toml").write_text('identifier = "asker"\nwindows = ["main"]\npermissions = ["asker:allow-ask"]\n')
    app.manifest('[plugins.asker]\nprogram = "asker/asker"\npermissions = "asker"')
    subprocess.run(["chmod", "-R", "a+rX", app.folder], check=True)
    with tree.leaves_nothing():
        yield app


@contextlib.contextmanager
def terminal(app, args=None, *words):
    with Terminal(app, ASK, json.dumps({"what": WHAT} | (args or {})), *words) as made:
        yield made


def call(app, args=None, *words, **options):
    return app.run("call", app.path, ASK, json.dumps({"what": WHAT} | (args or {})), *words, start_new_session=True, **options)


def test_it_is_typed_at_the_terminal_unseen(asking):
    with terminal(asking) as made:
        shown = made.until("Passphrase: ")
        assert [line.rstrip("\r") for line in shown.split("\n")] == [
            "A plugin of the app asks for a passphrase:", "  app      Notes", "  id       com.example.notes", "  view     main",
            "  origin   local", f"  command  {ASK}", "  plugin   asker", f"  it says  {WHAT}",
            "What you type goes to this plugin, unseen. Ctrl-D gives none.", ""]
        assert not made.echoes()
        made.type("correct hörse\n")
        status, out, told = made.end()
        assert (status, json.loads(out), told) == (0, [digest("correct hörse")], "")
        assert made.until("\n") == "\r"  # and nothing that was typed


def test_a_new_one_is_typed_twice(asking):
    with terminal(asking, {"new": True}) as made:
        assert "A plugin of the app asks for a new passphrase:" in made.until("Passphrase: ")
        made.type("correct\n")
        made.until("Passphrase, again: ")
        made.type("incorrect\n")
        made.until("The two are not the same.\r\nPassphrase: ")
        made.type("correct\n")
        made.until("Passphrase, again: ")
        made.type("correct\n")
        assert json.loads(made.end()[1]) == [digest("correct")]


def test_what_the_plugin_says_is_not_obeyed(asking):
    with terminal(asking, {"what": "a\u202e\x1b[2J\nb\\"}) as made:
        assert "  it says  a\\u202e\\u001b[2J\\u000ab\\" in made.until("Passphrase: ")
        made.type("\x04")
        assert made.end()[0] == 1


def test_who_gives_none(asking):
    with terminal(asking) as made:
        made.until("Passphrase: ")
        made.type("\x04")
        status, out, told = made.end()
    assert (status, out) == (1, "") and "denied" in told and "dismissed" in told


def test_one_after_the_other(asking):
    with terminal(asking, {"times": 3}) as made:
        for word in ("one", "two", "three"):
            made.until("Passphrase: ")
            made.type(word + "\n")
        assert json.loads(made.end()[1]) == [digest(word) for word in ("one", "two", "three")]


def test_ctrl_c_cancels_the_call_with_the_echo_on(asking):
    with terminal(asking) as made:
        made.until("Passphrase: ")
        made.type("half\x03")
        status, out, told = made.end()
    # That the prompt is over comes on another link than the end of the call, which may be first and is then the last word.
    assert (status, out) == (1, "") and "trollbridge: cancelled: plugin:asker|ask" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_the_echo_on(asking, number):
    with terminal(asking) as made:
        made.until("Passphrase: ")
        assert not made.echoes()
        made.process.send_signal(number)
        assert made.end()[0] == -number


def test_without_a_terminal_nobody_is_asked(asking):
    """And standard error says what to do."""
    result = call(asking)
    told = result.stderr.decode()
    assert (result.returncode, result.stdout) == (1, b"")
    assert told.startswith("trollbridge: no_terminal: the plugin asks for a passphrase, and there is no terminal to ask on")
    assert "give it with --passphrase-file FILE\n" in told and "dismissed" in told.split("\n")[1]


def test_it_comes_from_a_file(asking):
    file = asking.folder / "passphrase"
    file.write_text("correct horse\nmore\n")
    file.chmod(0o600)
    result = call(asking, {"new": True}, "--passphrase-file", file)
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout) == [digest("correct horse")]


def test_who_asks_again_does_not_get_the_same_again(asking):
    """It was wrong, and each time that it is tried counts. Calls that are repeated get it each."""
    result = call(asking, {"times": 2}, "--passphrase-file", "-", input=b"correct horse\n")
    told = result.stderr.decode()
    assert result.returncode == 1 and "dismissed: the plugin has got the passphrase of --passphrase-file, and asks again: " + WHAT in told
    result = call(asking, {}, "--passphrase-file", "-", "--repeat", "3", input=b"correct horse\n")
    assert result.returncode == 0 and b"3 calls, 0 failed" in result.stdout


def test_it_comes_from_standard_input(asking):
    result = call(asking, {}, "--passphrase-file", "-", input=b"correct horse\n")
    assert json.loads(result.stdout) == [digest("correct horse")]


def test_the_terminal_is_not_asked_then(asking):
    file = asking.folder / "passphrase"
    file.write_text("correct horse\n")
    file.chmod(0o600)
    with terminal(asking, {}, "--passphrase-file", str(file)) as made:
        assert json.loads(made.end()[1]) == [digest("correct horse")]
        assert select.select([made.ours], [], [], 0)[0] == []


@pytest.mark.parametrize("text, mode, told", [
    ("correct\n", 0o640, "others than its owner can get at the passphrase"), ("", 0o600, "is empty"), ("\n", 0o600, "is empty"),
    ("x" * 1025, 0o600, "is longer than 1024 bytes"), ("correct\r\n", 0o600, "has a control character"), (None, 0, "No such file")])
def test_files_that_are_not_taken(asking, text, mode, told):
    """Before anything is started."""
    file = asking.folder / "passphrase"
    if text is not None:
        file.write_bytes(text.encode())
        file.chmod(mode)
    result = call(asking, {}, "--passphrase-file", file)
    assert result.returncode == 2 and told in result.stderr.decode()
    assert not asking.log.exists()


def test_standard_input_has_one_use(asking):
    result = call(asking, {}, "--passphrase-file", "-", "--raw", "-")
    assert result.returncode == 2 and b"--raw and --passphrase-file both read standard input" in result.stderr


def test_the_log_has_that_it_was_asked_and_nothing_more(asking):
    file = asking.folder / "passphrase"
    file.write_text("correct horse\n")
    file.chmod(0o600)
    assert call(asking, {}, "--passphrase-file", file).returncode == 0
    assert call(asking).returncode == 1
    asked = [(record["verdict"], record["reason"], record["plugin"]) for record in asking.records() if record["event"] == "ask"]
    assert asked == [("allow", f"passphrase asked for: {WHAT}", "asker"), ("allow", f"passphrase given: {WHAT}", "asker"),
                     ("allow", f"passphrase asked for: {WHAT}", "asker"), ("deny", f"passphrase dismissed: {WHAT}", "asker")]
    assert b"correct horse" not in asking.log.read_bytes()
