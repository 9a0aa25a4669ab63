"""Reloads and navigations leave nothing behind: no session, link, descriptor or process, in any process."""

import reloads
import tree
from test_races import window  # noqa: F401

WARM_UP, DOCUMENTS = 2 * reloads.KILLED, 500


def test_documents_leave_nothing(window):  # noqa: F811
    host, _ = window()
    reloads.run(host, WARM_UP)
    before = reloads.settled(host)
    n_before, _ = reloads.sessions(host.app.records())
    reloads.run(host, DOCUMENTS)
    after = reloads.settled(host)
    assert reloads.growth(before, after) == []
    opened, closed = reloads.sessions(host.app.records())
    assert closed == opened - 1 and opened - n_before > DOCUMENTS / 2
    host.close()
    assert reloads.sessions(host.app.records()) == (opened, opened)
    assert tree.clean(host.stderr_text) is not None


def test_growth_is_seen():
    """The measure itself: a process, a descriptor and memory too many are each told."""
    before = {"broker": (1, 9, 4000), "host": (1, 60, 90000)}
    assert reloads.growth(before, before) == []
    assert reloads.growth(before, before | {"broker": (1, 10, 4000)}) == ["broker has +1 descriptors"]
    assert reloads.growth(before, before | {"broker": (1, 9, 5000)}) == ["broker grew by 1000 KiB"]
    assert reloads.growth(before, before | {"host": (1, 60 + 500 // 20, 90000)}) == ["host has +25 descriptors"]
    assert reloads.growth(before, before | {"fs": (1, 3, 100)}) == ["0 processes fs became 1"]
