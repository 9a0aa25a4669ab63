"""Plugins that the host serves, as the policy compiler reads them."""

import json

import pytest

import test_policy
from test_core_plugins import PLUGINS, broken

HOST = 'name = "mine"\nhost = true\n'
COMMANDS = 'commands = ["do"]\n'
ALLOW = '[[permission]]\nidentifier = "allow-do"\ncommands.allow = ["do", "other"]\n'


def compiled(tmp_path, files, permissions):
    test_policy.write_app(tmp_path, {"trollbridge.toml": test_policy.MANIFEST, **files,
                                     "capabilities/main.json": test_policy.capability(permissions)})
    (tmp_path / "parts").mkdir(parents=True, exist_ok=True)
    return test_policy.compile_app(tmp_path, plugins=(PLUGINS, tmp_path / "parts"))


def mine(text):
    return {"parts/mine/plugin.toml": text, "parts/mine/permissions/all.toml": ALLOW}


def test_the_grant_says_that_the_host_serves_it(tmp_path):
    entry = {"identifier": "mine:allow-do", "allow": [{"any": 1}]}
    status, text, out = compiled(tmp_path, mine(HOST + COMMANDS + 'scope = "opaque"\nresources = true\n'), [entry])
    assert (status, text) == (0, "")
    grant = test_policy.grant_of(out["snapshot"])
    nothing = {key: [] for key in ("read", "write", "make", "mask", "exec")}
    assert grant["plugins"] == [{"name": "mine", "host": True, "program": "", "resources": True, "network": False, "jit": False,
                                 "audit": False, "state": "", "secrets": False, "launcher": False, "picks": False, "memory_mib": 0, "cpu_s": 0, **nothing}]
    served = {command["name"]: (command.get("plugin"), command["local"]) for command in grant["commands"]}
    assert served == {"plugin:mine|do": (0, "do"), "plugin:mine|other": (None, "other")}
    assert grant["scopes"][grant["commands"][0]["scope"]] == {"allow": [{"any": 1}], "deny": []}


def test_the_apps_own_stand_behind_all_plugins(tmp_path):
    files = mine(HOST + COMMANDS) | {"permissions/own.toml": '[[permission]]\nidentifier = "own"\ncommands.allow = ["aa"]\n'}
    status, text, out = compiled(tmp_path, files, ["own", "mine:allow-do"])
    assert (status, text) == (0, "")
    grant = test_policy.grant_of(out["snapshot"])
    assert [(plugin["name"], plugin["host"]) for plugin in grant["plugins"]] == [("mine", True), ("", True)]
    assert grant["commands"][0]["name"] == "aa" and grant["commands"][0]["plugin"] == 1


@pytest.mark.parametrize("mode", ["tauri", "narrow", "strict"])
def test_a_bare_name_that_no_file_mentions_is_not_granted(tmp_path, mode):
    """Tauri opens the app's own commands where no permission names one; a broker grants by name."""
    files = {"trollbridge.toml": test_policy.MANIFEST + f'[policy]\nmode = "{mode}"\n'}
    status, text, out = compiled(tmp_path, files, ["core:window:allow-title"])
    assert (status, text) == (0, "")
    assert [command["name"] for command in test_policy.grant_of(out["snapshot"])["commands"]] == ["plugin:window|title"]


@pytest.mark.parametrize("text, error, line", [
    (HOST, "missing: a plugin with a program, or one that the host serves, needs `commands`", 1),
    (HOST + COMMANDS + 'program = "mine"\n', "value: the host serves the plugin `mine`: leave `program` out", 4),
    (HOST + COMMANDS + 'sandbox = { network = true }\n', "no sandbox holds it, so leave `sandbox` out", 4),
    (HOST + COMMANDS + 'read_commands = ["do"]\n', "no sandbox holds it, so leave `read_commands` out", 4),
    (HOST + COMMANDS + 'write_commands = ["do"]\n', "no sandbox holds it, so leave `write_commands` out", 4),
    (HOST + COMMANDS + 'scope = "path"\n', 'no sandbox holds it to paths, so write `scope = "opaque"`', 4),
    ('name = "mine"\nhost = "yes"\n' + COMMANDS, "type: `host` in plugin.toml must be true or false", 2),
])
def test_what_the_host_cannot_have_is_an_error(tmp_path, text, error, line):
    told = broken(tmp_path, mine(text), ["mine:allow-do"])
    assert error in told and f"plugin.toml:{line})" in told


def test_the_manifest_cannot_give_it_a_program(tmp_path):
    files = mine(HOST + COMMANDS) | {"trollbridge.toml": test_policy.MANIFEST + '[plugins.mine]\nprogram = "bin/mine"\n'}
    told = broken(tmp_path, files, ["mine:allow-do"])
    assert "value: the host serves the plugin `mine`: leave `program` out" in told and "trollbridge.toml:4)" in told


def test_the_manifest_cannot_make_another_one_the_hosts(tmp_path):
    files = {"trollbridge.toml": test_policy.MANIFEST + "[plugins.fs]\nhost = true\n"}
    assert "unknown-key: a table of [plugins] has no key `host`" in broken(tmp_path, files, ["fs:allow-stat"])


def test_a_plugin_of_the_app_itself_can_be_the_hosts(tmp_path):
    files = {f"mine/{name}": text for name, text in {"plugin.toml": HOST + COMMANDS, "permissions/all.toml": ALLOW}.items()}
    files["trollbridge.toml"] = test_policy.MANIFEST + '[plugins.mine]\npermissions = "mine"\n'
    status, text, out = compiled(tmp_path, files, ["mine:allow-do"])
    assert (status, text) == (0, "")
    assert test_policy.grant_of(out["snapshot"])["plugins"][0]["host"] is True


def test_a_snapshot_with_a_program_for_the_host_is_refused(tmp_path):
    snapshot = compiled(tmp_path, mine(HOST + COMMANDS), ["mine:allow-do"])[2]["snapshot"]
    request = test_policy.request_of("main", "main", "local")
    none, some = b"\xa7program\xa0\xa4host\xc3", b"\xa7program\xa2/x\xa4host\xc3"
    assert test_policy.resolve(snapshot, request)[0] == 0 and none in snapshot
    status, text, written = test_policy.resolve(snapshot.replace(none, some), request)
    assert status != 0 and text and written == b""


def test_a_host_that_has_more_brings_its_own_list(tmp_path):
    capability = ["core:window:allow-set-icon"]
    assert "plugin" not in test_policy.grant_of(compiled(tmp_path / "a", {}, capability)[2]["snapshot"])["commands"][0]
    files = {"window/plugin.toml": 'name = "core:window"\nhost = true\ncommands = ["set_icon"]\n',
             "window/permissions/commands.toml": (PLUGINS / "core:window/permissions/commands.toml").read_text(),
             "trollbridge.toml": test_policy.MANIFEST + '[plugins."core:window"]\npermissions = "window"\n'}
    status, text, out = compiled(tmp_path / "b", files, capability)
    assert (status, text) == (0, "")
    assert test_policy.grant_of(out["snapshot"])["commands"][0]["plugin"] == 0
