"""One window that goes through documents by the hundred, in every way there is, and what they leave behind."""

import collections
import contextlib
import os
import pathlib

import race_host
import races_of_loads
import tree

KILLED = 60  # one document in so many loses its process
KEPT = 100  # so many at the end have one process, so that what each leaves there adds up
# What comes and goes in the web's own processes, which leave much to the garbage collector.
SLACK_FDS = 30
OURS = ("supervisor", "broker", "scribe", "fs")
BROKER_KIB = 512


def load(host, n, page):
    since = len(host.events)
    host.tell(f"load {race_host.APP}/{page}?{n}")
    host.wait_page("app", since, f"{page}?{n}")


def load_first(host, n):
    load(host, n, "index.html")


def load_second(host, n):
    load(host, n, "second.html")


def wait_after(host, order):
    since = len(host.events)
    host.tell(order)
    host.wait_page("app", since)


def reload(host, _):
    wait_after(host, "reload")


def back(host, _):
    wait_after(host, "back")


def forward(host, _):
    wait_after(host, "forward")


def titled(host, script, title):
    since = len(host.events)
    host.tell(f"eval 0 {script}; return 0")
    host.wait(lambda event: event["event"] == "title" and event["title"] == title, title, since)


def open_again(host, n):
    titled(host, f"document.open(); document.write('<title>opened {n}</title>'); document.close()", f"opened {n}")


def push(host, n):
    titled(host, f"history.pushState({{}}, '', '/second.html?pushed{n}'); document.title = 'pushed {n}'", f"pushed {n}")


def refused(host, n):
    since = len(host.events)
    host.tell(f"load {host.page}?{n}")
    host.wait_away(since)


def killed(host, n):
    races_of_loads.kill_web_processes(host, len(host.events))
    load_first(host, n)


STEPS = (load_first, reload, load_second, back, forward, open_again, reload, push, reload, refused)


def run(host, n):
    """So many documents, one after the other."""
    for i in range(n):
        dies = i % KILLED == KILLED - 1 and i < n - KEPT
        killed(host, i) if dies else STEPS[i % len(STEPS)](host, i)


# ---- what is left ----

def fds_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def kib_of(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.split("\n") if line.startswith("Rss:"))


def look(host):
    """{name: (processes, descriptors, KiB)} of the host and everything below it."""
    tree.needs_root()
    sums = collections.defaultdict(lambda: [0, 0, 0])
    for pid, name in {host.process.pid: "host", **tree.descendants(host.process.pid)}.items():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for i, value in enumerate((1, fds_of(pid), kib_of(pid))):
                sums[name][i] += value
    return {name: tuple(values) for name, values in sums.items()}


def settled(host):
    """The same twice: what has just ended is gone, and the log is written."""
    load_first(host, "settled")
    seen = [None]

    def stands():
        seen.append(({name: values[:2] for name, values in look(host).items()}, host.app.log.stat().st_size))
        return seen[-1] == seen[-2]

    tree.until(stands, "everything stands still")
    return look(host)


def growth(before, after):
    """What is wrong with the difference, as sentences."""
    wrong = []
    for name in sorted(before.keys() | after.keys()):
        (n, fds, kib), (n_after, fds_after, kib_after) = before.get(name, (0, 0, 0)), after.get(name, (0, 0, 0))
        if n != n_after:
            wrong.append(f"{n} processes {name} became {n_after}")
        elif fds_after - fds > (0 if name in OURS else SLACK_FDS):
            wrong.append(f"{name} has {fds_after - fds:+} descriptors")
        elif name == "broker" and kib_after - kib > BROKER_KIB:
            wrong.append(f"broker grew by {kib_after - kib} KiB")
    return wrong


def sessions(records):
    """(opened, of them closed), by the log."""
    opened = {record["session"] for record in records if record["event"] == "open"}
    closed = {record["session"] for record in records if record["event"] == "close"}
    return len(opened), len(opened & closed)


def left_by(host, warm_up, n):
    """What `n` documents have left behind, as sentences; those of the warm-up do not count."""
    run(host, warm_up)
    before = settled(host)
    run(host, n)
    wrong = growth(before, settled(host))
    opened, closed = sessions(host.app.records())
    if closed != opened - 1:
        wrong.append(f"{opened - closed} sessions are open, and one is in use")
    return wrong
