"""Streams, channels and events through an app's hook."""

import contextlib
import json

import filters
import hooks
import spout
import tree

# Messages of `tick` are numbers, parts of `pour` are bytes.
SHOW = """
export function onRequest({args}) { return args; }
export function onChunk({direction, message, raw}) {
    if (raw !== undefined) return direction === "in" ? raw.slice(0, 1) : raw.fill(42);
    if (message === 3) throw new Error("no threes");
    return typeof message === "number" ? message + 1000 : "redacted";
}
"""
NO_STREAMS = "export function onRequest({args}) { return args; }"
COMMANDS = ["plugin:spout|*", "plugin:event|*"]


@contextlib.contextmanager
def host_of(app, text, commands=COMMANDS):
    spout.add(app)
    filters.add(app, "")
    hooks.add(app, text, commands=commands)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        yield host


def test_parts_of_a_result_are_what_the_hook_makes_of_them(app):
    with host_of(app, SHOW):
        pass
    result = app.call(spout.POUR, {"n": 3 * 65536 + 5})
    assert result.returncode == 0 and result.stdout == b"*" * (3 * 65536 + 5)


def test_messages_pass_one_by_one_until_one_is_denied(app):
    with host_of(app, SHOW) as host:
        call = host.start(command=spout.TICK, args={"n": 10})
        line = host.answer(call)
        assert line["error"]["code"] == "hook" and line.get("chunks", 0) < 5, line
        record = hooks.record(app, event="done", code="hook")
        assert "no threes" in record["reason"] and record["rule"]["file"] == "isolation.js"


def test_a_call_that_becomes_a_stream_is_denied_without_onChunk(app):
    with host_of(app, NO_STREAMS) as host:
        assert host.code(command=spout.TICK, args={"n": 2}) == "hook"
        assert host.code(command=spout.STATE, args={}) == ""


def test_a_body_passes_part_by_part(app):
    with host_of(app, SHOW):
        pass
    body = app.folder / "body"
    body.write_bytes(b"x" * (4 << 20))
    result = app.call(spout.SWALLOW, {}, "--raw", body, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["value"] < 2 << 20  # a byte of each part behind the CALL's own


def test_a_hook_may_leave_nothing_of_a_part(app):
    spout.add(app)
    hooks.add(app, """
        export function onRequest({args}) { return args; }
        export function onChunk({raw}) { return raw.slice(0, 0); }
    """)
    (app.folder / "body").write_bytes(b"x" * (2 << 20))
    result = app.call("plugin:fs|write_file", {"path": "data/body"}, "--raw", app.folder / "body")
    assert result.returncode == 0, result.stderr
    assert set((app.path / "data/body").read_bytes()) == {ord("x")}


def test_large_bodies_pass_whole_both_ways(app):
    spout.add(app)
    hooks.add(app, """
        export function onRequest({args}) { return args; }
        export function onReply({result, raw}) { return raw === undefined ? result : raw.reverse(); }
    """)
    body = bytes(n * 7 & 255 for n in range(700_000))  # through the plugin's pool if nobody judged it
    (app.folder / "body").write_bytes(body)
    result = app.call("plugin:fs|write_file", {"path": "data/body"}, "--raw", app.folder / "body")
    assert result.returncode == 0, result.stderr
    assert (app.path / "data/body").read_bytes() == body
    assert app.call("plugin:fs|read_file", {"path": "data/body"}).stdout == body[::-1]


def test_events_of_the_host_pass_the_hook(app):
    with host_of(app, SHOW) as host:
        call = host.start(command="plugin:event|listen", args={"event": "news", "target": {"kind": "Any"}})
        tree.until(lambda: host.progress(call)["chunks"] == 1, "it listens")
        host.say("emit", "main", "news", '"a secret"')
        tree.until(lambda: host.progress(call)["chunks"] == 2, "the event has come")
        assert host.progress(call)["last"]["payload"] == "redacted"
        tree.kill(host.role("hook"))
        assert host.answer(call)["error"]["code"] == "hook"
