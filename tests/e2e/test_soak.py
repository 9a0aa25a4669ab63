"""Long runs: after many calls and many documents the tree holds no more than after some."""

import mmap
import os
import pathlib

import pytest

import tree

WARM_UP, CALLS, IN_FLIGHT = 10_000, 100_000, 64
REOPENS_WARM_UP, REOPENS = 100, 500
MEMORY_KIB = 256


def measure(pid):
    """(resident KiB, descriptors); what a program's own file is mapped from does not count."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    rss = next(int(line.split()[1]) for line in text.split("\n") if line.startswith("Rss:"))
    return rss, len(os.listdir(f"/proc/{pid}/fd"))


def measure_all(host):
    """Of each process of the tree, by role. Two of one role would be a leak by themselves."""
    tree.needs_root()
    pids = {role: pid for pid, role in tree.descendants(host.supervisor).items()}
    assert len(pids) == len(tree.descendants(host.supervisor))
    pids["supervisor"] = host.supervisor
    return {role: measure(pid) for role, pid in pids.items()}


def growth(before, after, most_kib=MEMORY_KIB):
    """What is wrong with the difference, as sentences."""
    wrong = [f"{role} came or went" for role in before.keys() ^ after.keys()]
    for role in before.keys() & after.keys():
        memory = after[role][0] - before[role][0]
        descriptors = after[role][1] - before[role][1]
        if memory >= most_kib:
            wrong.append(f"{role} grew by {memory} KiB")
        if descriptors != 0:
            wrong.append(f"{role} has {descriptors:+} descriptors")
    return sorted(wrong)


def settled(host):
    """The scribe has written what it was given, so that it holds none of it."""
    size = [-1]

    def stands():
        size.append(host.app.log.stat().st_size)
        return size[-1] == size[-2]

    tree.until(stands, "the log is written")
    return measure_all(host)


def test_many_calls(host):
    assert host.soak(WARM_UP, IN_FLIGHT)["failed"] == 0
    before = settled(host)
    assert sorted(before) == ["broker", "fs", "scribe", "supervisor"]
    line = host.soak(CALLS - WARM_UP, IN_FLIGHT)
    assert (line["soaked"], line["failed"], line["first"]) == (CALLS - WARM_UP, 0, "")
    after = settled(host)
    print(before, after)
    assert growth(before, after) == []
    host.say("quit")
    host.process.wait(tree.PATIENCE_S)
    assert host.app.verify() == "CLOSED"
    assert sum(record["event"] == "done" for record in host.app.records()) == CALLS


def reopen(host, n):
    host.say("reopen", "main", n)
    assert host.wait(lambda line: "reopened" in line, 300)["reopened"] == n
    host.wait(lambda line: "opened" in line)


@pytest.mark.parametrize("with_plugin", [False, True])
def test_many_documents(host, with_plugin):
    """Each has its keys, handles and grant, and they go with it; so does its plugin."""
    def rounds(n):
        for _ in range(n if with_plugin else 1):
            if with_plugin:
                assert host.code() == ""
            reopen(host, 1 if with_plugin else n)
        tree.until(lambda: host.roles() == ["broker", "scribe", "supervisor"],
                   "plugins of documents that are gone have ended")

    rounds(REOPENS_WARM_UP)
    before = settled(host)
    rounds(REOPENS)
    after = settled(host)
    print(before, after)
    assert growth(before, after) == []


def test_many_views_of_changing_name(host):
    """A view's slot is taken again when the view is gone."""
    for i in range(200):
        label = f"view-{i % 4}"
        assert isinstance(host.open(label), str)
        host.say("shut", label)
        host.wait(lambda line: line.get("view") == label and "closed" in line)
    assert host.code() == ""


def test_the_check_finds_leaks():
    tree_of = {"broker": (5000, 8), "scribe": (3000, 5)}
    assert growth(tree_of, dict(tree_of)) == []
    assert growth(tree_of, tree_of | {"broker": (5000 + MEMORY_KIB - 1, 8)}) == []
    grown = tree_of | {"broker": (5000 + MEMORY_KIB, 8)}
    assert growth(tree_of, grown) == ["broker grew by 256 KiB"]
    assert growth(tree_of, tree_of | {"scribe": (3000, 6)}) == ["scribe has +1 descriptors"]
    assert growth(tree_of, tree_of | {"scribe": (3000, 4)}) == ["scribe has -1 descriptors"]
    assert growth(tree_of, tree_of | {"fs": (1, 1)}) == ["fs came or went"]
    assert growth(tree_of, {"broker": (5000, 8)}) == ["scribe came or went"]


def test_the_measure_sees_memory_and_descriptors():
    rss, n = measure(os.getpid())
    ballast = mmap.mmap(-1, 4 * 1024 * 1024)
    ballast.write(bytes(len(ballast)))
    extra = os.dup(0)
    more_rss, more_n = measure(os.getpid())
    os.close(extra)
    ballast.close()
    assert more_rss - rss > 3 * 1024
    assert more_n == n + 1
