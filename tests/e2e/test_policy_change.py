"""Policy is read at the start: what changes on disk later changes nothing in what runs."""

import json
import shutil

import pytest

import tree
from tree import HELLO, READ

SECRET = {"path": "data/private/secret.txt"}


@pytest.fixture(autouse=True)
def nothing_stays():
    with tree.leaves_nothing():
        yield


def wide(app):
    """Grants everything to every view."""
    (app.path / "capabilities/main.json").write_text(json.dumps({
        "identifier": "main", "windows": ["*"],
        "permissions": ["fs:allow-read-text-file",
                        {"identifier": "fs:scope", "allow": [{"path": "/**"}]}]}))


def narrow(app):
    """Grants nothing."""
    (app.path / "capabilities/main.json").write_text(json.dumps({
        "identifier": "main", "windows": ["main"], "permissions": []}))


def broken(app):
    (app.path / "capabilities/main.json").write_text("{")


def gone(app):
    shutil.rmtree(app.path / "capabilities")
    (app.path / "trollbridge.toml").unlink()


CHANGES = [wide, narrow, broken, gone]


def check(host, view="main"):
    assert host.code(view=view) == ""
    assert host.code(view=view, args=SECRET) == "scope"
    assert host.code(view=view, args={"path": "/etc/passwd"}) == "scope"


@pytest.mark.parametrize("change", CHANGES)
def test_a_session_that_runs(host, change):
    check(host)
    change(host.app)
    check(host)


@pytest.mark.parametrize("change", CHANGES)
def test_a_plugin_that_is_started_after_the_change(host, change):
    change(host.app)
    check(host)
    tree.kill(host.role("fs"))
    check(host)


@pytest.mark.parametrize("change", CHANGES)
def test_a_document_that_is_opened_after_the_change(host, change):
    """The snapshot of the start decides, for other views too."""
    change(host.app)
    host.open("main")
    check(host)
    host.open("other")
    host.say("call", "other", "x", READ, json.dumps(HELLO))
    assert host.wait(lambda line: line.get("view") == "other" and "error" in line)["error"] \
        == "not_granted"


@pytest.mark.parametrize("change, status", [(wide, 0), (narrow, 1), (broken, 3), (gone, 3)])
def test_the_next_start_sees_the_change(app, change, status):
    """Else the tests above would show nothing."""
    assert app.call(READ, SECRET).returncode == 1
    change(app)
    assert app.call(READ, SECRET if change is wide else HELLO).returncode == status


def test_the_log_names_the_policy(app):
    def digest():
        assert app.call(READ, HELLO).returncode == 0
        return [r["reason"] for r in app.records() if r["event"] == "policy"][-1]

    first = digest()
    assert digest() == first
    wide(app)
    assert digest() != first
