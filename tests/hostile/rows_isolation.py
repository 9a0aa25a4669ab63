"""What Tauri's isolation pattern lets by, against an app with a hook: by an endpoint that does as it likes, and has its session's key."""

import os
import pathlib

import wire
from apps import EMIT, EVIL, HELLO, LISTEN, READ_FILE, STAT, WRITE
from bench import row
from rows_filters import all_of, code_of
from rows_frames import LOCKED, NEVER, PATH
from world import View

HOOK = (pathlib.Path(__file__).parent / "isolation.js").read_text()
DENIED = "error hook"
HIDDEN = HELLO.replace("Hello", "*****")
THROWN = {"deed": "throw"}
OPAQUE = "the app's hook denied the call"


def isolation(id, tried, layer, code, event="call", reason="", log_code="hook", **more):
    return row(f"isolation-{id}", tried, layer, code, event, reason, log_code=log_code,
               app={"hook": HOOK, **more.pop("app", {})}, **more)


def let_by(trial, view=None):
    """The twin: a hooked call that the hook lets by."""
    answer = (view or trial.view).do(STAT, PATH)
    trial.check(code_of(answer) == "value", f"the hooked twin failed: {answer}")
    trial.twins += 1


def hooked(trial):
    """The twin: one whose answer the hook has been given."""
    trial.check(trial.view.do(READ_FILE, PATH) == HIDDEN.encode(), "the hook is not there")
    trial.twins += 1


def neighbours(trial):
    """Hooked calls of the other view go on."""
    let_by(trial, trial.bystander)


# ---- 1, command swap ----

@isolation("swap", "a call that the hook would let by, under the handle of a command that it denies", "AEAD: the handle is in it", LOCKED,
           "violation", "cannot be opened", None)
def swap(trial):
    hooked(trial)
    _, data = trial.view.call_frame(READ_FILE, PATH)
    other = trial.view.take(EVIL)
    trial.view.link.send(data[:8] + other + data[24:])
    return trial.view.end()


@isolation("swap-asked", "the same args for two commands at once, one of which the hook denies", "the hook is told the command",
           "one of each", reason="names nothing")
def swap_asked(trial):
    frames = [trial.view.call_frame(name, {"what": "nothing"}) for name in (EVIL, STAT)]
    trial.view.link.send(b"".join(data for _, data in frames))
    codes = [code_of(trial.view.await_reply(handle)[0]) for handle, _ in frames]
    return "one of each" if codes == ["value", DENIED] else f"{codes}"


# ---- 2, replay ----

@isolation("replay", "a call that the hook has let by, sent again", "handle: one call", LOCKED, "violation", NEVER, None)
def replay(trial):
    hooked(trial)
    handle, data = trial.view.call_frame(STAT, PATH)
    trial.view.link.send(data)
    trial.view.await_reply(handle)
    trial.view.link.send(data)
    return trial.view.end()


@isolation("replay-asked", "the same, while the hook looks at it", "handle: one call", "written at most once", "violation", "of a call that is live", None)
def replay_asked(trial):
    hooked(trial)
    _, data = trial.view.call_frame(WRITE, {"path": "data/sub/log.txt", "options": {"append": True}}, raw=b"x")
    trial.view.link.send(data * 2)
    trial.check(trial.view.end() == LOCKED, "not locked")
    path = trial.world.app / "data/sub/log.txt"
    n = len(path.read_bytes()) if path.exists() else 0
    return "written at most once" if n <= 1 else f"written {n} times"


# ---- 3, empty body ----

@isolation("empty", "calls without args, with args of nothing, and without args and body", "every call has a map of args", DENIED, reason="names nothing")
def empty(trial):
    let_by(trial)
    answers = [trial.view.do(STAT, {}), trial.view.do(STAT, {}, b"")]
    handle, data = trial.view.call_frame(STAT, None, text=wire.pack({"args": {}, "more": True}))
    trial.view.link.send(data)
    return all_of([*answers, trial.view.await_reply(handle)[0]])


# ---- 4, what comes back ----

@isolation("reply", "reads what the hook hides, whole and in a large file", "the hook sees replies", "hidden", "call", "", "")
def reply(trial):
    large = trial.world.app / "data/sub/large.txt"
    large.write_text(HELLO * 20000)
    answers = [trial.view.do(READ_FILE, path) for path in (PATH, {"path": "data/sub/large.txt"})]
    return "hidden" if answers == [HIDDEN.encode(), HIDDEN.encode() * 20000] else f"{str(answers)[:200]}"


@isolation("channel", "what a plugin says over a channel", "the hook sees parts of streams", "hidden", "call", "", "")
def channel(trial):
    handle, data = trial.view.call_frame(EVIL, {"what": "endless-later"})
    trial.view.link.send(data)
    while True:
        kind, message, _ = trial.view.heard(handle)
        if kind == wire.CHUNK:
            return "hidden" if message.get("message") == "redacted" else f"{message}"
        trial.check(kind == wire.CREDIT, f"{kind} {message}")


@isolation("event", "what another view says in an event", "the hook sees events", "hidden", "call", "", "", app={"wide": True})
def event(trial):
    view = trial.view
    handle, data = view.call_frame(LISTEN, {"event": "told", "target": {"kind": "Any"}})
    view.link.send(data)
    heard = [view.heard(handle)]
    trial.bystander.do(EMIT, {"event": "told", "payload": HELLO})
    while HELLO not in str(heard[-1]) and HIDDEN not in str(heard[-1]):
        heard.append(view.heard(handle))
    return "hidden" if HELLO not in str(heard) else f"{heard[-1]}"


# ---- 5, wrong window ----

@isolation("view", "says in its args, and beside them, that it is another view", "view and origin are the link's", DENIED, reason="main is no admin")
def view(trial):
    trial.check(code_of(trial.bystander.do(STAT, {**PATH, "admin": True})) == "value", "the other view may not")
    claims = {"view": "bystander", "origin": "local", "label": "bystander", "windowLabel": "bystander", "__proto__": {"view": "bystander"}}
    answers = [trial.view.do(STAT, {**PATH, "admin": True, **{name: value}}) for name, value in claims.items()]
    return all_of([*answers, trial.view.do(STAT, {**PATH, "admin": True, "message": claims, **claims})])


# ---- 6, the key ----

@isolation("key", "calls by hand with the key of its own session, past the scripts of the page", "the hook is no part of the page", DENIED, reason="what the page is not told")
def key(trial):
    let_by(trial)
    keys = trial.view.to_broker
    answers = []
    for _ in range(16):
        handle = trial.view.take(STAT)
        trial.view.link.send(wire.seal(keys, wire.CALL, handle, 0, wire.pack({"args": {**PATH, **THROWN}})))
        answers.append(trial.view.await_reply(handle)[0])
    return all_of(answers)


@isolation("key-stolen", "the key and a handle of another view, on its own link", "a handle is of one session", LOCKED, "violation", NEVER, None)
def key_stolen(trial):
    hooked(trial)
    handle = trial.bystander.take(STAT)
    trial.view.link.send(wire.seal(trial.bystander.to_broker, wire.CALL, handle, 0, wire.pack({"args": {**PATH, "admin": True}})))
    return trial.view.end()


# ---- 7, a call that is denied ----

@isolation("rejected", "calls that the hook denies in each way that JavaScript has", "one answer for each call", "answered, and told nothing",
           reason="what the page is not told")
def rejected(trial):
    told = set()
    for deed in ("nothrow", "unspeakable", "never", "throw", "reject", "no-such-deed", "throw"):
        answer = trial.view.do(STAT, {**PATH, "deed": deed})
        told.add(answer["error"]["message"] if code_of(answer) == DENIED else f"{answer}")
    let_by(trial)
    return "answered, and told nothing" if told == {OPAQUE} else f"{told}"


@isolation("rejected-many", "1,000 of them, 32 at a time, each behind one that goes on", "one answer for each call", "all answered",
           reason="what the page is not told")
def rejected_many(trial):
    codes = []
    for _ in range(32):
        frames = [trial.view.call_frame(STAT, {**PATH, **({} if n % 2 else THROWN)}) for n in range(32)]
        trial.view.link.send(b"".join(data for _, data in frames))
        codes += [code_of(trial.view.await_reply(handle)[0]) for handle, _ in frames]
    neighbours(trial)
    return "all answered" if codes == [DENIED, "value"] * 512 else f"{set(codes)}"


# ---- 8, bytes ----

@isolation("bytes", "a body, to see whether the hook is given bytes or numbers", "bytes stay bytes", "bytes", "call", "", "")
def as_bytes(trial):
    body = os.urandom(1000)
    answer = trial.view.do(WRITE, {"path": "data/sub/none"}, body)
    path = trial.world.app / "data/sub/Uint8Array"
    return "bytes" if answer is None and path.exists() and path.read_bytes() == body else f"{answer}"


# ---- the page against the hook ----

@isolation("proto", "args whose keys are `__proto__`, `constructor` and `prototype`", "own properties only", DENIED, reason="main is no admin")
def proto(trial):
    for name in ("__proto__", "constructor", "prototype"):
        planted = {**PATH, name: {"admin": True, "prototype": {"admin": True}, "__proto__": {"admin": True}}}
        trial.check(code_of(trial.view.do(STAT, planted)) == "value", f"{name}: it has become an admin, or polluted")
    return code_of(trial.view.do(STAT, {**PATH, "admin": True}))


@isolation("flood", "64 calls at once that the hook takes its time for", "a process for each view", "all answered", reason="slow")
def flood(trial):
    trial.view.want(STAT, 64)
    frames = [trial.view.call_frame(STAT, {**PATH, "deed": "slow"}) for _ in range(64)]
    trial.view.link.send(b"".join(data for _, data in frames))
    neighbours(trial)
    answer = all_of([trial.view.await_reply(handle)[0] for handle, _ in frames])
    let_by(trial)
    return "all answered" if answer == DENIED else answer


@isolation("document", "what it has put into the hook's variables, asked for by another view", "a process for each view", "its own", reason="counted 0")
def document(trial):
    for _ in range(3):
        trial.view.do(STAT, {"deed": "remember"})
    trial.view.do(STAT, {"deed": "count"})
    trial.check(code_of(View(trial.host, "other").begin().do(STAT, {"deed": "count"})) == DENIED, "the hook is not there")
    return "its own" if any("counted 3" in r["reason"] for r in trial.world.log()) else "none"


@isolation("cancel", "calls that are cancelled while the hook looks at them", "a cancelled call is nobody's", "nothing is written", "call", "", "cancelled")
def cancel(trial):
    view = trial.view
    hooked(trial)
    for n in range(50):
        handle, data = view.call_frame(WRITE, {"path": "data/sub/cancelled.txt"}, raw=b"x" * 900)
        slow, before = view.call_frame(WRITE, {"path": "data/sub/x", "deed": "slow"}, raw=b"x")
        view.link.send(before + data + wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
        view.await_reply(slow)
        view.await_reply(handle)
    let_by(trial)
    return "written" if (trial.world.app / "data/sub/cancelled.txt").exists() else "nothing is written"


