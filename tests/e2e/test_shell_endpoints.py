"""Programs as each endpoint has them: the same cases on a direct link, a relayed one, the host in JavaScript, and in `trollbridge call`.

tests/webkit/test_tauri_shell.py has the endpoint of WebKitGTK."""

import json

import pytest

import tree
from test_conformance import TESTS, page
from test_node_host import NodeHost, environment_of

CASES = json.loads((TESTS / "conformance/shell.json").read_text())
EXECUTE, SPAWN = "plugin:shell|execute", "plugin:shell|spawn"
NUMBER = {"validator": "[0-9]{1,9}"}
PROGRAMS = {"seq": [NUMBER], "false": [], "cat": [], "sleep": ["600"], "yes": []}
MANIFEST = '[app]\nid = "com.example.shell"\n'


def policy():
    entries = [{"name": name, "cmd": f"/usr/bin/{name}", "args": words} for name, words in PROGRAMS.items()]
    commands = [{"identifier": f"shell:allow-{name}", "allow": entries} for name in ("execute", "spawn")]
    permissions = [*commands, "shell:allow-kill", "shell:allow-stdin-write"]
    return {"identifier": "main", "windows": ["*"], "permissions": permissions}


class World:
    """An app that may run the programs of the cases, and what a host of it needs."""

    def __init__(self, folder):
        self.app, self.home = folder / "shell", folder / "home"
        (self.app / "capabilities").mkdir(parents=True)
        self.home.mkdir()
        (self.app / "trollbridge.toml").write_text(MANIFEST)
        (self.app / "capabilities/main.json").write_text(json.dumps(policy()))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("shell"))


@pytest.fixture(scope="module")
def wire_host(world):
    host = page.world.Host(str(tree.ROOT), world.app, str(world.home))
    yield host
    host.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("relay", [False, True], ids=["direct", "relay"])
def test_on_a_link(wire_host, relay, case):
    view = page.Page(wire_host, relay=relay)
    page.Runner(view, "shell").run(case)
    view.close()


def test_bytes_are_bytes_on_the_wire(wire_host):
    view = page.Page(wire_host)
    call = view.start(SPAWN, {"program": "seq", "args": ["2"], "options": {"encoding": "raw"}, "onEvent": "__CHANNEL__:7"})
    assert isinstance(view.await_result(call)["value"], int)
    told = [message for _, message in call.messages if message["event"] == "Stdout"]
    assert all(isinstance(message["payload"], bytes) for message in told)
    assert b"".join(message["payload"] for message in told) == b"1\n2\n"
    executed = view.await_result(view.start(EXECUTE, {"program": "seq", "args": ["2"], "options": {"encoding": "raw"}}))
    assert executed["value"] == {"code": 0, "signal": None, "stdout": b"1\n2\n", "stderr": b""}
    view.close()


@pytest.fixture(scope="module")
def node_host(world, tmp_path_factory):
    host = NodeHost(world.app, environment_of(tmp_path_factory.mktemp("home")))
    yield host
    assert host.end() == (0, "", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_in_the_host_in_javascript(node_host, case):
    page.Runner(node_host, "shell").run(case)


class Shot:
    """A call of `trollbridge call`, which has been answered when it is there."""

    def __init__(self, result):
        self.printed = json.loads(result.stdout)


class OneShot:
    """`trollbridge call` with the names that `page.Runner` uses: each call in a session of its own."""

    granted = NodeHost.granted

    def __init__(self, app):
        self.app = app

    def start(self, name, args, *_):
        return Shot(self.app.call(name, args, "--json"))

    def await_result(self, shot):
        error = shot.printed.get("error")
        return {"error": error["code"], "errno": error.get("errno")} if error else {"value": shot.printed["value"]}


def in_one_call(case):
    """Whether nothing of it goes on beside another call."""
    return all("call" in step and "as" not in step for step in case["steps"])


@pytest.fixture
def app(app, world):
    """Its folder is the world's."""
    app.path = world.app
    with tree.leaves_nothing():
        yield app


@pytest.mark.parametrize("case", filter(in_one_call, CASES), ids=lambda case: case["name"])
def test_in_call(app, case):
    page.Runner(OneShot(app), "shell").run(case)


@pytest.mark.parametrize("program", [["sleep", "600"], ["yes"]], ids=lambda words: words[0])
def test_call_ends_what_it_has_started(app, program):
    """It has what it was called for when the program runs; with its session the program ends."""
    args = {"program": program[0], "args": program[1:], "options": {}, "onEvent": "__CHANNEL__:1"}
    printed = json.loads(app.call(SPAWN, args, "--json").stdout)
    assert printed["ok"] and isinstance(printed["value"], int)
