"""Tauri's core plugins: their permission files, and a view that `core:default` was granted to."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest

import test_policy
import tree

TABLE = tomllib.loads((tree.TOP / "plugins/core/commands.toml").read_text())
PLUGINS = tree.ROOT / "share/trollbridge/plugins"
REAL = json.loads((tree.TOP / "tests/policy/tauri/manifests.json").read_text())["apps"]
KEYS = [f"core:{key}" for key in TABLE]
# What the broker answers itself.
OWN = ["plugin:event|emit", "plugin:event|emit_to", "plugin:event|listen", "plugin:event|unlisten", "plugin:resources|close"]
# What Tauri 2.12 has that the builds of these apps had not.
SINCE = {
    "HuLaSpark/HuLa": {"core:app": "exit", "core:window": "set_fullscreen_on_monitor"},
    "tranxuanthang/lrcget": {
        "core:app": "exit supports_multiple_windows",
        "core:tray": "set_icon_with_as_template",
        "core:window": "activity_name scene_identifier set_fullscreen_on_monitor",
    },
}
SINCE_IN_DEFAULT = {"supports_multiple_windows", "set_icon_with_as_template", "activity_name", "scene_identifier"}


def load(key):
    """A generated plugin: its plugin.toml, permissions by identifier, default set."""
    folder = PLUGINS / key
    content = tomllib.loads((folder / "permissions/commands.toml").read_text())
    entries = content.get("permission", [])
    permissions = {entry["identifier"]: entry for entry in entries}
    assert len(permissions) == len(entries) and all(entry["description"] for entry in entries)
    return tomllib.loads((folder / "plugin.toml").read_text()), permissions, content["default"]["permissions"]


def slug(command):
    return command.replace("_", "-")


def table(key):
    commands = TABLE[key.removeprefix("core:")]
    assert set(commands) <= {"program", "host", "default", "other"} and not commands["default"].keys() & commands.get("other", {}).keys()
    return commands["default"], commands.get("other", {})


def hosted(key):
    """The commands that the host serves."""
    return TABLE[key.removeprefix("core:")].get("host", [])


@pytest.mark.parametrize("key", KEYS)
def test_the_files_say_what_the_table_says(key):
    plugin, permissions, default = load(key)
    granted, other = table(key)
    program = TABLE[key.removeprefix("core:")].get("program")
    assert plugin["name"] == key and plugin.get("program") == program
    assert plugin.get("commands", []) == ([*granted, *other] if program else hosted(key))
    assert plugin.get("host", False) == bool(hosted(key)) and not (program and hosted(key))
    assert set(hosted(key)) <= {*granted, *other} and len(set(hosted(key))) == len(hosted(key))
    assert default == [f"allow-{slug(command)}" for command in granted]
    wanted = {}
    for command in [*granted, *other]:
        wanted[f"allow-{slug(command)}"] = {"allow": [command]}
        wanted[f"deny-{slug(command)}"] = {"deny": [command]}
    assert {name: entry["commands"] for name, entry in permissions.items()} == wanted


def test_core_itself_is_the_nine_defaults():
    plugin, permissions, default = load("core")
    assert plugin["name"] == "core" and permissions == {}
    assert default == [f"{key}:default" for key in KEYS] and len(KEYS) == 9
    assert {path.name for path in PLUGINS.glob("core*")} == {"core", *KEYS}


@pytest.mark.parametrize("app", REAL)
def test_they_are_what_real_apps_were_built_with(app):
    assert load("core")[2] == REAL[app]["core"].split()
    for key in KEYS:
        granted, other = table(key)
        since = set(SINCE[app].get(key, "").split())
        assert {*granted, *other} - since == set(REAL[app][key]["commands"].split())
        before = [f"allow-{slug(command)}" for command in granted if command not in since]
        assert before == REAL[app][key]["default"].split()
        assert since & granted.keys() == since & SINCE_IN_DEFAULT


def test_writing_them_again_changes_nothing(tmp_path):
    source = tree.TOP / "plugins/core"
    for _ in range(2):
        subprocess.run([sys.executable, source / "generate.py", source / "commands.toml", tmp_path / "out"], check=True)
    for path in (tmp_path / "out").rglob("*.toml"):
        assert path.read_text() == (PLUGINS / path.relative_to(tmp_path / "out")).read_text()


# ---- what the compiler makes of them ----


def grant(tmp_path, permissions, files=None, plugins=(PLUGINS,)):
    test_policy.write_app(tmp_path, {"trollbridge.toml": test_policy.MANIFEST,
                                     "capabilities/main.json": test_policy.capability(permissions), **(files or {})})
    status, text, out = test_policy.compile_app(tmp_path, plugins=plugins)
    assert (status, text) == (0, "")
    return test_policy.grant_of(out["snapshot"])


def full_names(key, commands):
    return {f"plugin:{key.removeprefix('core:')}|{command}" for command in commands}


HOST_TABLES = {"core:window": "webkitgtk/window.c", "core:webview": "webkitgtk/webview_commands.c", "core:app": "commands/app.c"}


def test_the_host_serves_what_has_a_window():
    """What policy believes to be served, libtrollbridge-webkitgtk has in its tables."""
    assert [key for key in KEYS if hosted(key)] == [*HOST_TABLES]
    for key, name in HOST_TABLES.items():
        text = (tree.TOP / "host" / name).read_text()
        served = re.findall(r'^ +\{"(\w+)", \w+\}', text, flags=re.M)
        assert served and set(served) == set(hosted(key)), key


def implemented(key):
    """The commands that a program or the host has."""
    return [*table(key)[0], *table(key)[1]] if "program" in TABLE[key.removeprefix("core:")] else hosted(key)


def test_core_default_grants_every_default_and_who_implements_it(tmp_path):
    found = grant(tmp_path, ["core:default"])
    wanted = set().union(*(full_names(key, table(key)[0]) for key in KEYS))
    assert {command["name"] for command in found["commands"]} == wanted and len(wanted) == 92
    assert {plugin["name"]: (plugin["host"], plugin["program"] != "") for plugin in found["plugins"]} == {
        key: (bool(hosted(key)), not hosted(key)) for key in KEYS if implemented(key)}
    served = {command["name"]: found["plugins"][command["plugin"]]["name"] for command in found["commands"] if "plugin" in command}
    assert served == {name: key for key in KEYS for name in full_names(key, implemented(key)) if name in wanted}
    permissions = {command["rule"]["permission"] for command in found["commands"]}
    assert len(permissions) == len(found["commands"]) and "core:window:allow-title" in permissions


def test_a_command_of_a_core_plugin_is_granted_and_denied_by_name(tmp_path):
    found = grant(tmp_path, ["core:window:default", "core:window:allow-close", "core:window:deny-title"])
    names = {command["name"] for command in found["commands"]}
    assert names == full_names("core:window", [*table("core:window")[0], "close"]) - {"plugin:window|title"}
    assert [item["name"] for item in found["denied"]] == ["plugin:window|title"]


def test_an_entrys_scope_is_kept_though_nobody_reads_it(tmp_path):
    entry = {"identifier": "core:menu:allow-new", "allow": [{"label": "main"}]}
    found = grant(tmp_path, [entry, "fs:allow-stat"])
    new = next(command for command in found["commands"] if command["name"] == "plugin:menu|new")
    assert "plugin" not in new and found["scopes"][new["scope"]] == {"allow": [{"label": "main"}], "deny": []}
    assert [plugin["name"] for plugin in found["plugins"]] == ["fs"]


@pytest.mark.parametrize("mode,events", [("tauri", "all"), ("narrow", "scope"), ("strict", "scope")])
def test_how_far_events_reach_is_said_in_the_grant(tmp_path, mode, events):
    entry = {"identifier": "core:event:allow-emit-to", "allow": [{"target": "settings"}], "deny": [{"target": "log"}]}
    manifest = test_policy.MANIFEST + f'[policy]\nmode = "{mode}"\n'
    found = grant(tmp_path, [entry, "core:event:allow-emit"], {"trollbridge.toml": manifest})
    scopes = {command["name"]: found["scopes"][command["scope"]] if "scope" in command else None for command in found["commands"]}
    assert found["events"] == events
    assert scopes == {"plugin:event|emit": None,
                      "plugin:event|emit_to": {"allow": [{"target": "settings"}], "deny": [{"target": "log"}]}}


def test_a_snapshot_that_has_them_implemented_is_refused(tmp_path):
    app = test_policy.write_app(tmp_path, {"trollbridge.toml": test_policy.MANIFEST,
                                           "capabilities/main.json": test_policy.capability(["core:menu:default"])})
    snapshot = test_policy.compile_app(app, plugins=(PLUGINS,))[2]["snapshot"]
    request = test_policy.request_of("main", "main", "local")
    assert test_policy.resolve(snapshot, request)[0] == 0
    no, yes = (b"\xabimplemented" + flag for flag in (b"\xc2", b"\xc3"))
    status, text, written = test_policy.resolve(snapshot.replace(no, yes, 1), request)
    assert no in snapshot and status != 0 and text and written == b""


def broken(tmp_path, files, permissions):
    test_policy.write_app(tmp_path, {"trollbridge.toml": test_policy.MANIFEST, **files,
                                     "capabilities/main.json": test_policy.capability(permissions)})
    (tmp_path / "parts").mkdir(exist_ok=True)
    status, text, _ = test_policy.compile_app(tmp_path, plugins=(PLUGINS, tmp_path / "parts"))
    assert status == 3
    return text


def test_a_plugin_of_the_same_short_name_is_refused(tmp_path):
    text = broken(tmp_path, {"parts/window/plugin.toml": 'name = "window"\n'}, ["core:window:default", "window:default"])
    assert "plugin: the commands of the plugins `core:window` and `window` have the same names" in text


def test_commands_without_a_program_are_refused(tmp_path):
    text = broken(tmp_path, {"parts/mine/plugin.toml": 'name = "mine"\ncommands = ["a"]\n'}, ["mine:default"])
    assert "value: `commands` need a `program` that implements them" in text and "plugin.toml:2)" in text


@pytest.mark.parametrize("table_of", ['[plugins."core:menu"]\nprogram = "bin/menu"\n', None])
def test_a_program_without_commands_is_refused(tmp_path, table_of):
    files = {"parts/mine/plugin.toml": 'name = "mine"\nprogram = "mine"\n'}
    if table_of:
        files["trollbridge.toml"] = test_policy.MANIFEST + table_of
    text = broken(tmp_path, files, ["core:menu:default" if table_of else "mine:default"])
    assert "missing: a plugin with a program, or one that the host serves, needs `commands`" in text
    assert ("trollbridge.toml:4)" if table_of else "plugin.toml:1)") in text


@pytest.mark.parametrize("name", ["core::app:default", "core:a:b:default", "core:core:app:default", "core:nope:default"])
def test_what_is_no_core_plugin(tmp_path, name):
    assert f"unknown-plugin: there is no plugin `{name.removesuffix(':default')}`" in broken(tmp_path, {}, [name])


# ---- in a broker ----


def core_app(app, permissions):
    capability = {"identifier": "main", "windows": ["main"], "permissions": permissions}
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))


def everything():
    return [f"{key}:allow-{slug(command)}" for key in KEYS for part in table(key) for command in part]


@pytest.mark.parametrize("permissions", [["core:default"], everything()], ids=["default", "everything"])
def test_a_granted_command_answers_unimplemented_and_is_logged(app, permissions):
    core_app(app, permissions)
    with tree.leaves_nothing():
        result = app.call("plugin:menu|text")
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr == b"trollbridge: unimplemented: plugin:menu|text: nothing implements this command\n"
    record, = [record for record in app.records() if record["command"] == "plugin:menu|text"]
    assert (record["event"], record["verdict"], record["code"]) == ("call", "deny", "unimplemented")
    assert record["rule"] == {"capability": "main", "permission": "core:menu:allow-text", "file": "capabilities/main.json", "line": 1}


def test_policy_check_lists_them_as_unimplemented(app):
    core_app(app, ["core:default"])
    done = subprocess.run([tree.ROOT / "bin/trollbridge", "policy", "check", app.path, "--all"], env={"HOME": os.environ["HOME"]},
                          capture_output=True, timeout=tree.PATIENCE_S, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    out = done.stdout.decode()
    rows = [row for row in out.partition("\n  granted\n")[2].partition("\n\n")[0].splitlines() if "plugin:" in row]
    answered = [row.strip() for row in rows if "unimplemented" not in row]
    served = set().union(*(full_names(key, set(implemented(key)) & table(key)[0].keys()) for key in KEYS))
    assert len(rows) == 92 and answered == sorted([*OWN, *served])
    assert "main (local): 92 commands" in out and "  unimplemented: nothing implements " in out
