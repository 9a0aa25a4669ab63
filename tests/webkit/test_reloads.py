"""Reloads and navigations leave nothing behind: no session, link, descriptor or process, in any process."""

import pytest

import reloads
from test_races import window  # noqa: F401

WARM_UP, DOCUMENTS = 2 * reloads.KEPT, 500


def test_documents_leave_nothing(window):  # noqa: F811
    host = window()
    assert reloads.left_by(host, WARM_UP, DOCUMENTS) == []
    host.close()
    opened, closed = reloads.sessions(host.app.records())
    assert opened == closed > DOCUMENTS / 2


@pytest.mark.parametrize("program, extension, name", [("leaky", "", "host"), ("race", "leaky", "WebKitWebProcess")])
def test_what_documents_leave_is_seen(program, extension, name, window):  # noqa: F811
    """One descriptor for each, in the host or in the web process."""
    host = window(program, extension=extension)
    assert [line.split()[0] for line in reloads.left_by(host, 20, reloads.KEPT)] == [name]


def test_growth_is_told():
    """A process, a descriptor and memory too many."""
    before = {"broker": (1, 9, 4000), "host": (1, 60, 90000)}
    assert reloads.growth(before, before) == []
    assert reloads.growth(before, before | {"broker": (1, 10, 4000)}) == ["broker has +1 descriptors"]
    assert reloads.growth(before, before | {"broker": (1, 9, 5000)}) == ["broker grew by 1000 KiB"]
    assert reloads.growth(before, before | {"fs": (1, 3, 100)}) == ["0 processes fs became 1"]
