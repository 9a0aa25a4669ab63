"""What the tests of the dev bridge share: apps, `trollbridge dev` on them, and a browser."""

import pathlib
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "webkit"))
import apps  # noqa: E402
import bridge as bridges  # noqa: E402
import browser as browsers  # noqa: E402
import tree  # noqa: E402
from fixtures import display, elsewhere, installed, make_app, ordinary, run_app  # noqa: E402, F401


@pytest.fixture
def start():
    """start(app, *options): `trollbridge dev` until the test ends, in which it has to end well."""
    started = []

    def start(app, *options, **more):
        started.append(bridges.bridging(app, *options, **more))
        return started[-1].__enter__()

    yield start
    for each in reversed(started):
        each.__exit__(None, None, None)


@pytest.fixture(scope="session")
def chromium(installed, ordinary, display):
    """The browser, run by the user who runs the apps: Chromium keeps its own sandbox then."""
    for name in ("browser.mjs", "package.json"):
        shutil.copy(HERE / name, installed)
    shutil.copytree(HERE / "node_modules", installed / "node_modules")
    home = apps.App(installed, display, ordinary)
    browser = browsers.Browser(installed, home.home, home.as_user, home.environment)
    yield browser
    with tree.leaves_nothing():
        pass
    browser.close()
    home.remove()


@pytest.fixture
def tab(chromium):
    """tab(): a page in a profile of its own, which goes with the test."""
    contexts = []

    def open_tab(**options):
        contexts.append(chromium.context(**options))
        return contexts[-1].newPage()

    yield open_tab
    for context in contexts:
        context.close()
