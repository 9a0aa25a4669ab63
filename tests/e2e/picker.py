"""An app with the plugin `picker` in it, which is told of picks and opens what it is asked to (tests/soak/picker.c)."""

import json
import os
import pathlib
import shutil
import subprocess

import tree

PROGRAM = pathlib.Path(os.environ.get("TB_PICKER", tree.DRIVER.parent / "picker"))
COMMANDS = ["picks", "read", "write", "list", "rename", "run"]


def add(app, name="picker", picks=True, allow=(), deny=()):
    """Adds the plugin, granted to every view; with a scope of paths if there are entries."""
    folder = app.path / name
    paths = {"allow": [{"path": path} for path in allow], "deny": [{"path": path} for path in deny]}
    scope = [{"identifier": f"{name}:all", **paths}] if allow else []
    (folder / "permissions").mkdir(parents=True)
    shutil.copy(PROGRAM, folder / "picker")
    (folder / "plugin.toml").write_text(
        f'name = "{name}"\nprogram = "picker"\ncommands = {json.dumps(COMMANDS)}\n'
        + ('scope = "path"\nread_commands = ["read", "list"]\nwrite_commands = ["write", "rename"]\n' if scope else "")
        + f"[sandbox]\npicks = {json.dumps(picks)}\n")
    (folder / "permissions/all.toml").write_text(
        f'[[permission]]\nidentifier = "all"\ncommands.allow = {json.dumps(COMMANDS)}\n')
    (app.path / f"capabilities/{name}.json").write_text(json.dumps(
        {"identifier": name, "windows": ["*"], "permissions": [f"{name}:all", *scope]}))
    app.manifest(f'[plugins.{name}]\nprogram = "{name}/picker"\npermissions = "{name}"')
    subprocess.run(["chmod", "-R", "a+rX", app.path], check=True)


def pick(host, path, how="fr", view="main"):
    """What PICKED says: "", or the code. `how`: f (folder), r (recursive), w (writable), o (another document), d (removed once it
    is open)."""
    host.say("pick", view, how, path)
    begun = host.wait(lambda line: "picking" in line)
    if begun["result"] != 0:
        return f"result {begun['result']}"
    return host.wait(lambda line: line.get("picked") == begun["picking"])["code"]


def ask(host, command, view="main", name="picker", **args):
    answer = host.call(view, f"plugin:{name}|{command}", args)
    return answer["value"] if "value" in answer else answer["error"]["code"]
