"""A hostile endpoint: frames, handles, counters and keys."""

import os
import struct

import wire
from apps import EVIL, LIST, READ
from bench import row
from world import View

LOCKED = "CLOSE 1 violation"
PATH = {"path": "data/hello.txt"}


def sends(data_of):
    """An attack that is one piece of bytes; the code is how the link ends."""
    def attack(trial):
        trial.view.link.send(data_of(trial))
        return trial.view.end()
    return attack


def hanging(trial):
    """Handle of a call that stays live, and its frame."""
    handle, data = trial.view.call_frame(EVIL, {"what": "hang"})
    trial.view.link.send(data)
    return handle, data


# ---- headers: (id, what is tried, the bytes, the cause) ----

FORMAT = "a frame header that is not in the format"
HEADERS = [
    ("kind-unknown", "a frame of a kind that does not exist", wire.frame(77, bytes(64)), FORMAT),
    ("kind-control", "OPEN, a kind of the control link, on a view link", wire.frame(wire.OPEN, bytes(64)), FORMAT),
    ("kind-plugin", "REPLY of the plugin link on a view link", wire.frame(98, bytes(64)), FORMAT),
    ("kind-broker", "WELCOME, which only the broker sends", wire.frame(wire.WELCOME, bytes(64)), FORMAT),
    ("reserved", "reserved bits of the header set", wire.frame(wire.CALL, bytes(64), reserved=1), FORMAT),
    ("flag-unknown", "an unknown flag on CALL", wire.frame(wire.CALL, bytes(64), flags=2), FORMAT),
    ("flag-cancel", "RAW_CLEAR on CANCEL", wire.frame(wire.CANCEL, bytes(64), flags=1), FORMAT),
    ("too-short", "a CALL too short to hold a seal", wire.frame(wire.CALL, bytes(44)), FORMAT),
    ("cancel-long", "a CANCEL longer than its kind may be", wire.frame(wire.CANCEL, bytes(257)),
     "a frame longer than its kind may be"),
]
for name, tried, data, cause in HEADERS:
    row(f"header-{name}", tried, "frame header", LOCKED, reason=cause)(sends(lambda trial, data=data: data))


@row("header-1gib", "a header that claims 1 GiB, and a part of it", "frame header, before any allocation", LOCKED,
     reason="a frame longer than its kind may be")
def header_1gib(trial):
    view = trial.view
    before = trial.host.broker_kib("VmHWM")
    view.link.send(wire.frame(wire.CALL, length=1 << 30) + bytes(100000))
    end = view.end()
    grown = trial.host.broker_kib("VmHWM") - before
    trial.check(grown < 1024, f"the broker grew by {grown} KiB")
    return end


@row("truncated", "half a CALL, then the end of the link", "frame header", "EOF", "close", "the link ended")
def truncated(trial):
    _, data = trial.view.call_frame(READ, PATH)
    trial.view.link.send(data[:len(data) // 2])
    trial.view.link.sock.shutdown(1)
    code = trial.view.end()
    return "EOF" if code in ("EOF", "CLOSE 0 bye") else code


# ---- handles ----

NEVER = "never issued, is spent, or is of another session"

row("handle-forged", "a CALL under a handle of 16 bytes of one's own", "handle table", LOCKED, reason=NEVER)(
    sends(lambda trial: trial.view.call_frame(READ, PATH, handle=os.urandom(16))[1]))
row("handle-zero", "a CALL under the all-zero handle", "handle table", LOCKED, reason=NEVER)(
    sends(lambda trial: trial.view.call_frame(READ, PATH, handle=wire.ZERO)[1]))


@row("replay-spent", "the same CALL frame again, after its reply", "handle table", LOCKED, reason=NEVER)
def replay_spent(trial):
    handle, data = trial.view.call_frame(READ, PATH)
    trial.view.link.send(data)
    trial.check("bytes" in trial.view.await_reply(handle)[0], "the first time it must work")
    trial.view.link.send(data)
    return trial.view.end()


@row("replay-live", "the same CALL frame again, while its call is live", "handle table", LOCKED,
     reason="under the handle of a call that is live")
def replay_live(trial):
    _, data = hanging(trial)
    trial.view.link.send(data)
    return trial.view.end()


@row("handle-other-view", "a handle that another view holds, unspent", "handle table of the session", LOCKED,
     reason=NEVER)
def handle_other_view(trial):
    stolen = trial.bystander.handles[READ][-1]
    trial.view.link.send(trial.view.call_frame(READ, PATH, handle=stolen)[1])
    return trial.view.end()


@row("frame-other-view", "a CALL frame of another view, never sent there", "handle table of the session", LOCKED,
     reason=NEVER)
def frame_other_view(trial):
    other = View(trial.host, "third").begin()
    trial.view.link.send(other.call_frame(READ, PATH)[1])
    return trial.view.end()


@row("handle-old-document", "a handle of the view's earlier document", "session = document = link", LOCKED, reason=NEVER)
def handle_old_document(trial):
    old = trial.view.handles[READ][-1]
    view = View(trial.host, "main", document=2).begin()
    trial.honest(view)
    view.link.send(view.call_frame(READ, PATH, handle=old)[1])
    return view.end()


@row("old-link", "a call on the link of a document that was replaced", "session = document = link", "CLOSE 2 shut",
     "close", "replaced by a new document")
def old_link(trial):
    old = trial.view
    data = old.call_frame(READ, PATH)[1]
    trial.honest(View(trial.host, "main", document=2).begin())
    old.link.send(data)
    return old.end()


# ---- seals ----

@row("swap-commands", "a ciphertext made under the handle of one command, sent under that of another",
     "AEAD: the handle is nonce and key input", LOCKED, reason="CALL that cannot be opened")
def swap_commands(trial):
    _, data = trial.view.call_frame(READ, PATH)
    other = trial.view.take(LIST)
    trial.view.link.send(data[:8] + other + data[24:])
    return trial.view.end()


@row("swap-kinds", "a sealed CANCEL sent as CALL", "AEAD: the header is additional data", LOCKED,
     reason="CALL that cannot be opened")
def swap_kinds(trial):
    data = bytearray(wire.seal(trial.view.to_broker, wire.CANCEL, trial.view.take(READ), 0, wire.pack({"args": PATH})))
    data[4] = wire.CALL
    trial.view.link.send(bytes(data))
    return trial.view.end()


@row("bit-flip", "one bit of a CALL's ciphertext flipped", "AEAD", LOCKED, reason="CALL that cannot be opened")
def bit_flip(trial):
    data = bytearray(trial.view.call_frame(READ, PATH)[1])
    data[40] ^= 1
    trial.view.link.send(bytes(data))
    return trial.view.end()


@row("reflect", "the broker's own key used for a CALL", "AEAD: one key for each direction", LOCKED,
     reason="CALL that cannot be opened")
def reflect(trial):
    view = trial.view
    view.link.send(wire.seal(view.from_broker, wire.CALL, view.take(READ), 0, wire.pack({"args": PATH})))
    return view.end()


@row("clear-call", "a CALL without any seal", "AEAD: there is no other form", LOCKED, reason="CALL that cannot be opened")
def clear_call(trial):
    text = wire.pack({"args": PATH})
    body = trial.view.take(READ) + bytes(8) + struct.pack("<I", len(text)) + text + bytes(16)
    trial.view.link.send(wire.frame(wire.CALL, body))
    return trial.view.end()


@row("raw-clear-relay", "RAW_CLEAR on a relayed link", "link mode", LOCKED, reason="RAW_CLEAR on a relayed link")
def raw_clear_relay(trial):
    view = View(trial.host, "main", relay=True).begin()
    trial.honest(view)
    text = wire.pack({"args": PATH, "bytes": 4})
    view.link.send(view.call_frame(READ, PATH, text=text, raw_clear=b"abcd")[1])
    return view.end()


# ---- counters ----

row("counter-call", "a CALL whose counter is 1", "counter", LOCKED, reason="CALL whose counter is not 0")(
    sends(lambda trial: trial.view.call_frame(READ, PATH, counter=1)[1]))
row("counter-want-gap", "a WANT with a counter left out", "counter", LOCKED, reason="counter is not the next one")(
    sends(lambda trial: trial.view.zero(wire.WANT, {"command": 0, "count": 1}, counter=trial.view.sent + 1)))
row("counter-miss-repeat", "a MISS sent twice", "counter", LOCKED, reason="counter is not the next one")(
    sends(lambda trial: trial.view.zero(wire.MISS, {"name": "x"}) * 2))
row("counter-huge", "a WANT with the counter 2^64 - 1", "counter", LOCKED, reason="counter is not the next one")(
    sends(lambda trial: trial.view.zero(wire.WANT, {"command": 0, "count": 1}, counter=2**64 - 1)))


@row("reordered", "two MISS frames in the wrong order", "counter", LOCKED, reason="counter is not the next one")
def reordered(trial):
    frames = [trial.view.zero(wire.MISS, {"name": name}) for name in ("first", "second")]
    trial.view.link.send(frames[1] + frames[0])
    return trial.view.end()


@row("counter-cancel", "a CANCEL of a live call with its counter left out", "counter", LOCKED,
     reason="CANCEL whose counter is not the next one")
def counter_cancel(trial):
    handle, _ = hanging(trial)
    trial.view.link.send(wire.seal(trial.view.to_broker, wire.CANCEL, handle, 2, wire.pack({})))
    return trial.view.end()


row("want-under-handle", "a WANT under a command's handle", "handle table", LOCKED, reason="WANT or MISS under a handle")(
    sends(lambda trial: wire.seal(trial.view.to_broker, wire.WANT, trial.view.take(READ), 0,
                                  wire.pack({"command": 0, "count": 1}))))


# ---- frames of calls that are over, or are no streams ----

def crosses(kind, message):
    """A frame for a call that is over: it crossed the reply, and is dropped."""
    def attack(trial):
        handle, data = trial.view.call_frame(READ, PATH)
        trial.view.link.send(data)
        trial.view.await_reply(handle)
        trial.view.link.send(wire.seal(trial.view.to_broker, kind, handle, 1, wire.pack(message)))
        trial.honest(trial.view)
        return "dropped"
    return attack


row("cancel-dead", "a CANCEL of a call that is over", "call table", "dropped", "")(crosses(wire.CANCEL, {}))
row("chunk-dead", "a CHUNK for a call that is over", "call table", "dropped", "")(crosses(wire.CHUNK, {"last": True}))
row("credit-dead", "a CREDIT for a call that is over", "call table", "dropped", "")(crosses(wire.CREDIT, {"bytes": 1}))

row("chunk-live", "a CHUNK for a live call that has no body", "call table", LOCKED, reason="whose body is complete")(
    sends(lambda trial: wire.seal(trial.view.to_broker, wire.CHUNK, hanging(trial)[0], 1,
                                  wire.pack({"bytes": 1}), b"x")))
