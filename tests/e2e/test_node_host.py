"""examples/node-host: a host in JavaScript that has only `trollbridge relay` and the package of shim-js."""

import base64
import json
import os
import shutil
import subprocess

import pytest

import tree

HOST = tree.TOP / "examples/node-host/host.mjs"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def package():
    built = tree.TOP / "shim-js/dist/src/index.js"
    assert built.exists(), "the package is not built: npm --prefix shim-js ci && npm --prefix shim-js run build"


@pytest.fixture
def host(app, package):
    """Runs the host with calls; exit status and the lines that it printed."""
    def run(calls=None):
        arguments = [] if calls is None else [app.folder / "calls.json"]
        for file in arguments:
            file.write_text(json.dumps(calls))
        done = subprocess.run([shutil.which("node"), HOST, app.path, *arguments], check=False, capture_output=True,
                              timeout=4 * tree.PATIENCE_S, cwd="/",
                              env=app.environment | {"TROLLBRIDGE": app.program("trollbridge")[-1]})
        assert tree.clean(done.stderr.decode()) == ""
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]
    return run


def raw(content):
    return {"ok": True, "bytes": base64.b64encode(content).decode()}


def test_its_own_call(app, host):
    assert host() == (0, [raw((app.path / "data/hello.txt").read_bytes())])


def test_what_it_prints_is_what_call_prints(app, host):
    calls = [{"command": "plugin:fs|stat", "args": {"path": "data/hello.txt"}},
             {"command": "plugin:fs|read_file", "args": {"path": "data/hello.txt"}},
             {"command": "plugin:fs|read_file", "args": {"path": "data/private/none.txt"}},
             {"command": "plugin:fs|read_file", "args": {"path": "data/none.txt"}},
             {"command": "plugin:fs|read_file", "args": {"path": 7}},
             {"command": "plugin:fs|remove", "args": {"path": "data/hello.txt"}}]
    expected = [json.loads(app.call(call["command"], call["args"], "--json").stdout) for call in calls]
    assert [line["ok"] for line in expected] == [True, True, False, False, False, False]
    status, lines = host(calls)
    for line in (*lines, *expected):
        line.get("value", {}).pop("atime", None)  # one of them has read the file since
        if line.get("error", {}).get("code") == "not_granted":
            del line["error"]["message"]  # each endpoint says it in its own words
    assert (status, lines) == (0, expected)


def test_bodies_of_every_size(app, host):
    bodies = [b"", b"x", os.urandom(65537), os.urandom(MIB)]
    calls = []
    for i, body in enumerate(bodies):
        path = f"data/body-{i}.bin"
        calls += [{"command": "plugin:fs|write_file", "args": {"path": path}, "base64": base64.b64encode(body).decode()},
                  {"command": "plugin:fs|read_file", "args": {"path": path}}]
    status, lines = host(calls)
    assert status == 0
    assert lines[::2] == [{"ok": True, "value": None}] * len(bodies)
    assert [base64.b64decode(line["bytes"]) for line in lines[1::2]] == bodies
    for i, body in enumerate(bodies):
        assert (app.path / f"data/body-{i}.bin").read_bytes() == body


def test_an_app_that_does_not_start(app, package):
    (app.path / "trollbridge.toml").write_text("[app]\nid = 7\n")
    done = subprocess.run([shutil.which("node"), HOST, app.path], check=False, capture_output=True, cwd="/",
                          timeout=4 * tree.PATIENCE_S,
                          env=app.environment | {"TROLLBRIDGE": app.program("trollbridge")[-1]})
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "session_closed"
    assert b"trollbridge.toml" in done.stderr
