"""Tripwires of the manifest, through the whole tree."""

import pytest

import filters
import tree
from filters import running

GRANTED, NOT_GRANTED = "echo", "plugin:fs|remove"


def wire(command):
    return f'[commands."{command}"]\ntripwire = true\n'


def violations(action):
    return f'[violations]\naction = "{action}"\n'


def honest(host, view):
    """Whether the view can go on with what it may do."""
    return host.code(view=view, command="whoami", args={}) == ""


def step_on(host, command, view="main", granted=False):
    """Calls it; the host is told, and the session is gone. Of one that is not granted the endpoint says that it has none."""
    host.start(view, command, {})
    if not granted:
        host.wait(lambda line: line.get("error") == "not_granted")
    told = filters.alert(host, "tripwire")
    assert told["view"] == view and command in told["message"]
    assert filters.alert(host, "locked")["view"] == view


@pytest.mark.parametrize("command", [GRANTED, NOT_GRANTED, "no-such-command"])
@pytest.mark.parametrize("action", ["lock", "deny"])
def test_a_call_locks_the_session_whatever_violations_do(app, command, action):
    with running(app, violations(action) + wire(command), "main", "other") as host:
        assert host.code() == ""
        step_on(host, command, granted=command == GRANTED)
        assert honest(host, "other")
        record = filters.record(app, event="alert", command=command)
        assert (record["verdict"], record["code"]) == ("deny", "violation")
        assert "tripwire" in record["reason"]
        closed = filters.record(app, event="close", code="violation")
        assert closed["reason"] == record["reason"]
        host.open("main")
        assert host.code() == ""  # the next document is honest


def test_the_plugin_never_hears_of_it(app):
    with running(app, wire("plugin:fs|read_text_file"), "main", "other") as host:
        step_on(host, "plugin:fs|read_text_file", granted=True)
        assert host.role("fs") is None


def test_the_third_one_locks_the_view_out(app):
    with running(app, violations("deny") + wire(NOT_GRANTED), "main", "other") as host:
        for _ in range(2):
            step_on(host, NOT_GRANTED)
            assert "refused" not in str(host.open("main"))
        step_on(host, NOT_GRANTED)
        assert "locked three times" in str(host.open("main"))


def test_exit_ends_everything(app):
    filters.add(app, violations("exit") + wire(GRANTED))
    host = tree.Host(app)
    watched = tree.Watched([host.supervisor])
    host.open("main")
    host.start("main", GRANTED, {})
    watched.await_end()
    host.process.kill()
    host.process.wait()
    assert filters.record(app, event="alert", command=GRANTED)["verdict"] == "deny"


def test_a_reload_sets_one_in_a_session_that_goes_on(app):
    with running(app, "", "main", "other") as host:
        assert filters.outcome(host, {}) == {}
        app.manifest(wire(GRANTED))
        assert "after" in host.reload()
        step_on(host, GRANTED, granted=True)


def test_what_is_no_tripwire_is_only_denied(app):
    with running(app, wire(NOT_GRANTED), "main", "other") as host:
        for near in ("plugin:fs|remov", "plugin:fs|remove_", "plugin:fs|REMOVE"):
            host.say("call", "main", 1000, near, "{}")
            host.wait(lambda line: line.get("error") == "not_granted")
        assert honest(host, "main")


def test_call_says_what_happened(app):
    """From the terminal, the command's name is all that is needed."""
    filters.add(app, wire(NOT_GRANTED))
    result = app.call(NOT_GRANTED)
    assert result.returncode != 0
    assert filters.record(app, event="alert", command=NOT_GRANTED)


def test_a_flood_of_another_name_hides_no_tripwire(app):
    """More calls than MISS may tell of in a second, before it and behind it."""
    with running(app, wire(NOT_GRANTED)) as host:
        for command in ["no-such-command"] * 100 + [NOT_GRANTED] + ["no-such-command"] * 100:
            host.start("main", command, {})

        def alerted():
            """What waits is told by an endpoint that is used: after another call."""
            call = host.start("main", "whoami", {})
            line = host.wait(lambda line: line.get("id") == call or "alert" in line)
            return line.get("alert") and line

        told = tree.until(alerted, "the host is told")
        assert told["alert"] == "tripwire" and NOT_GRANTED in told["message"]
        assert filters.alert(host, "locked")["view"] == "main"
