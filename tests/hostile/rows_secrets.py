"""A plugin that asks people for passphrases without the right to, or more than it may, and a page that would answer."""

import wire
from apps import EVIL, KEEPER
from bench import row
from rows_frames import FORMAT as HEADER
from rows_frames import LOCKED
from rows_plugin import CRASHED, code_of, works

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
