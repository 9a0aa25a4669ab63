"""The ways in which files change under a page of the dev bridge: as editors, bundlers and people do it."""

import json
import os
import shutil
import signal

import pytest

import raw
import tree
import websocket as ws
from apps import capability
from shade import Shade, calls, until_gone, until_shown

READ = "return await trollbridge.invoke('plugin:fs|read_text_file', {path}).then((bytes) => new TextDecoder().decode(bytes), (error) => error.code);"
HELLO = "one\n"
READS = ["fs:allow-read-text-file", {"identifier": "fs:scope", "allow": [{"path": "$RESOURCE/data/**"}]}]
ELSEWHERE = ["fs:allow-read-text-file", {"identifier": "fs:scope", "allow": [{"path": "$RESOURCE/data/other"}]}]
CAPABILITY = "capabilities/0.json"
FILES = {
    "dist/index.html": "<!doctype html><title>One</title><link rel=stylesheet href=style.css><script type=module src=app.js></script><p>A page.",
    "dist/app.js": "window.version = 'one';",
    "dist/style.css": "body { color: rgb(1, 1, 1); }",
    "data/one": HELLO,
}


@pytest.fixture
def app(make_app):
    return make_app(capabilities=[capability(READS)], files=FILES)


@pytest.fixture
def bridge(app, start):
    return start(app)


@pytest.fixture
def page(bridge, tab):
    page = tab()
    page.goto(bridge.main.url)
    assert read(page) == HELLO
    mark(page)
    yield page
    assert page.texts("error") == []


def read(page, path="data/one"):
    return page.run(READ, path=path)


def mark(page):
    page.evaluate("window.kept = true")


def until_loaded(page, condition="true"):
    """A new document, of which that is true."""
    page.until(f"document.readyState === 'complete' && !window.kept && ({condition})", f"a new document with {condition}")


def policy(permissions):
    return json.dumps(capability(permissions), indent=1)


# ---- the frontend ----

@pytest.mark.parametrize("path, text, condition", [
    ("dist/index.html", FILES["dist/index.html"].replace("One", "Two"), "document.title === 'Two'"),
    ("dist/app.js", "window.version = 'two';", "window.version === 'two'"),
    ("dist/style.css", "body { color: rgb(2, 2, 2); }", "getComputedStyle(document.body).color === 'rgb(2, 2, 2)'"),
], ids=["page", "script", "style"])
def test_a_file_that_is_written_in_place(app, page, path, text, condition):
    assert not page.evaluate(condition)
    app.write(path, text)
    until_loaded(page, condition)
    assert read(page) == HELLO


def test_a_file_that_is_put_in_another_s_place(app, page):
    app.write("dist/new~", "window.version = 'two';")
    (app.path / "dist/new~").rename(app.path / "dist/app.js")
    until_loaded(page, "window.version === 'two'")


def test_a_file_that_goes(app, page):
    (app.path / "dist/style.css").unlink()
    until_loaded(page, "getComputedStyle(document.body).color === 'rgb(0, 0, 0)'")


def test_a_folder_that_came_later(app, page):
    app.write("dist/later/deeper/part.js", "window.part = 1;")
    until_loaded(page)
    mark(page)
    app.write("dist/later/deeper/part.js", "window.part = 2;")
    until_loaded(page)


def test_many_files_at_once(app, page):
    for i in range(300):
        app.write(f"dist/many/{i}.js", f"window.part = {i};")
    app.write("dist/app.js", "window.version = 'last';")
    until_loaded(page, "window.version === 'last'")
    assert read(page) == HELLO


def test_a_frontend_that_is_built_anew(app, page):
    """The folder goes and comes again, as bundlers do it, and is watched as before."""
    (app.path / "dist").rename(app.path / "old")
    for path, text in FILES.items():
        app.write(path, text.replace("One", "Two"))
    until_loaded(page, "document.title === 'Two'")
    mark(page)
    app.write("dist/app.js", "window.version = 'three';")
    until_loaded(page, "window.version === 'three'")


def test_a_frontend_that_is_not_there_for_a_while(app, page):
    """The page stays as it is until there is something to load again."""
    (app.path / "dist").rename(app.path / "old")
    page.until("fetch('/app.js').then((response) => response.status !== 200)", "nothing is served")
    app.write("dist/app.js", "window.version = 'two';")
    page.until("fetch('/app.js').then((response) => response.status === 200)", "it is built, and its page not yet")
    assert page.evaluate("window.kept") is True and read(page) == HELLO
    shutil.rmtree(app.path / "dist")
    (app.path / "old").rename(app.path / "dist")
    until_loaded(page)
    assert read(page) == HELLO
    mark(page)
    app.write("dist/app.js", "window.version = 'three';")
    until_loaded(page, "window.version === 'three'")


# ---- policy ----

def test_a_scope_that_is_narrower(app, page):
    app.write(CAPABILITY, policy(ELSEWHERE))
    until_loaded(page)
    assert read(page) == "scope"
    mark(page)
    app.write(CAPABILITY, policy(READS))
    until_loaded(page)
    assert read(page) == HELLO


def test_another_capability_file(app, page):
    app.write(CAPABILITY, policy(ELSEWHERE))
    until_loaded(page)
    mark(page)
    app.write("capabilities/1.json", json.dumps(capability(READS) | {"identifier": "more"}))
    until_loaded(page)
    assert read(page) == HELLO


def test_a_permission_file_that_is_wrong_and_goes(app, bridge, page):
    app.write("permissions/own.toml", '[[permission]]\nidentifier = "own"\ncommands = 1\n')
    until_shown(page, "box", "permissions/own.toml:3")
    bridge.says(r"\(permissions/own\.toml:3\)")
    assert read(page) == HELLO and page.evaluate("window.kept") is True
    (app.path / "permissions/own.toml").unlink()
    until_gone(page, "box")
    assert read(page) == HELLO


def test_markup_in_a_mistake_is_text(app, page):
    app.write(CAPABILITY, policy([*READS, "<img src=x onerror=document.title='drawn'>"]))
    until_shown(page, "box", "<img src=x")
    assert page.title() == "One"


# ---- the panel ----

def test_the_panel_shows_no_other_page_s_calls(make_app, start, tab):
    windows = '[[window]]\nlabel = "main"\n[[window]]\nlabel = "other"\n'
    bridge = start(make_app(manifest=windows, capabilities=[capability(READS, ["main", "other"])], files=FILES))
    main, other = tab(), tab()
    main.goto(bridge["main"].url)
    other.goto(bridge["other"].url)
    assert read(other, "elsewhere") == "scope"
    assert read(main) == HELLO
    main.keyboard.press("Control+Alt+b")
    Shade(main).shows("plugin:fs|read_text_file")
    tree.until(lambda: calls(main), "its own calls are shown")
    assert {(row[1], row[3]) for row in calls(main) if row[1].startswith("plugin:fs")} == {("plugin:fs|read_text_file", "")}


def test_a_page_cannot_keep_the_key_from_it(page):
    page.run("""for (const target of [window, document])
  target.addEventListener('keydown', (event) => { event.preventDefault(); event.stopImmediatePropagation(); }, true);""")
    page.keyboard.press("Control+Alt+b")
    until_shown(page, "panel", "Calls of this page")


# ---- between a document and its WebSocket ----

def test_a_page_that_could_not_hear_of_a_change_yet(app, bridge):
    """Saved while the document was on its way to the browser: it has the old one."""
    visitor = raw.Visitor(bridge.main)
    ticket = visitor.open()["ticket"]
    app.write(CAPABILITY, policy(ELSEWHERE))
    bridge.says("read again")
    with ws.Socket(visitor, ticket) as socket:
        assert socket.talk("reload")


def test_a_page_whose_broker_has_ended_before_it_could_hear(bridge):
    visitor = raw.Visitor(bridge.main)
    ticket = visitor.open()["ticket"]
    os.kill(bridge.role("broker"), signal.SIGKILL)
    bridge.says("another one is started")
    with ws.Socket(visitor, ticket) as socket:
        assert socket.talk("bootstrap")["data"]
        assert socket.is_there()
