"""A page that wants a person's yes without one, and hosts and files that would give it."""

import os
import select
import time

import wire
from apps import EVIL, READ, STAT
from bench import row
from rows_frames import FORMAT as HEADER
from rows_frames import LOCKED, PATH
from rows_host import FORMAT, control
from rows_plugin import code_of, works
from world import SECONDS, View

ASKS = {"ask": [STAT]}
N_WAIT = 16


def next_ask(host, view="main"):
    """The next prompt of that view."""
    while True:
        for message in host.alerts:
            if "remember_days" in message and message["view"] == view:
                host.alerts.remove(message)
                return message
        kind, _, body = host.control.receive()
        if kind != wire.ASK_OVER:
            host.alerts.append(wire.unpack(body))


def n_asks(trial):
    """How many prompts were shown, by the log; once all that came before has been dealt with, and written down."""
    trial.honest(trial.view)
    end = time.monotonic() + SECONDS
    while not is_later(log := trial.world.log()) and time.monotonic() < end:
        select.select([], [], [], 0.02)
    return sum(map(is_ask, log))


def is_ask(record):
    return record["event"] == "ask" and record["reason"] == "shown"


def is_later(log):
    """Whether the log has an honest call behind a prompt."""
    asks = [record["n"] for record in log if is_ask(record)]
    return bool(asks) and any(record["n"] > asks[0] and record["event"] == "call" and record["command"] == READ for record in log)


def say(host, id, word):
    host.control.send(wire.frame(wire.ANSWER, wire.pack({"id": id, "answer": word})))


def ask(trial, view=None, args=None):
    """A call that waits for a person: its handle and its prompt."""
    view = view or trial.view
    handle, data = view.call_frame(STAT, args or PATH)
    view.link.send(data)
    kind, message, _ = view.heard(handle)
    trial.check(kind == wire.CREDIT and message["bytes"] == 0, f"{kind} {message}")
    return handle, next_ask(trial.host, view.label)


def done(trial, handle, view=None):
    """What the call is answered, "value" if it went well."""
    message, _ = (view or trial.view).await_reply(handle)
    return f"error {message['error']['code']}" if "error" in message else "value"


@row("ask-forged", "ANSWER, sent by the page on its own link", "each link has kinds of its own", LOCKED, reason=HEADER,
     app=ASKS)
def ask_forged(trial):
    _, prompt = ask(trial)
    trial.view.link.send(wire.frame(wire.ANSWER, wire.pack({"id": prompt["id"],
                                                           "answer": "always"})))
    end = trial.view.end()
    trial.check(not (trial.world.log_path.parent / "answers").exists(), "it is remembered")
    return end


@row("ask-other-view", "the answer to another view's prompt", "an answer counts for the call that was shown",
     "only its own", "ask", "answered once", app=ASKS)
def ask_other_view(trial):
    handle, prompt = ask(trial)
    other = View(trial.host, "other").begin()
    theirs, shown = ask(trial, other)
    trial.check(prompt["id"] != shown["id"], "two prompts with one id")
    say(trial.host, shown["id"], "once")
    trial.check(done(trial, theirs, other) == "value", "its own call does not go on")
    trial.honest(trial.view)
    return "only its own" if handle not in trial.view.replies else "both"


@row("ask-replay", "an answer, replayed 100 times", "an answer counts once", "asked again", "ask", "shown", app=ASKS)
def ask_replay(trial):
    handle, prompt = ask(trial)
    for _ in range(100):
        say(trial.host, prompt["id"], "once")
    trial.check(done(trial, handle) == "value", "it did not count at all")
    handle, again = ask(trial)
    say(trial.host, prompt["id"], "once")
    trial.honest(trial.view)
    trial.check(handle not in trial.view.replies, "an old answer let it pass")
    return "asked again" if again["id"] != prompt["id"] else "the same prompt"


@row("ask-guessed", "answers for 1,000 ids that nobody was asked under", "an answer counts for the call that was shown",
     "it waits", "ask", "shown", app=ASKS)
def ask_guessed(trial):
    handle, prompt = ask(trial)
    for n in range(1001):
        if n != prompt["id"]:
            say(trial.host, n, "always")
    trial.honest(trial.view)
    trial.check(not (trial.world.log_path.parent / "answers").exists(), "it is remembered")
    return "it waits" if handle not in trial.view.replies else done(trial, handle)


@row("ask-args-changed", "other args under the handle of a call that a person is asked about", "handle: one call", LOCKED,
     reason="CALL under the handle of a call that is live", app=ASKS)
def ask_args_changed(trial):
    handle, _ = ask(trial)
    trial.view.link.send(trial.view.call_frame(STAT, {"path": "data/sub/deep.txt"}, handle=handle)[1])
    return trial.view.end()


@row("ask-chunk", "a body that goes on after a person was shown all of it", "a CHUNK without `more`", LOCKED,
     reason="CHUNK for a call whose body is complete", app=ASKS)
def ask_chunk(trial):
    view = trial.view
    handle, prompt = ask(trial)
    view.link.send(wire.seal(view.to_broker, wire.CHUNK, handle, 1, wire.pack({"bytes": 4}), b"more"))
    end = view.end()
    say(trial.host, prompt["id"], "once")
    return end


@row("ask-document", "a yes that comes when the page has gone, for the page that came", "a document's prompts go with it",
     "asked again", "ask", "taken away: the call is over", app=ASKS)
def ask_document(trial):
    _, prompt = ask(trial)
    fresh = View(trial.host, "main", document=2).begin()
    say(trial.host, prompt["id"], "always")
    _, again = ask(trial, fresh)
    trial.made = fresh
    return "asked again" if again["id"] != prompt["id"] else "the same prompt"


@row("ask-flood", "41 calls that a person is asked about", "16 wait, one is shown", "16 wait, error limit", "call",
     "too many calls wait for a person", log_code="limit", app=ASKS)
def ask_flood(trial):
    view = trial.view
    first, _ = ask(trial)
    frames = [view.call_frame(STAT, PATH) for _ in range(40)]
    for _, data in frames:
        view.link.send(data)
    heard = [view.heard(handle) for handle, _ in frames]
    codes = {message["error"]["code"] for kind, message, _ in heard if kind == wire.REPLY}
    waiting = 1 + sum(kind == wire.CREDIT for kind, _, _ in heard)
    trial.check(n_asks(trial) == 1, "more than one prompt")
    return f"{waiting} wait, error {' '.join(codes)}"


@row("ask-pool", "a command's handles, all parked behind a prompt", "a parked call gives its slot back", "64 handles", "ask",
     "shown", app=ASKS)
def ask_pool(trial):
    view = trial.view
    for n in range(N_WAIT):
        handle, data = view.call_frame(STAT, PATH)
        view.link.send(data)
        trial.check(view.heard(handle)[0] == wire.CREDIT, f"call {n} does not wait")
    view.want(STAT, 64)
    return f"{len(view.handles[STAT])} handles"


@row("ask-memory", "16 parked calls with 1 MiB each, cancelled, on and on", "parked bytes are charged and freed",
     "the broker is as it was", "call", log_code="cancelled", app=ASKS)
def ask_memory(trial):
    view = trial.view
    raw = bytes(1000 * 1024)
    before = None
    for n in range(8):
        handles = []
        for _ in range(N_WAIT):
            handle, data = view.call_frame(STAT, PATH, raw)
            view.link.send(data)
            trial.check(view.heard(handle)[0] == wire.CREDIT, "it does not wait")
            handles.append(handle)
        for handle in handles:
            view.link.send(wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
            view.await_reply(handle)
        before = before or trial.host.broker_kib()
    grown = trial.host.broker_kib() - before
    return "the broker is as it was" if grown < 2048 else f"it grew by {grown} KiB"


@row("ask-again", "a command that was dismissed, 100 times more", "a dismissed prompt denies for 30 s", "error ask_denied",
     "call", "the prompt was dismissed", log_code="ask_denied", app=ASKS)
def ask_again(trial):
    handle, prompt = ask(trial)
    say(trial.host, prompt["id"], "dismissed")
    trial.check(done(trial, handle) == "error ask_denied", "it was not denied")
    codes = {trial.view.do(STAT, PATH)["error"]["code"] for _ in range(100)}
    trial.view.close()
    trial.made = View(trial.host, "main", document=2).begin()
    codes |= {trial.made.do(STAT, PATH)["error"]["code"]}
    trial.check(n_asks(trial) == 1, "more than one prompt")
    return f"error {' '.join(codes)}"


@row("ask-blink", "a prompt that is taken away and put up again, 50 times, under a person's finger",
     "a second between two", "one a second", "ask", "taken away", app=ASKS)
def ask_blink(trial):
    view = trial.view
    start = time.monotonic()
    for _ in range(50):
        handle, data = view.call_frame(STAT, PATH)
        view.link.send(data)
        view.heard(handle)
        view.link.send(wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
        view.await_reply(handle)
    shown = n_asks(trial)
    return "one a second" if shown <= time.monotonic() - start + 1 else f"{shown} prompts"


@row("ask-unread", "62 views that put up prompts of 8 KiB and take them away, under a host that does not read",
     "a host that does not read is shown no more", "the tree goes on", "ask", "taken away", app=ASKS, slow=True)
def ask_unread(trial):
    views = [trial.view] + [View(trial.host, f"v{n}").begin() for n in range(61)]
    args = {"path": "data/hello.txt", "x": "x" * 8000}
    end = time.monotonic() + 5
    while time.monotonic() < end:
        for view in views:
            handle, data = view.call_frame(STAT, args)
            view.link.send(data)
            trial.check(view.heard(handle)[0] == wire.CREDIT, "it does not wait")
            view.link.send(wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
            view.await_reply(handle)
    trial.honest(trial.view)
    return "the tree goes on"


@row("ask-long", "args that are longer than what a person can be shown", "8 KiB are shown or nothing", "error too_large",
     "call", "longer than what a person is asked about", log_code="too_large", app=ASKS)
def ask_long(trial):
    return code_of(trial.view.do(STAT, {"path": "data/hello.txt", "x": "x" * 8192}))


# ---- what is remembered ----

@row("ask-file", "the file of answers, read by a plugin", "no plugin gets it, whatever its scopes say", "ENOENT", "done", "",
     app=ASKS)
def ask_file(trial):
    handle, prompt = ask(trial)
    say(trial.host, prompt["id"], "always")
    trial.check(done(trial, handle) == "value", "it was denied")
    path = trial.world.log_path.parent / "answers"
    works(trial)
    return trial.view.do(EVIL, {"what": "read", "arg": str(path)})


@row("ask-file-others", "a file of answers that others may write", "only what its owner alone can write counts", "asked",
     "ask", "shown", app=ASKS)
def ask_file_others(trial):
    path = trial.world.log_path.parent / "answers"
    handle, prompt = ask(trial)
    say(trial.host, prompt["id"], "always")
    trial.check(done(trial, handle) == "value", "it was denied")
    end = time.monotonic() + 20
    while not path.exists() and time.monotonic() < end:
        trial.honest(trial.view)
    text = path.read_bytes()
    path.unlink()
    other = path.with_name("other")
    other.write_bytes(text)
    os.chmod(other, 0o666)
    other.rename(path)
    while "error" not in (answer := unless_asked(trial)) and time.monotonic() < end:
        pass
    return answer["error"]


def unless_asked(trial):
    """A call that is let pass; or {"error": "asked"}."""
    view = trial.view
    handle, data = view.call_frame(STAT, PATH)
    view.link.send(data)
    kind, _, _ = view.heard(handle)
    return {"error": "asked"} if kind == wire.CREDIT else {}


# ---- a host ----

control("answer-word", "ANSWER with a word that is no answer",
        lambda trial: wire.frame(wire.ANSWER, wire.pack({"id": 1, "answer": "maybe"})), FORMAT)
control("answer-key", "ANSWER for another command", lambda trial: wire.frame(
    wire.ANSWER, wire.pack({"id": 1, "answer": "once", "command": READ})), FORMAT)
control("answer-bare", "ANSWER without an id", lambda trial: wire.frame(wire.ANSWER, wire.pack({"answer": "always"})), FORMAT)
control("ask-to-broker", "ASK from the host", lambda trial: wire.frame(wire.ASK, wire.pack({"id": 1})),
        "a control frame that is not in the format")
