"""@tauri-apps/api, unmodified, in a page; and docs/tauri-compat.md, which is held to what it does."""

import pathlib
import re

import pytest

from apps import capability
from tauri_page import bundled, cases, core_permissions, exports, fs_permissions

COMPAT = pathlib.Path(__file__).resolve().parents[2] / "docs/tauri-compat.md"
MODULES = {"@tauri-apps/api/core": "core", "@tauri-apps/api/event": "event", "@tauri-apps/api/path": "path",
           "@tauri-apps/api/app": "app", "@tauri-apps/api/window": "window",
           "@tauri-apps/api/webview": "webview",
           **{f"@tauri-apps/plugin-{name}": name for name in ("fs", "shell", "dialog", "opener")}}
FILES = {"api_cases.js": ("core", "event", "path"), "app_cases.js": ("app",), "window_cases.js": ("window",),
         "webview_cases.js": ("webview",)}
NAMES = [f"{short}.{name}" for module, short in MODULES.items() for name in exports(module)[module]]
ROW = re.compile(r"^\| `([\w.]+)` \| (\w+) \| ?(.*) \|$", re.M)
FOLDERS = {"MUSIC": "Music", "DESKTOP": "Desktop", "DOCUMENTS": "Documents", "DOWNLOAD": "Downloads",
           "PICTURES": "Pictures", "PUBLICSHARE": "Public", "TEMPLATES": "Templates", "VIDEOS": "Videos"}


# `main` may tell the others to go.
WINDOWS = "".join(f'[[window]]\nlabel = "{label}"\ntitle = "{title}"\nwidth = 400\nheight = 300\n'
                  for label, title in (("main", "First"), ("closes", "Second"), ("destroyed", "Third")))
TELL = {"identifier": "core:event:allow-emit-to", "allow": [{"target": "closes"}, {"target": "destroyed"}]}


@pytest.fixture
def page(make_app):
    permissions = ["core:default", *core_permissions(), TELL, *fs_permissions()]
    app = make_app(files=bundled(), manifest=WINDOWS, capabilities=[capability(permissions)])
    lines = [f'XDG_{name}_DIR="$HOME/{folder}"\n' for name, folder in FOLDERS.items()]
    (app.home / "config/user-dirs.dirs").write_text("".join(lines))
    return app


def rows(text):
    return [(name, state) for name, state, _ in ROW.findall(text)]


def test_the_table_lists_what_the_packages_export():
    listed = rows(COMPAT.read_text())
    assert [name for name, _ in listed] == sorted(set(NAMES), key=[name for name, _ in listed].index)
    assert {state for _, state in listed} <= {"works", "no", "silent"}


def test_a_row_that_is_missing_would_be_seen():
    listed = [name for name, _ in rows(COMPAT.read_text().replace("| `core.invoke` |", "| `core.call` |"))]
    assert "core.invoke" not in listed and "core.call" in listed


@pytest.mark.parametrize("file", FILES)
def test_each_row_is_what_the_page_sees(page, run_app, file):
    stated = {name: state for name, state in rows(COMPAT.read_text()) if name.split(".")[0] in FILES[file]}
    assert run_app(page, eval=cases(file), timeout=120) == stated


@pytest.mark.parametrize("plugin", ["fs", "shell", "dialog", "opener"])
def test_every_row_of_a_plugin_says_that_it_works(plugin):
    assert {state for name, state in rows(COMPAT.read_text()) if name.startswith(f"{plugin}.")} == {"works"}
