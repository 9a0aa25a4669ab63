"""`trollbridge call` of commands whose bodies, results and messages come in parts."""

import base64
import fcntl
import json
import os
import signal
import struct
import subprocess
import termios

import pytest

import spout
import tree
from spout import BLOCK
from test_call import json_of, refused, value

MIB = 1024 * 1024


@pytest.fixture
def app(app):
    spout.add(app)
    with tree.leaves_nothing():
        yield app


def begin(app, command, args=None, *arguments, **options):
    """A call that a test reads from, writes to and interrupts. SIGINT is what a terminal makes it."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE} | options
    return subprocess.Popen(
        [*app.program("trollbridge"), "call", str(app.path), command, json.dumps(args or {}),
         *map(str, arguments)], env=app.environment, cwd="/", stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **options)


def pid_of(process):
    """Of the program itself: what it is started through has it as its only descendant, or is it."""
    named = [pid for pid in [process.pid, *tree.descendants(process.pid)]
             if tree.name_of(pid) == "trollbridge"]
    return named[-1]


def interrupt(process):
    os.kill(pid_of(process), signal.SIGINT)


def ends(process, status):
    """stderr; what is left on stdout is read, since the program writes it first."""
    _, stderr = process.communicate(timeout=tree.PATIENCE_S)
    assert process.returncode == status, stderr
    return tree.clean(stderr.decode())


def lines(output):
    return [json.loads(line) for line in output.splitlines()]


def unread(pipe):
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


# ---- results ----

@pytest.mark.parametrize("n", [1, 65536, 65537, 5 * MIB + 1])
def test_a_result_in_parts_is_written_as_it_is(app, n):
    expected = (BLOCK * (n // len(BLOCK) + 1))[:n]
    assert value(app.call(spout.POUR, {"n": n})) == expected


def test_small_parts(app):
    assert len(value(app.call(spout.POUR, {"n": 10_000, "part": 1}))) == 10_000


def test_json_puts_the_parts_into_one_object(app):
    answer = json_of(app.call(spout.POUR, {"n": 4 * MIB}, "--json"), 0)
    assert base64.b64decode(answer["bytes"], validate=True) == BLOCK * (4 * MIB // len(BLOCK))


@pytest.mark.parametrize("n", [4 * MIB + 1, 0])
def test_json_has_an_end(app, n):
    answer = json_of(app.call(spout.POUR, {"n": n}, "--json"), 1)
    assert answer["error"]["code"] == "too_large"
    assert "--json" in answer["error"]["message"]


def test_a_reader_that_has_enough_ends_the_call(app):
    process = begin(app, spout.POUR)
    assert os.read(process.stdout.fileno(), 10) == BLOCK[:10]
    process.stdout.close()
    process.wait(tree.PATIENCE_S)
    process.stderr.close()
    assert process.returncode != 0


def test_a_stream_to_a_full_disk(app):
    with open("/dev/full", "wb") as out:
        result = app.call(spout.POUR, {}, stdout=out)
    assert result.returncode == 1
    assert result.stderr == b"trollbridge: io: standard output: cannot be written\n"


def test_an_early_value_is_the_result(app):
    """The call would go on for ever, and has said what it was called for."""
    assert value(app.call(spout.TICK)) == b"0\n"
    assert json_of(app.call(spout.TICK, {}, "--json"), 0) == {"ok": True, "value": 0}


# ---- bodies ----

SIZES = [0, 1, MIB - 1, MIB, MIB + 1, 9 * MIB + 5]


@pytest.mark.parametrize("n", SIZES)
def test_a_body_of_any_length(app, n):
    (app.folder / "body").write_bytes(bytes(n))
    assert value(app.call(spout.SWALLOW, {}, "--raw", app.folder / "body")) == f"{n}\n".encode()
    assert value(app.call(spout.SWALLOW, {}, "--raw", "-", input=bytes(n))) == f"{n}\n".encode()


def test_a_body_beside_long_arguments(app):
    result = app.call(spout.SWALLOW, {"x": "y" * 100_000}, "--raw", "-", input=bytes(MIB))
    assert value(result) == f"{MIB}\n".encode()


def test_a_body_that_comes_slowly_is_sent_as_it_comes(app):
    """The plugin's first credit is gone long before the end, and it takes what there is."""
    process = begin(app, spout.SWALLOW, {}, "--raw", "-", stdin=subprocess.PIPE)
    process.stdin.write(bytes(4 * MIB))
    process.stdin.flush()
    tree.until(lambda: "spout" in tree.descendants(process.pid).values(),
               "the call was made before its body's end")
    process.stdin.write(bytes(4 * MIB))
    stdout, _ = process.communicate(timeout=tree.PATIENCE_S)
    assert (process.returncode, stdout) == (0, f"{8 * MIB}\n".encode())


def test_a_plugin_that_takes_no_more(app):
    process = begin(app, spout.SWALLOW, {"pause": True}, "--raw", "/dev/zero")
    tree.until(lambda: "spout" in tree.descendants(process.pid).values(), "the call is made")
    interrupt(process)
    assert ends(process, 1).startswith("trollbridge: cancelled: ")


def test_repeat_takes_no_body_that_is_not_whole(app):
    refused(app.call(spout.SWALLOW, {}, "--raw", "-", "--repeat", 2, input=bytes(2 * MIB)), 1,
            "too_large")
    result = app.call(spout.SWALLOW, {}, "--raw", "-", "--repeat", 20, input=bytes(MIB))
    assert value(result).startswith(b"20 calls, 0 failed, ")


def test_repeat_of_streams(app):
    result = app.call(spout.POUR, {"n": MIB}, "--repeat", 20, "--jobs", 4)
    assert value(result).startswith(b"20 calls, 0 failed, ")


# ---- --follow ----

def test_follow_prints_messages_as_lines(app):
    assert lines(value(app.call(spout.TICK, {"n": 3}, "--follow"))) == [
        {"value": 0}, {"message": 1}, {"message": 2}, {"message": 3}]


def test_follow_names_the_channel(app):
    args = {"n": 2, "channel": "__CHANNEL__:4294967295"}
    assert lines(value(app.call(spout.TICK, args, "--follow"))) == [
        {"value": 0}, {"channel": 4294967295, "message": 1}, {"channel": 4294967295, "message": 2}]


def test_follow_of_results(app):
    text = (app.path / "data/hello.txt").read_bytes()
    assert lines(value(app.call("plugin:fs|stat", tree.HELLO, "--follow")))[0]["value"]["size"] == \
        len(text)
    parts = lines(value(app.call(spout.POUR, {"n": 200_000}, "--follow")))
    assert b"".join(base64.b64decode(part["bytes"]) for part in parts) == (BLOCK * 4)[:200_000]
    assert [len(part) for part in parts] == [1] * 4
    refused(app.call("plugin:fs|stat", {"path": "data/none"}, "--follow"), 1, "not_found")


# ---- what a terminal obeys ----

OBEYED = "\x1b]0;x\x07\x7f\x9b31m\u202e\u200b\U000e0041"
SHOWN = rb"\u001b]0;x\u0007\u007f\u009b31m\u202e\u200b\udb40\udc41"


@pytest.mark.parametrize("options", [[], ["--repeat", 1]])
def test_an_error_moves_no_cursor(app, options):
    result = app.call(spout.SAY, {"message": OBEYED + "\n\u00e9"}, *options)
    assert result.returncode == 1
    assert SHOWN + b"\\u000a\xc3\xa9\n" in result.stderr
    assert b"\x1b" not in result.stderr and b"\xc2\x9b" not in result.stderr


def test_an_error_in_json_is_the_same_text(app):
    result = app.call(spout.SAY, {"message": OBEYED}, "--json")
    assert SHOWN in result.stdout.lower()
    assert json_of(result, 1)["error"]["message"] == OBEYED


@pytest.mark.parametrize("options", [[], ["--json"], ["--follow"]])
def test_a_value_moves_no_cursor(app, options):
    name = OBEYED.replace("/", "") + '"\\\u00e9'
    (app.path / "data" / name).write_text("x")
    output = value(app.call("plugin:fs|read_dir", {"path": "data"}, *options))
    assert SHOWN + rb'\"\\' + "\u00e9".encode() in output.lower()
    (line,) = lines(output)
    found = line["value"] if options else line
    assert name in [entry["name"] for entry in found]


def test_ctrl_c_is_the_end_of_what_is_followed(app):
    process = begin(app, spout.TICK, {}, "--follow")
    first = process.stdout.readline()
    assert json.loads(first) == {"value": 0}
    for i in range(1, 5000):
        assert json.loads(process.stdout.readline()) == {"message": i}
    interrupt(process)
    assert ends(process, 0) == ""
    call, done = [record for record in app.records() if record["event"] in ("call", "done")]
    assert done["of"] == call["n"]
    assert app.verify() == "CLOSED"


def test_ctrl_c_while_the_reader_is_slow(app):
    """What was taken before is still printed, in whole lines."""
    process = begin(app, spout.TICK, {}, "--follow")
    assert json.loads(process.stdout.readline()) == {"value": 0}
    pipe = process.stdout.fileno()
    tree.until(lambda: unread(pipe) > fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) // 2, "lines wait")
    interrupt(process)
    rest, stderr = process.communicate(timeout=tree.PATIENCE_S)
    assert (process.returncode, stderr) == (0, b"")
    messages = [line["message"] for line in lines(rest)]
    assert messages == list(range(messages[0], messages[0] + len(messages)))


def test_ctrl_c_while_nothing_comes(app):
    process = begin(app, spout.HANG, {}, "--follow")
    tree.until(lambda: "spout" in tree.descendants(process.pid).values(), "the call is made")
    interrupt(process)
    assert ends(process, 0) == ""


def test_usage(app):
    refused(app.call(spout.TICK, {}, "--follow", "--json"), 2, "usage")
    refused(app.call(spout.TICK, {}, "--follow", "--repeat", 3), 2, "usage")
