"""What hooked calls leave behind in the broker, which is nothing."""

import contextlib

import hooks
import tree
from test_soak import growth, settled

ROUNDS, CALLS = 40, 50 # fewer than may be in flight, so that none waits for a handle
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


def test_calls_that_are_cancelled_while_the_hook_has_others(app):
    text = PASS.replace("return args;", "const end = Date.now() + 5; while (Date.now() < end); return args;", 1)
    with host_of(app, text, time_ms=1000) as host:
        def cancel_many(n):
            for _ in range(n):
                calls = [host.start() for _ in range(CALLS)]
                for call in calls:
                    host.say("cancel", "main", call)
                codes = {host.answer(call).get("error", {"code": ""})["code"] for call in calls}
                assert codes <= {"cancelled", ""} and "cancelled" in codes

        cancel_many(3)
        before = settled(host)
        cancel_many(ROUNDS)
        assert broker_only(before, settled(host)) == []
        assert host.code() == ""
