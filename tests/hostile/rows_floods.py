"""Floods: the broker's memory stays bounded, and other views keep working meanwhile."""

import contextlib
import os
import threading
import time

import wire
from apps import READ
from bench import row
from world import SECONDS, View

N = 100000
N_CALLS = 20  # the least that the other view makes meanwhile
CYCLES = 10
PATH = {"path": "data/hello.txt"}
GROWTH_KIB = 16 * 1024


class Pusher(threading.Thread):
    """Sends without ever reading, as far as the broker takes it. `rest` is what it did not take of a frame."""

    def __init__(self, view, frames, patience=1):
        super().__init__(daemon=True)
        self.view, self.frames, self.patience = view, frames, patience
        self.stopped, self.rest = "", b""

    def run(self):
        sock = self.view.link.sock.dup()  # a timeout of its own
        sock.settimeout(self.patience)
        try:
            for self.rest in self.frames:
                while self.rest:
                    self.rest = self.rest[sock.send(self.rest):]
            self.stopped = "all taken"
        except TimeoutError:
            self.stopped = "back-pressure"
        except OSError:
            self.stopped = "link ended"


class Reader(threading.Thread):
    """A host that reads its control link."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.host, self.n = host, 0

    def run(self):
        try:
            while True:
                self.host.control.receive()
                self.n += 1
        except Exception:  # the end of the tree is the end of this
            return


def flood(trial, frames, patience=1):
    """How the flood ended. Meanwhile the bystander calls, and the broker's memory is watched."""
    before = trial.host.broker_kib("VmRSS")
    most, n_calls, slowest = before, 0, 0.0
    pusher = Pusher(trial.view, frames, patience)
    pusher.start()
    while pusher.is_alive() or n_calls < N_CALLS:
        start = time.monotonic()
        trial.honest(trial.bystander)
        slowest = max(slowest, time.monotonic() - start)
        n_calls += 1
        most = max(most, trial.host.broker_kib("VmRSS"))
    trial.check(most - before < GROWTH_KIB, f"the broker grew by {most - before} KiB")
    trial.check(slowest < 2, f"the other view waited {slowest:.1f} s for a call")
    return pusher.stopped


def wants(view):
    return (view.zero(wire.WANT, {"command": 0, "count": 1}) for _ in range(N))


@row("flood-want", "100,000 WANT, and reading none of the answers", "back-pressure: reading stops at 1 MiB of answers",
     "back-pressure", "", slow=True)
def flood_want(trial):
    return flood(trial, wants(trial.view))


@row("flood-want-recover", "the same ten times, reading everything in between", "back-pressure ends with its cause",
     "works again", "", slow=True)
def flood_want_recover(trial):
    view = trial.view
    for _ in range(CYCLES):
        pusher = Pusher(view, wants(view), 0.2)
        pusher.run()
        trial.check(pusher.stopped == "back-pressure", pusher.stopped)
        rest = Pusher(view, [pusher.rest], SECONDS)
        rest.start()
        while rest.is_alive():
            with contextlib.suppress(TimeoutError):  # all may be read before the thread gets to its end
                view.expect(wire.HANDLES, 0.1)
        trial.honest(view)  # its reply comes behind all that is still to be read
    return "works again"


@row("flood-miss", "100,000 MISS of different names", "10 names a second reach the log", "all taken", "call",
     "`in` counts further ones", log_code="not_granted", slow=True)
def flood_miss(trial):
    view = trial.view
    began = time.monotonic()
    code = flood(trial, (view.zero(wire.MISS, {"name": f"plugin:shell|{n}"}) for n in range(N)), SECONDS)
    next_window = time.monotonic() + 1.1  # whose first name tells the count
    while time.monotonic() < next_window:
        trial.honest(trial.bystander)
    view.link.send(view.zero(wire.MISS, {"name": "plugin:shell|last"}))
    trial.honest(view)
    n = sum(r["event"] == "call" and r["code"] == "not_granted" for r in trial.world.log())
    seconds = int(time.monotonic() - began) + 1
    # Each window has ten names and one count; as many windows began as seconds passed, and one.
    trial.check(n <= 11 * (seconds + 1), f"{n} records of {seconds} seconds are in the log")
    trial.check(n < N / 10, f"{n} records of it are in the log")
    return code


@row("flood-call", "1,000 calls for 128 KiB each, and reading none of the replies",
     "back-pressure: plugins are read up to 4 MiB", "bounded", "", app={"in_flight": 1024}, slow=True)
def flood_call(trial):
    (trial.world.app / "data/large.txt").write_bytes(b"x" * 131072)
    view = trial.view
    while len(view.handles[READ]) < 1000:
        view.want(READ, 1000)
    code = flood(trial, [view.call_frame(READ, {"path": "data/large.txt"})[1] for _ in range(1000)])
    return "bounded" if code in ("back-pressure", "all taken") else code


@row("flood-forged", "100,000 forged CALLs where the manifest says to drop them", "each is dropped and audited",
     "all taken", "violation", "never issued", app={"action": "deny"}, slow=True)
def flood_forged(trial):
    view = trial.view
    Reader(trial.host).start()
    frame = view.call_frame(READ, PATH, handle=os.urandom(16))[1]
    return flood(trial, (frame for _ in range(N)), SECONDS)


@row("flood-large", "80 calls with 1 MiB of raw bytes each, cut short by the session's quota", "quota of request bytes",
     "error limit", "call", "too many request bytes in flight", log_code="limit", app={"in_flight": 128, "deadline_ms": 30000})
def flood_large(trial):
    view = trial.view
    raw = bytes(1024 * 1024)
    handles = []
    view.want("plugin:evil|do", 80)
    frames = []
    for _ in range(80):
        handle, data = view.call_frame("plugin:evil|do", {"what": "hang"}, raw)
        handles.append(handle)
        frames.append(data)
    pusher = Pusher(view, frames, SECONDS)
    pusher.start()
    pusher.join(SECONDS)
    codes = set()
    for handle in handles[72:]:
        codes.add(view.await_reply(handle)[0]["error"]["code"])
    return f"error {codes.pop()}" if len(codes) == 1 else f"errors {codes}"


@row("flood-reconnect", "200 documents opened and ended as fast as the host can", "one session per view",
     "all opened", "", slow=True)
def flood_reconnect(trial):
    before = trial.host.broker_kib("VmRSS")
    for n in range(200):
        View(trial.host, "main", document=n).begin().close()
    grown = trial.host.broker_kib("VmRSS") - before
    trial.check(grown < 4096, f"the broker grew by {grown} KiB")
    return "all opened"
