"""What tests of pages share: a display, the installed tree, apps, and servers of other origins."""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

import pytest

import apps
import display as displays
import elsewhere as servers
import tree

# Whom a shell has started in the background ignores it, and so would every program that is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def display():
    """An X server of these tests' own."""
    server = displays.Display()
    yield server
    server.close()


@pytest.fixture(scope="session")
def installed():
    """The tree under test, where every user can read it: a checkout need not be such a place."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-webkit-"))
    shutil.copytree(tree.ROOT, folder / "root", symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    yield folder / "root"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def ordinary():
    """Who runs the apps: `tbtest` if this is root, else whoever runs the tests."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    try:
        return pwd.getpwnam("tbtest")
    except KeyError:
        subprocess.run(["useradd", "-m", "tbtest"], check=True)
        return pwd.getpwnam("tbtest")


@pytest.fixture
def make_app(installed, display, ordinary):
    """make_app(files=…, manifest=…, capabilities=…): see apps.App."""
    made = []

    def make(**options):
        made.append(apps.App(installed, display, ordinary, **options))
        return made[-1]

    yield make
    for app in made:
        app.remove()


@pytest.fixture
def run_app():
    return apps.run_app


@pytest.fixture
def elsewhere():
    """elsewhere(pages): a web server on an origin of its own; see elsewhere.py."""
    started = []

    def start(pages):
        started.append(servers.Server(pages))
        return started[-1]

    yield start
    for server in started:
        server.close()
