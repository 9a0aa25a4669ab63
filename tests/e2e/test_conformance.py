"""The cases of tests/conformance for the kit in C, Python and JavaScript, in the real sandbox."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import tree

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "conformance"))
import page  # noqa: E402

CASES = json.loads((TESTS / "conformance/cases.json").read_text())
BUILT = pathlib.Path(os.environ.get("TB_BUILD", tree.TOP / "build")) / "examples/kit/kit"
MSGPACK = tree.TOP / "shim-js/node_modules/@msgpack"


class World:
    """What page.world.Host works in."""

    def __init__(self, folder):
        self.app, self.home = folder / "kit", folder / "home"
        shutil.copytree(tree.TOP / "examples/kit", self.app, ignore=shutil.ignore_patterns("meson.build"))
        shutil.copy(BUILT, self.app / "c/kit")
        shutil.copytree(MSGPACK, self.app / "node/node_modules/@msgpack", symlinks=True)
        self.home.mkdir()


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("conformance"))
    host = page.world.Host(str(tree.ROOT), made.app, str(made.home))
    yield host
    host.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("plugin", ["c", "python", "node"])
def test_case(host, plugin, case):
    view = page.Page(host)
    page.Runner(view, plugin).run(case)
    view.close()


# ---- the same by hosts in JavaScript, behind `trollbridge relay` ----

@pytest.fixture(scope="module")
def relayed(tmp_path_factory):
    """Runs a program with the app behind it; its lines of JSON."""
    assert (tree.TOP / "shim-js/dist/src/index.js").exists(), "npm --prefix shim-js ci && npm --prefix shim-js run build"
    made = World(tmp_path_factory.mktemp("relayed"))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(made.home), "TROLLBRIDGE": str(tree.ROOT / "bin/trollbridge")}

    def run(*argv):
        done = subprocess.run([shutil.which("node"), *map(str, argv)], check=False, capture_output=True, cwd="/",
                              env=environment, timeout=4 * tree.PATIENCE_S)
        assert tree.clean(done.stderr.decode()) == ""
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]
    run.made = made
    return run


@pytest.mark.parametrize("plugin", ["c", "python", "node"])
def test_the_typescript_endpoint(relayed, plugin):
    status, lines = relayed(TESTS / "conformance/page.mjs", relayed.made.app, plugin, TESTS / "conformance/cases.json")
    assert [line for line in lines if not line["ok"]] == []
    assert (status, [line["case"] for line in lines]) == (0, [case["name"] for case in CASES])


def host_calls(plugin):
    """The cases that the example's form has words for, as its calls, and what it must print of each."""
    for case in CASES:
        steps = case["steps"]
        if any("call" not in step or "as" in step or "parts" in step or "save" in json.dumps(step) for step in steps):
            continue
        for step in steps:
            name = step["call"] if ":" in step["call"] else f"plugin:{plugin}|{step['call']}"
            call = {"command": name, "args": step.get("args", {})}
            if "body" in step:
                call["base64"] = base64.b64encode(page.body_of(step["body"])).decode()
            yield call, step


def shown(step):
    if "error" in step:
        return {"ok": False, "code": step["error"], "errno": step.get("errno")}
    if "bytes" in step:
        return {"ok": True, "bytes": base64.b64encode(page.body_of(step["bytes"])).decode()}
    return {"ok": True, "value": step["value"]}


def printed(line):
    if line["ok"]:
        return line
    return {"ok": False, "code": line["error"]["code"], "errno": line["error"].get("errno")}


@pytest.mark.parametrize("plugin", ["c", "python", "node"])
def test_the_example_of_a_host(relayed, plugin, tmp_path):
    calls, steps = zip(*host_calls(plugin))
    (tmp_path / "calls.json").write_text(json.dumps(calls))
    status, lines = relayed(tree.TOP / "examples/node-host/host.mjs", relayed.made.app, tmp_path / "calls.json")
    assert status == 0 and len(steps) > 30
    assert [printed(line) for line in lines if "ok" in line] == [shown(step) for step in steps]
    messages = [message for step in steps for message in step.get("messages", list(range(step.get("count", 0))))]
    assert [line["message"] for line in lines if "message" in line] == messages
