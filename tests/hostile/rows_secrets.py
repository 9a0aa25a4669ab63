"""A plugin that asks people for passphrases without the right to, or more than it may, and a page that would answer; what a plugin says of
its calls to the log, and what the log gets of calls that are secret."""

import json
import os

import wire
from apps import EVIL, KEEPER
from bench import row
from rows_frames import FORMAT as HEADER
from rows_frames import LOCKED
from rows_plugin import CRASHED, REPLY, asks as in_a_call, code_of, works

RIGHT = "plugin.toml: `secrets`"
SHOWN_S = 5  # who is asked by then is asked


def next_secret(trial, view):
    """The next prompt for a passphrase of that view."""
    host = trial.host
    while True:
        for message in host.alerts:
            if "key" in message and message["view"] == view.label:
                host.alerts.remove(message)
                return message
        kind, _, body = host.control.receive()
        if kind != wire.ASK_OVER:
            host.alerts.append(wire.unpack(body))


def dismiss(trial, prompt):
    trial.host.control.send(wire.frame(wire.SECRET_ANSWER, wire.pack({"id": prompt["id"]})))


def asks(trial, view, command, what):
    """The handle of a call in which the plugin asks."""
    handle, data = view.call_frame(command, {"what": what})
    view.link.send(data)
    return handle


def may_ask(trial):
    """The twin: a plugin that may asks, a person dismisses it, and the call goes on. In another view, where it counts for no other."""
    handle = asks(trial, trial.bystander, KEEPER, "secret")
    dismiss(trial, next_secret(trial, trial.bystander))
    answer, _ = trial.bystander.await_reply(handle)
    trial.check(answer.get("value") == "answered", f"a plugin that may cannot ask: {answer}")
    trial.twins += 1


def secret(name, tried, layer, cause, command, what, dismissed=False):
    def attack(trial):
        may_ask(trial)
        works(trial, command)
        handle = asks(trial, trial.view, command, what)
        if dismissed:
            dismiss(trial, next_secret(trial, trial.view))
        try:
            answer, _ = trial.view.await_reply(handle, SHOWN_S)
        except TimeoutError:
            return "a prompt is shown"
        works(trial, command)
        return code_of(answer if "error" in answer else answer["value"])
    row(f"secret-{name}", tried, layer, CRASHED, reason=cause)(attack)


secret("without", "asks for a passphrase without the right to", RIGHT, "it asked for a passphrase", EVIL, "secret")
secret("other", "asks for a passphrase in a call that it was not given", "call numbers", "in a call that it does not have", KEEPER, "secret-other")
secret("two", "asks twice at once in one call", "one question of a call at a time", "a second request for a passphrase", KEEPER, "secret-two")
secret("five", "asks a fifth time in one call", "4 questions in the life of a call", "more requests for passphrases than a call may have", KEEPER,
       "secret-five", dismissed=True)


@row("secret-forged", "SECRET_ANSWER, sent by the page on its own link", "each link has kinds of its own", LOCKED, reason=HEADER)
def secret_forged(trial):
    may_ask(trial)
    works(trial, KEEPER)
    asks(trial, trial.view, KEEPER, "secret")
    prompt = next_secret(trial, trial.view)
    trial.view.link.send(wire.frame(wire.SECRET_ANSWER, wire.pack({"id": prompt["id"], "sealed": bytes(320)})))
    return trial.view.end()


# ---- what a plugin says of a call ----
for name, tried in [("long", "a note of 257 bytes"), ("binary", "a note that is no UTF-8")]:
    row(f"note-{name}", tried, "schema: notes", CRASHED, reason=REPLY)(in_a_call(f"note-{name}"))

LINES = 'signed\n{"v":1,"n":1,"event":"call","verdict":"allow"}\r\x1b[2J\u202e"'


@row("note-lines", "a note that is lines, a record of its own, and commands to a terminal", "all that is not seen as it is, is escaped", "answer SUCCESS", "done", "signed")
def note_lines(trial):
    works(trial)
    code = code_of(trial.view.do(EVIL, {"what": "note", "arg": LINES}))
    trial.honest(trial.view)
    text = trial.world.log_path.read_bytes()
    trial.check(not any(byte in text for byte in (b"\x1b", b"\r", "\u202e".encode())), "it is in the log as it came")
    trial.check(all(isinstance(json.loads(line), dict) for line in text.splitlines()), "the log has lines that are none")
    return code


# ---- what the log has of calls that are secret ----
def told(trial, answer):
    """Which of the arguments the log has, once it has all of them."""
    trial.check(answer == "SUCCESS", f"the call failed: {answer}")
    trial.honest(trial.view)
    [call] = [r for r in trial.world.log() if r["event"] == "call" and r["command"] == KEEPER and r["view"] == "main"]
    return json.dumps(call["args"])


def private(name, tried, layer, args, raw=None):
    def attack(trial):
        works(trial)
        word = os.urandom(16).hex()
        answer = trial.view.do(KEEPER, {"what": "nothing", "kept": "a key", **args(word)}, raw and word.encode())
        args_told = told(trial, answer)
        trial.check(word not in trial.world.log_path.read_text(), "the log has it")
        return args_told
    row(f"private-{name}", tried, layer, '{"kept": "a key"}', "done", log_code="", app={"full": (KEEPER, EVIL)})(attack)


RECORD = "plugin.toml: `record`"
private("args", "an argument that is secret, and the manifest wants all of them in the log", RECORD, lambda word: {"arg": word})
private("deep", "a secret beneath another name, and as a name", RECORD, lambda word: {"more": {"kept": word}, word: 1})
private("body", "a secret as the body of a call", RECORD, lambda word: {}, raw=True)
