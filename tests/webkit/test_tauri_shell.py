"""@tauri-apps/plugin-shell, unmodified, in a page: every function that it exports."""

import pathlib

import pytest

from apps import capability
from desktop import Desktop
from tauri_page import bundled, cases, cases_of, exports

EXPORTS = exports("@tauri-apps/plugin-shell")["@tauri-apps/plugin-shell"]
CASES = cases_of("shell_cases.js")
TEXT = {"validator": ".*"}
NUMBER = {"validator": "[0-9]{1,9}"}
# name: (program, arguments)
PROGRAMS = {"echo": ("/usr/bin/echo", [TEXT]), "seq": ("/usr/bin/seq", [NUMBER]), "missing": ("/usr/bin/ls", ["/absent"]),
            "cat": ("/usr/bin/cat", []), "sleep": ("/usr/bin/sleep", ["600"]), "yes": ("/usr/bin/yes", []),
            "pwd": ("/usr/bin/pwd", []), "env": ("/usr/bin/printenv", []), "latin": ("/usr/bin/printf", ["\\344\\n"])}
MANIFEST = """
[programs.pwd]
cwd_allow = ["$RESOURCE/data"]
[programs.env]
env = { FIXED = "yes" }
env_allow = { GREETING = "[a-z]+" }
"""


def permissions():
    entries = [{"name": name, "cmd": program, "args": words} for name, (program, words) in PROGRAMS.items()]
    entries.append({"name": "binaries/say", "cmd": "binaries/say", "sidecar": True, "args": [TEXT]})
    commands = [{"identifier": f"shell:allow-{name}", "allow": entries} for name in ("execute", "spawn")]
    return ["core:default", "shell:default", "shell:allow-kill", "shell:allow-stdin-write", *commands]


@pytest.fixture
def page(make_app):
    say = pathlib.Path("/usr/bin/echo").read_bytes()
    app = make_app(files={**bundled(), "binaries/say": say}, manifest=MANIFEST, capabilities=[capability(permissions())])
    (app.path / "binaries/say").chmod(0o755)
    return app


def test_every_export_has_a_case():
    assert "Command.sidecar" in EXPORTS and len(EXPORTS) > 15
    assert [name for name in EXPORTS if name not in CASES] == []


def test_an_export_without_a_case_would_be_seen():
    assert [name for name in [*EXPORTS, "Child.signal"] if name not in CASES] == ["Child.signal"]


def test_every_function_does_what_its_package_says(page, run_app):
    desktop = Desktop(page)
    desktop.add("browser", ["x-scheme-handler/https"])
    told = run_app(page, eval=cases("shell_cases.js"), timeout=120)
    assert told == {name: "works" for name in CASES}
    assert desktop.calls("browser") == ["https://example.org/a%20page"]


def test_nothing_runs_on_when_its_page_is_gone(page, run_app):
    """`run_app` fails for a process that is left behind."""
    children = run_app(page, eval="const { Command } = tauri.shell; return Promise.all(['sleep', 'yes'].map((name) => Command.create(name).spawn()));")
    assert len({child["pid"] for child in children}) == 2
