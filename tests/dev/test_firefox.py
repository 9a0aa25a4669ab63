"""The dev bridge in Firefox: that apps work there, and that what its other pages try is refused by what Firefox sends."""

import json
import os
import re
import signal

import pytest

import apps
import tree
from apps import capability
from firefox import Firefox, Tab
from test_notes import notes  # noqa: F401
from test_strangers import FILES, NO_FILE, PLACES, PROBES, WITH_A_FRAME

READ = "return await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}).then((bytes) => new TextDecoder().decode(bytes), (error) => error.code);"
SCOPE = {"identifier": "fs:scope", "allow": [{"path": "$RESOURCE/data/**"}]}


@pytest.fixture(scope="module")
def firefox(installed, ordinary, display):
    home = apps.App(installed, display, ordinary)
    browser = Firefox(home)
    yield browser
    browser.close()
    home.remove()


@pytest.fixture
def tab(firefox):
    made = Tab(firefox.remote)
    yield made
    made.close()


@pytest.fixture
def app(make_app):
    return make_app(files=FILES)


@pytest.fixture
def bridge(app, start):
    return start(app, terminal=True)


@pytest.fixture
def page(bridge, tab):
    assert tab.goto(bridge.main.url) == 200 and tab.run(READ) == apps.HELLO
    tab.evaluate("(window.kept = true)")
    return tab


def opened(app):
    return len([record for record in app.records() if record["event"] == "open"])


def test_the_token_leaves_the_address_and_is_spent(bridge, page, firefox):
    assert page.evaluate("location.href") == bridge.main.origin + bridge.main.path
    assert page.evaluate("document.cookie") == ""
    assert page.goto(bridge.main.url) == 401
    assert page.goto(bridge.main.origin + "/") == 200 and page.run(READ) == apps.HELLO
    other = Tab(firefox.remote)
    assert [other.goto(url) for url in (bridge.main.url, bridge.main.origin + "/")] == [401, 401]
    other.close()


def test_files_go_and_come_byte_for_byte(page):
    assert page.run("""
        const sizes = [0, 1, 65535, 65536, 65537, 3_000_000];
        for (const n of sizes) {
          const bytes = new Uint8Array(n).map((_, i) => (i * 31) % 251);
          await trollbridge.invoke('plugin:fs|write_file', { path: 'data/bytes' }, { raw: bytes });
          const back = new Uint8Array(await trollbridge.invoke('plugin:fs|read_file', { path: 'data/bytes' }));
          if (back.length !== n || back.some((byte, i) => byte !== bytes[i])) return n;
        }
        return 'all';""") == "all"


def test_a_note_is_written(notes, start, tab):  # noqa: F811
    tab.goto(start(notes).main.url)
    tab.until("document.body.dataset.state === 'ready'", "the notes are read")
    tab.press("Control+n")
    tab.until("document.activeElement.id === 'title' && document.activeElement.value === 'Untitled'", "a new note")
    tab.type("Goats\n")
    tab.until("document.activeElement.id === 'body'", "it has its title")
    tab.type("Three of them.")
    tree.until(lambda: (notes.path / "data/Goats.txt").exists() and (notes.path / "data/Goats.txt").read_text() == "Three of them.", "it is saved")


def test_changes_of_policy_and_files(app, page):
    app.write("capabilities/0.json", json.dumps(capability([SCOPE])))
    page.until("document.readyState === 'complete' && !window.kept", "it is loaded again")
    assert page.run(READ) == "not_granted"
    page.evaluate("(window.kept = true)")
    app.write("dist/index.html", "<!doctype html><title>Two</title>")
    page.until("document.title === 'Two' && !window.kept", "it is loaded again")


def test_a_broker_that_dies(app, bridge, page):
    os.kill(bridge.role("broker"), signal.SIGKILL)
    tree.until(lambda: page.run(READ) == apps.HELLO, "calls go on")
    assert page.evaluate("window.kept") is True and opened(app) == 2


def test_the_panel_opens_by_its_key(page):
    """It is drawn, and no script of the page sees it."""
    before = page.picture()
    page.press("Control+Alt+b")
    tree.until(lambda: page.picture() != before, "something is drawn")
    assert "Calls of this page" not in page.evaluate("document.documentElement.outerHTML + document.body.innerText")
    page.press("Control+Alt+b")
    tree.until(lambda: page.picture() == before, "it is gone")


@pytest.mark.parametrize("place", PLACES)
def test_requests_of_a_stranger(app, bridge, page, elsewhere, place):
    server = elsewhere({"/": WITH_A_FRAME})
    stranger = page.beside()
    stranger.goto(f"http://{PLACES[place].format(host=bridge.main.host.partition(':')[0])}:{server.http.server_port}/")
    results = stranger.run(re.sub(r".*'prefetch'.*\n", "", PROBES), base=bridge.main.origin)  # done when there is nothing else to do, or never
    assert {name: results[name] for name in NO_FILE if results[name]} == {}
    # Frames, and a page of its own that it leads there.
    stranger.run("""
        const frame = document.getElementById('frame');
        await new Promise((resolve) => { frame.onload = resolve; frame.src = base; });""", base=bridge.main.origin + "/")
    stranger.run("location.href = base;", base=bridge.main.origin + "/")
    stranger.until(f"location.origin === {bridge.main.origin!r} && document.readyState === 'complete'", "it has gone there")
    assert "Another site asks" in stranger.evaluate("document.body.innerText") and stranger.evaluate("typeof window.trollbridge") == "undefined"
    # The page that was there is as it was.
    assert page.run(READ) == apps.HELLO and page.evaluate("window.kept") is True and opened(app) == 1
