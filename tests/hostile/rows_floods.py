"""Floods: the broker's memory stays bounded, and other views keep working meanwhile."""

import os
import socket
import threading
import time

import wire
from apps import READ_FILE, READ
from bench import row
from world import View

N = 100000
PATH = {"path": "data/hello.txt"}
GROWTH_KIB = 16 * 1024


class Pusher(threading.Thread):
    """Sends without ever reading, as far as the broker takes it; says how much that was."""

    def __init__(self, view, frames):
        super().__init__(daemon=True)
        self.view, self.frames = view, frames
        self.n_sent, self.stopped = 0, ""

    def run(self):
        sock = self.view.link.sock
        sock.settimeout(1)
        try:
            for frame in self.frames:
                sock.sendall(frame)
                self.n_sent += 1
            self.stopped = "all taken"
        except (TimeoutError, socket.timeout):
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


def flood(trial, frames):
    """How the flood ended. Meanwhile the bystander calls, and the broker's memory is watched."""
    before = trial.host.broker_kib("VmRSS")
    most, n_calls, slowest = before, 0, 0.0
    pusher = Pusher(trial.view, frames)
    pusher.start()
    while pusher.is_alive():
        start = time.monotonic()
        trial.honest(trial.bystander)
        slowest = max(slowest, time.monotonic() - start)
        n_calls += 1
        most = max(most, trial.host.broker_kib("VmRSS"))
    trial.check(most - before < GROWTH_KIB, f"the broker grew by {most - before} KiB")
    trial.check(n_calls >= 5, f"the other view made only {n_calls} calls")
    trial.check(slowest < 2, f"the other view waited {slowest:.1f} s for a call")
    return pusher.stopped


def wants(view):
    return (view.zero(wire.WANT, {"command": 0, "count": 1}) for _ in range(N))


@row("flood-want", "100,000 WANT, and reading none of the answers", "back-pressure: reading stops at 1 MiB of answers",
     "back-pressure", "", slow=True)
def flood_want(trial):
    return flood(trial, wants(trial.view))


@row("flood-want-recover", "the same, and then reading on", "back-pressure ends with its cause", "works again", "", slow=True)
def flood_want_recover(trial):
    view = trial.view
    flood(trial, wants(view))
    view.link.data = b""
    view.link.sock.settimeout(20)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        kind, _, _ = view.link.receive()
        if kind == wire.HANDLES and not readable(view):
            break
    return "works again"


def readable(view):
    view.link.sock.settimeout(0.2)
    try:
        return bool(view.link.data) or bool(view.link.sock.recv(1, socket.MSG_PEEK))
    except (TimeoutError, socket.timeout):
        return False


@row("flood-miss", "100,000 MISS of different names", "10 names a second reach the log", "all taken", "call",
     "`in` counts further ones", log_code="not_granted", slow=True)
def flood_miss(trial):
    view = trial.view
    code = flood(trial, (view.zero(wire.MISS, {"name": f"plugin:shell|{n}"}) for n in range(N)))
    time_at_end = time.monotonic() + 1.1  # the next window's first name tells the count
    while time.monotonic() < time_at_end:
        trial.honest(trial.bystander)
    view.link.send(view.zero(wire.MISS, {"name": "plugin:shell|last"}))
    trial.honest(view)
    n = sum(r["event"] == "call" and r["code"] == "not_granted" for r in trial.world.log())
    trial.check(n < 300, f"{n} records of it are in the log")
    return code


@row("flood-call", "1,024 calls for 128 KiB each, and reading none of the replies",
     "back-pressure: plugins are read up to 4 MiB", "back-pressure", "", app={"in_flight": 1024}, slow=True)
def flood_call(trial):
    (trial.world.app / "data/large.txt").write_bytes(b"x" * 131072)
    view = trial.view
    while len(view.handles[READ]) < 1000:
        view.want(READ, 1000)
    return flood(trial, [view.call_frame(READ, {"path": "data/large.txt"})[1] for _ in range(1000)])


@row("flood-forged", "100,000 forged CALLs where the manifest says to drop them", "each is dropped and audited",
     "all taken", "violation", "never issued", app={"action": "deny"}, slow=True)
def flood_forged(trial):
    Reader(trial.host).start()
    view = trial.view
    frame = view.call_frame(READ, PATH, handle=os.urandom(16))[1]
    return flood(trial, (frame for _ in range(N)))


@row("flood-large", "64 calls with 1 MiB of raw bytes each, cut short by the session's quota", "quota of request bytes",
     "error limit", "call", "too many request bytes in flight", log_code="limit")
def flood_large(trial):
    view = trial.view
    raw = bytes(1024 * 1024)
    handles = []
    view.want(READ_FILE, 64)
    frames = []
    for _ in range(60):
        handle, data = view.call_frame("plugin:evil|do", {"what": "hang"}, raw)
        handles.append(handle)
        frames.append(data)
    pusher = Pusher(view, frames)
    pusher.start()
    pusher.join(20)
    codes = set()
    for handle in handles[40:]:
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
