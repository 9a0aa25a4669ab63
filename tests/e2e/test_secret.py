"""A plugin asks for a passphrase through the real tree: what reaches it, what the log has of it, and what takes it away."""

import os
import pathlib
import shutil
import signal
import tempfile

import pytest

import tree
from tree import running

BUILT = pathlib.Path(os.environ.get("TB_BUILD", tree.TOP / "build"))
WHISPER = BUILT / "examples/whisper/whisper"
MEASURE = "plugin:whisper|measure"
WHAT = "a passphrase to be measured"


@pytest.fixture
def whisper(installed):
    """The example whisper, with its plugin built."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="whisper-", dir=installed.parent))
    app = tree.App(installed, folder, "whisper")
    shutil.copy(WHISPER, app.path / "whisper")
    yield app
    shutil.rmtree(folder)


@pytest.fixture
def host(whisper):
    with running(whisper) as host:
        yield host


def ask(host, view="main", command=MEASURE):
    """A call, and its prompt."""
    call = host.start(view, command, {})
    return call, asked(host)


def asked(host):
    return host.wait(lambda line: "secret" in line)


def asks(app):
    return [(r["verdict"], r["reason"]) for r in app.records() if r["event"] == "ask"]


def code(line):
    return line.get("error", {}).get("code")


def has_asks(app, n):
    """The records of prompts, when there are so many."""
    return tree.until(lambda: len(found := asks(app)) == n and found, f"{n} records of prompts")


# ---- what is typed ----

def test_it_reaches_the_plugin_and_nobody_else(host):
    call, prompt = ask(host)
    assert prompt == {"secret": prompt["secret"], "view": "main", "origin": "local", "command": MEASURE,
                      "plugin": "whisper", "what": WHAT, "new": False}
    host.say("type", prompt["secret"], "correct horse battery")
    assert host.answer(call)["value"] == len("correct horse battery")
    assert has_asks(host.app, 2) == [("allow", f"passphrase asked for: {WHAT}"), ("allow", f"passphrase given: {WHAT}")]
    assert {r["plugin"] for r in host.app.records() if r["event"] == "ask"} == {"whisper"}
    assert b"horse" not in host.app.log.read_bytes()


@pytest.mark.parametrize("passphrase", ["x", "pass phrase", "p" * 255, "p" * 256, "ä" * 512])
def test_it_arrives_as_it_was_typed(host, passphrase):
    call, prompt = ask(host)
    host.say("type", prompt["secret"], passphrase)
    assert host.answer(call)["value"] == len(passphrase.encode())


def memory_of(pid):
    """What a process has in memory that it can write."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            where, rights, *_ = line.split()
            if rights.startswith("rw"):
                start, end = (int(part, 16) for part in where.split("-"))
                mem.seek(start)
                yield mem.read(end - start)


def test_the_broker_never_has_it(host):
    """Neither while it is passed on nor afterwards; the name of the command, which it has, is found the same way."""
    tree.needs_root()
    broker = host.role("broker")
    for n in range(8):
        call, prompt = ask(host)
        host.say("type", prompt["secret"], f"Hwaet-we-Gardena-{n}")
        assert host.answer(call)["value"] == 18
    found = {word: any(word in part for part in memory_of(broker)) for word in (b"Hwaet-we", MEASURE.encode(), WHAT.encode())}
    assert found == {b"Hwaet-we": False, MEASURE.encode(): True, WHAT.encode(): True}


# ---- nothing is typed ----

def test_a_person_who_cancels_is_left_alone_for_a_while(host):
    call, prompt = ask(host)
    host.say("type", prompt["secret"])
    assert code(host.answer(call)) == "denied"
    assert code(host.call(command=MEASURE, args={})) == "denied"
    host.say("shut", "main")
    host.open("main")
    assert code(host.call(command=MEASURE, args={})) == "denied", "a page that reloads itself gains nothing"
    assert not [line for line in host.lines if "secret" in line]
    reasons = [reason.split(":")[0] for _, reason in has_asks(host.app, 4)]
    assert reasons == ["passphrase asked for", "passphrase dismissed",
                       *["passphrase not asked for, it was dismissed a moment ago"] * 2]


def test_what_is_no_passphrase_leaves_the_prompt(host):
    call, prompt = ask(host)
    host.say("type", prompt["secret"], "x" * 1025)
    host.say("type", prompt["secret"], "short")
    assert host.answer(call)["value"] == 5


def test_a_cancelled_call_takes_its_prompt_along(host):
    call, prompt = ask(host)
    host.say("cancel", "main", call)
    assert host.asked_over() == prompt["secret"]
    assert code(host.answer(call)) == "cancelled"
    host.say("type", prompt["secret"], "too late")
    call, prompt = ask(host)
    host.say("type", prompt["secret"], "in time")
    assert host.answer(call)["value"] == 7


def test_a_page_that_goes_takes_its_prompt_along(host):
    _, prompt = ask(host)
    host.say("shut", "main")
    assert host.asked_over() == prompt["secret"]
    host.open("main")
    call, prompt = ask(host)
    host.say("type", prompt["secret"], "again")
    assert host.answer(call)["value"] == 5


def test_a_plugin_that_dies_takes_its_prompt_along(host):
    call, prompt = ask(host)
    tree.kill(host.role("whisper"), signal.SIGKILL)
    assert host.asked_over() == prompt["secret"]
    assert code(host.answer(call)) == "plugin_crashed"
    call, prompt = ask(host)
    host.say("type", prompt["secret"], "again")
    assert host.answer(call)["value"] == 5


def test_a_host_that_goes_leaves_nothing(whisper):
    with running(whisper) as host:
        ask(host)
    assert [reason for _, reason in asks(whisper)][-1] == f"passphrase taken away, the call is over: {WHAT}"
    assert whisper.verify() == "CLOSED"


# ---- more than one ----

def test_they_are_asked_for_one_after_the_other(host):
    calls = [host.start("main", MEASURE, {}) for _ in range(3)]
    for n, call in enumerate(calls, 1):
        prompt = asked(host)
        assert not [line for line in host.lines if "secret" in line]
        host.say("type", prompt["secret"], "x" * n)
        assert host.answer(call)["value"] == n


def test_a_yes_and_a_passphrase_wait_for_each_other(whisper):
    """A command that asks, of a plugin that asks."""
    whisper.manifest(f'[commands."{MEASURE}"]\nask = true')
    with running(whisper) as host:
        call = host.start("main", MEASURE, {})
        other = host.start("main", MEASURE, {})
        first = host.asked()
        host.say("type", first["ask"], "no yes")  # counts for nothing
        host.say("answer", first["ask"], "once")
        second = host.asked()
        host.say("answer", second["ask"], "once")
        prompt = asked(host)
        host.say("answer", prompt["secret"], "once")  # nor does this
        host.say("type", prompt["secret"], "one")
        assert host.answer(call)["value"] == 3
        host.say("type", asked(host)["secret"], "four")
        assert host.answer(other)["value"] == 4


# ---- who may ----

def test_one_that_may_not_is_ended(whisper):
    file = whisper.path / "plugin/plugin.toml"
    file.write_text(file.read_text().replace("secrets = true\n", ""))
    with running(whisper) as host:
        assert code(host.call(command=MEASURE, args={})) == "plugin_crashed"
        assert not [line for line in host.lines if "secret" in line]
    assert [r["reason"] for r in whisper.records() if r["event"] == "violation"] == [
        "it asked for a passphrase, and its plugin.toml does not say `secrets = true`"]


def test_a_reload_that_takes_the_right_away_takes_the_prompt(whisper):
    file = whisper.path / "plugin/plugin.toml"
    with running(whisper) as host:
        call, prompt = ask(host)
        file.write_text(file.read_text().replace("secrets = true\n", ""))
        host.reload()
        assert host.asked_over() == prompt["secret"]
        assert code(host.answer(call)) == "cancelled"
