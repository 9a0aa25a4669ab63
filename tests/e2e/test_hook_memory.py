"""What hooked calls leave behind in the broker, which is nothing."""

import contextlib

import hooks
import tree
from test_soak import growth, settled

ROUNDS, CALLS = 8, 1000
PASS = """
export function onRequest({args}) { return args; }
export function onReply({result, raw}) { return result ?? raw; }
"""


@contextlib.contextmanager
def host_of(app, text, **budgets):
    hooks.add(app, text, **budgets)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        assert "error" not in host.call()
        yield host


def broker_only(before, after):
    """An engine has a collector of its own, whose time it is not ours to say."""
    return growth({"broker": before["broker"]}, {"broker": after["broker"]})


def test_many_hooked_calls(app):
    with host_of(app, PASS) as host:
        assert host.soak(500, 8)["failed"] == 0
        before = settled(host)
        assert host.soak(5000, 8)["failed"] == 0
        assert broker_only(before, settled(host)) == []


def test_a_thousand_calls_that_are_cancelled_while_they_wait(app):
    text = PASS.replace("return args;", "const end = Date.now() + 40; while (Date.now() < end); return args;", 1)
    app.manifest(f'[limits."*"]\nin_flight = {CALLS}')
    with host_of(app, text, time_ms=1000) as host:
        def park_and_cancel():
            calls = [host.start() for _ in range(CALLS)]
            for call in calls[::50]:
                host.progress(call)  # meanwhile more of them have got handles, and are sent
            for call in calls:
                host.say("cancel", "main", call)
            codes = [host.answer(call).get("error", {"code": ""})["code"] for call in calls]
            assert set(codes) <= {"cancelled", ""} and codes.count("cancelled") > CALLS / 2

        for _ in range(3):
            park_and_cancel()
        before = settled(host)
        for _ in range(ROUNDS):
            park_and_cancel()
        assert broker_only(before, settled(host)) == []
        assert host.code() == ""
        parked = hooks.records(app, event="call", verdict="deny", code="cancelled")
        assert len(parked) > CALLS  # the broker had them, and did not only lack handles
