"""@tauri-apps/api's path.js as it is in its npm package, on the path plugin: each of its functions."""

import json
import subprocess

import tree
from test_path_plugin import FOLDERS

MODULE = tree.TOP / "shim-js/node_modules/@tauri-apps/api/path.js"
DIRS = """XDG_MUSIC_DIR="$HOME/Music"
XDG_DESKTOP_DIR="$HOME/Desktop"
XDG_DOCUMENTS_DIR="$HOME/Documents"
XDG_DOWNLOAD_DIR="$HOME/Downloads"
XDG_PICTURES_DIR="$HOME/Pictures"
XDG_PUBLICSHARE_DIR="$HOME/Public"
XDG_TEMPLATES_DIR="$HOME/Templates"
XDG_VIDEOS_DIR="$HOME/Videos"
"""
NO_PARENT, NO_EXTENSION, NO_NAME = ({"error": f"path does not have {what}"} for what in ("a parent", "an extension", "a basename"))


def folders(home, app):
    """Where Tauri has them on Linux: the function without `Dir`."""
    own, data = "com.example.notes", f"{home}/.local/share"
    return {
        "audio": f"{home}/Music", "cache": f"{home}/.cache", "config": f"{home}/.config", "data": data, "localData": data,
        "desktop": f"{home}/Desktop", "document": f"{home}/Documents", "download": f"{home}/Downloads", "picture": f"{home}/Pictures",
        "public": f"{home}/Public", "template": f"{home}/Templates", "video": f"{home}/Videos", "executable": f"{home}/.local/bin",
        "font": f"{data}/fonts", "home": home, "runtime": "/run/user/1000", "temp": "/tmp/own", "resource": app,
        "appCache": f"{home}/.cache/{own}", "appConfig": f"{home}/.config/{own}", "appData": f"{data}/{own}",
        "appLocalData": f"{data}/{own}", "appLog": f"{data}/{own}/logs",
    }


def cases(home, app):
    """By function: each call's arguments, and what it answers."""
    found = {f"{name}Dir": [([], folder)] for name, folder in folders(home, app).items()}
    return found | {
        "basename": [(["/a/b.txt"], "b.txt"), (["/a/b.txt", ".txt"], "b"), (["/"], NO_NAME)],
        "dirname": [(["/a/b"], "/a"), (["/"], NO_PARENT)],
        "extname": [(["a.b.c"], "c"), ([".a"], NO_EXTENSION)],
        "isAbsolute": [(["/a"], True), (["a"], False)],
        "join": [([], "."), (["a", "..", "b"], "b"), (["/", "a", "b/"], "/a/b")],
        "normalize": [(["a//../b/"], "b/"), ([""], "")],
        "resolve": [([], app), (["/a", "../b"], "/b"), (["data"], f"{app}/data")],
        "resolveResource": [(["data/../x"], f"{app}/data/_up_/x")],
        "sep": [([], "/")],
        "delimiter": [([], ":")],
    }


def run(app, calls):
    home = {"XDG_RUNTIME_DIR": "/run/user/1000", "TMPDIR": "/tmp/own"}
    done = subprocess.run(
        [*app.prefix, "node", tree.TOP / "tests/e2e/path_api.mjs", app.installed / "bin/trollbridge", app.path, MODULE, json.dumps(calls)],
        env=app.environment | home, capture_output=True, timeout=4 * tree.PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_each_function_of_the_package(app):
    capability = {"identifier": "main", "windows": ["main"], "permissions": ["core:path:default"]}
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))
    (app.folder / "home/.config").mkdir()
    (app.folder / "home/.config/user-dirs.dirs").write_text(DIRS)
    wanted = cases(app.environment["HOME"], str(app.path))
    said = run(app, {name: [args for args, _ in rows] for name, rows in wanted.items()})
    assert set(said["functions"]) == set(wanted), "a function of the package without a case"
    for name, rows in wanted.items():
        assert said["found"][name] == [answer for _, answer in rows], name
    names = {int(number): name.upper() for number, name in said["numbers"].items() if number.isdigit()}
    assert {number: {"EXE": "EXECUTABLE"}.get(name, name) for number, name in FOLDERS.items()} == names
