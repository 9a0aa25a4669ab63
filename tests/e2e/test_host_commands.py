"""Commands that the host serves itself, and events that it sends: through the whole tree."""

import json

import pytest

import tree

LISTEN = "plugin:event|listen"
CAPABILITY = {
    "identifier": "host",
    "windows": ["main", "other"],
    "permissions": ["core:window:allow-title", "core:window:allow-set-title", "core:window:allow-is-focused",
                    "core:window:allow-set-overlay-icon", "core:event:default", "own"],
}
OWN = """
[[permission]]
identifier = "own"
description = "The app's own commands."
commands.allow = ["whoami", "echo", "later", "pour", "unserved"]
"""


def add(app):
    (app.path / "capabilities/host.json").write_text(json.dumps(CAPABILITY))
    (app.path / "permissions").mkdir()
    (app.path / "permissions/own.toml").write_text(OWN)


@pytest.fixture
def served(app):
    add(app)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        yield host


def records(host, n, **wanted):
    """The first n records of that kind, once they are written."""
    def found():
        return [record for record in host.app.records() if wanted.items() <= record.items()][:n]

    tree.until(lambda: len(found()) == n, f"{n} records of {wanted}")
    return found()


def title(host, view="main"):
    return host.call(view, "plugin:window|title", {})["value"]


def test_a_command_of_tauris_core_reaches_the_host(served):
    assert title(served) == "Title of main"
    assert served.call(command="plugin:window|set_title", args={"value": "Ours"})["value"] is None
    assert title(served) == "Ours"


def test_a_command_of_the_apps_own_reaches_the_host(served):
    assert served.call(command="whoami", args={})["value"] == {"view": "main", "plugin": "", "data": "given to the host"}


def test_every_view_has_an_instance_of_its_own(served):
    served.open("other")
    assert title(served, "other") == "Title of other"
    assert served.call("other", "plugin:window|set_title", {"value": "Other"})["value"] is None
    assert (title(served), title(served, "other")) == ("Title of main", "Other")


def test_a_new_document_begins_anew(served):
    assert served.call(command="plugin:window|set_title", args={"value": "Ours"})["value"] is None
    served.open("main")
    assert title(served) == "Title of main"


@pytest.mark.parametrize("value", [{"text": "x" * 60000}, {"list": [None, True, -1, 1.5, {"deep": []}]}])
def test_arguments_and_values_of_any_size(served, value):
    """There is no pool: all of it goes through the link."""
    assert served.call(command="echo", args=value)["value"] == value


def test_what_is_wrong_with_the_arguments_is_said(served):
    error = served.call(command="plugin:window|set_title", args={"value": 7})["error"]
    assert (error["code"], error["message"]) == ("invalid_args", "value: expected a string, got 7")


@pytest.mark.parametrize("command", ["unserved", "plugin:window|is_focused"])
def test_what_the_host_does_not_serve_is_unimplemented(served, command):
    error = served.call(command=command, args={})["error"]
    assert error["code"] == "unimplemented" and "has to be in the table of plugins" in error["message"]
    assert title(served) == "Title of main"


def test_a_host_without_commands_says_what_to_do(app):
    """`trollbridge call` is such a host."""
    add(app)
    for command in ["whoami", "plugin:window|title"]:
        result = app.call(command)
        assert (result.returncode, result.stdout) == (1, b"")
        assert b"trollbridge: unimplemented: " in result.stderr and b"the host does not serve this command" in result.stderr


def test_what_no_host_can_serve_does_not_reach_it(served):
    error = served.call(command="plugin:window|set_overlay_icon", args={})["error"]
    assert (error["code"], error["message"]) == ("unimplemented", "nothing implements this command")
    records(served, 1, command="plugin:window|set_overlay_icon")
    assert not [record for record in served.app.records() if record["event"] == "plugin"]


def test_no_process_is_started_for_them(served):
    before = served.roles()
    assert title(served) == "Title of main"
    assert served.roles() == before


def test_policy_and_log_have_their_say_first(served):
    served.start(command="plugin:window|close", args={})
    assert served.wait(lambda line: "error" in line) == {"view": "main", "error": "not_granted"}
    assert title(served) == "Title of main"
    calls = records(served, 2, command="plugin:window|title")
    assert [(record["event"], record["verdict"], record["plugin"]) for record in calls] == [
        ("call", "allow", "core:window"), ("done", "allow", "")]
    handed = records(served, 1, event="plugin")
    assert [(record["plugin"], record["reason"], record["view"]) for record in handed] == [
        ("core:window", "handed to the host", "main")]


# ---- calls that are answered later ----


def kept(host, view="main"):
    call = host.start(view, "later", {})
    host.wait(lambda line: "kept" in line)
    return call


def finish(host, text="done"):
    host.say("finish", text)
    return host.wait(lambda line: "finished" in line)["finished"]


def test_a_call_is_answered_from_outside_of_the_library(served):
    call = kept(served)
    assert title(served) == "Title of main"
    assert finish(served, "yes")
    assert served.answer(call)["value"] == "yes"


def test_calls_that_wait_are_answered_each_by_itself(served):
    calls = [kept(served) for _ in range(3)]
    for i, call in enumerate(calls):
        assert finish(served, f"no. {i}") and served.answer(call)["value"] == f"no. {i}"


def test_a_call_that_is_dropped_is_answered(served):
    call = kept(served)
    served.say("forget")
    assert served.answer(call)["error"]["code"] == "io"


def test_a_cancelled_call_is_told_to_the_host(served):
    call = kept(served)
    served.say("cancel", "main", call)
    served.wait(lambda line: "cancelled" in line)
    assert served.answer(call)["error"]["code"] == "cancelled"
    assert not finish(served)
    assert title(served) == "Title of main"


def test_an_answer_for_a_document_that_is_gone_goes_nowhere(served):
    kept(served)
    served.open("main")
    served.wait(lambda line: "cancelled" in line)
    assert title(served) == "Title of main"
    assert not finish(served)
    assert title(served) == "Title of main"


def test_an_answer_after_the_end_of_the_bridge_goes_nowhere(served):
    kept(served)
    tree.kill(served.role("broker"))
    served.wait(lambda line: "bridge" in line)
    assert not finish(served)


def test_a_stream_of_the_host_is_held_by_its_reader(served):
    call = served.start(command="pour", args={})
    tree.until(lambda: served.progress(call)["chunks"] > 50000, "it pours")
    served.say("cancel", "main", call)
    assert served.answer(call)["error"]["code"] == "cancelled"
    assert title(served) == "Title of main"


# ---- a host that goes astray ----


def test_a_host_that_is_busy_is_waited_for(served):
    served.say("stop")
    call = served.start(command="plugin:window|title", args={})
    assert served.progress(call)["came"] == 0
    served.say("go")
    assert served.answer(call)["value"] == "Title of main"


def test_a_host_that_does_not_answer_meets_the_deadline(app):
    add(app)
    app.manifest('[limits."plugin:window|title"]\ndeadline_ms = 1000')
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        assert title(host) == "Title of main"
        host.say("stop")
        assert host.code(command="plugin:window|title", args={}) == "timeout"
        tree.until(lambda: any(record["reason"] == "it does not answer" for record in app.records()), "its link is ended")
        host.say("go")
        tree.until(lambda: host.code(command="plugin:window|title", args={}) == "", "it is asked again")


# ---- another policy while it runs ----


def test_what_a_reload_takes_away_is_denied(served):
    assert title(served) == "Title of main"
    call = kept(served)
    without = [name for name in CAPABILITY["permissions"] if name not in ("core:window:allow-title", "own")]
    (served.app.path / "capabilities/host.json").write_text(json.dumps(CAPABILITY | {"permissions": without}))
    assert "after" in served.reload()
    assert served.answer(call)["error"]["code"] == "denied"
    served.wait(lambda line: "cancelled" in line)
    assert not finish(served)
    assert served.code(command="plugin:window|title", args={}) == "denied"
    assert served.code(command="plugin:window|set_title", args={"value": "still"}) == ""


def test_a_scope_that_changes_begins_the_hosts_session_anew(served):
    assert served.code(command="plugin:window|set_title", args={"value": "old"}) == ""
    entry = {"identifier": "core:window:allow-title", "allow": [{"any": 1}]}
    wider = [*CAPABILITY["permissions"], entry]
    (served.app.path / "capabilities/host.json").write_text(json.dumps(CAPABILITY | {"permissions": wider}))
    assert "after" in served.reload()
    assert title(served) == "Title of main"
    assert [record["reason"] for record in records(served, 3, event="plugin")] == [
        "handed to the host", "stopped by a reload", "handed to the host"]


# ---- events ----


def listen(host, event, view="main", target=None):
    call = host.start(view, LISTEN, {"event": event} | ({"target": target} if target else {}))
    tree.until(lambda: host.progress(call, view)["chunks"] == 1, "it listens")
    return call


def emit(host, view, event, payload):
    host.say("emit", view, event, json.dumps(payload))
    return host.wait(lambda line: "emitted" in line)["emitted"]


def heard(host, call, n, view="main"):
    """The last event, when there were n of them."""
    tree.until(lambda: host.progress(call, view)["chunks"] == n + 1, f"{n} events")
    return host.progress(call, view)["last"]


def test_an_event_reaches_the_listeners_of_its_view(served):
    served.open("other")
    here, there = listen(served, "saved"), listen(served, "saved", "other")
    assert emit(served, "main", "saved", {"n": 1}) == 0
    assert heard(served, here, 1) == {"event": "saved", "id": 1, "payload": {"n": 1}}
    assert emit(served, "*", "saved", [2]) == 0
    assert heard(served, here, 2)["payload"] == [2]
    assert heard(served, there, 1, "other")["payload"] == [2]


def test_an_event_of_a_view_is_for_its_label(served):
    mine = listen(served, "tauri://focus", target={"kind": "Window", "label": "main"})
    others = listen(served, "tauri://focus", target={"kind": "Window", "label": "other"})
    assert emit(served, "main", "tauri://focus", None) == 0
    assert heard(served, mine, 1)["event"] == "tauri://focus"
    assert served.progress(others)["chunks"] == 1


def test_names_of_a_views_plugins_are_the_plugins_own(served):
    """But for those that the host serves."""
    fs, window = listen(served, "fs://changed"), listen(served, "core:window://moved")
    assert emit(served, "main", "fs://changed", 1) == 0
    assert emit(served, "main", "core:window://moved", 2) == 0
    assert heard(served, window, 1)["payload"] == 2
    assert served.progress(fs)["chunks"] == 1


INVALID = 1


@pytest.mark.parametrize("view, event, payload, result", [
    ("main", "x" * 300, 1, INVALID), ("no!label", "saved", 1, INVALID), ("main", "a!b", 1, INVALID),
    ("nobody", "saved", 1, 0), ("main", "saved", "x" * 60000, 0),
])
def test_what_cannot_be_sent_is_refused_before_it_is(served, view, event, payload, result):
    assert emit(served, view, event, payload) == result
    assert title(served) == "Title of main"
