"""`trollbridge call` as its user would type it."""

import base64
import json
import os
import subprocess

import pytest

import tree
from tree import HELLO, READ

TEXT = (tree.TOP / "examples/notes/data/hello.txt").read_bytes()
WRITE = "plugin:fs|write_file"


@pytest.fixture(autouse=True)
def nothing_stays():
    with tree.leaves_nothing():
        yield


def refused(result, status, code):
    """Nothing on stdout, one line on stderr that begins with the code. Returns the line."""
    text = result.stderr.decode()
    assert result.returncode == status, text
    assert result.stdout == b""
    assert text.startswith(f"trollbridge: {code}: "), text
    assert text.count("\n") == 1 and text.endswith("\n")
    return text


def value(result):
    assert result.returncode == 0, result.stderr.decode()
    assert result.stderr == b""
    return result.stdout


def test_prints_the_file(app):
    assert value(app.call(READ, HELLO)) == TEXT


def test_prints_a_value_as_one_line(app):
    line = value(app.call("plugin:fs|read_dir", {"path": "data"}))
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert {entry["name"] for entry in json.loads(line)} == {
        path.name for path in (app.path / "data").iterdir()}


def test_works_from_any_folder(app):
    result = subprocess.run([*app.program("trollbridge"), "call", "notes", READ,
                             json.dumps(HELLO)], cwd=app.folder, env=app.environment,
                            capture_output=True, timeout=tree.PATIENCE_S, check=False)
    assert value(result) == TEXT


def test_works_by_a_link_to_the_program(app):
    (app.folder / "tb").symlink_to(app.installed / "bin/trollbridge")
    result = subprocess.run([*app.prefix, app.folder / "tb", "call", app.path, READ,
                             json.dumps(HELLO)],
                            env=app.environment, capture_output=True, timeout=tree.PATIENCE_S,
                            check=False)
    assert value(result) == TEXT


@pytest.mark.parametrize("path", [
    "data/private/secret.txt", "/etc/passwd", "trollbridge.toml", "data/private", ".",
    "/proc/self/maps", "data//private//secret.txt", "DATA/hello.txt"])
def test_denies_what_is_outside_the_scope(app, path):
    refused(app.call(READ, {"path": path}), 1, "scope")


@pytest.mark.parametrize("path", [
    "", "data/../data/private/secret.txt", "../../../../../../etc/passwd", "a\0b",
    "data/hello.txt/../private/secret.txt"])
def test_refuses_paths_that_are_none(app, path):
    refused(app.call(READ, {"path": path}), 1, "invalid_args")


def test_denies_a_link_out_of_the_scope(app):
    (app.path / "data/link").symlink_to("private/secret.txt")
    (app.path / "data/out").symlink_to("/etc/passwd")
    refused(app.call(READ, {"path": "data/link"}), 1, "scope")
    refused(app.call(READ, {"path": "data/out"}), 1, "scope")


def test_a_command_that_is_not_granted(app):
    line = refused(app.call("plugin:fs|remove", HELLO), 1, "not_granted")
    assert "plugin:fs|remove" in line
    assert (app.path / "data/hello.txt").exists()
    refused(app.call("greet", {}), 1, "not_granted")


def test_a_view_without_capability(app):
    refused(app.call(READ, HELLO, "--view", "other"), 1, "not_granted")


def test_an_origin_without_capability(app):
    refused(app.call(READ, HELLO, "--origin", "https://example.com"), 1, "not_granted")


def test_another_view_has_what_its_capability_grants(app):
    (app.path / "capabilities/other.json").write_text(json.dumps({
        "identifier": "other", "windows": ["other"],
        "permissions": ["fs:allow-read-text-file",
                        {"identifier": "fs:scope",
                         "allow": [{"path": "$RESOURCE/data/private/*"}]}]}))
    secret = {"path": "data/private/secret.txt"}
    text = (app.path / "data/private/secret.txt").read_bytes()
    assert value(app.call(READ, secret, "--view", "other")) == text
    refused(app.call(READ, HELLO, "--view", "other"), 1, "scope")
    refused(app.call(READ, secret), 1, "scope")
    refused(app.call(READ, secret, "--view", "other", "--origin", "http://example.com"), 1,
            "not_granted")


def test_errors_of_the_plugin(app):
    refused(app.call(READ, {"path": "data/missing.txt"}), 1, "not_found")
    refused(app.call(READ, {"path": 3}), 1, "invalid_args")
    refused(app.call(READ), 1, "invalid_args")


# ---- --json ----

def json_of(result, status):
    assert result.returncode == status
    assert result.stderr == b""
    assert result.stdout.count(b"\n") == 1 and result.stdout.endswith(b"\n")
    return json.loads(result.stdout)


def test_json_of_bytes(app):
    answer = json_of(app.call(READ, HELLO, "--json"), 0)
    assert answer.keys() == {"ok", "bytes"} and answer["ok"] is True
    assert base64.b64decode(answer["bytes"], validate=True) == TEXT


def test_json_of_a_value(app):
    answer = json_of(app.call("plugin:fs|stat", HELLO, "--json"), 0)
    assert answer.keys() == {"ok", "value"} and answer["ok"] is True
    assert answer["value"]["size"] == len(TEXT)


@pytest.mark.parametrize("command, args, code", [
    (READ, {"path": "/etc/passwd"}, "scope"), ("plugin:fs|remove", {}, "not_granted"),
    (READ, {"path": "data/missing.txt"}, "not_found")])
def test_json_of_an_error(app, command, args, code):
    answer = json_of(app.call(command, args, "--json"), 1)
    assert answer.keys() == {"ok", "error"} and answer["ok"] is False
    assert answer["error"]["code"] == code
    assert answer["error"]["command"] == command
    assert answer["error"]["message"]
    assert answer["error"].get("errno") == (2 if code == "not_found" else None)


# ---- --raw ----

BYTES = bytes(range(256)) * 16


def test_raw_from_a_file(app):
    (app.folder / "body").write_bytes(BYTES)
    result = app.call(WRITE, {"path": "data/new.bin"}, "--raw", app.folder / "body")
    assert value(result) == b"null\n"
    assert (app.path / "data/new.bin").read_bytes() == BYTES
    assert value(app.call("plugin:fs|read_file", {"path": "data/new.bin"})) == BYTES


def test_raw_from_standard_input(app):
    result = app.call(WRITE, {"path": "data/new.bin"}, "--raw", "-", input=BYTES)
    assert value(result) == b"null\n"
    assert (app.path / "data/new.bin").read_bytes() == BYTES


def test_raw_that_is_empty(app):
    (app.path / "data/new.bin").write_bytes(b"old")
    assert value(app.call(WRITE, {"path": "data/new.bin"}, "--raw", "-", input=b"")) == b"null\n"
    assert (app.path / "data/new.bin").read_bytes() == b""


def test_raw_is_needed_to_write(app):
    refused(app.call(WRITE, {"path": "data/new.bin"}), 1, "invalid_args")
    assert not (app.path / "data/new.bin").exists()


@pytest.mark.parametrize("n", [1024 * 1024, 1024 * 1024 - 1])
def test_raw_of_the_largest_size(app, n):
    body = os.urandom(n)
    assert value(app.call(WRITE, {"path": "data/new.bin"}, "--raw", "-", input=body)) == b"null\n"
    assert value(app.call("plugin:fs|read_file", {"path": "data/new.bin"})) == body


def test_what_no_frame_holds(app):
    body = os.urandom(3 * 1024 * 1024 + 1)
    result = app.call(WRITE, {"path": "data/big.bin"}, "--raw", "-", input=body)
    assert value(result) == b"null\n"
    assert (app.path / "data/big.bin").read_bytes() == body
    assert value(app.call("plugin:fs|read_file", {"path": "data/big.bin"})) == body


def test_raw_file_that_is_missing(app):
    refused(app.call(WRITE, {"path": "data/new.bin"}, "--raw", "/nonexistent"), 2, "not_found")
    refused(app.call(WRITE, {"path": "data/new.bin"}, "--raw", app.folder), 2, "io")


# ---- --repeat, --jobs ----

@pytest.mark.parametrize("repeat, jobs", [(1, 1), (100, 1), (2000, 64), (50, 1024)])
def test_repeat(app, repeat, jobs):
    line = value(app.call(READ, HELLO, "--repeat", repeat, "--jobs", jobs)).decode()
    assert line.startswith(f"{repeat} calls, 0 failed, ") and line.endswith(" calls/s\n")
    done = [record for record in app.records() if record["event"] == "done"]
    assert len(done) == repeat
    assert app.verify() == "CLOSED"


def test_repeat_of_what_is_denied(app):
    result = app.call(READ, {"path": "/etc/passwd"}, "--repeat", 20, "--jobs", 4)
    assert result.returncode == 1
    assert result.stdout.startswith(b"20 calls, 20 failed, ")
    assert result.stderr.startswith(b"trollbridge: scope: ") and result.stderr.count(b"\n") == 1


# ---- usage ----

@pytest.mark.parametrize("arguments", [
    [], ["call"], ["call", "APP"], ["call", "APP", READ, "{}", "more"], ["call", "APP", READ, "{"],
    ["call", "APP", READ, "[]"], ["call", "APP", READ, "3"], ["call", "APP", READ, ""],
    ["call", "APP", READ, '{"a":1,"a":2}'], ["call", "APP", READ, "{}", "--unknown"],
    ["call", "APP", READ, "--repeat"], ["call", "APP", READ, "--repeat", "0"],
    ["call", "APP", READ, "--repeat", "-1"], ["call", "APP", READ, "--repeat", "+5"], ["call", "APP", READ, "--repeat", "3x"],
    ["call", "APP", READ, "--repeat", "99999999999999999999"],
    ["call", "APP", READ, "--jobs", "1025"], ["call", "APP", READ, "--jobs", ""],
    ["call", "APP", READ, "--view", "a b"], ["call", "APP", READ, "--view", ""],
    ["call", "APP", READ, "--view", "x" * 65], ["call", "APP", READ, "--origin", "a b"],
    ["call", "APP", READ, "--origin", ""], ["unknown"], ["--unknown"],
    ["relay"], ["relay", "APP", "more"], ["relay", "APP", "--unknown"],
    ["relay", "APP", "--view", "a b"]])
def test_usage_errors(app, arguments):
    arguments = [app.path if word == "APP" else word for word in arguments]
    refused(app.run(*arguments), 2, "usage")


@pytest.mark.parametrize("arguments, named", [
    (("call", "--nothing", "app", READ), "--nothing"), (("call", "app", READ, "--raw"), "--raw"),
    (("call", "app", READ, "--json", "-xy"), "-xy"), (("call", "-x", "--json"), "-x"),
    (("policy", "check", "app", "--view"), "--view"), (("relay", "--view=main", "--nothing=1"), "--nothing=1"),
])
def test_a_wrong_option_is_named(app, arguments, named):
    assert f"usage: {named}: no such option" in refused(app.run(*arguments), 2, "usage")


@pytest.mark.parametrize("command, args, takes", [
    ("listen", {}, "{event, target?}"), ("emit", {"event": "a b"}, "{event, payload?}"),
    ("emit_to", {"event": "a"}, "{target, event, payload?}"), ("unlisten", {"event": "a"}, "{event, eventId}"),
])
def test_arguments_of_events(app, command, args, takes):
    (app.path / "capabilities/events.toml").write_text(
        'identifier = "events"\nwindows = ["main"]\npermissions = ["core:event:default"]\n')
    line = refused(app.call(f"plugin:event|{command}", args), 1, "invalid_args")
    assert f"takes {takes} and no body; the name of an event is 1 to 128 of" in line


def subcommands(app):
    text = app.run("help").stdout.decode()
    names = [line.split()[0] for line in text.split("\n") if line.startswith("  ")]
    assert {"call", "relay", "audit", "version", "help"} <= set(names), text
    return names


def test_every_subcommand_has_help(app):
    for name in subcommands(app):
        result = app.run(name, "--help")
        assert result.returncode == 0, name
        assert result.stderr == b"", name
        assert "usage: " in result.stdout.decode().lower(), name


@pytest.mark.parametrize("word", ["help", "--help", "-h"])
def test_help(app, word):
    assert value(app.run(word)).startswith(b"usage: trollbridge ")


@pytest.mark.parametrize("word", ["version", "--version"])
def test_version(app, word):
    assert value(app.run(word)).startswith(b"trollbridge 0.")


# ---- the app's files ----

def test_a_missing_app(app):
    line = refused(app.run("call", "/nonexistent/app", READ, "{}"), 3, "not_found")
    assert "/nonexistent/app" in line
    refused(app.run("call", app.path / "trollbridge.toml", READ, "{}"), 3, "not_found")


def test_an_empty_app(app):
    empty = app.folder / "empty"
    empty.mkdir()
    assert "(trollbridge.toml)" in refused(app.run("call", empty, READ, "{}"), 3, "manifest")


BROKEN = {
    "a syntax error in TOML": ("trollbridge.toml", "\nx = [\n", "trollbridge.toml:"),
    "a key that is not known": ("trollbridge.toml", "\ncolour = 1\n", "trollbridge.toml:15"),
    "a table that is not known": ("trollbridge.toml", "\n[colour]\n", "trollbridge.toml:15"),
    "a value of the wrong type": ("trollbridge.toml", '\n[limits."*"]\ndeadline_ms = "x"\n',
                                  "trollbridge.toml:16"),
    "a layer that is not known": ("trollbridge.toml", '\n[sandbox]\nrequire = ["x"]\n',
                                  "trollbridge.toml:16"),
    "broken JSON": ("capabilities/more.json", '{"identifier": "more",\n',
                    "capabilities/more.json:"),
    "JSON that is no capability": ("capabilities/more.json", "3\n", "capabilities/more.json:1"),
    "a key twice": ("capabilities/more.json",
                    '[{"identifier": "a",\n"identifier": "b", "windows": ["x"], "permissions": []}]',
                    "capabilities/more.json:2"),
    "a permission that is not there": ("capabilities/more.json",
                                       '{"identifier": "more", "windows": ["x"],\n'
                                       '"permissions": ["fs:allow-nothing"]}',
                                       "capabilities/more.json:2"),
    "a plugin that is not there": ("capabilities/more.json",
                                   '{"identifier": "more", "windows": ["x"],\n'
                                   '"permissions": ["nothing:default"]}',
                                   "capabilities/more.json:2"),
    "an identifier twice": ("capabilities/more.json",
                            '{"identifier": "main", "windows": ["x"], "permissions": []}',
                            "capabilities/more.json:1"),
    "a syntax error in a permission": ("permissions/own.toml", "[[permission\n",
                                       "permissions/own.toml:1"),
    "bytes that are not UTF-8": ("capabilities/more.json", "\udcff\udcfe",
                                 "capabilities/more.json"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_policy(app, kind):
    name, text, place = BROKEN[kind]
    file = app.path / name
    file.parent.mkdir(exist_ok=True)
    with open(file, "ab") as out:
        out.write(text.encode("utf-8", "surrogateescape"))
    result = app.call(READ, HELLO)
    assert result.returncode == 3, result.stderr
    assert result.stdout == b""
    errors = result.stderr.decode().splitlines()
    errors = [line for line in errors if not line.startswith("trollbridge: warning: ")]
    assert errors and all(line.startswith("trollbridge: ") for line in errors), errors
    assert any(f"({place}" in line for line in errors), errors
    assert not app.log.exists()


# ---- where the output goes ----

def test_output_to_a_pipe_that_is_closed(app):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as out:
        result = app.call(READ, HELLO, stdout=out)
    assert result.returncode not in (0, 2, 3, 4), result.returncode


def test_output_to_a_full_disk(app):
    with open("/dev/full", "wb") as out:
        for arguments in (["call", app.path, READ, json.dumps(HELLO)],
                          ["call", app.path, READ, json.dumps(HELLO), "--json"],
                          ["version"], ["help"]):
            result = app.run(*arguments, stdout=out)
            assert result.returncode == 1, arguments
            assert result.stderr == b"trollbridge: io: standard output: cannot be written\n"


def test_nothing_is_inherited(app):
    """Descriptors and environment of the caller do not reach the tree."""
    secret = os.open(app.folder, os.O_RDONLY)
    os.set_inheritable(secret, True)
    app.environment["SECRET"] = "x"
    with tree.Host(app) as host:
        host.open("main")
        host.call()
        for pid in [host.supervisor, *tree.descendants(host.supervisor)]:
            if os.getuid() == 0:
                folder = f"/proc/{pid}/fd"
                links = {os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)}
                assert str(app.folder) not in links
                assert b"SECRET" not in open(f"/proc/{pid}/environ", "rb").read()
    os.close(secret)


def test_scopes_that_do_not_fit_a_plugins_first_message(app):
    paths = [f"$RESOURCE/data/{'x' * 100}{n}" for n in range(12000)]
    entry = {"identifier": "fs:allow-read-text-file", "allow": paths}
    capability = {"identifier": "main", "windows": ["main"], "permissions": [entry]}
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))
    refused(app.call(READ, HELLO), 1, "plugin_unavailable")
    record, = [record for record in app.records() if record["event"] == "plugin"]
    assert record["code"] == "plugin_unavailable"
    assert record["reason"] == "its commands and their scopes do not fit the 1 MiB of its first message"
