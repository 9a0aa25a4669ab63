"""A page with Tauri's own packages, and what those export."""

import json
import pathlib
import re
import subprocess
import tempfile
import tomllib

TAURI = pathlib.Path(__file__).resolve().parent / "tauri"
INDEX = '<!doctype html><meta charset="utf-8"><title>Tauri</title><script src="tauri.js"></script>'


def node(*words):
    return subprocess.run(["node", *map(str, words)], check=True, capture_output=True, text=True).stdout


def exports(*modules):
    """{module: names of what it exports}, classes with their methods, as the installed packages have them."""
    return json.loads(node(TAURI / "exports.mjs", *modules))


def bundled():
    """The files of a frontend that loads the packages as `tauri`."""
    with tempfile.NamedTemporaryFile(suffix=".js") as out:
        node(TAURI / "bundle.mjs", out.name)
        return {"dist/index.html": INDEX, "dist/tauri.js": pathlib.Path(out.name).read_bytes()}


def fs_permissions():
    """All that plugin fs can, in `data/` but not in `data/private/`, and in $APPDATA."""
    folder = TAURI.parents[2] / "plugins/fs/permissions/commands"
    names = [f"fs:allow-{file.stem.replace('_', '-')}" for file in sorted(folder.glob("*.toml"))]
    allowed = ("$RESOURCE/data", "$RESOURCE/data/**", "$APPDATA", "$APPDATA/**")
    denied = ("$RESOURCE/data/private", "$RESOURCE/data/private/**")
    return [*names, {"identifier": "fs:scope", "allow": [{"path": path} for path in allowed],
                     "deny": [{"path": path} for path in denied]}]


def core_permissions():
    """All that core plugins of a host can."""
    plugins = tomllib.loads((TAURI.parents[2] / "plugins/core/commands.toml").read_text())
    return [f"core:{plugin}:allow-{name.replace('_', '-')}" for plugin in ("app", "webview", "window")
            for table in ("default", "other") for name in plugins[plugin].get(table, {})]


def cases(name):
    """The text of a file of cases: the body of an async function."""
    return (TAURI / name).read_text()


def cases_of(name):
    """The names of a file's cases, in their order."""
    return [quoted or plain for plain, quoted in re.findall(r"^  async (?:(\w+)|'([^']+)')\(\) \{$", cases(name), re.M)]
