"""Streams, events and ids: a hostile endpoint, and a hostile plugin, that do not keep to what they may send."""

import os

import wire
from apps import CLOSE_ID, EMIT, EMIT_TO, EVIL, LISTEN
from bench import row
from rows_floods import flood
from rows_frames import LOCKED
from rows_plugin import CRASHED, asks, code_of, works
from world import View

WINDOW = 262144     # what each side may send at first
MOST = 4194304      # credit outstanding
STREAMS = 256
SLOTS = 1024        # calls live
PART = 65536


def begin(view, args=None, **more):
    """A call that the plugin does not answer; `more`: of its CALL."""
    text = wire.pack({"args": args or {"what": "hang"}, **more})
    handle, data = view.call_frame(EVIL, None, text=text)
    view.link.send(data)
    return handle


def body(view):
    """The same with a body that is still to come; its CREDIT has brought the next handle."""
    handle = begin(view, more=True)
    view.heard(handle)
    return handle


def part(view, handle, counter, n, **more):
    text = wire.pack({"bytes": n, **more})
    return wire.seal(view.to_broker, wire.CHUNK, handle, counter, text, bytes(n))


def credit(view, handle, counter, n):
    return wire.seal(view.to_broker, wire.CREDIT, handle, counter, wire.pack({"bytes": n}))


# ---- a hostile endpoint ----

def violates(name, tried, layer, reason, frames, start=body):
    """`frames` of a view and a handle are sent; the session is locked for the last of them."""
    @row(name, tried, layer, LOCKED, reason=reason)
    def attack(trial):
        handle = start(trial.view)
        for data in frames(trial.view, handle):
            trial.view.link.send(data)
        return trial.view.end()


violates("chunk-overrun", "five CHUNKs of 64 KiB, and no credit for the fifth", "credit", "CHUNK beyond the credit",
         lambda view, handle: (part(view, handle, n, PART) for n in range(1, 6)))
violates("chunk-gap", "a CHUNK whose counter leaves one out", "counter", "CHUNK or CREDIT whose counter",
         lambda view, handle: [part(view, handle, 1, 10), part(view, handle, 3, 10)])
violates("chunk-replay", "a CHUNK sent twice", "counter", "CHUNK or CREDIT whose counter",
         lambda view, handle: [part(view, handle, 1, 10)] * 2)
violates("chunk-behind-last", "a CHUNK behind the last one", "call table", "whose body is complete",
         lambda view, handle: [part(view, handle, 1, 10, last=True), part(view, handle, 2, 10)])
violates("chunk-empty", "a CHUNK of nothing that is not the last", "message schema", "CHUNK that is not in the format",
         lambda view, handle: [part(view, handle, 1, 0)])
violates("credit-overrun", "credit for a byte more than may be outstanding", "credit",
         "CREDIT for more than may be outstanding",
         lambda view, handle: [credit(view, handle, 1, MOST - WINDOW), credit(view, handle, 2, 1)], begin)
violates("credit-nothing", "a CREDIT for nothing", "message schema", "CREDIT that is not in the format",
         lambda view, handle: [credit(view, handle, 1, 0)], begin)
violates("credit-next", "a CREDIT with a handle, as the broker sends it", "message schema",
         "CREDIT that is not in the format",
         lambda view, handle: [wire.seal(view.to_broker, wire.CREDIT, handle, 1,
                                         wire.pack({"bytes": 1, "next": os.urandom(16)}))], begin)


@row("stream-too-many", "257 streams at once", "quota of streams", "error limit", "call", "too many streams",
     log_code="limit")
def stream_too_many(trial):
    view = trial.view
    handles = [body(view) for _ in range(STREAMS)]
    _, message, _ = view.heard(begin(view, more=True))
    for handle in handles:
        view.link.send(wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
        view.await_reply(handle)
    return code_of(message)


@row("stream-cancel", "streams opened and cancelled at a plugin that hangs, without end", "slots of one session",
     "error limit", "call", "too many calls in flight", log_code="limit", app={"deadline_ms": 30000})
def stream_cancel(trial):
    """The plugin owes an answer to each, and so keeps its slot."""
    view, before = trial.view, trial.host.broker_kib("VmRSS")
    code, n = "cancelled", 0
    while code == "cancelled":
        handle = begin(view, more=True)
        kind, message, _ = view.heard(handle)
        if kind == wire.CREDIT:
            view.link.send(wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
            message, n = view.await_reply(handle)[0], n + 1
        code = message["error"]["code"]
    trial.check(n == SLOTS, f"after {n} streams")
    grown = trial.host.broker_kib("VmRSS") - before
    trial.check(grown < 4096, f"the broker grew by {grown} KiB")
    return f"error {code}"


# ---- a hostile plugin ----

SECOND = "a second result of a call"
FOREIGN = "a chunk or credit for a call that it does not have"

BREACHES = [
    ("two-values", "two results of one call", "stream state", SECOND, ""),
    ("value-then-bytes", "a result, then parts of another", "stream state", SECOND, ""),
    ("value-then-reply", "a result, then another as the reply", "stream state", SECOND, ""),
    ("bytes-then-reply", "parts of a body, then a text as the reply", "stream state", "a reply without bytes", ""),
    ("other-chunk", "a chunk for a call that the plugin was not given", "call numbers", FOREIGN, ""),
    ("too-much-credit", "credit for more than may be outstanding", "credit", "credit for more than", ""),
    ("no-credit", "credit for nothing", "message schema", "credit that is not in the format", ""),
    ("emit", "an event in another plugin's name", "name of the event", "does not begin with the plugin's", "fs://changed"),
    ("emit", "an event in no plugin's name", "name of the event", "does not begin with the plugin's", "saved"),
    ("endless", "chunks without end, whoever reads them", "credit", "a chunk beyond its credit", ""),
]
for number, (what, tried, layer, cause, arg) in enumerate(BREACHES):
    row(f"plugin-{what}" + ("-bare" if arg == "saved" else ""), tried, layer, CRASHED, reason=cause)(asks(what, arg))


@row("plugin-late-chunk", "a chunk behind the call's reply", "call table: one reply ever", "answer over", reason=FOREIGN)
def plugin_late_chunk(trial):
    works(trial)
    code = code_of(trial.view.do(EVIL, {"what": "late-chunk"}))
    trial.view.do(EVIL, {"what": "nothing"})  # may still reach the plugin that is about to be ended
    works(trial)
    return code


@row("plugin-cancel-endless", "chunks without end once the call is cancelled", "credit", "error cancelled",
     reason="a chunk beyond its credit", app={"deadline_ms": 30000})
def plugin_cancel_endless(trial):
    """Whatever it sends after CANCEL reaches nobody, and ends with what it may send."""
    view = trial.view
    handle = begin(view, {"what": "endless-later"})
    kind, _, _ = view.heard(handle)
    trial.check(kind == wire.CHUNK, f"kind {kind} where a CHUNK was due")
    view.link.send(wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
    kind, message, _ = view.heard(handle)
    trial.check(kind == wire.REPLY, f"kind {kind} where the REPLY was due")
    view.do(EVIL, {"what": "nothing"})  # may still reach the plugin that is about to be ended
    works(trial)
    return code_of(message)


# ---- events ----

def listen(view, event):
    handle, data = view.call_frame(LISTEN, {"event": event, "target": {"kind": "Any"}})
    view.link.send(data)
    kind, message, _ = view.heard(handle)
    if kind != wire.CHUNK or not isinstance(message.get("value"), int):
        raise ValueError(f"no listener: {message}")
    return handle


@row("event-other-view", "an event to a view that policy does not name", "scope of emit_to", "error scope", "call",
     "does not name that view", log_code="scope")
def event_other_view(trial):
    listen(trial.bystander, "saved")
    code = code_of(trial.view.do(EMIT_TO, {"target": "bystander", "event": "saved", "payload": 1}))
    trial.honest(trial.bystander)
    trial.check(not trial.bystander.link.data, "the other view was sent something")
    return code


@row("event-all-views", "an event to everybody, where policy names nobody", "scope of emit", "heard by none", "call", "",
     log_code="")
def event_all_views(trial):
    listener = listen(trial.bystander, "saved")
    own = listen(trial.view, "saved")
    trial.check(trial.view.do(EMIT, {"event": "saved", "payload": 1}) is None, "emit was refused")
    other, data = trial.bystander.call_frame(EMIT, {"event": "saved", "payload": 2})
    trial.bystander.link.send(data)
    kind, message, _ = trial.bystander.heard(listener)
    trial.check(kind == wire.CHUNK and message["message"]["payload"] == 2, f"it heard {message} first")
    trial.check(message["message"]["source"] == "bystander" and own, "from somebody else")
    trial.bystander.await_reply(other)
    return "heard by none"


@row("event-large", "an event of 1 MiB", "size of a payload", "error too_large", "call", "the payload of an event",
     log_code="too_large")
def event_large(trial):
    payload = bytes(1024 * 1024 - 100)
    return code_of(trial.view.do(EMIT, {"event": "saved", "payload": payload}))


@row("event-storm", "60 events of 60 KiB to 256 listeners, and reading none", "what waits for listeners is bounded",
     "back-pressure", "", slow=True)
def event_storm(trial):
    view = trial.view
    for _ in range(STREAMS):
        listen(view, "saved")
    frames = []
    view.want(EMIT, 62)
    for _ in range(len(view.handles[EMIT])):
        frames.append(view.call_frame(EMIT, {"event": "saved", "payload": bytes(60000)})[1])
    return flood(trial, frames)


@row("plugin-emit-flood", "20,000 events of a plugin that nobody takes", "what waits for a listener is bounded",
     "lost all but the last", "", slow=True)
def plugin_emit_flood(trial):
    view = trial.view
    handle = listen(view, "evil://x")
    before = trial.host.broker_kib("VmRSS")
    works(trial)
    trial.check(view.do(EVIL, {"what": "emit-flood", "arg": "evil://x"}) == "flooded", "it was not heard out")
    grown = trial.host.broker_kib("VmRSS") - before
    trial.check(grown < 4096, f"the broker grew by {grown} KiB")
    view.link.send(credit(view, handle, 1, WINDOW))
    _, message, _ = view.heard(handle)
    return "lost all but the last" if message["message"].get("lost", 0) > 19000 else f"heard {message}"


# ---- ids ----

@row("id-other-session", "a resource id of another view's plugin", "ids belong to an instance", "error not_found", "call",
     "there is no such resource", log_code="not_found")
def id_other_session(trial):
    rid = trial.bystander.do(EVIL, {"what": "keep"})
    trial.check(rid >> 32 and rid & 0xFFFFFFFF == 1, f"an id: {rid}")
    works(trial)
    code = code_of(trial.view.do(CLOSE_ID, {"rid": rid}))
    own = trial.bystander.do(CLOSE_ID, {"rid": rid})
    trial.check(isinstance(own, str), f"its own view cannot close it: {own}")
    return code


@row("id-dead-instance", "a resource id of an instance that has ended", "ids belong to an instance", "error not_found",
     "call", "there is no such resource", log_code="not_found")
def id_dead_instance(trial):
    rid = trial.view.do(EVIL, {"what": "keep"})
    trial.check(code_of(trial.view.do(EVIL, {"what": "crash"})) == CRASHED, "it did not crash")
    works(trial)
    return code_of(trial.view.do(CLOSE_ID, {"rid": rid}))


@row("id-guessed", "1,000 resource ids, guessed", "48 random bits of an id", "error not_found", "call",
     "there is no such resource", log_code="not_found")
def id_guessed(trial):
    works(trial)
    codes = {code_of(trial.view.do(CLOSE_ID, {"rid": int.from_bytes(os.urandom(6), "little")})) for _ in range(1000)}
    return codes.pop() if len(codes) == 1 else f"{codes}"
