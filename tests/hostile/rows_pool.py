"""A hostile plugin with the memory that it shares with the broker."""

import os
import time

import wire
import world as worlds
from apps import EVIL
from bench import row
from rows_plugin import CRASHED, await_end, code_of, works

BODY = os.urandom(300_000)
LARGE = 1_000_000  # of its answers (plugins/pool.c)
HELD = "RELEASE of what it does not hold"
OUTSIDE = "a reply with bytes outside of its part of the pool"


def asks(view, what, arg="", raw=None):
    """The handle of a call that is under way. On a direct link the body goes in clear."""
    args = {"what": what, "arg": arg}
    clear = raw is not None and not view.relay
    text = wire.pack({"args": args, "bytes": len(raw)}) if clear else None
    handle, data = view.call_frame(EVIL, args, None if clear else raw, text, raw_clear=raw if clear else None)
    view.link.send(data)
    return handle


def do(view, what, arg="", raw=None):
    message, content = view.await_reply(asks(view, what, arg, raw))
    return {"error": message["error"]} if "error" in message else content if "bytes" in message else message["value"]


def echoes(trial):
    """The twin: a body through the pool and back."""
    trial.check(do(trial.view, "pool-echo", raw=BODY) == BODY, "an honest body did not come back through the pool")
    trial.twins += 1


def breaks(what, arg, raw=None):
    """In one call; afterwards there is a new instance, and its pool serves."""
    def attack(trial):
        works(trial)
        echoes(trial)
        code = code_of(do(trial.view, what, arg, raw))
        works(trial)
        echoes(trial)
        return code
    return attack


for arg, tried in [("twice", "gives a body back twice"), ("foreign", "gives back what it was not lent"),
                   ("inside", "gives back a place in the middle of a body"), ("huge", "gives back what is no place")]:
    row(f"pool-release-{arg}", tried, "block table outside of the memory", CRASHED, reason=HELD)(
        breaks("pool-release", arg, BODY))
for arg, tried in [("in", "an answer in the broker's part"), ("end", "an answer that runs over the end of the memory"),
                   ("wrap", "an answer whose end is past 2^64")]:
    row(f"pool-answer-{arg}", tried, "bounds of the plugin's part", CRASHED, reason=OUTSIDE)(breaks("pool-answer", arg))

for arg, tried in [("shrink", "makes the memory shorter under the broker"), ("grow", "makes it longer")]:
    row(f"pool-{arg}", tried, "seals, before the plugin has it", "answer EPERM", "done")(breaks("pool-size", arg))
for arg, error in [("fallocate", "EOPNOTSUPP"), ("madvise", "EINVAL")]:
    row(f"pool-hole-{arg}", f"has the broker wait for pages that it takes away by {arg}", "seccomp", f"answer {error}",
        "done")(breaks("pool-hole", arg))
row("pool-seal", "seals the memory against the broker", "seals, before the plugin has it", "answer EPERM", "done")(
    breaks("pool-seal", ""))


def spoiled(relay):
    def attack(trial):
        works(trial)
        echoes(trial)
        view = worlds.View(trial.host, "spoilt", relay=relay).begin()
        first = trial.host.children()["broker"]
        for _ in range(60):
            answer = do(view, "pool-spoil", raw=BODY)
            if not isinstance(answer, bytes) or len(answer) != LARGE:
                return code_of(answer)
        trial.check(trial.host.children()["broker"] == first, "it is not the same broker any more")
        echoes(trial)
        return "60 answers of their length"
    return attack


row("pool-changes", "changes its answers while they are sent", "no hand of the broker's on the memory",
    "60 answers of their length", "")(spoiled(relay=False))
row("pool-toctou", "changes its answers while they are sealed", "read once into memory of the broker's own",
    "60 answers of their length", "")(spoiled(relay=True))


@row("pool-hoard", "gives back nothing of what it is lent", "bodies behind the map where there is no room",
     "all were taken", "")
def hoard(trial):
    works(trial)
    told = [do(trial.view, "pool-hoard", raw=bytes(LARGE)) for _ in range(70)]
    trial.check(told[0] == "pooled" and told[-1] == "behind the map", f"{told}")
    shared = trial.host.broker_kib("RssShmem")
    trial.check(shared < 66 * 1024, f"{shared} KiB of shared memory in the broker")
    trial.honest(trial.bystander)
    return "all were taken" if len(told) == 70 else f"{told}"


@row("pool-dies", "dies while its answer is being sent", "the memory stays as long as it is needed",
     f"{LARGE} bytes, as it left them", "plugin", "ended", log_code="plugin_crashed")
def dies(trial):
    works(trial)
    echoes(trial)
    first = trial.host.children()["evil"]
    handle = asks(trial.view, "pool-die")  # nothing is read of it before the plugin is gone
    await_end(trial, "evil", first)
    message, content = trial.view.await_reply(handle)
    trial.check(message["bytes"] == LARGE and content == b"x" * LARGE, "the answer is not what the plugin wrote")
    end = time.monotonic() + worlds.SECONDS  # the process ends before the broker hears of it
    while trial.view.do(EVIL, {"what": "nothing"}) != "SUCCESS" and time.monotonic() < end:
        trial.honest(trial.bystander)
    works(trial)
    echoes(trial)
    return f"{len(content)} bytes, as it left them"
