"""However loads are raced, no document of another origin gets the app's link, its label or an answer; and the app's own does.

Each race is shown to catch hosts with a planted weakness first: tests/webkit/races/meson.build has them."""

import contextlib

import pytest

import race_host
import tree
from races_of_loads import RACES

# `unchecked` takes every offer for what the page says of itself; `by_uri` believes webkit_web_view_get_uri.
TWINS = ("unchecked", "by_uri")


def pages():
    hop = race_host.page("evil", "setTimeout(() => location.href = 'page.html', 0)")
    return {"/page.html": race_host.page("evil"), "/hop.html": hop, "/away": (302, {"location": "/page.html"}, ""),
            "/home": (302, {"location": f"{race_host.APP}/index.html"}, "")}


@pytest.fixture
def window(make_app, elsewhere, tmp_path_factory):
    """window(program, origins): (host, server)."""
    opened = []

    def start(program="host", allow_server=False):
        server = elsewhere(pages())
        app = make_app(files=race_host.app_files(), manifest=race_host.MANIFEST)
        evil = app.folder / "evil"
        evil.mkdir()
        (evil / "page.html").write_text(race_host.page("evil"))
        origins = [server.origin] if allow_server else []
        opened.append(race_host.RaceHost(app, evil, program, origins))
        return opened[-1], server

    with tree.leaves_nothing():
        yield start
        for host in opened:
            host.close()


@pytest.mark.parametrize("name", RACES)
def test_race(name, window):
    host, server = window()
    RACES[name](host, server)
    host.alive()
    assert race_host.breaches(host.events) == []
    host.close()
    assert race_host.breaches_of_log(host.app.records()) == []


@pytest.mark.parametrize("name", RACES)
def test_race_catches_a_weakness(name, window):
    caught = []
    for twin in TWINS:
        host, server = window(twin)
        with contextlib.suppress(AssertionError):  # a twin may keep the app's own page from its link
            RACES[name](host, server)
        caught += race_host.breaches(host.events)
    assert caught
