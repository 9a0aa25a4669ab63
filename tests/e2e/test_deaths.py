"""Every process of the tree dies at every kind of moment: what is left keeps its word, and nothing
stays behind."""

import json
import os
import signal
import subprocess
import time

import pytest

import tree
from tree import READ

DEADLINE_MS = 400
TREE = ["broker", "scribe", "supervisor"]


@pytest.fixture(autouse=True)
def nothing_stays():
    with tree.leaves_nothing():
        yield


def whole_tree(host):
    return [host.process.pid, host.supervisor, *tree.descendants(host.supervisor)]


def with_plugin(host):
    """The plugin's pid; it is started by a first call."""
    assert host.code() == ""
    return host.role("fs")


def closes(host, view="main"):
    return host.wait(lambda line: line.get("view") == view and "closed" in line)["closed"]


def bridge_ends(host):
    host.wait(lambda line: line.get("bridge") == "lost")


def codes_until_calls_work(host):
    """With a rest between two calls: what is to start needs the processor that calls without end would take."""
    codes = set()

    def works():
        codes.add(host.code())
        return "" in codes

    tree.until(works, "calls work again")
    return codes - {""}


# ---- the host ----

@pytest.mark.parametrize("busy", [False, True])
def test_kill_of_the_host(app, busy):
    with tree.Host(app) as host:
        host.open("main")
        with_plugin(host)
        assert host.roles() == sorted([*TREE, "fs"])
        watched = tree.Watched(whole_tree(host))
        if busy:
            host.say("soak", "main", 10**6, 64, READ, '{"path":"data/hello.txt"}')
            tree.until(lambda: len(app.records()) > 100, "calls are under way")
        host.process.kill()
        watched.await_end()
    assert app.verify() == ("OPEN" if app.records()[-1]["event"] != "stop" else "CLOSED")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_signals_to_call(app, number):
    process = subprocess.Popen(
        [*app.program("trollbridge"), "call", app.path, READ, '{"path":"data/hello.txt"}',
         "--repeat", "100000000", "--jobs", "64"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=app.environment)
    tree.until(lambda: app.log.exists() and len(app.records()) > 100, "calls are under way")
    watched = tree.Watched(tree.descendants(process.pid))
    process.send_signal(number)
    assert process.communicate(timeout=tree.PATIENCE_S) == (b"", b"")
    assert process.returncode == -number
    watched.await_end()
    assert app.verify() == "CLOSED"


def test_end_of_standard_input_ends_relay(app):
    process = subprocess.Popen([*app.program("trollbridge"), "relay", app.path],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=app.environment)
    assert process.stdout.read(8)[4] == 1  # BOOT
    watched = tree.Watched(tree.descendants(process.pid))
    process.communicate(timeout=tree.PATIENCE_S)
    assert process.returncode == 0
    watched.await_end()
    assert app.verify() == "CLOSED"


def test_an_orderly_end(app):
    with tree.Host(app) as host:
        host.open("main")
        with_plugin(host)
        watched = tree.Watched(whole_tree(host))
        host.say("quit")
        watched.await_end()
    assert [record["event"] for record in app.records()][-2:] == ["close", "stop"]
    assert app.verify() == "CLOSED"


# ---- the plugin ----

def test_kill_of_the_plugin_between_calls(host):
    first = with_plugin(host)
    tree.kill(first)
    assert host.code() == ""
    assert host.role("fs") not in (None, first)


def test_kill_of_the_plugin_during_a_call(host):
    plugin = with_plugin(host)
    os.kill(plugin, signal.SIGSTOP)
    calls = [host.start() for _ in range(3)]
    tree.until(lambda: sum(r["event"] == "call" for r in host.app.records()) == 4,
               "the calls are with the plugin")
    tree.kill(plugin)
    for call in calls:
        assert host.answer(call)["error"]["code"] == "plugin_crashed"
    assert host.code() == ""


def test_kill_of_the_plugin_under_load(host):
    """Each call has exactly one answer, and each answer says what happened."""
    with_plugin(host)
    host.say("soak", "main", 30000, 64, READ, '{"path":"data/hello.txt"}')
    tree.kill(host.role("fs"))
    line = host.wait(lambda line: "soaked" in line, 120)
    assert line["soaked"] == 30000
    assert line["failed"] <= 64
    assert line["first"] in ("", "plugin_crashed")
    assert host.code() == ""


def kill_until_it_backs_off(host):
    """Kills the plugin at each start; returns the error of the first call that did not start it."""
    for n_kills in range(5):
        answer = host.call()
        if "error" in answer:
            assert n_kills >= 2, "the first crash costs nothing"
            return answer["error"]
        tree.kill(host.role("fs"))
    raise AssertionError("it was started anew each time")


def test_a_plugin_that_keeps_dying_is_left_alone_for_a_while(host):
    error = kill_until_it_backs_off(host)
    assert error["code"] == "plugin_unavailable"
    assert 1 <= error["retry_ms"] <= 5000
    assert host.role("fs") is None
    assert codes_until_calls_work(host) <= {"plugin_unavailable"}
    assert host.role("fs") is not None


def test_back_off_of_one_view_is_not_anothers(app):
    app.path.joinpath("capabilities/main.json").write_text(
        app.path.joinpath("capabilities/main.json").read_text().replace(
            '"windows": ["main"]', '"windows": ["main", "other"]'))
    with tree.Host(app) as host:
        host.open("main")
        host.open("other")
        kill_until_it_backs_off(host)
        assert host.code(view="other") == ""


# ---- a plugin that hangs ----

def limited(app):
    app.manifest(f'[limits."*"]\ndeadline_ms = {DEADLINE_MS}')
    capability = app.path / "capabilities/main.json"
    capability.write_text(capability.read_text().replace('"windows": ["main"]',
                                                         '"windows": ["main", "other"]'))


def test_a_plugin_that_hangs(app):
    limited(app)
    with tree.Host(app) as host:
        host.open("main")
        hanging = with_plugin(host)
        host.open("other")
        watched = tree.Watched([hanging])
        os.kill(hanging, signal.SIGSTOP)
        started = time.monotonic()
        calls = [host.start(), host.start()]
        assert host.code(view="other") == "", "the other view has a plugin of its own"
        for call in calls:
            assert host.answer(call)["error"]["code"] == "timeout"
            assert time.monotonic() - started >= DEADLINE_MS / 1000 - 0.05
        watched.await_end()
        assert time.monotonic() - started >= 2 * DEADLINE_MS / 1000 - 0.05
        assert host.code() == "", "a new one has its place"
        assert host.code(view="other") == ""
        host.say("quit")
        host.process.wait(tree.PATIENCE_S)
    reasons = [r["reason"] for r in app.records() if r["event"] == "violation"]
    assert reasons == ["it does not answer"]


def test_a_plugin_that_hangs_for_a_moment(app):
    """Its late answers are dropped and it is kept."""
    limited(app)
    with tree.Host(app) as host:
        host.open("main")
        plugin = with_plugin(host)
        os.kill(plugin, signal.SIGSTOP)
        assert host.code() == "timeout"
        os.kill(plugin, signal.SIGCONT)
        assert host.code() == ""
        assert host.role("fs") == plugin


# ---- the broker ----

@pytest.mark.parametrize("busy", [False, True])
def test_kill_of_the_broker(app, busy):
    with tree.Host(app) as host:
        host.open("main")
        with_plugin(host)
        watched = tree.Watched([host.supervisor, *tree.descendants(host.supervisor)])
        call = None
        if busy:
            os.kill(host.role("fs"), signal.SIGSTOP)
            call = host.start()
            tree.until(lambda: sum(r["event"] == "call" for r in app.records()) == 2,
                       "the call is with the plugin")
        os.kill(host.role("broker"), signal.SIGKILL)
        if busy:
            assert host.answer(call)["lost"] is True
        assert closes(host) == -1
        bridge_ends(host)
        watched.await_end()
    assert app.verify() == "OPEN"


@pytest.mark.parametrize("victim", ["broker", "supervisor"])
def test_call_tells_that_its_session_was_lost(app, victim):
    process = subprocess.Popen(
        [*app.program("trollbridge"), "call", app.path, READ, '{"path":"data/hello.txt"}',
         "--repeat", "100000000", "--jobs", "8"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=app.environment)
    tree.until(lambda: app.log.exists() and len(app.records()) > 100, "calls are under way")
    found = tree.descendants(process.pid)
    watched = tree.Watched(found)
    os.kill(next(pid for pid, role in found.items() if role == victim), signal.SIGKILL)
    out, err = process.communicate(timeout=tree.PATIENCE_S)
    assert (process.returncode, out) == (5, b"")
    # A sanitizer that cannot look for leaks any more says so, a plugin's too.
    lines = [line for line in tree.clean(err.decode()).splitlines() if not line.removeprefix("trollbridge: plugin: ").startswith(("==", "Tracer caught signal "))]
    assert len(lines) == 1 and lines[0].startswith("trollbridge: session_closed: "), lines
    watched.await_end()


@pytest.mark.parametrize("victim", ["broker", "supervisor"])
def test_relay_tells_that_its_session_was_lost(app, victim):
    process = subprocess.Popen([*app.program("trollbridge"), "relay", app.path],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=app.environment)
    assert process.stdout.read(8)[4] == 1  # BOOT
    found = tree.descendants(process.pid)
    watched = tree.Watched(found)
    os.kill(next(pid for pid, role in found.items() if role == victim), signal.SIGKILL)
    process.wait(tree.PATIENCE_S)
    err = process.stderr.read()
    assert process.returncode == 5
    # A sanitizer that cannot look for leaks any more says so.
    [line] = [line for line in tree.clean(err.decode()).splitlines() if not line.startswith("==")]
    assert line.startswith("trollbridge: session_closed: ")
    watched.await_end()
    process.stdin.close()
    process.stdout.close()
    process.stderr.close()


# ---- the supervisor ----

def test_kill_of_the_supervisor(app):
    with tree.Host(app) as host:
        host.open("main")
        with_plugin(host)
        watched = tree.Watched([host.supervisor, *tree.descendants(host.supervisor)])
        os.kill(host.supervisor, signal.SIGKILL)
        closes(host)
        bridge_ends(host)
        watched.await_end()


# ---- the scribe ----

def test_kill_of_the_scribe(host):
    """Calls are denied while there is none; then there is one, and the log is whole."""
    with_plugin(host)
    first = host.role("scribe")
    tree.kill(first)
    assert codes_until_calls_work(host) <= {"audit_unavailable"}
    tree.until(lambda: host.role("scribe"), "there is a new one")
    assert host.role("scribe") != first
    before = len(host.app.records())
    assert host.code() == ""
    tree.until(lambda: len(host.app.records()) >= before + 2, "the call is in the log")
    assert host.app.verify() == "OPEN"


def test_kill_of_the_scribe_twice(host):
    """The second one in a second is not replaced at once: calls are denied, nothing hangs."""
    with_plugin(host)
    for _ in range(2):
        tree.until(lambda: host.code() == "", "there is one, and the broker knows of it")
        tree.kill(host.role("scribe"))
    assert host.call()["error"]["code"] == "audit_unavailable"
    assert host.call()["error"]["retry_ms"] > 0
    tree.until(lambda: host.code() == "", "calls work again")
    assert host.app.verify() == "OPEN"


def test_kill_of_the_scribe_under_load(host):
    with_plugin(host)
    host.say("soak", "main", 30000, 64, READ, '{"path":"data/hello.txt"}')
    tree.until(lambda: len(host.app.records()) > 1000, "calls are under way")
    tree.kill(host.role("scribe"))
    line = host.wait(lambda line: "soaked" in line, 120)
    assert line["soaked"] == 30000
    assert line["first"] in ("", "audit_unavailable")
    tree.until(lambda: host.code() == "", "calls work again")
    host.say("quit")
    host.process.wait(tree.PATIENCE_S)
    assert host.app.verify() == "CLOSED"


def test_a_stopped_scribe_is_not_the_plugin_s_fault(app):
    """Calls that could not be sent in time answer `timeout`, and the plugin stays."""
    app.manifest('[limits."*"]\ndeadline_ms = 300')
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        host.call()
        plugin, scribe = host.role("fs"), host.role("scribe")
        os.kill(scribe, signal.SIGSTOP)
        host.say("soak", "main", 3000, 64, tree.READ, json.dumps(tree.HELLO))
        # More than the kernel takes of the log, and then a second deadline of the same length.
        tree.until(lambda: host.code() == "timeout", "calls are held back until their deadline")
        tree.until(lambda: host.code() == "timeout", "and the next one")
        os.kill(scribe, signal.SIGCONT)
        host.wait(lambda line: "soaked" in line)
        tree.until(lambda: host.code() == "", "calls work again")
        assert host.role("fs") == plugin
    assert not [r for r in app.records() if r["event"] == "violation"]


def test_a_scribe_that_stops_holds_calls_back(host):
    """Mode `before`: what the kernel has not taken for the log is not dispatched."""
    with_plugin(host)
    scribe = host.role("scribe")
    os.kill(scribe, signal.SIGSTOP)
    host.say("soak", "main", 30000, 64, READ, '{"path":"data/hello.txt"}')
    counts = [0]

    def stands():
        counts.append(host.count())
        return len(counts) > 10 and counts[-1] == counts[-10] > 0

    tree.until(stands, "the calls stand still")
    assert counts[-1] < 30000
    os.kill(scribe, signal.SIGCONT)
    assert host.wait(lambda line: "soaked" in line, 120)["failed"] == 0
    host.say("quit")
    host.process.wait(tree.PATIENCE_S)
    done = sum(record["event"] == "done" for record in host.app.records())
    assert done == 30001
    assert host.app.verify() == "CLOSED"
