"""A hostile or broken host, as the program of a plugin; and its events."""

import os
import select
import struct

import hostlink
import wire
from apps import HOSTED, HOSTED_TOO, LISTEN, READ
from bench import row
from rows_host import control
from rows_plugin import CRASHED, FORMAT, GIVEN, REPLY, code_of
from world import View

PLACE = "a reply with bytes outside of its part of the pool"


class Pair:
    """A call of the view that the host has been given, and the link that it came over."""

    def __init__(self, trial, command=HOSTED, served=None):
        self.view = trial.view
        self.handle, data = self.view.call_frame(command, {})
        self.view.link.send(data)
        self.served = served or hostlink.Served(trial.host)
        self.call = self.served.call()

    def answer(self):
        message, _ = self.view.await_reply(self.handle)
        return code_of(message) if "error" in message else message["value"]


def works(trial, command=HOSTED):
    """The twin: the host's honest answer. Returns the link that it serves."""
    pair = Pair(trial, command)
    pair.served.reply(pair.call)
    trial.check(pair.answer() == "SUCCESS", "the host's honest answer did not arrive")
    trial.twins += 1
    return pair.served


def breaks(data_of):
    """Bytes on the host's link that end it; the view's other link of the host goes on, and a new one works."""
    def attack(trial):
        other = works(trial, HOSTED_TOO)
        pair = Pair(trial)
        pair.served.link.send(data_of(pair.call))
        code = pair.answer()
        trial.check(pair.served.ended(), "its link goes on")
        neighbour = Pair(trial, HOSTED_TOO, other)
        other.reply(neighbour.call)
        trial.check(neighbour.answer() == "SUCCESS", "the neighbour's link was hit")
        works(trial)
        return code
    return attack


def reply(**message):
    return hostlink.frame(wire.PLUGIN_REPLY, message)


BREACHES = [
    ("other-call", "a reply to a call that the host was not given", "call numbers", GIVEN,
     lambda call: reply(call=call + 1, value=1)),
    ("garbage", "noise instead of a reply", "structural scan", REPLY,
     lambda call: wire.frame(wire.PLUGIN_REPLY, struct.pack("<I", 64) + b"\xc1" * 64)),
    ("bomb", "an array that claims 2^32 - 1 elements", "structural scan", REPLY,
     lambda call: wire.frame(wire.PLUGIN_REPLY, struct.pack("<I", 5) + b"\xdd" + b"\xff" * 4)),
    ("huge", "a frame header that claims 1 GiB", "frame header", FORMAT, lambda call: wire.frame(wire.PLUGIN_REPLY, length=1 << 30)),
    ("kind", "a kind that only the broker sends", "frame header", FORMAT, lambda call: hostlink.frame(wire.PLUGIN_CALL, {"call": call})),
    ("control", "a frame of the control link", "frame header", FORMAT, lambda call: wire.frame(wire.EMIT, wire.pack({}))),
    ("code", "the error code `violation`", "schema: codes of a plugin", REPLY,
     lambda call: reply(call=call, error={"code": "violation", "message": ""})),
    ("pool", "a place in a pool, and it has none", "there is no pool", PLACE, lambda call: reply(call=call, bytes=16384, at=64 << 20)),
    ("pool-in", "a place in the broker's part of a pool", "there is no pool", PLACE, lambda call: reply(call=call, bytes=16384, at=0)),
    ("release", "a place given back that it was not given", "there is no pool", "RELEASE of what it does not hold", lambda call: hostlink.frame(
        wire.PLUGIN_RELEASE, {"at": 0})),
    ("event", "an event under the name of another plugin", "names of events", "an event whose name does not begin with",
     lambda call: hostlink.frame(wire.PLUGIN_EMIT, {"event": "fs://changed", "payload": 1})),
    ("flood", "100,000 replies that nobody asked for", "call numbers", GIVEN,
     lambda call: b"".join(reply(call=call + 1 + n, value=n) for n in range(100000))),
]
for name, tried, layer, cause, data_of in BREACHES:
    row(f"host-link-{name}", tried, layer, CRASHED, reason=cause)(breaks(data_of))


@row("host-link-twice", "two replies of the host to one call", "call table: one reply ever", "answer once", reason=GIVEN)
def host_link_twice(trial):
    works(trial).leave()
    pair = Pair(trial)
    pair.served.link.send(reply(call=pair.call, value="once") + reply(call=pair.call, value="again"))
    code = f"answer {pair.answer()}"
    trial.check(pair.served.ended(), "its link goes on")
    return code


@row("host-link-fd", "a descriptor sent over the host's link", "receiving without room for any", CRASHED,
     reason="a descriptor sent over a plugin link")
def host_link_fd(trial):
    works(trial).leave()
    pair = Pair(trial)
    end, other = os.pipe()
    pair.served.link.send(reply(call=pair.call, value=1), [end])
    os.close(end)
    os.close(other)
    return pair.answer()


@row("host-link-closed", "a host that closes each link that it is offered", "back-off", "error plugin_unavailable", "call",
     "the plugin crashed and is not started again yet", log_code="plugin_unavailable")
def host_link_closed(trial):
    works(trial).leave()
    code = ""
    while code != "error plugin_unavailable":
        handle, data = trial.view.call_frame(HOSTED, {})
        trial.view.link.send(data)
        if trial.host.life in select.select([trial.host.life, trial.view.link.sock], [], [])[0]:
            hostlink.Served(trial.host).close()
        code = code_of(trial.view.await_reply(handle)[0])
        trial.check(code in (CRASHED, "error plugin_unavailable"), code)
    return code


@row("host-link-unread", "a host that takes no link, while views ask for 400", "the kernel's cap of the lifeline", "error plugin_unavailable",
     "plugin", "it could not be started", log_code="plugin_unavailable", app={"hosted_ms": 500})
def host_link_unread(trial):
    works(trial).leave()
    code = ""
    for document in range(2, 402):
        view = View(trial.host, "main", document=document).begin()
        handle, data = view.call_frame(HOSTED, {})
        view.link.send(data)
        if document % 40 == 1:
            code = code_of(view.await_reply(handle)[0])
            trial.check(code in ("error timeout", "error plugin_unavailable"), code)
        else:
            view.do(READ, {"path": "data/hello.txt"})
    return code


@row("host-link-silent", "a host that never answers", "the call's deadline, then the link's end", "error timeout",
     reason="it does not answer", app={"hosted_ms": 1000})
def host_link_silent(trial):
    works(trial).leave()
    pair = Pair(trial)
    code = pair.answer()
    trial.check(pair.served.ended(), "its link goes on")
    return code


# ---- its events ----


def event(**message):
    return lambda trial: wire.frame(wire.EMIT, wire.pack(message))


CONTROL = "a control message that is not in the format"
control("emit-garbage", "noise instead of an event", lambda trial: wire.frame(wire.EMIT, b"\xc1" * 64), CONTROL)
control("emit-name", "an event whose name is not one", event(event="a b", payload=1), CONTROL)
control("emit-name-long", "an event name of 1,000 bytes", event(event="x" * 1000, payload=1), CONTROL)
control("emit-view", "an event for a label that is none", event(view="../x", event="saved", payload=1), CONTROL)
control("emit-key", "an event with a source of its own", event(event="saved", payload=1, source="main"), CONTROL)
control("emit-payload", "an event without a payload", event(event="saved"), CONTROL)
control("emit-payload-long", "a payload of 65,537 bytes", event(event="saved", payload="x" * 65534), CONTROL)
control("emit-long", "an event frame of 68 KiB and a byte", lambda trial: wire.frame(wire.EMIT, length=69633),
        "a control frame that is not in the format")
control("emit-nodes", "a payload of 65,530 values", event(event="saved", payload=[0] * 65530), CONTROL)
control("emit-fd", "an event with a descriptor", event(event="saved", payload=1), "a descriptor without OPEN", 1)


@row("emit-plugins-name", "an event of the host under the name of a view's plugin", "names of events", "nothing was heard", "", "")
def emit_plugins_name(trial):
    view = trial.view
    handle, data = view.call_frame(LISTEN, {"event": "fs://changed"})
    view.link.send(data)
    view.heard(handle)
    honest, data = view.call_frame(LISTEN, {"event": "saved"})
    view.link.send(data)
    view.heard(honest)
    for name in ("fs://changed", "saved"):
        trial.host.control.send(wire.frame(wire.EMIT, wire.pack({"view": "main", "event": name, "payload": name})))
    kind, header, body = view.link.receive()
    _, message, _ = wire.open_sealed(view.from_broker, header, body)
    trial.check(body[:16] == honest and message["message"]["payload"] == "saved", f"{message}")
    trial.twins += 1
    return "nothing was heard"


@row("emit-flood", "100,000 events of the host for a view that reads none", "what a listener may have waiting", "others go on", "", "")
def emit_flood(trial):
    view = trial.view
    handle, data = view.call_frame(LISTEN, {"event": "saved"})
    view.link.send(data)
    view.heard(handle)
    before = trial.host.broker_kib()
    one = wire.frame(wire.EMIT, wire.pack({"event": "saved", "payload": "x" * 1000}))
    for _ in range(100):
        trial.host.control.sock.settimeout(None)
        trial.host.control.send(one * 1000)
    trial.honest(trial.bystander)
    grown = trial.host.broker_kib() - before
    trial.check(grown < 16 * 1024, f"the broker grew by {grown} KiB")
    return "others go on"
