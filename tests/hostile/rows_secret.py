"""Prompts for passphrases: a plugin without the right to them, or whose words deceive; a page that provokes and answers them; a host that
answers as it likes."""

import time

import wire
from apps import EVIL, KEEPER, READ
from bench import row
from rows_frames import FORMAT as HEADER
from rows_frames import LOCKED, PATH
from rows_host import FORMAT, control
from rows_plugin import CRASHED, code_of, works
from world import SECONDS, View

BOX = bytes(304)
RIGHT = "plugin.toml: `secrets`"
SHOWN_S = 5  # who is asked by then is asked
FRAME = "a control frame that is not in the format"
HOSTILE = "<b>Login</b>\n\x1b[2J\rYour bank\u202etxt\u2066\u200b"
DECEIVES = ["\n", "\r", "\x1b", "\u202e", "\u2066", "\u200b"]


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


def type_in(trial, id, sealed=BOX):
    trial.host.control.send(wire.frame(wire.SECRET_ANSWER, wire.pack({"id": id, "sealed": sealed})))


def reads(log):
    return sum(r["event"] == "call" and r["command"] == READ for r in log)


def asks_in_log(trial):
    """What the log says of prompts, of all that came before: records keep their order, and that of an honest call is behind them."""
    before = reads(trial.world.log())
    trial.honest(trial.view)
    end = time.monotonic() + SECONDS
    while reads(log := trial.world.log()) <= before:
        trial.check(time.monotonic() < end, "the log does not have an honest call")
    return [r["reason"] for r in log if r["event"] == "ask"]


def n_asked(trial):
    """How many prompts were shown."""
    return sum(reason.startswith("passphrase asked for") for reason in asks_in_log(trial))


def cancel(view, handle, counter=1):
    view.link.send(wire.seal(view.to_broker, wire.CANCEL, handle, counter, wire.pack({})))
    return view.await_reply(handle)


# ---- the plugin ----

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


def ends(name, tried, layer, cause, what):
    def attack(trial):
        works(trial, KEEPER)
        other = asks(trial, trial.view, KEEPER, "secret-only")
        asks(trial, trial.view, KEEPER, what)
        answer, _ = trial.view.await_reply(other)
        works(trial, KEEPER)
        return code_of(answer)
    row(f"secret-{name}", tried, layer, CRASHED, reason=cause)(attack)


ends("behind", "asks for a passphrase behind the REPLY of its call", "call table: a call is over with its REPLY",
     "in a call that it does not have", "secret-behind")
ends("nul", "asks with a text that ends for some before it begins", "`what`: no U+0000", "not in the format", "secret-nul")


@row("secret-text", "asks with markup, a terminal's sequence and letters that run backwards", "`what` is text, and escaped in the log",
     "escaped", "ask", "passphrase asked for: <b>")
def secret_text(trial):
    works(trial, KEEPER)
    handle, data = trial.view.call_frame(KEEPER, {"what": "secret-text", "arg": HOSTILE})
    trial.view.link.send(data)
    prompt = next_secret(trial, trial.view)
    trial.check(prompt["what"] == HOSTILE, "it was changed on its way to the host, who escapes it")
    trial.check((prompt["plugin"], prompt["view"]) == ("keeper", "main"), "the prompt names another")
    cancel(trial.view, handle)
    trial.check(f"passphrase asked for: {HOSTILE}" in asks_in_log(trial), "the log does not say what was asked")
    line = next(line for line in trial.world.log_path.read_text().split("\n") if "asked for: <b>" in line)
    return "escaped" if not any(c in line for c in DECEIVES) else "it is in the log as it was sent"


# ---- the page ----

@row("secret-forged", "SECRET_ANSWER, sent by the page on its own link", "each link has kinds of its own", LOCKED, reason=HEADER)
def secret_forged(trial):
    may_ask(trial)
    works(trial, KEEPER)
    asks(trial, trial.view, KEEPER, "secret")
    prompt = next_secret(trial, trial.view)
    trial.view.link.send(wire.frame(wire.SECRET_ANSWER, wire.pack({"id": prompt["id"], "sealed": bytes(320)})))
    return trial.view.end()


@row("secret-flood", "41 calls in which a plugin asks", "16 wait, one is shown", "1 shown, 25 refused", "ask",
     "not asked for, too many prompts wait", log_code="ask_denied")
def secret_flood(trial):
    works(trial, KEEPER)
    handles = [asks(trial, trial.view, KEEPER, "secret-only") for _ in range(41)]
    prompt = next_secret(trial, trial.view)
    works(trial, KEEPER)
    reasons = asks_in_log(trial)
    shown = sum(reason.startswith("passphrase asked for") for reason in reasons)
    refused = sum("too many prompts wait" in reason for reason in reasons)
    trial.check(not [m for m in trial.host.alerts if "key" in m], "a second prompt beside the first")
    dismiss(trial, prompt)
    for handle in handles:
        cancel(trial.view, handle)
    return f"{shown} shown, {refused} refused"


@row("secret-again", "a command whose prompt was dismissed, 50 times more", "a dismissed prompt is not shown again for 30 s",
     "not shown", "ask", "it was dismissed a moment ago", log_code="ask_denied")
def secret_again(trial):
    works(trial, KEEPER)
    handle = asks(trial, trial.view, KEEPER, "secret")
    dismiss(trial, next_secret(trial, trial.view))
    trial.view.await_reply(handle)
    for _ in range(50):
        trial.check(trial.view.do(KEEPER, {"what": "secret"}) == "answered", "its plugin was not told")
    trial.view.close()
    trial.made = View(trial.host, "main", document=2).begin()
    trial.check(trial.made.do(KEEPER, {"what": "secret"}) == "answered", "its plugin was not told")
    shown = n_asked(trial)
    return "not shown" if shown == 1 else f"{shown} prompts"


@row("secret-blink", "a prompt that is taken away and put up again, 50 times, under a person's typing",
     "a second between two", "one a second", "ask", "taken away", log_code="ask_denied")
def secret_blink(trial):
    works(trial, KEEPER)
    start = time.monotonic()
    for _ in range(50):
        handle = asks(trial, trial.view, KEEPER, "secret-only")
        works(trial, KEEPER)  # the plugin has asked by now
        cancel(trial.view, handle)
    shown = n_asked(trial)
    return "one a second" if 1 <= shown <= time.monotonic() - start + 1 else f"{shown} prompts"


# ---- the host ----

@row("secret-replay", "a passphrase, given 100 times", "an answer counts once", "asked again", "ask", "passphrase given")
def secret_replay(trial):
    works(trial, KEEPER)
    handle = asks(trial, trial.view, KEEPER, "secret")
    first = next_secret(trial, trial.view)
    for _ in range(100):
        type_in(trial, first["id"])
    trial.check(trial.view.await_reply(handle)[0].get("value") == "answered", "the first one does not count")
    handle = asks(trial, trial.view, KEEPER, "secret")
    second = next_secret(trial, trial.view)
    for _ in range(100):
        type_in(trial, first["id"])
    trial.honest(trial.view)
    trial.check(handle not in trial.view.replies, "the old one counts for the new prompt")
    type_in(trial, second["id"])
    trial.view.await_reply(handle)
    return "asked again"


@row("secret-guessed", "passphrases for 1,000 ids that nobody was asked under", "an answer counts for the prompt that was shown",
     "still asked", "ask", "passphrase asked for")
def secret_guessed(trial):
    works(trial, KEEPER)
    handle = asks(trial, trial.view, KEEPER, "secret")
    prompt = next_secret(trial, trial.view)
    for id in [n for n in range(1000) if n != prompt["id"]] + [2**32 - 1]:
        type_in(trial, id)
    trial.honest(trial.view)
    trial.check(handle not in trial.view.replies, "another id counts")
    type_in(trial, prompt["id"])
    return "still asked" if trial.view.await_reply(handle)[0].get("value") == "answered" else "not asked any more"


@row("secret-dead", "a passphrase for a call that was cancelled, and for a document that has gone", "a prompt goes with its call",
     "nobody has it", "ask", "taken away", log_code="ask_denied")
def secret_dead(trial):
    works(trial, KEEPER)
    handle = asks(trial, trial.view, KEEPER, "secret-only")
    first = next_secret(trial, trial.view)
    cancel(trial.view, handle)
    type_in(trial, first["id"])
    works(trial, KEEPER)
    asks(trial, trial.view, KEEPER, "secret-only")
    second = next_secret(trial, trial.view)
    trial.view.close()
    trial.made = View(trial.host, "main", document=2).begin()
    type_in(trial, second["id"])
    given = [reason for reason in asks_in_log(trial) if reason.startswith("passphrase given")]
    return "nobody has it" if not given else "it is taken"


@row("secret-as-yes", "a yes in place of a passphrase, and the other way round", "each prompt has answers of its own", "still asked",
     "ask", "passphrase asked for", app={"ask": ["plugin:fs|stat"]})
def secret_as_yes(trial):
    works(trial, KEEPER)
    handle = asks(trial, trial.view, KEEPER, "secret")
    prompt = next_secret(trial, trial.view)
    for word in ("once", "session", "always", "never", "dismissed"):
        trial.host.control.send(wire.frame(wire.ANSWER, wire.pack({"id": prompt["id"], "answer": word})))
    trial.honest(trial.view)
    trial.check(handle not in trial.view.replies, "a yes is taken for a passphrase")
    type_in(trial, prompt["id"])
    trial.view.await_reply(handle)
    asked, data = trial.view.call_frame("plugin:fs|stat", PATH)
    trial.view.link.send(data)
    trial.check(trial.view.heard(asked)[0] == wire.CREDIT, "it does not wait")
    for id in range(prompt["id"], prompt["id"] + 8):
        type_in(trial, id)
    trial.honest(trial.view)
    return "still asked" if asked not in trial.view.replies else "dispatched without a yes"


def typed(**fields):
    return lambda trial: wire.frame(wire.SECRET_ANSWER, wire.pack(fields))


control("typed-long", "SECRET_ANSWER of 1 MiB", lambda trial: wire.frame(wire.SECRET_ANSWER, length=1024 * 1024), FRAME)
control("typed-clear", "a passphrase that nobody has sealed", typed(id=1, sealed=b"correct horse battery"), FORMAT)
control("typed-text", "a passphrase as text", typed(id=1, sealed="correct horse battery"), FORMAT)
control("typed-bare", "SECRET_ANSWER without an id", typed(sealed=BOX), FORMAT)
control("typed-more", "SECRET_ANSWER that names a plugin", typed(id=1, sealed=BOX, plugin="fs"), FORMAT)
control("secret-to-broker", "SECRET from the host", lambda trial: wire.frame(wire.SECRET, wire.pack({"id": 1})), FRAME)
