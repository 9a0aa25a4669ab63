"""Calls through an app's hook: what it denies and rewrites, in which order they go on, and what
becomes of them when it ends."""

import contextlib

import pytest

import hooks
import tree

SHOW = """
export function onRequest({args, view, origin, command}) {
    if (args.path.includes("secret")) throw new Error("no secrets for " + [view, origin, command]);
    if (args.path === "data/alias.txt") args.path = "data/hello.txt";
    return args;
}
export function onReply({args, result, raw}) {
    if (raw === undefined) return result;
    if (args.path !== "data/card.txt") return raw;
    const text = Array.from(raw, (c) => String.fromCharCode(c)).join("");
    return Uint8Array.from(text.replace(/\\d/g, "*"), (c) => c.charCodeAt(0));
}
export function onError({error}) { return {message: "no: " + error.code}; }
"""
# The state of `globalThis` shows whether it is the same process.
COUNT = """
export function onRequest({args}) {
    globalThis.n = (globalThis.n ?? 0) + 1;
    if (args.path === "data/loop") for (;;);
    if (args.path === "data/count") throw new Error("n is " + globalThis.n);
    return args;
}
"""


@contextlib.contextmanager
def host_of(app):
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        yield host


def read(host, path, view="main"):
    """A path of the file; or the code that the call ended with."""
    line = host.call(view, args={"path": path})
    return line["error"]["code"] if "error" in line else line.get("bytes", line.get("value"))


def reason_of(host, path, view="main"):
    """What the log says of a call that the hook denies with how many it has seen."""
    def denied():
        found = hooks.records(host.app, event="call", verdict="deny", code="hook", view=view)
        return [record for record in found if " n is " in record["reason"]]  # of others, some may not be there yet

    n = len(denied())
    assert read(host, path, view) == "hook"
    tree.until(lambda: len(denied()) > n, "it is in the log")
    return denied()[n]["reason"]


def count(host, view="main"):
    """How many requests the process of the hook has seen."""
    return int(reason_of(host, "data/count", view).rsplit(" ", 1)[1])


@pytest.fixture
def shown(app):
    hooks.add(app, SHOW)
    (app.path / "data/card.txt").write_text("card 4111 1111")
    with host_of(app) as host:
        yield host


@pytest.fixture
def counted(app):
    hooks.add(app, COUNT, time_ms=100)
    with host_of(app) as host:
        yield host


# ---- what it decides ----

def test_what_it_throws_is_for_the_log_and_not_for_the_page(shown):
    line = shown.call(args={"path": "data/secret.txt"})
    assert line["error"] == {"code": "hook", "message": "the app's hook denied the call"}
    record = hooks.record(shown.app, event="call", verdict="deny")
    assert record["code"] == "hook" and record["rule"]["file"] == "isolation.js"
    assert record["args"].startswith("blake2b:")  # what it was shown
    assert f"no secrets for main,local,{tree.READ}" in record["reason"]
    table = shown.app.run("audit", "show", "--denied", shown.app.log).stdout.decode()
    assert " isolation.js " in table and "isolation.js:0" not in table


def test_what_it_rewrites_is_what_is_recorded_and_dispatched(shown):
    direct = shown.call(args={"path": "data/hello.txt"})
    plain = hooks.record(shown.app, event="call", verdict="allow")
    alias = shown.call(args={"path": "data/alias.txt"})
    assert {**alias, "id": ""} == {**direct, "id": ""}
    record = hooks.record(shown.app, event="call", verdict="rewrite")
    assert record["args"] == plain["args"] and record["code"] == ""


def test_what_it_rewrites_passes_the_scope_as_any_path(app):
    hooks.add(app, "export function onRequest({args}) { return {...args, path: '/etc/passwd'}; }")
    with host_of(app) as host:
        assert read(host, "data/hello.txt") == "scope"


def test_it_redacts_replies(shown):
    line = shown.call(args={"path": "data/card.txt"})
    assert "4111" not in str(line)
    assert shown.call(command="plugin:fs|stat", args={"path": "data/card.txt"})["value"]["isFile"]


def test_it_says_what_an_error_tells(shown):
    line = shown.call(args={"path": "data/nothing.txt"})
    assert line["error"]["code"] == "not_found" and line["error"]["message"] == "no: not_found"


def test_a_command_that_it_does_not_see_starts_no_process(app):
    hooks.add(app, SHOW, commands=["plugin:fs|write_text_file"])
    with host_of(app) as host:
        assert "error" not in host.call()
        assert "hook" not in host.roles()


@pytest.mark.parametrize("text", [
    "export function onRequest() { return 7; }",
    "export function onRequest() {}",
    "export function onRequest({args}) { args.self = args; return args; }",
    "export function onRequest({args}) { args.path = 'x'.repeat(1 << 22); return args; }",
    "export function onRequest({args}) { args.path = () => 1; return args; }",
    "export async function onRequest() { await new Promise(() => {}); }",
])
def test_what_it_returns_has_to_be_arguments(app, text):
    hooks.add(app, text)
    with host_of(app) as host:
        assert read(host, "data/hello.txt") == "hook"
        assert read(host, "data/hello.txt") == "hook"
        assert host.open("other") and "error" in host.call("other")


def test_a_hook_that_awaits_is_waited_for(app):
    hooks.add(app, """export async function onRequest({args}) {
        await null;
        return {...args, path: await Promise.resolve("data/hello.txt")};
    }""")
    with host_of(app) as host:
        assert "error" not in host.call(args={"path": "data/else.txt"})


# ---- order, and waiting ----

def test_calls_of_a_plugin_go_on_in_their_order(app):
    hooks.add(app, """export function onRequest({args}) {
        const end = Date.now() + 20;
        while (Date.now() < end);
        return args;
    }""", commands=[tree.READ], time_ms=1000)
    with host_of(app) as host:
        # No more of each than it has handles at once: one that waits for a handle has not arrived yet.
        sent = [tree.READ, "plugin:fs|stat"] * 2
        calls = [host.start(command=command) for command in sent]
        for call in calls:
            assert "error" not in host.answer(call)
        tree.until(lambda: len(hooks.records(app, event="done")) == len(calls), "all are in the log")
        commands = [record["command"] for record in hooks.records(app, event="call")]
        assert commands == sent


def test_a_call_is_cancelled_while_the_hook_has_it(app):
    hooks.add(app, COUNT, time_ms=2000)
    with host_of(app) as host:
        assert count(host) == 1
        call = host.start(args={"path": "data/loop"})
        behind = host.start(command="plugin:fs|stat")
        for one in (call, behind):
            host.progress(one)  # it has been sent
        host.say("cancel", "main", call)
        assert host.answer(call)["error"]["code"] == "cancelled"
        assert host.answer(behind)["error"]["code"] == "hook"  # it was at the same process
        record = hooks.record(app, event="call", code="cancelled")
        assert record["command"] == tree.READ


# ---- its end ----

def test_an_endless_loop_denies_what_it_had_and_nothing_else(counted):
    counted.open("other")
    assert count(counted) == 1 and count(counted, "other") == 1
    assert read(counted, "data/loop") == "hook"
    assert count(counted, "other") == 2
    assert counted.wait(lambda line: line.get("alert") == "hook")["view"] == "main"
    tree.until(lambda: read(counted, "data/hello.txt") != "hook", "the hook is back")
    assert count(counted) < 4 and count(counted, "other") == 3


def test_a_hook_that_is_killed_denies_its_calls_and_is_started_again(counted):
    assert count(counted) == 1
    process = counted.role("hook")
    tree.kill(process)
    tree.until(lambda: read(counted, "data/hello.txt") != "hook", "the hook is back")
    assert counted.role("hook") != process
    assert count(counted) <= 3  # globalThis is a new one


def test_calls_at_a_hook_that_is_killed_are_denied(app):
    hooks.add(app, COUNT, time_ms=10000)
    with host_of(app) as host:
        assert count(host) == 1
        loop = host.start(args={"path": "data/loop"})
        behind = host.start()
        for one in (loop, behind):
            host.progress(one)  # it has been sent
        tree.kill(host.role("hook"))
        assert host.answer(loop)["error"]["code"] == host.answer(behind)["error"]["code"] == "hook"
        assert hooks.record(app, event="plugin", code="plugin_crashed")["plugin"] == "hook"


def test_the_next_document_has_the_same_process(counted):
    assert count(counted) == 1
    process = counted.role("hook")
    counted.say("shut", "main")
    counted.wait(lambda line: "closed" in line)
    counted.open("main")
    assert count(counted) == 2 and counted.role("hook") == process


# ---- reloads ----

def test_a_change_on_the_disk_counts_from_the_reload(counted):
    assert count(counted) == 1
    hooks.change(counted.app, COUNT.replace("n is", "now n is"))
    assert "now n is 2" not in reason_of(counted, "data/count")
    assert counted.reload().keys() == {"before", "after"}
    assert "now n is 1" in reason_of(counted, "data/count")


def test_a_reload_of_something_else_leaves_its_state(counted):
    assert count(counted) == 1
    counted.app.manifest('[limits."*"]\nin_flight = 8')
    assert counted.reload().keys() == {"before", "after"}
    assert count(counted) == 2
