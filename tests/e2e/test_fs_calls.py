"""The fs plugin through the whole tree: ids that belong to a view, big files, and watching."""

import filecmp
import json
import os

import pytest

import tree
from test_call_streams import begin, ends, interrupt
from test_soak import growth, settled
from test_streams import MIB, RSS_MOST_KIB, peaks, pids_of

READ, WRITE, WATCH = "plugin:fs|read_file", "plugin:fs|write_file", "plugin:fs|watch"
WARM_UP, ROUNDS = 50, 1000


@pytest.fixture
def app(app):
    path = app.path / "capabilities/main.json"
    capability = json.loads(path.read_text())
    capability["permissions"] += ["fs:read-all", "fs:write-all", "core:resources:default"]
    capability["windows"].append("other")
    path.write_text(json.dumps(capability))
    with tree.leaves_nothing():
        yield app


@pytest.fixture
def host(app):
    with tree.Host(app) as host:
        host.open("main")
        host.open("other")
        yield host


def fs(host, command, view="main", **args):
    """The value, or the error's code."""
    answer = host.call(view, f"plugin:fs|{command}", args)
    return answer["error"]["code"] if "error" in answer else answer.get("value", answer.get("bytes"))


def close(host, rid, view="main"):
    return host.code(view=view, command="plugin:resources|close", args={"rid": rid})


def test_a_file_by_its_id(host):
    path = host.app.path / "data/new"
    rid = fs(host, "open", path="data/new", options={"read": True, "write": True, "create": True})
    assert fs(host, "write", rid=rid, data=list(b"one\ntwo\n")) == 8
    assert fs(host, "seek", rid=rid, offset=-4, whence=2) == 4
    assert fs(host, "write", rid=rid, data=list(b"2")) == 1 and path.read_bytes() == b"one\n2wo\n"
    assert fs(host, "fstat", rid=rid)["size"] == 8
    assert fs(host, "ftruncate", rid=rid, len=3) is None and path.read_bytes() == b"one"
    assert close(host, rid) == "" and close(host, rid) == "not_found"
    assert fs(host, "fstat", rid=rid) == "not_found"


def test_an_id_is_worth_nothing_in_another_view(host):
    rid = fs(host, "open", path="data/hello.txt")
    lines = fs(host, "read_text_file_lines", path="data/hello.txt")
    own = fs(host, "open", view="other", path="data/hello.txt")
    assert len({rid, lines, own}) == 3
    for number in (rid, lines):
        for command, args in (("read", {"len": 1}), ("fstat", {}), ("seek", {"offset": 0, "whence": 0}),
                              ("read_text_file_lines_next", {}), ("unwatch", {})):
            assert fs(host, command, view="other", rid=number, **args) == "not_found"
        assert close(host, number, view="other") == "not_found"
    assert fs(host, "fstat", rid=rid)["isFile"] and fs(host, "fstat", view="other", rid=own)["isFile"]
    # Nor in a later document of the same one.
    host.open("main")
    assert fs(host, "fstat", rid=rid) == "not_found" and close(host, rid) == "not_found"


def test_256_mib_in_one_call_each_way(app):
    with open(app.path / "data/big", "wb") as file:
        for _ in range(256):
            file.write(os.urandom(MIB))
    process = begin(app, READ, {"path": "data/big"})
    with open(app.path / "data/big", "rb") as file:
        for _ in range(255):
            assert process.stdout.read(MIB) == file.read(MIB)
        assert all(kib < RSS_MOST_KIB for kib in peaks([process.pid, *tree.descendants(process.pid)]).values())
        assert process.stdout.read(2 * MIB) == file.read(MIB)
    assert ends(process, 0) == ""
    result = app.call(WRITE, {"path": "data/copy"}, "--raw", app.path / "data/big")
    assert result.returncode == 0 and filecmp.cmp(app.path / "data/big", app.path / "data/copy", shallow=False)


def test_a_page_that_stops_reading_a_file(host):
    with open(host.app.path / "data/big", "wb") as file:
        file.truncate(64 * MIB)
    call = host.start(command=READ, args={"path": "data/big"})
    host.say("hold", "main", call)
    assert host.code() == ""
    assert all(kib < RSS_MOST_KIB for kib in peaks(pids_of(host)).values())
    host.say("cancel", "main", call)
    assert host.answer(call)["error"]["code"] == "cancelled"


def after_rounds(host, n, command, args):
    """What the tree holds then. A cancelled call is answered before the plugin hears of it, and what comes behind is answered after that."""
    host.rounds(n, command, args)
    assert host.code() == ""
    return settled(host)


def test_files_that_are_read_and_cancelled_leave_nothing(host):
    with open(host.app.path / "data/big", "wb") as file:
        file.truncate(8 * MIB)
    before = after_rounds(host, WARM_UP, READ, {"path": "data/big"})
    assert growth(before, after_rounds(host, ROUNDS, READ, {"path": "data/big"})) == []


def test_watches_that_are_cancelled_leave_nothing(host):
    args = {"paths": ["data"], "options": {"recursive": True}, "onEvent": "__CHANNEL__:1"}
    before = after_rounds(host, WARM_UP, WATCH, args)
    assert growth(before, after_rounds(host, ROUNDS, WATCH, args)) == []


def test_watching_in_the_sandbox(app):
    data = app.path / "data"
    args = {"paths": ["data"], "options": {"recursive": True}, "onEvent": "__CHANNEL__:5"}
    process = begin(app, WATCH, args, "--follow")
    assert isinstance(json.loads(process.stdout.readline())["value"], int)
    (data / "private/new").write_text("secret")
    (data / "new").write_text("x")
    first = json.loads(process.stdout.readline())
    assert first == {"channel": 5, "message": {"type": {"create": {"kind": "file"}}, "paths": [str(data / "new")], "attrs": {}}}
    interrupt(process)
    ends(process, 0)


def test_watching_a_file_that_alone_was_granted(app):
    path = app.path / "capabilities/main.json"
    capability = json.loads(path.read_text())
    for permission in capability["permissions"]:
        if isinstance(permission, dict):
            permission["allow"] = [{"path": "$RESOURCE/data/hello.txt"}]
    path.write_text(json.dumps(capability))
    args = {"paths": ["data/hello.txt"], "options": {}, "onEvent": "__CHANNEL__:5"}
    process = begin(app, WATCH, args, "--follow")
    process.stdout.readline()
    (app.path / "data/other").write_text("x")
    (app.path / "data/hello.txt").write_text("x")
    first = json.loads(process.stdout.readline())["message"]
    assert first["paths"] == [str(app.path / "data/hello.txt")] and first["type"] == {"modify": {"kind": "data", "mode": "any"}}
    interrupt(process)
    ends(process, 0)


@pytest.mark.parametrize("path, code", [("data/private", "scope"), ("data/none", "not_found"), ("/usr/bin", "scope")])
def test_what_cannot_be_watched(app, path, code):
    result = app.call(WATCH, {"paths": [path], "options": {}, "onEvent": "__CHANNEL__:1"})
    assert result.returncode == 1 and result.stderr.decode().startswith(f"trollbridge: {code}: {WATCH}: ")
