"""An app with the plugin `picker` in it, which is told of picks and opens what it is asked to (tests/soak/picker.c)."""

import json
import os
import pathlib
import shutil
import subprocess

import tree

PROGRAM = pathlib.Path(os.environ.get("TB_PICKER", tree.DRIVER.parent / "picker"))
COMMANDS = ["picks", "read", "write", "list", "rename", "run"]


def add(app, name="picker", picks=True, sandbox="", manifest=""):
    """Adds the plugin, granted to every view."""
    folder = app.path / name
    (folder / "permissions").mkdir(parents=True)
    shutil.copy(PROGRAM, folder / "picker")
    (folder / "plugin.toml").write_text(
        f'name = "{name}"\nprogram = "picker"\ncommands = {json.dumps(COMMANDS)}\n'
        f"[sandbox]\npicks = {json.dumps(picks)}\n{sandbox}\n")
    (folder / "permissions/all.toml").write_text(
        f'[[permission]]\nidentifier = "all"\ncommands.allow = {json.dumps(COMMANDS)}\n')
    (app.path / f"capabilities/{name}.json").write_text(json.dumps(
        {"identifier": name, "windows": ["*"], "permissions": [f"{name}:all"]}))
    app.manifest(f'[plugins.{name}]\nprogram = "{name}/picker"\npermissions = "{name}"\n{manifest}')
    subprocess.run(["chmod", "-R", "a+rX", app.path], check=True)


def pick(host, path, how="fr", view="main"):
    """What PICKED says: "", or the code. `how`: f (folder), r (recursive), w (writable), o (another document)."""
    host.say("pick", view, how, path)
    begun = host.wait(lambda line: "picking" in line)
    if begun["result"] != 0:
        return f"result {begun['result']}"
    return host.wait(lambda line: line.get("picked") == begun["picking"])["code"]


def ask(host, command, view="main", name="picker", **args):
    answer = host.call(view, f"plugin:{name}|{command}", args)
    return answer["value"] if "value" in answer else answer["error"]["code"]
