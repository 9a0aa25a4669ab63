"""The example app with the plugin `spout` in it, whose calls are streams (tests/soak/spout.c)."""

import json
import os
import pathlib
import shutil
import subprocess

import tree

PROGRAM = pathlib.Path(os.environ.get("TB_SPOUT", tree.DRIVER.parent / "spout"))
COMMANDS = ["pour", "tick", "swallow", "state", "hang", "late", "crash", "flood", "say"]
POUR, TICK, SWALLOW, STATE, HANG, LATE, CRASH, FLOOD, SAY = (f"plugin:spout|{name}" for name in COMMANDS)
BLOCK = bytes((i ^ i >> 8) & 0xff for i in range(64 * 1024))  # what `pour` repeats


def add(app, *names):
    """Adds the plugin under these names (`spout`), granted to every view."""
    for name in names or ["spout"]:
        folder = app.path / name
        (folder / "permissions").mkdir(parents=True)
        shutil.copy(PROGRAM, folder / "spout")
        (folder / "plugin.toml").write_text(
            f'name = "{name}"\nprogram = "spout"\ncommands = {json.dumps(COMMANDS)}\n')
        (folder / "permissions/all.toml").write_text(
            f'[[permission]]\nidentifier = "all"\ncommands.allow = {json.dumps(COMMANDS)}\n')
        (app.path / f"capabilities/{name}.json").write_text(json.dumps(
            {"identifier": name, "windows": ["*"], "permissions": [f"{name}:all"]}))
        app.manifest(f'[plugins.{name}]\nprogram = "{name}/spout"\npermissions = "{name}"')
    subprocess.run(["chmod", "-R", "a+rX", app.path], check=True)
