"""More than one at a time: instances of an app, views of a host, calls of a user."""

import concurrent.futures
import json

import pytest

import tree
from tree import HELLO, READ

TEXT = (tree.TOP / "examples/notes/data/hello.txt").read_bytes()


@pytest.fixture(autouse=True)
def nothing_stays():
    with tree.leaves_nothing():
        yield


def two_views(app):
    """Grants `other` the folder `data/private`, which `main` may not read."""
    (app.path / "capabilities/other.json").write_text(json.dumps({
        "identifier": "other", "windows": ["other"],
        "permissions": ["fs:allow-read-text-file",
                        {"identifier": "fs:scope",
                         "allow": [{"path": "$RESOURCE/data/private/*"}]}]}))


def test_two_instances_of_an_app(app):
    with tree.Host(app) as one, tree.Host(app) as two:
        for host in (one, two):
            host.open("main")
            assert host.code() == ""
        assert one.role("fs") != two.role("fs")
        one.say("soak", "main", 5000, 32, READ, json.dumps(HELLO))
        assert two.soak(5000, 32)["failed"] == 0
        assert one.wait(lambda line: "soaked" in line)["failed"] == 0
        one.say("quit")
        one.process.wait(tree.PATIENCE_S)
        assert two.code() == "", "the end of one is nothing to the other"
        two.say("quit")
        two.process.wait(tree.PATIENCE_S)
    second = app.log.with_name("audit-2.jsonl")
    assert app.verify() == app.verify(second) == "CLOSED"
    calls = [sum(json.loads(line)["event"] == "done" for line in log.read_text().splitlines())
             for log in (app.log, second)]
    assert sorted(calls) == [5001, 5002]


def test_eight_calls_at_once(app):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: app.call(READ, HELLO), range(32)))
    assert {(r.returncode, r.stdout, r.stderr) for r in results} == {(0, TEXT, b"")}
    logs = sorted(app.log.parent.glob("audit*.jsonl"))
    assert 1 <= len(logs) <= 8
    assert {app.verify(log) for log in logs} == {"CLOSED"}
    done = [line for log in logs for line in log.read_text().splitlines() if '"done"' in line]
    assert len(done) == 32


def test_two_views_in_one_host(app):
    two_views(app)
    with tree.Host(app) as host:
        assert host.open("main") != host.open("other", "relay")
        secret = {"path": "data/private/secret.txt"}
        assert host.code(view="main") == host.code(view="other", args=secret) == ""
        assert host.code(view="main", args=secret) == "scope"
        assert host.code(view="other") == "scope"
        assert host.roles() == ["broker", "fs", "fs", "scribe", "supervisor"]
        host.say("soak", "main", 10000, 64, READ, json.dumps(HELLO))
        assert host.soak(10000, 64, view="other", args=secret)["failed"] == 0
        assert host.wait(lambda line: "soaked" in line)["failed"] == 0
        host.say("shut", "main")
        line = host.wait(lambda line: line.get("view") == "main" and "closed" in line)
        assert line["closed"] == 2
        assert host.code(view="other", args=secret) == ""
        tree.until(lambda: host.roles() == ["broker", "fs", "scribe", "supervisor"],
                   "the plugin of the view that is gone has ended")
    sessions = {record["session"] for record in app.records() if record["event"] == "call"}
    assert len(sessions) == 2


def test_one_view_cannot_starve_another(app):
    """While one has 64 calls in flight without end, the other's are answered."""
    two_views(app)
    with tree.Host(app) as host:
        host.open("main")
        host.open("other")
        host.say("soak", "main", 10**8, 64, READ, json.dumps(HELLO))
        tree.until(lambda: host.count() > 1000, "calls are under way")
        for _ in range(50):
            assert host.code(view="other", args={"path": "data/private/secret.txt"}) == ""


def test_a_new_document_ends_the_old_ones_calls(host):
    """A reload in the middle of the work: its calls are lost, the new document's are not."""
    for _ in range(20):
        host.say("soak", "main", 10**8, 64, READ, json.dumps(HELLO))
        tree.until(lambda: host.count() > 100, "calls are under way")
        host.say("reopen", "main", 1)
        assert host.wait(lambda line: "soaked" in line)["first"] == "session_closed"
        host.wait(lambda line: "opened" in line)
        assert host.code() == ""


def test_many_views_at_once(app):
    """As many sessions as the supervisor's pace allows, opened in one breath."""
    views = [f"view-{i}" for i in range(7)]
    (app.path / "capabilities/main.json").write_text(
        (app.path / "capabilities/main.json").read_text().replace('"main"]', '"view-*"]'))
    with tree.Host(app) as host:
        for view in views:
            host.say("open", view)
        for view in views:
            host.wait(lambda line, view=view: line.get("view") == view and "opened" in line)
        for view in views:
            assert host.code(view=view) == ""
        assert host.roles().count("fs") == len(views)
