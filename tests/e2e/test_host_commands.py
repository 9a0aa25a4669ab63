"""Commands that the host serves itself, and events that it sends: through the whole tree."""

import json

import pytest

import tree

LISTEN = "plugin:event|listen"
CAPABILITY = {
    "identifier": "host",
    "windows": ["main", "other"],
    "permissions": ["core:window:allow-title", "core:window:allow-set-title", "core:window:allow-set-icon",
                    "core:window:allow-set-overlay-icon", "core:event:default", "own"],
}
OWN = """
[[permission]]
identifier = "own"
description = "The app's own commands."
commands.allow = ["whoami", "echo", "later", "pour", "unserved"]
"""


def add(app):
    (app.path / "capabilities/host.json").write_text(json.dumps(CAPABILITY))
    (app.path / "permissions").mkdir()
    (app.path / "permissions/own.toml").write_text(OWN)


@pytest.fixture
def served(app):
    add(app)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        yield host


def title(host, view="main"):
    return host.call(view, "plugin:window|title", {})["value"]


def test_a_command_of_tauris_core_reaches_the_host(served):
    assert title(served) == "Title of main"
    assert served.call(command="plugin:window|set_title", args={"value": "Ours"})["value"] is None
    assert title(served) == "Ours"


def test_a_command_of_the_apps_own_reaches_the_host(served):
    assert served.call(command="whoami", args={})["value"] == {"view": "main", "plugin": "", "data": "given to the host"}
