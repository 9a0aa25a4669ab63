"""An app's hook is looked at before anything runs by it, at the start and at a reload; its process is one of the tree."""

import json

import pytest

import hooks
import tree
from tree import HELLO, READ

SEES = "export function onRequest({ args }) { console.log('saw', args.path, '\\x1b[31m'); return args }"
WRONG = {
    "\nexport function onRequest({ args }) { retur args }": "isolation.js:2: SyntaxError: ",
    "\n\nmissing()\nexport function onRequest({ args }) { return args }": "isolation.js:3: ReferenceError: ",
    "export default { onRequest() {}, onRequst() {} }": "isolation.js: the default export has members beside ",
}


@pytest.mark.parametrize("text", WRONG)
def test_nothing_starts_with_a_hook_that_cannot_run(app, text):
    hooks.add(app, text)
    result = app.call(READ, HELLO)
    said = result.stderr.decode()
    assert (result.returncode, result.stdout) == (3, b"")
    assert said.count(f"trollbridge: hook: {WRONG[text]}") == 1
    assert not app.log.exists()


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_policy_check_finds_it_too(app, text, options):
    hooks.add(app, text)
    result = app.run("policy", "check", app.path, *options)
    assert result.returncode == 3
    assert result.stderr.decode().startswith(f"trollbridge: hook: {WRONG[text]}")
    hooks.change(app, SEES)
    assert app.run("policy", "check", app.path, *options).returncode == 0


def test_a_reload_with_a_hook_that_cannot_run_changes_nothing(app):
    hooks.add(app, SEES)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        first = {**host.call("main", READ, HELLO), "id": 0}
        assert "error" not in first, first
        for text in WRONG:
            hooks.change(app, text)
            answer = host.reload()
            assert answer["code"] == "invalid_args" and "files are wrong" in answer["message"], answer
            assert {**host.call("main", READ, HELLO), "id": 0} == first
        hooks.change(app, "export function onRequest() { throw new Error('the new one') }")
        assert host.reload().keys() == {"before", "after"}
        last = host.call("main", READ, HELLO)
        assert last["error"]["code"] == "hook", last
        said = host.errors()
        assert all(said.count(f"trollbridge: hook: {wrong}") == 1 for wrong in WRONG.values())


def test_what_it_logs_comes_out_escaped_and_with_its_name(app):
    hooks.add(app, SEES)
    result = app.call(READ, HELLO)
    assert result.returncode == 0
    assert result.stderr.decode() == "trollbridge: hook: saw data/hello.txt  [31m\n"


def test_its_layers_are_on_the_record(app):
    hooks.add(app, SEES)
    assert app.call(READ, HELLO).returncode == 0
    layers = {record["plugin"]: record["reason"] for record in app.records() if record["event"] == "layer"}
    assert layers["hook"] == layers["broker"]  # none of them has more


def test_doctor_knows_its_role_and_that_it_is_there(app):
    report = json.loads(app.run("doctor", "--json").stdout)
    assert report["parts"] == {"hook": True}
    hook, broker = report["roles"]["hook"], report["roles"]["broker"]
    assert hook["layers"] == broker["layers"] and "openat" not in hook["syscalls"]
    (app.installed / "libexec/trollbridge/hook").rename(app.folder / "hook")
    try:
        assert json.loads(app.run("doctor", "--json").stdout)["parts"] == {"hook": False}
        assert "missing  built without JavaScriptCore" in app.run("doctor").stdout.decode()
    finally:
        (app.folder / "hook").rename(app.installed / "libexec/trollbridge/hook")
