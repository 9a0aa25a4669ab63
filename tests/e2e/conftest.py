"""What the tests of the installed tree share: a copy of it that anybody may run, an app, a host."""

import pathlib
import pwd
import os
import shutil
import signal
import subprocess
import tempfile

import pytest

import tree

# Whom a shell has started in the background ignores it, and so would every program that is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def installed():
    """The tree under test, with the driver beside the other programs."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-e2e-"))
    yield tree.install(folder)
    shutil.rmtree(folder)


@pytest.fixture
def app(installed):
    """A copy of the example app, and a home and a state folder of its own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="app-", dir=installed.parent))
    yield tree.App(installed, folder)
    shutil.rmtree(folder)


@pytest.fixture
def host(app):
    """A host with an open view `main`."""
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        yield host


@pytest.fixture(scope="session")
def ordinary():
    """A user without privileges: `tbtest` if this is root, else whoever runs the tests."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    try:
        return pwd.getpwnam("tbtest")
    except KeyError:
        subprocess.run(["useradd", "-m", "tbtest"], check=True)
        return pwd.getpwnam("tbtest")
