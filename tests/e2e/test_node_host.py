"""examples/node-host: a host in JavaScript that has only `trollbridge relay` and the package of shim-js."""

import base64
import json
import os
import shutil
import subprocess

import pytest

import tree
from test_conformance import CASES, World, page

HOST = tree.TOP / "examples/node-host/host.mjs"
MIB = 1024 * 1024


class Call:
    """A call as `page.Runner` looks at it."""

    def __init__(self, number):
        self.id, self.messages, self.early, self.answer = number, [], [], None

    @property
    def reply(self):
        return self.answer


class NodeHost:
    """The host under test, with the names that `page.Runner` uses."""

    granted = type("Everything", (), {"__contains__": lambda self, name: True})()  # the host itself refuses

    def __init__(self, app, environment):
        assert (tree.TOP / "shim-js/dist/src/index.js").exists(), \
            "the package is not built: npm --prefix shim-js ci && npm --prefix shim-js run build"
        self.process = subprocess.Popen([shutil.which("node"), HOST, app], stdin=subprocess.PIPE, cwd="/",
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        self.calls, self.made = {}, 0

    def say(self, request):
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def start(self, name, args, body=None, rest=None, each=1):
        self.made += 1
        parts = [] if body is None else [body]
        if rest is not None:
            parts += [rest[at:at + each] for at in range(0, len(rest), each)] or [b""]
        self.say({"id": self.made, "call": name, "args": args,
                  "body": [base64.b64encode(part).decode() for part in parts]})
        self.calls[self.made] = Call(self.made)
        return self.calls[self.made]

    def send(self, call, kind, message):
        assert (kind, message) == (page.wire.CANCEL, {})
        self.say({"cancel": call.id})

    def step(self):
        line = json.loads(self.process.stdout.readline())
        call = self.calls[line["id"]]
        if "early" in line:
            call.early = [line.get("value")]
        elif "ok" in line:
            del self.calls[line["id"]]
            call.answer = line
        else:
            call.messages.append((line["channel"], line["message"]))

    def await_result(self, call):
        while call.answer is None:
            self.step()
        if "error" in call.answer:
            return {"error": call.answer["error"]["code"], "errno": call.answer["error"].get("errno")}
        if "bytes" in call.answer:
            return {"bytes": base64.b64decode(call.answer["bytes"])}
        return {"value": call.answer["value"]}

    await_early = page.Page.await_early
    await_messages = page.Page.await_messages

    def do(self, name, args, body=None):
        call = self.start(name, args, body)
        self.await_result(call)
        return {key: value for key, value in call.answer.items() if key != "id"}

    def end(self):
        """Exit status, and what is left of both outputs."""
        out, err = self.process.communicate(timeout=4 * tree.PATIENCE_S)
        return self.process.returncode, out.decode(), tree.clean(err.decode())


def environment_of(home):
    return {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_STATE_HOME": f"{home}/state",
            "TROLLBRIDGE": str(tree.ROOT / "bin/trollbridge")}


@pytest.fixture
def host(app):
    host = NodeHost(app.path, environment_of(app.folder / "home"))
    yield host
    host.process.kill()
    host.process.communicate()


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """One session for all cases: each process of a host has one."""
    made = World(tmp_path_factory.mktemp("node-host"))
    host = NodeHost(made.app, environment_of(made.home))
    yield host
    assert host.end() == (0, "", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("plugin", ["c", "python", "node"])
def test_conformance(kit, plugin, case):
    page.Runner(kit, plugin).run(case)


def test_what_it_prints_is_what_call_prints(app, host):
    calls = [("plugin:fs|stat", {"path": "data/hello.txt"}),
             ("plugin:fs|read_file", {"path": "data/hello.txt"}),
             ("plugin:fs|read_file", {"path": "data/private/none.txt"}),
             ("plugin:fs|read_file", {"path": "data/none.txt"}),
             ("plugin:fs|read_file", {"path": 7}),
             ("plugin:fs|remove", {"path": "data/hello.txt"})]
    for name, args in calls:
        expected = json.loads(app.call(name, args, "--json").stdout)
        expected.get("error", {}).pop("command", None)
        found = host.do(name, args)
        for line in (found, expected):
            (line.get("value") or {}).pop("atime", None)  # one of them has read the file since
            if line.get("error", {}).get("code") == "not_granted":
                del line["error"]["message"]  # each endpoint says it in its own words
        assert found == expected, name
    assert host.end() == (0, "", "")


def test_bodies_of_every_size(app, host):
    for i, body in enumerate([b"", b"x", os.urandom(65537), os.urandom(MIB)]):
        args = {"path": f"data/body-{i}.bin"}
        assert host.do("plugin:fs|write_file", args, body) == {"ok": True, "value": None}
        assert (app.path / args["path"]).read_bytes() == body
        assert base64.b64decode(host.do("plugin:fs|read_file", args)["bytes"]) == body
    assert host.end() == (0, "", "")


def test_an_app_that_does_not_start(app):
    (app.path / "trollbridge.toml").write_text("[app]\nid = 7\n")
    host = NodeHost(app.path, environment_of(app.folder / "home"))
    assert host.do("plugin:fs|read_file", {"path": "data/hello.txt"})["error"]["code"] == "session_closed"
    status, out, err = host.end()
    assert (status, out) == (1, "") and "trollbridge.toml" in err
