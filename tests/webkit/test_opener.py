"""What a page has opened by programs of the desktop: URLs, files, folders."""

import json

import pytest

from apps import capability
from bus import bus, file_manager
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


REFUSED = {
    "script": ("javascript:alert(1)", "scope"), "script in capitals": ("JavaScript:alert(1)", "scope"), "script in pieces": ("java\tscript:alert(1)", "invalid_args"),
    "data": ("data:text/html,<b>", "invalid_args"), "file": ("file:///etc/passwd", "invalid_args"), "file of a host": ("file://localhost/etc/passwd", "scope"), "share": ("smb://host.example/x", "scope"),
    "name before the host": ("https://example.com@evil.example/", "invalid_args"), "line": ("https://example.com/\nX", "invalid_args"),
    "space": (" https://example.com/", "invalid_args"), "backslash": ("https://example.com\\.evil.example/", "invalid_args"),
    "option": ("--version", "invalid_args"), "path": ("/etc/passwd", "invalid_args"), "attachment": ("mailto:a@example.com?attach=/etc/passwd", "invalid_args"),
}


@pytest.mark.parametrize(("permission", "call"), [("opener:default", ["plugin:opener|open_url", "url"]), ("shell:default", ["plugin:shell|open", "path"])])
def test_what_no_list_allows_reaches_no_program(desk, run_app, permission, call):
    desktop = desk([permission])
    told = tell(run_app, desktop, {name: [call[0], {call[1]: text}] for name, (text, _) in REFUSED.items()})
    assert {name: text.partition(":")[0] for name, text in told.items()} == {name: code for name, (_, code) in REFUSED.items()}
    assert not desktop.was_called("browser")


def test_open_of_the_manifest_goes_before_every_scope(desk, run_app):
    everything = {"identifier": "opener:allow-open-url", "allow": [{"url": "https://*"}, {"url": "smb://*"}, {"url": "http://*"}]}
    desktop = desk([everything], '[open]\nschemes = ["https", "smb"]\nurls = ["https://*.example.com/*", "smb://nas.example/*"]')
    told = tell(run_app, desktop, {"scheme": url("http://a.example.com/"), "other": url("https://a.example.org/"), "share": url("smb://nas.example/x")})
    assert {name: text and text.partition(":")[0] for name, text in told.items()} == {"scheme": "scope", "other": "scope", "share": None}
    assert desktop.calls("browser") == ["smb://nas.example/x"]


def test_a_scope_says_which_urls_and_with_which_program(desk, run_app):
    scope = {"identifier": "opener:allow-open-url", "allow": [{"url": "https://example.com/*"}, {"url": "https://*.example.org/*", "app": "reader"}],
             "deny": [{"url": "https://example.com/private*"}]}
    desktop = desk([scope], '[open]\nwith = ["reader"]')
    desktop.add("reader")
    told = tell(run_app, desktop, {
        "other host": url("https://example.org/"), "denied": url("https://example.com/private/x"), "port": url("https://example.com:8443/"),
        "own program": url("https://a.example.org/"), "named": url("https://example.com/", **{"with": "reader"}),
        "not listed": url("https://a.example.org/", **{"with": "browser"}), "path": url("https://a.example.org/", **{"with": "../reader"}),
        "good": url("https://a.example.org/", **{"with": "reader"})})
    assert {name for name, text in told.items() if text is None} == {"good"}
    assert all(text.startswith("scope:") for name, text in told.items() if name != "good")
    assert desktop.calls("reader") == ["https://a.example.org/"] and not desktop.was_called("browser")


def path(name, **more):
    return ["plugin:opener|open_path", {"path": str(name), **more}]


DOCS = {"identifier": "opener:allow-open-path", "allow": [{"path": "$RESOURCE/docs/**"}], "deny": [{"path": "$RESOURCE/docs/private"}]}
FILES = {"docs/-a b.txt": "text", "docs/private/c.txt": "text", "docs/run.desktop": "[Desktop Entry]\nType=Application\nExec=true\n", "outside.txt": "text"}


@pytest.fixture
def docs(desk):
    """An app whose page may open the files of docs/, in which there are links."""
    def make(permissions, manifest=""):
        desktop = desk(permissions, manifest, files=FILES)
        desktop.add("reader", ["text/plain", "application/x-desktop"])
        desktop.add("files", ["inode/directory"])
        for name, target in {"docs/out.txt": "../outside.txt", "docs/in.txt": "-a b.txt", "docs/up": ".."}.items():
            (desktop.app.path / name).symlink_to(target)
        return desktop
    return make


def test_a_path_is_where_its_links_lead(docs, run_app):
    desktop = docs([DOCS])
    inside = desktop.app.path / "docs"
    told = tell(run_app, desktop, {
        "outside": path(desktop.app.path / "outside.txt"), "link": path(inside / "out.txt"), "folder link": path(f"{inside}/up/outside.txt"),
        "steps": path(f"{inside}/../outside.txt"), "denied": path(inside / "private/c.txt"), "missing": path(inside / "nothing.txt"), "absent": path("/nonexistent/x"),
        "relative": path("docs/in.txt"), "program": path(inside / "run.desktop"), "device": path("/dev/null"), "good": path(inside / "in.txt")})
    assert {name for name, text in told.items() if text is None} == {"good"}
    assert all(text.startswith("scope:") for name, text in told.items() if name != "good")
    assert told["program"] != told["outside"] == told["absent"] == told["missing"]
    assert desktop.calls("reader") == [f"{inside}/-a b.txt"]


def test_a_folder_goes_to_the_file_manager(docs, run_app):
    desktop = docs([DOCS | {"allow": [{"path": "$RESOURCE/docs"}]}])
    assert tell(run_app, desktop, {"one": path(desktop.app.path / "docs")}) == {"one": None}
    assert desktop.calls("files") == [f"{desktop.app.path}/docs"]


def test_a_page_names_the_program_of_a_file(docs, run_app):
    desktop = docs([DOCS | {"allow": [{"path": "$RESOURCE/docs/**", "app": True}]}], '[open]\nwith = ["browser"]')
    inside = desktop.app.path / "docs"
    told = tell(run_app, desktop, {"not listed": path(inside / "in.txt", **{"with": "reader"}), "good": path(inside / "in.txt", **{"with": "browser"})})
    assert told["not listed"].startswith("scope:") and told["good"] is None
    assert desktop.calls("browser") == [f"{inside}/-a b.txt"] and not desktop.was_called("reader")


def reveal(*paths):
    return ["plugin:opener|reveal_item_in_dir", {"paths": [str(one) for one in paths]}]


SHOWN = {"identifier": "opener:allow-reveal-item-in-dir", "allow": [{"path": "$RESOURCE/docs/**"}]}


def test_without_a_file_manager_on_the_bus_the_folders_are_opened(docs, run_app):
    desktop = docs([SHOWN])
    inside = desktop.app.path / "docs"
    told = tell(run_app, desktop, {"outside": reveal(inside / "in.txt", inside / "out.txt"), "good": reveal(inside / "in.txt", inside / "run.desktop")})
    assert told["outside"].startswith("scope:") and told["good"] is None
    assert desktop.calls("files") == [str(inside)]


def test_the_file_manager_is_told_what_to_show(docs, run_app):
    desktop = docs([SHOWN])
    inside = desktop.app.path / "docs"
    with bus(desktop.app), file_manager(desktop.app) as told:
        assert tell(run_app, desktop, {"one": reveal(inside / "in.txt", inside / "run.desktop")}) == {"one": None}
        assert [told(), told()] == [f"file://{inside}/-a%20b.txt", f"file://{inside}/run.desktop"]
    assert not desktop.was_called("files")


def test_a_file_manager_that_refuses_is_none(docs, run_app):
    desktop = docs([SHOWN])
    with bus(desktop.app), file_manager(desktop.app, "refuses") as told:
        assert tell(run_app, desktop, {"one": reveal(desktop.app.path / "docs/in.txt")}) == {"one": None}
        assert told().startswith("file://")
    assert desktop.calls("files") == [str(desktop.app.path / "docs")]


def test_the_default_reveals_nothing(docs, run_app):
    desktop = docs(["opener:default"])
    assert tell(run_app, desktop, {"one": reveal(desktop.app.path / "docs/in.txt")})["one"].startswith("scope:")


def test_a_file_that_nothing_opens(desk, run_app):
    desktop = desk([DOCS], files={"docs/a.unknown-to-all": "\0\1"})
    assert tell(run_app, desktop, {"one": path(desktop.app.path / "docs/a.unknown-to-all")})["one"].startswith("io: no program here opens that")
