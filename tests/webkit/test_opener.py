"""What a page has opened by programs of the desktop: URLs, files, folders."""

import json

import pytest

from apps import capability
from desktop import Desktop

WEB = ("x-scheme-handler/https", "x-scheme-handler/http", "x-scheme-handler/mailto", "x-scheme-handler/smb")
TELL = """const told = {};
for (const [name, command, args] of CALLS) {
  try { told[name] = await trollbridge.invoke(command, args); } catch (error) { told[name] = `${error.code}: ${error.message}`; }
}
return told;"""


@pytest.fixture
def desk(make_app):
    """desk(permissions, manifest): an app whose person has a browser and a reader."""
    def make(permissions=("opener:default",), manifest="", files=None):
        app = make_app(capabilities=[capability(list(permissions))], manifest=manifest, files=files)
        desktop = Desktop(app)
        desktop.add("browser", WEB)
        return desktop
    return make


def tell(run_app, desktop, calls):
    """{name of a call: its result, or its error}."""
    return run_app(desktop.app, eval=f"const CALLS = {json.dumps([[name, *call] for name, call in calls.items()])};\n{TELL}")


def url(text, **more):
    return ["plugin:opener|open_url", {"url": text, **more}]


def test_a_url_goes_to_the_browser_of_the_person(desk, run_app):
    desktop = desk()
    assert tell(run_app, desktop, {"one": url("HTTPS://Example.COM:443/a?b=\u00fc#c")}) == {"one": None}
    assert desktop.calls("browser") == ["https://example.com/a?b=%C3%BC#c"]


def test_the_log_says_which_program_it_was(desk, run_app):
    desktop = desk()
    tell(run_app, desktop, {"one": url("https://example.com/")})
    done = [record for record in desktop.app.records() if record["event"] == "done" and record["command"] == "plugin:opener|open_url"]
    assert [record["reason"] for record in done] == ["opened with browser.desktop"]


def test_open_of_shell_is_carried_out_here_under_its_own_name(desk, run_app):
    desktop = desk(["shell:default"])
    told = tell(run_app, desktop, {"one": ["plugin:shell|open", {"path": "https://example.com/a"}], "other": url("https://example.com/")})
    assert told == {"one": None, "other": "not_granted: the command is not granted to this view"}
    assert desktop.calls("browser") == ["https://example.com/a"]
    assert [record["command"] for record in desktop.app.records() if record["event"] == "done"] == ["plugin:shell|open"]
