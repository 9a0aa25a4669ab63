#!/usr/bin/env python3
"""Long measurements of the installed tree: `./tb soak streams [SECONDS]`, `./tb soak neighbours [ROUNDS]`,
`./tb soak reloads [DOCUMENTS]`, `./tb soak programs [ROUNDS]`.

`streams` lets streams stand still in both directions, while other calls go on, and looks at the memory of every process;
then it opens and cancels streams by the thousand. It fails when something grew.

`neighbours` makes calls of one plugin while another crashes, hangs, answers late or floods events, each way in turn with an
undisturbed run, and prints how many times as long they took. The machine decides what is noise: the spread of the undisturbed
runs stands beside.

`reloads` takes one window through so many documents, in every way there is, and looks at what they leave in any process. It
fails when something grew.

`programs` starts and cancels programs that leave their session, and fails when a process, a descriptor or memory stays. It
prints how long the end takes."""

import contextlib
import os
import pathlib
import pwd
import shutil
import statistics
import sys
import tempfile
import time

for folder in ("e2e", "webkit"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))
import apps  # noqa: E402
import display  # noqa: E402
import neighbours  # noqa: E402
import programs  # noqa: E402
import race_host  # noqa: E402
import reloads  # noqa: E402
import spout  # noqa: E402
import tree  # noqa: E402
from test_soak import growth, settled  # noqa: E402

CALLS = 2000
CALLS_BESIDE = 20_000
ROUNDS = 1000
WARM_UP_DOCUMENTS = 200


@contextlib.contextmanager
def host_of(fill):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-soak-"))
    try:
        installed = tree.install(folder)
        (folder / "app").mkdir()
        app = tree.App(installed, folder / "app")
        fill(app)
        with tree.leaves_nothing(), tree.Host(app) as host:
            host.open("main")
            assert host.code() == ""
            yield host
    finally:
        shutil.rmtree(folder)


# ---- streams ----

STANDING = [(spout.POUR, {}, "call"), (spout.TICK, {}, "call"),
            (spout.TICK, {"channel": "__CHANNEL__:1"}, "call"), (spout.SWALLOW, {"pause": True}, "pump")]


def stand_still(host):
    """Streams that nobody takes anything of; returns what cancels them."""
    calls = [host.start(command=command, args=args, how=how) for command, args, how in STANDING]
    for call, (_, _, how) in zip(calls, STANDING):
        what = "sent" if how == "pump" else "chunks"
        tree.until(lambda: host.progress(call)[what] > 0, "it has begun")
        host.say("hold", "main", call)
    return calls


def moved(host, calls):
    return [host.progress(call) for call in calls]


def watch(host, seconds):
    """The problems of streams that stand still for so long."""
    calls = stand_still(host)
    seen = [None]

    def same():
        assert host.soak(CALLS, 16)["failed"] == 0
        seen.append(moved(host, calls))
        return seen[-1] == seen[-2]

    tree.until(same, "all streams stand still")
    before = settled(host)
    end = time.monotonic() + seconds
    wrong = []
    while time.monotonic() < end and not wrong:
        assert host.soak(CALLS, 16)["failed"] == 0
        wrong = growth(before, settled(host))
        if moved(host, calls) != seen[-1]:
            wrong.append("a stream moved that nobody takes anything of")
    print(f"{len(calls)} streams stood still for {seconds} s: {before} before, {settled(host)} after")
    for call in calls:
        host.say("cancel", "main", call)
        if host.answer(call)["error"]["code"] != "cancelled":
            wrong.append("a cancelled call was answered otherwise")
    return wrong


def open_and_cancel(host):
    host.rounds(ROUNDS, spout.POUR)
    before = settled(host)
    line = host.rounds(10 * ROUNDS, spout.POUR)
    after = settled(host)
    print(f"{line['rounds']} streams opened and cancelled: {before} before, {after} after")
    wrong = growth(before, after, ROUNDS)  # 0.1 KiB a round; buffers keep the size that they once needed
    if line["cancelled"] != 10 * ROUNDS or host.call(command=spout.STATE, args={})["value"]["open"] != 0:
        wrong.append("streams stayed open")
    return wrong


def prepare(app):
    """A plugin that takes no more of a body has a deadline; here it has as long as it is watched."""
    spout.add(app)
    app.manifest(f'[limits."{spout.SWALLOW}"]\ndeadline_ms = 3600000')


def streams(seconds):
    with host_of(prepare) as host:
        wrong = watch(host, seconds) + open_and_cancel(host)
    for problem in wrong:
        print(f"FAIL {problem}")
    print("nothing grew" if not wrong else f"{len(wrong)} problems")
    return 1 if wrong else 0


# ---- neighbours ----

def run_beside(host, way):
    """Seconds that the calls of `fs` took. Each run has a document of its own, and so fresh plugins."""
    host.open("main")
    assert host.code() == ""
    with neighbours.trouble(host, way) if way else contextlib.nullcontext() as trouble:
        start = time.monotonic()
        line = neighbours.soak(host, CALLS_BESIDE, trouble)
        took = time.monotonic() - start
    assert line["failed"] == 0, line
    return took


def report(took):
    undisturbed = statistics.median(took[None])
    print(f"{CALLS_BESIDE} calls of fs, {neighbours.IN_FLIGHT} in flight, {len(took[None])} runs of each, in turn")
    print(f"{'beside':<12} {'us/call':>8} {'ratio':>6} {'least':>6} {'most':>6}")
    for way, times in took.items():
        ratios = [t / undisturbed for t in times]
        print(f"{way or 'nothing':<12} {statistics.median(times) / CALLS_BESIDE * 1e6:8.1f} "
              f"{statistics.median(ratios):6.2f} {min(ratios):6.2f} {max(ratios):6.2f}")


def beside_neighbours(rounds):
    took = {way: [] for way in [None, *neighbours.WAYS]}
    with host_of(neighbours.make) as host:
        for _ in range(rounds):
            for way, times in took.items():
                times.append(run_beside(host, way))
    report(took)
    return 0


# ---- reloads ----

@contextlib.contextmanager
def window():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tb-soak-"))
    screen = display.Display()
    app = apps.App(tree.install(folder), screen, pwd.getpwuid(os.getuid()), race_host.app_files(), race_host.MANIFEST)
    try:
        with tree.leaves_nothing():
            host = race_host.RaceHost(app, race_host.Server())
            yield host
            host.close()
    finally:
        app.remove()
        screen.close()
        shutil.rmtree(folder)


def documents(n):
    with window() as host:
        wrong = reloads.left_by(host, WARM_UP_DOCUMENTS, n)
        print(f"{n} documents; now: {reloads.look(host)} (processes, descriptors, KiB)")
    for problem in wrong:
        print(f"FAIL {problem}")
    print("nothing was left" if not wrong else f"{len(wrong)} problems")
    return 1 if wrong else 0


# ---- programs ----

def come_and_go(rounds):
    with host_of(programs.add) as host:
        wrong = programs.stand_still(host) + programs.left_by(host, rounds)
    for problem in wrong:
        print(f"FAIL {problem}")
    print("nothing was left" if not wrong else f"{len(wrong)} problems")
    return 1 if wrong else 0


def main():
    modes = {"streams": (streams, 60), "neighbours": (beside_neighbours, 9), "reloads": (documents, 5000),
             "programs": (come_and_go, 1000)}
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in modes or not (sys.argv + ["1"])[2].isdigit():
        print("usage: ./tb soak streams [SECONDS] | neighbours [ROUNDS] | reloads [DOCUMENTS] | programs [ROUNDS]", file=sys.stderr)
        return 2
    run, otherwise = modes[sys.argv[1]]
    return run(int(sys.argv[2]) if len(sys.argv) == 3 else otherwise)


if __name__ == "__main__":
    sys.exit(main())
