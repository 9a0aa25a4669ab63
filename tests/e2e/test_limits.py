"""Limits of the manifest, through the whole tree. Rates are so low, and what is sent so much, that no pause of the test's own
makes up for it: of a bucket of one byte a second a call of some thousand bytes takes more than an hour."""

import json
import time

import pytest

import filters
import spout
import tree
from filters import ECHO, outcome, running
from tree import HELLO, READ

LONG = {"filler": "x" * 5000}
HOUR_MS = 3600 * 1000
STAT = "plugin:fs|stat"


def limit(command, text):
    return f'[limits."{command}"]\n{text}\n'


def error_of(host, view="main", command=ECHO, args=None):
    return host.call(view, command, LONG if args is None else args)["error"]


def test_over_the_limit_the_page_is_told_when_to_try_again(app):
    with running(app, limit(ECHO, "bytes_in = 1")) as host:
        assert outcome(host, LONG) == LONG
        error = error_of(host)
        assert error["code"] == "limit" and HOUR_MS < error["retry_ms"] <= 6000 * 1000
        record = filters.record(app, event="call", code="limit")
        assert (record["verdict"], record["command"]) == ("deny", ECHO)
        assert outcome(host, {}, command="whoami")["view"] == "main"  # has no limit


def test_retry_ms_is_honest(app):
    """Who waits as long as it says is let through."""
    with running(app, limit(ECHO, "calls_per_s = 5\nburst = 1")) as host:
        for _ in range(3):
            answers = [host.call("main", ECHO, {}) for _ in range(50)]
            wait_ms = [answer["error"]["retry_ms"] for answer in answers if "error" in answer][-1]
            assert 0 < wait_ms <= 200
            end = time.monotonic() + wait_ms / 1000
            tree.until(lambda: time.monotonic() >= end, "the time is over")
            assert outcome(host, {}) == {}


def test_a_burst_passes_and_no_more(app):
    """Sixty at once, of which ten are let in, and as many more as the time that they took brings."""
    with running(app, limit(ECHO, "calls_per_s = 1\nburst = 10")) as host:
        start = time.monotonic()
        calls = [host.start("main", ECHO, {}) for _ in range(60)]
        codes = [host.answer(call).get("error", {"code": ""})["code"] for call in calls]
        spent = time.monotonic() - start
        assert set(codes) == {"", "limit"} and 10 <= codes.count("") <= 11 + spent


@pytest.mark.parametrize("key", ["bytes_in", "bytes_out"])
def test_a_new_document_gains_nothing(app, key):
    with running(app, limit(ECHO, f"{key} = 1")) as host:
        assert outcome(host, LONG) == LONG
        for _ in range(3):
            host.open("main")
            assert outcome(host, LONG) == "limit"


def test_two_views_have_nothing_to_do_with_each_other(app):
    with running(app, limit("*", "bytes_in = 1"), "main", "other") as host:
        assert outcome(host, LONG) == LONG
        assert outcome(host, LONG) == "limit"
        assert outcome(host, LONG, "other") == LONG
        assert outcome(host, {}, command="whoami")["view"] == "main"


def test_a_reload_of_the_policy_keeps_what_was_used_up_and_takes_the_new_rate(app):
    with running(app, limit(ECHO, "bytes_in = 1")) as host:
        assert outcome(host, LONG) == LONG
        text = (app.path / "trollbridge.toml").read_text()
        (app.path / "trollbridge.toml").write_text(text + "# the same\n")
        assert "after" in host.reload()
        assert outcome(host, LONG) == "limit"
        (app.path / "trollbridge.toml").write_text(text.replace("bytes_in = 1", "bytes_in = 0"))
        assert "after" in host.reload()
        assert outcome(host, LONG) == LONG
        (app.path / "trollbridge.toml").write_text(text)
        assert "after" in host.reload()
        assert outcome(host, LONG) == "limit"


def test_a_commands_own_table_wins_over_the_common_one(app):
    with running(app, limit("*", "bytes_in = 1") + limit(ECHO, "bytes_in = 0")) as host:
        assert [outcome(host, LONG) for _ in range(3)] == [LONG] * 3
        assert outcome(host, LONG, command="whoami")["view"] == "main"
        assert outcome(host, LONG, command="whoami") == "limit"


def test_a_refused_call_reaches_no_plugin(app):
    """The plugin is not even started for it."""
    with running(app, limit(READ, "bytes_in = 1") + limit(STAT, "bytes_in = 1")) as host:
        assert host.code(args=HELLO | LONG) in ("", "invalid_args")
        tree.kill(host.role("fs"))
        tree.until(lambda: host.role("fs") is None, "it has ended")
        assert host.code(args=HELLO) == "limit"
        assert host.role("fs") is None


def test_a_flood_of_refused_calls_is_logged_in_part(app):
    with running(app, limit(ECHO, "bytes_in = 1")) as host:
        assert outcome(host, LONG) == LONG
        host.soak(1000, 8, command=ECHO, args=LONG)
        assert outcome(host, LONG) == "limit"
    refused = [r for r in app.records() if r["event"] == "call" and r["code"] == "limit"]
    assert 10 <= len(refused) < 1000
    counted = sum(1 + int(r["reason"].split("; ")[1].split()[0]) if ";" in r["reason"] else 1 for r in refused)
    assert counted <= 1001 and app.verify() == "CLOSED"


# ---- streams ----

@pytest.fixture
def streams(app):
    spout.add(app)
    app.manifest(limit(spout.POUR, "bytes_out = 1000") + limit(spout.SWALLOW, "bytes_in = 1000"))
    (app.path / "capabilities/events.json").write_text(
        '{"identifier": "events", "windows": ["*"], "permissions": ["core:event:default"]}')
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        yield host


def test_a_stream_of_results_is_ended_by_its_debt(streams):
    call = streams.start("main", spout.POUR, {"bytes": 8 * 1024 * 1024})
    error = streams.answer(call)["error"]
    assert error["code"] == "limit" and error["retry_ms"] > 1000
    assert streams.code(command=spout.POUR, args={"bytes": 1}) == "limit"
    assert streams.code() == ""


def test_a_body_in_parts_is_ended_by_its_debt(streams):
    call = streams.start("main", spout.SWALLOW, {}, how="pump")
    error = streams.answer(call)["error"]
    assert error["code"] == "limit" and error["retry_ms"] > 1000
    assert streams.code(command=spout.SWALLOW, args={}) == "limit"
    assert streams.code() == ""


def test_a_listener_is_ended_by_its_debt(app):
    filters.add(app, limit("plugin:event|listen", "bytes_out = 1"))
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        listen = host.start("main", "plugin:event|listen", {"event": "e", "target": {"kind": "Any"}, "handler": 1})
        tree.until(lambda: host.progress(listen)["chunks"] >= 1, "it listens")
        for _ in range(3):
            assert host.code(command="plugin:event|emit", args={"event": "e", "payload": "x" * 3000}) == ""
        error = host.answer(listen)["error"]
        assert error["code"] == "limit" and error["retry_ms"] > 1000
        assert host.code(command="plugin:event|emit", args={"event": "e", "payload": 1}) == ""


# ---- what was there before ----

@pytest.mark.parametrize("tables, n", [(limit("*", "in_flight = 2"), 2), (limit("*", "in_flight = 2") + limit(spout.HANG, "in_flight = 4"), 4)])
def test_in_flight_is_the_commands_own(app, tables, n):
    """Of six calls that hang so many are let in; the others wait in the endpoint, and hold up nothing else."""
    spout.add(app)
    app.manifest(tables)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        host.open("other")
        for _ in range(6):
            host.start("main", spout.HANG, {})
        filters.records(app, n, event="call", command=spout.HANG)
        assert host.code(view="main", command=READ) == ""
        assert host.code(view="other", command=spout.STATE, args={}) == ""
        filters.record(app, event="call", command=READ)
        filters.record(app, event="call", command=spout.STATE)
        assert [r["command"] for r in app.records() if r["event"] == "call"].count(spout.HANG) == n


def test_a_deadline_is_the_commands_own(app):
    spout.add(app)
    app.manifest(limit("*", "deadline_ms = 60000") + limit(spout.HANG, "deadline_ms = 300"))
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        assert host.code(command=spout.HANG, args={}) == "timeout"


def test_explain_says_what_limits_a_command(app):
    filters.add(app, limit(ECHO, "calls_per_s = 7\nburst = 9\nbytes_in = 11\nbytes_out = 13"))
    result = app.run("policy", "explain", app.path, ECHO, "--view", "main", "--json")
    limits = json.loads(result.stdout)["limits"]
    assert {"calls_per_s": 7, "burst": 9, "bytes_in": 11, "bytes_out": 13}.items() <= limits.items()
