"""A hostile or broken host: the control link, and what it passes as a view's link."""

import contextlib
import os
import socket

import wire
from apps import READ
from bench import row
from rows_session import forge
from world import View

FORMAT = "a control message that is not in the format"
ENDED = "the tree ends"


def pair():
    ours, theirs = socket.socketpair()
    return ours, theirs.detach()


def breaks(data_of, n_fds=0):
    """Bytes on the control link that end the program."""
    def attack(trial):
        fds = [pair()[1] for _ in range(n_fds)]
        trial.host.control.send(data_of(trial), fds)
        return ENDED if trial.host.ended() else "the tree goes on"
    return attack


def control(id, tried, data_of, cause, n_fds=0):
    row(id, tried, "control link", ENDED, reason=cause, ends=True)(breaks(data_of, n_fds))


control("open-no-fd", "OPEN without a descriptor", lambda trial: trial.host.open_frame(), FORMAT)
control("open-two-fds", "OPEN with two descriptors", lambda trial: trial.host.open_frame(),
        "more than one descriptor with a control message", 2)
control("open-many-fds", "OPEN with 100 descriptors", lambda trial: trial.host.open_frame(),
        "more than one descriptor with a control message", 100)
control("shut-with-fd", "SHUT with a descriptor", lambda trial: wire.frame(wire.SHUT, wire.pack({"view": "x"})),
        "a descriptor without OPEN", 1)
control("control-garbage", "noise instead of a control message", lambda trial: wire.frame(wire.OPEN, b"\xc1" * 64),
        FORMAT, 1)
control("control-bomb", "an array that claims 2^32 - 1 elements",
        lambda trial: wire.frame(wire.OPEN, b"\xdd" + b"\xff" * 4), FORMAT, 1)
control("control-kind", "a kind that the control link does not have", lambda trial: wire.frame(wire.CALL, bytes(64)),
        "a control frame that is not in the format")
control("control-long", "a control frame of 64 KiB and one byte", lambda trial: wire.frame(wire.OPEN, length=65537),
        "a control frame that is not in the format")
control("open-label-path", "a view whose label is a path", lambda trial: trial.host.open_frame(label="../../etc"),
        FORMAT, 1)
control("open-label-long", "a view label of 65 bytes", lambda trial: trial.host.open_frame(label="l" * 65), FORMAT, 1)
control("open-origin", "an origin with a line break", lambda trial: trial.host.open_frame(origin="local\nx"), FORMAT, 1)
control("open-mode", "a link mode that does not exist", lambda trial: trial.host.open_frame(mode="root"), FORMAT, 1)
control("open-key", "OPEN with an unknown key", lambda trial: trial.host.open_frame(grant="all"), FORMAT, 1)


@row("control-fd-before", "a second descriptor before the first one's OPEN is whole", "control link", ENDED,
     reason="a second descriptor before the first one's OPEN", ends=True)
def control_fd_before(trial):
    data = trial.host.open_frame()
    trial.host.control.send(data[:4], [pair()[1]])
    trial.host.control.send(data[4:8], [pair()[1]])
    return ENDED if trial.host.ended() else "the tree goes on"


@row("control-unread", "a host that asks on and on and reads none of the answers", "cap of the control link", ENDED,
     reason="the host does not read its control link", ends=True)
def control_unread(trial):
    forge(trial.view)
    for document in (2, 3):
        forge(View(trial.host, "main", document=document).begin())
    ours, theirs = socket.socketpair()
    for _ in range(30000):  # each is refused at once, since the view is locked out
        if not trial.host.control.send(trial.host.open_frame(), [theirs.fileno()]):
            break
    return ENDED if trial.host.ended() else "the tree goes on"


@row("alerts-unread", "a page that breaks the protocol 40,000 times, under a host that does not read",
     "ALERTs of denied violations are left out", "the tree goes on", reason="never issued", app={"action": "deny"})
def alerts_unread(trial):
    frame = trial.view.call_frame(READ, {}, handle=os.urandom(16))[1]
    for _ in range(200):
        trial.check(trial.view.link.send(frame * 200), "the link ended")
    trial.honest(trial.view)
    return "the tree goes on"


# ---- what is no view link ----

NO_SOCKET = "OPEN refused: invalid_args"


def passes(fd_of):
    """A descriptor passed with OPEN; the code is what becomes of it."""
    def attack(trial):
        fd = fd_of(trial)
        answer = trial.host.open(fd, "main")
        if "error" in answer:
            return f"OPEN refused: {answer['error']['code']}"
        return "session over" if trial.host.await_alert("closed")["view"] == "main" else "another session over"
    return attack


def a_file(trial):
    return os.open(trial.world.app / "data/hello.txt", os.O_RDWR)


row("link-file", "a regular file as a view link", "epoll does not take it", NO_SOCKET, "close",
    "the view link is no socket")(passes(a_file))
row("link-folder", "a folder as a view link", "epoll does not take it", NO_SOCKET, "close",
    "the view link is no socket")(passes(lambda trial: os.open("/", os.O_RDONLY)))
row("link-path", "an O_PATH descriptor as a view link", "epoll does not take it", NO_SOCKET, "close",
    "the view link is no socket")(passes(lambda trial: os.open("/", os.O_PATH)))


def a_pipe(trial):
    reads, writes = os.pipe()
    os.write(writes, wire.frame(wire.CALL, bytes(64)))
    return reads


def a_listener(trial):
    name = f"{trial.world.base}/socket"
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(name)
    sock.listen()
    trial.kept = socket.socket(socket.AF_UNIX)
    trial.kept.connect(name)
    return sock.detach()


row("link-pipe", "a pipe as a view link", "recvmsg does not take it", "session over", "close", "the link ended")(
    passes(a_pipe))
row("link-listening", "a listening socket as a view link", "recvmsg does not take it", "session over", "close",
    "the link ended")(passes(a_listener))


@row("link-datagram", "a SOCK_DGRAM socket as a view link, and a CALL in one datagram", "session state",
     "session over", reason="a frame before HELLO")
def link_datagram(trial):
    ours, theirs = socket.socketpair(type=socket.SOCK_DGRAM)
    trial.check("error" not in trial.host.open(theirs.fileno(), "main"), "refused")
    ours.send(wire.frame(wire.CALL, bytes(64)))
    trial.host.await_alert("locked")
    return "session over"


@row("link-control", "the host's own control socket as a view link", "control link: a broker's frame is none of a host's",
     ENDED, reason="a control frame that is not in the format", ends=True)
def link_control(trial):
    trial.host.control.send(trial.host.open_frame(), [trial.host.control.sock.fileno()])
    return ENDED if trial.host.ended() else "the tree goes on"


@row("link-blocking", "a peer that clears O_NONBLOCK and stops reading, with replies under way",
     "MSG_DONTWAIT on every call", "the broker goes on", "")
def link_blocking(trial):
    view = View(trial.host, "main", keep=True).begin()
    trial.honest(view)
    view.their_end.setblocking(True)  # one open file: it is the broker's flag too
    view.link.sock.settimeout(0.5)
    with contextlib.suppress(TimeoutError):
        for _ in range(100000):
            view.link.sock.sendall(view.zero(wire.WANT, {"command": 0, "count": 1}))
        return "it was never full"
    for _ in range(50):
        trial.honest(trial.bystander)
    return "the broker goes on"


@row("link-shared", "one socketpair given to two views", "kernel: both read from it, neither gets a session",
     "no session", "close", "")
def link_shared(trial):
    ours, fd = pair()
    for label in ("main", "third"):
        trial.host.open(fd, label)
    os.close(fd)
    ours.close()
    trial.host.await_alert("closed")
    return "no session"


@row("reopen-storm", "300 documents of one view, none of which says HELLO", "session = document = link",
     "the last one works", "close", "replaced by a new document")
def reopen_storm(trial):
    kept = [View(trial.host, "main", document=n) for n in range(300)]
    trial.honest(kept[-1].begin())
    return "the last one works"


@row("open-answered", "OPENs that are replaced or shut before their grants are there", "one OPENED for each OPEN",
     "each is answered", "open", "shut by the host", log_code="session_closed")
def open_answered(trial):
    pairs = [pair() for _ in range(20)]
    frames = [trial.host.open_frame("main") for _ in pairs]
    frames[-1] += wire.frame(wire.SHUT, wire.pack({"view": "main"}))  # read with it, so that no grant is there
    for frame, (_, fd) in zip(frames, pairs):
        trial.host.control.send(frame, [fd])
    last = trial.host.last_id
    answers = [trial.host.await_opened(last - 19 + n) for n in range(20)]
    for ours, fd in pairs:
        os.close(fd)
        ours.close()
    trial.check(answers[-1].get("error", {}).get("code") == "session_closed", f"{answers[-1]}")
    return "each is answered"


@row("views-65", "more views than there are slots", "cap of views", "OPEN refused: limit", "")
def views_65(trial):
    kept = [View(trial.host, f"v{n}") for n in range(70)]
    refused = [view.opened["error"]["code"] for view in kept if "error" in view.opened]
    trial.check(len(refused) == 70 - 63, f"{len(refused)} were refused")
    return f"OPEN refused: {refused[0]}"
