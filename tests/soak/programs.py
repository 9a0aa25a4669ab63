"""Programs that are started and cancelled by the hundred, each with a child that has left its session: what stays, and how long
the end takes."""

import json
import os
import select
import statistics
import time

import tree
from test_soak import growth, measure, settled

SPAWN = "plugin:shell|spawn"
ARGS = {"program": "many", "onEvent": "__CHANNEL__:1"}
NAMES = {"yes", "sleep"}
WARM_UP = 50
KIB_MOST = 512  # of growth: buffers keep the size that they once needed

MANIFEST = """
[programs.many]
path = "/bin/sh"
shell = true
children = true
exec = ["/usr/bin/setsid", "/bin/sleep", "/usr/bin/yes"]
"""


def add(app):
    path = app.path / "capabilities/main.json"
    capability = json.loads(path.read_text())
    script = "/usr/bin/setsid /bin/sleep 1000 & exec /usr/bin/yes"
    capability["permissions"].append({"identifier": "shell:allow-spawn", "allow": [{"name": "many", "args": ["-c", script]}]})
    path.write_text(json.dumps(capability))
    app.manifest(MANIFEST)


def running(host):
    return [pid for pid, name in tree.descendants(host.supervisor).items() if name in NAMES]


def begin(host):
    call = host.start(command=SPAWN, args=ARGS)
    tree.until(lambda: len(running(host)) == 2 and host.progress(call)["chunks"] > 0, "it runs")
    return call


def await_ends(fds):
    end = time.monotonic() + tree.PATIENCE_S
    for fd in fds:
        assert select.select([fd], [], [], max(end - time.monotonic(), 0))[0], "a program is still there"


def one_round(host):
    """Milliseconds from cancel to the end of all that the program had started."""
    call = begin(host)
    fds = [os.pidfd_open(pid) for pid in running(host)]
    begun = time.monotonic()
    host.say("cancel", "main", call)
    await_ends(fds)
    took = time.monotonic() - begun
    for fd in fds:
        os.close(fd)
    assert host.answer(call)["error"]["code"] == "cancelled"
    return took * 1000


def zombies(host):
    everything = tree.processes()
    ours = {host.supervisor, *tree.descendants(host.supervisor)}
    return [pid for pid, (parent, state) in everything.items() if parent in ours and state == "Z"]


def left_by(host, rounds):
    """The problems after so many rounds."""
    for _ in range(WARM_UP):
        one_round(host)
    before = settled(host)
    took = [one_round(host) for _ in range(rounds)]
    after = settled(host)
    print(f"{rounds} programs, each with a child of another session: {statistics.median(took):.2f} ms from cancel to dead in the "
          f"median, {max(took):.2f} at most; {before} before, {after} after")
    wrong = growth(before, after, KIB_MOST)
    if running(host) or zombies(host):
        wrong.append(f"processes are left: {running(host)}, zombies {zombies(host)}")
    return wrong


def everything(host):
    """The memory of each process: inits have the name of the plugin, so names are not enough."""
    return {f"{name} {pid}": measure(pid) for pid, name in tree.descendants(host.supervisor).items()}


def stand_still(host, looks=200):
    """A program that writes without end, for a page that takes nothing."""
    call = begin(host)
    host.say("hold", "main", call)
    seen = [None]

    def same():
        seen.append(host.progress(call)["chunks"])
        return host.code() == "" and seen[-1] == seen[-2]

    tree.until(same, "it waits")
    before = everything(host)
    for _ in range(looks):
        assert host.code() == ""
    after = everything(host)
    print(f"a program writes without end, and nobody reads: {before} before, {after} after")
    host.say("cancel", "main", call)
    assert host.answer(call)["error"]["code"] == "cancelled"
    return growth(before, after)
