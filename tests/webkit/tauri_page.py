"""A page with Tauri's own packages, and what those export."""

import json
import pathlib
import re
import subprocess
import tempfile

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


def cases_of(name):
    """The names of a file's cases, in their order."""
    text = (TAURI / name).read_text()
    return [quoted or plain for plain, quoted in re.findall(r"^  async (?:(\w+)|'([^']+)')\(\) \{$", text, re.M)]
