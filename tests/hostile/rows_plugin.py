"""A hostile plugin on its link."""

import wire
from apps import EVIL, NEIGHBOUR, QUITTER
from bench import row

CRASHED = "error plugin_crashed"
FORMAT = "a frame that is not in the format"
REPLY = "a reply that is not in the format"
GIVEN = "a reply to a call that it was not given, or a second one"


def works(trial, command=EVIL):
    """The twin: the plugin's honest command."""
    answer = trial.view.do(command, {"what": "nothing"})
    trial.check(answer == "SUCCESS", f"the plugin's honest command failed: {answer}")
    trial.twins += 1


def code_of(answer):
    if isinstance(answer, dict) and "error" in answer:
        return f"error {answer['error']['code']}"
    return f"answer {answer}"


def asks(what, arg=""):
    """The plugin does it in a call; afterwards its next call works again, in a new process."""
    def attack(trial):
        works(trial)
        works(trial, NEIGHBOUR)
        code = code_of(trial.view.do(EVIL, {"what": what, "arg": arg}))
        works(trial)
        works(trial, NEIGHBOUR)
        return code
    return attack


# (name, what is tried, what stops it, the cause, what, arg)
BREACHES = [
    ("other-call", "a reply to a call that the plugin was not given", "call numbers", GIVEN, "other", ""),
    ("garbage", "noise instead of a reply", "structural scan", REPLY, "garbage", ""),
    ("bomb", "an array that claims 2^32 - 1 elements", "structural scan", REPLY, "bomb", ""),
    ("huge", "a frame header that claims 1 GiB", "frame header", FORMAT, "huge", ""),
    ("kind", "a kind that only the broker sends", "frame header", FORMAT, "kind", ""),
    ("fd", "a descriptor sent over the plugin link", "receiving without room for any",
     "a descriptor sent over a plugin link", "fd", ""),
    ("flood", "100,000 replies that nobody asked for", "call numbers", GIVEN, "flood", ""),
    ("code-violation", "the error code `violation`", "schema: codes of a plugin", REPLY, "code", "violation"),
    ("code-session", "the error code `session_closed`", "schema: codes of a plugin", REPLY, "code", "session_closed"),
    ("code-unknown", "an error code that does not exist", "schema: codes of a plugin", REPLY, "code", "root"),
]
for name, tried, layer, cause, what, arg in BREACHES:
    row(f"plugin-{name}", tried, layer, CRASHED, reason=cause)(asks(what, arg))

row("plugin-crash", "a plugin that crashes in a call", "the broker answers for it", CRASHED, "plugin", "ended",
    log_code="plugin_crashed")(asks("crash"))


@row("plugin-twice", "two replies to one call", "call table: one reply ever", "answer once", reason=GIVEN)
def plugin_twice(trial):
    works(trial)
    code = code_of(trial.view.do(EVIL, {"what": "twice"}))
    trial.view.do(EVIL, {"what": "nothing"})  # may still reach the plugin that is about to be ended
    works(trial)
    return code


@row("plugin-hang", "a plugin that never answers", "the call's deadline, then the plugin's end", "error timeout",
     reason="it does not answer", app={"deadline_ms": 200})
def plugin_hang(trial):
    works(trial)
    first = trial.host.children()["evil"]
    code = code_of(trial.view.do(EVIL, {"what": "hang"}))
    await_end(trial, "evil", first)
    works(trial)
    return code


def await_end(trial, name, first):
    """Until the broker has given up on that process; the tree's own processes tell."""
    while trial.host.children().get(name) == first:
        trial.honest(trial.bystander)


@row("plugin-late", "an answer after the deadline", "one reply ever: it is discarded", "error timeout", "done", "",
     log_code="timeout", app={"deadline_ms": 250})
def plugin_late(trial):
    works(trial)
    code = code_of(trial.view.do(EVIL, {"what": "late"}))
    while isinstance(answer := trial.view.do(EVIL, {"what": "nothing"}), dict):
        trial.check(answer["error"]["code"] == "timeout", f"{answer}")
    return code


@row("plugin-quits", "a plugin that ends at its start, again and again", "back-off", "error plugin_unavailable",
     "call", "the plugin crashed and is not started again yet", log_code="plugin_unavailable")
def plugin_quits(trial):
    works(trial)
    codes = [code_of(trial.view.do(QUITTER, {"what": "nothing"})) for _ in range(4)]
    trial.check(codes[0] == CRASHED, f"the first answer was {codes[0]}")
    works(trial)
    return codes[-1]


@row("plugin-cancelled", "1,100 calls to a hanging plugin, each cancelled", "call slots of the session", "error limit",
     "call", "", log_code="limit")
def plugin_cancelled(trial):
    view = trial.view
    works(trial)
    for _ in range(1100):
        handle, data = view.call_frame(EVIL, {"what": "hang"})
        view.link.send(data + wire.seal(view.to_broker, wire.CANCEL, handle, 1, wire.pack({})))
        message, _ = view.await_reply(handle)
        if message["error"]["code"] != "cancelled":
            return f"error {message['error']['code']}"
    return "all were taken"
