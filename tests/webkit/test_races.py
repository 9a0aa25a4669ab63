"""However loads are raced, no document of another origin gets the app's link, its label or an answer; and the app's own does.

Each race is run twice: with the library as it is, where the other origin is one that the app allows, and with its check of
offers alone, without the walls that keep views from leaving, where it is not allowed. And each is shown to catch a weakness:
tests/webkit/races/meson.build has them."""

import contextlib
import shutil

import pytest

import race_host
import tree
from races_of_loads import HOME, RACES, home

EXTENSION = "lib/trollbridge/webkitgtk/libtrollbridge-web-extension.so"
# What a race catches: of the host, and of the extension.
WEAKNESSES = [("unchecked", ""), ("by_uri", ""), ("unchecked", "eager")]


@pytest.fixture
def window(make_app, installed):
    """window(program, allowed, extension): a RaceHost; `extension`: that of a weakness."""
    opened = []

    def start(program="race", allowed=False, extension=""):
        app = make_app(files=race_host.app_files(), manifest=race_host.MANIFEST)
        if extension:
            app.installed = app.folder / "root"
            shutil.copytree(installed, app.installed, symlinks=True)
            shutil.copy(race_host.PROGRAMS / f"{extension}-extension.so", app.installed / EXTENSION)
        opened.append(race_host.RaceHost(app, race_host.Server(), program, allowed))
        return opened[-1]

    with tree.leaves_nothing():
        yield start
        for host in opened:
            host.close()


@pytest.mark.parametrize("name", RACES)
@pytest.mark.parametrize("program, allowed", [("race", True), ("no_walls", False)], ids=["library", "check_alone"])
def test_race(name, program, allowed, window):
    host = window(program, allowed)
    RACES[name](host)
    host.alive()
    assert race_host.breaches(host) == []
    host.close()
    assert race_host.breaches_of_log(host) == []


# A weakness may keep the app's own page from its link, too, which is not waited for; unless nothing was caught, as where the
# machine is slow.
PATIENCES = [5, tree.PATIENCE_S]


def catches(name, host, patience):
    host.patience = patience
    with contextlib.suppress(AssertionError):
        RACES[name](host)
    return race_host.breaches(host)


@pytest.mark.parametrize("name", RACES)
def test_race_catches_a_weakness(name, window):
    assert any(catches(name, window(program, extension=extension), patience)
               for patience in PATIENCES for program, extension in WEAKNESSES)


@pytest.mark.parametrize("program, extension, name", [
    ("unchecked", "", "a_storm"),
    ("unchecked", "eager", "error_pages"),
    ("by_uri", "", "a_load_of_the_app_before_the_host_hears_of_a_commit")])
def test_each_weakness_is_one(program, extension, name, window):
    """What stands for the library's check lets something through that the library's own does not."""
    assert any(catches(name, window(program, extension=extension), patience) for patience in PATIENCES)


LEAVING = {
    "load": "load {page}",
    "script": "eval 0 location.href = '{page}'; return 0",
    "link": "eval 0 const a = document.createElement('a'); a.href = '{page}'; document.body.append(a); a.click(); return 0",
    "redirect": "load {server}/away",
    "data": "load data:text/html,<p>data",
}


@pytest.mark.parametrize("way", LEAVING)
def test_no_way_leads_elsewhere(way, window):
    host = window()
    since = home(host)
    host.tell(LEAVING[way].format(page=host.page, server=host.server.origin))
    host.wait(lambda event: event["event"] == "failed", "it is refused", since)
    assert host.eval("return location.href") == HOME
    host.alive()
    assert race_host.breaches(host) == []
