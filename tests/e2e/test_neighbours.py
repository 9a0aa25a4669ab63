"""A plugin that crashes, hangs, answers late or floods events costs no call of another plugin.

How much time it costs them is measured by `./tb soak neighbours`."""

import pytest

import neighbours
import tree

CALLS = 3000


@pytest.fixture
def host(app):
    neighbours.make(app)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        assert host.code() == ""
        yield host


@pytest.mark.parametrize("way", neighbours.WAYS)
def test_calls_of_others_are_answered(host, way):
    pid = host.role("fs")
    with neighbours.trouble(host, way) as trouble:
        line = neighbours.soak(host, CALLS, trouble)
        if way in ("crash", "late"):
            tree.until(lambda: trouble.renew() or trouble.n_ended > 20 or host.code() != "",
                       "the plugin has failed often")
            assert trouble.n_ended > 20
    assert (line["soaked"], line["failed"], line["first"]) == (CALLS, 0, "")
    assert host.role("fs") == pid
    host.say("quit")
    host.process.wait(tree.PATIENCE_S)
    assert host.app.verify() == "CLOSED"


def test_another_view_does_not_notice(host):
    host.open("other")
    with neighbours.trouble(host, "flood"), neighbours.trouble(host, "crash", "other"):
        assert host.code() == ""
        assert host.code(view="other") == ""
        assert neighbours.soak(host, CALLS, view="other")["failed"] == 0


def test_events_of_a_flood_arrive(host):
    """Each has its turn, and none of them waits behind calls."""
    listener = host.start(command="plugin:event|listen", args={"event": "bad://drop"})
    tree.until(lambda: host.progress(listener)["chunks"] > 0, "it listens")
    flood = host.start(command=neighbours.command("flood"), args={})
    host.say("soak", "main", CALLS, 16, tree.READ, '{"path": "data/hello.txt"}')
    tree.until(lambda: host.progress(listener)["chunks"] > 500, "events come")
    assert host.wait(lambda line: "soaked" in line)["failed"] == 0
    for call in (flood, listener):
        host.say("cancel", "main", call)
        assert host.answer(call)["error"]["code"] == "cancelled"
