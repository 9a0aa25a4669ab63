"""The audit plugin: what it tells a page of the log, over its link and in a real tree."""

import contextlib
import json
import os
import pathlib
import resource
import signal
import sys

import pytest

import tree
from plugin_link import CANCEL, CHUNK, CREDIT, CREDIT_FIRST_PLUGIN, REPLY, Plugin, frame

sys.path.insert(0, str(tree.TOP / "tests/conformance"))
import page  # noqa: E402
import world  # noqa: E402

PROGRAM = tree.ROOT / "libexec/trollbridge/plugins/audit"
COMMANDS = ["follow", "resources|close"]
FIELDS = ["n", "time", "event", "command", "verdict", "code", "dur_ns", "in", "out", "of"]
FOLLOW = "plugin:audit|follow"
FOLLOWS_MAX, LAST_MAX = 16, 1000


def line(n, view="main", origin="local", event="call", command="plugin:fs|stat"):
    record = {
        "v": 1, "n": n, "time": "2026-11-22T04:00:00.000000Z", "mono_ns": 1, "app": "com.example.a", "session": "0011223344556677",
        "view": view, "origin": origin, "event": event, "command": command, "verdict": "allow", "code": "",
        "rule": {"capability": "SECRET-RULE", "permission": "SECRET-RULE", "file": "SECRET-FILE", "line": 7}, "reason": "SECRET-REASON",
        "plugin": "SECRET-PLUGIN", "of": 0, "dur_ns": 3, "in": 4, "out": 5, "args": "blake2b:" + "5ec7" * 16, "prev": "0" * 64, "mac": ""}
    return json.dumps(record, separators=(",", ":"))


class Log:
    """A log that only grows at its end."""

    def __init__(self, path):
        self.path, self.n = path, 0
        path.write_text("")

    def add(self, **what):
        self.n += 1
        self.raw(line(self.n, **what) + "\n")

    def raw(self, text):
        with open(self.path, "a") as file:
            file.write(text)


class Follow:
    """One stream, which gives credit for what it has taken unless it is told not to."""

    def __init__(self, plugin, last=None, takes=True):
        self.plugin, self.number, self.takes, self.owed, self.cost = plugin, plugin.next, takes, 0, 0
        args = {"onRecord": "__CHANNEL__:7"} | ({} if last is None else {"last": last})
        plugin.link.sendall(plugin.call_frame("follow", args, scope=None))
        kind, message, _, self.cost = plugin.read_frame()
        assert (kind, message.pop("call")) == (CHUNK, self.number), message
        self.rid = message.pop("value")
        assert message == {} and isinstance(self.rid, int)

    def give(self):
        self.plugin.link.sendall(frame(CREDIT, {"call": self.number, "bytes": self.owed}))
        self.owed = 0

    def next(self):
        kind, message, _, cost = self.plugin.read_frame()
        assert (kind, message.pop("call"), message.pop("channel")) == (CHUNK, self.number, 7)
        self.owed += cost
        self.cost += cost
        if self.takes and self.owed > 65536:
            self.give()
        return message["message"]

    def numbers(self, n):
        return [self.next()["n"] for _ in range(n)]


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path / "audit.jsonl")


@pytest.fixture
def plugin(log):
    fd = os.open(log.path, os.O_RDONLY)
    running = Plugin(PROGRAM, COMMANDS, [], {}, log=fd)
    os.close(fd)
    yield running
    assert running.end() == 0


def error(plugin, args):
    answer = plugin.call("follow", args, scope=None)
    assert set(answer) == {"error"}, answer
    return answer["error"]["code"], answer["error"]["message"]


def started(plugin):
    assert plugin.call("resources|close", {"rid": 1}, scope=None)["error"]["code"] == "not_found"


def descriptors(plugin):
    """What the plugin holds, by what it is."""
    links = []
    for name in os.listdir(f"/proc/{plugin.process.pid}/fd"):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/{plugin.process.pid}/fd/{name}"))
    return links


def test_a_record_is_these_fields_and_no_others(plugin, log):
    log.add(command="plugin:fs|read_file")
    record = Follow(plugin, 1).next()
    assert list(record) == FIELDS
    assert record == {"n": 1, "time": "2026-11-22T04:00:00.000000Z", "event": "call", "command": "plugin:fs|read_file", "verdict": "allow",
                      "code": "", "dur_ns": 3, "in": 4, "out": 5, "of": 0}
    assert "SECRET" not in str(record) and "5ec7" not in str(record)


def test_the_last_ones_then_live_ones(plugin, log):
    for n in range(10):
        log.add(view="main" if n % 2 else "other")
    follow = Follow(plugin, 2)
    assert follow.numbers(2) == [8, 10]
    for view in ("other", "main", "", "main"):
        log.add(view=view)
    assert follow.numbers(2) == [12, 14]


def test_none_of_before_unless_asked_for(plugin, log):
    log.add()
    follow = Follow(plugin)
    log.add()
    assert follow.numbers(1) == [2]


@pytest.mark.parametrize("other", [{"view": "other"}, {"view": "main2"}, {"view": ""}, {"origin": "https://evil.example"}, {"origin": "loca"}])
def test_only_of_its_own_view_and_origin(plugin, log, other):
    log.add(**other)
    log.add()
    log.add(**other)
    follow = Follow(plugin, LAST_MAX)
    log.add(**other)
    log.add()
    assert follow.numbers(2) == [2, 5]


# What a page can have as a name: each is escaped in the log, and stays so.
NAMES = ["\x1b[2J\x1b]0;owned\x07", "\",\"view\":\"main", "{\"v\":1,\"n\":9", "\\", "\u202eevil", "\x00\x01\x7f", "a\nb", "\U0001f6f6" * 20]


@pytest.mark.parametrize("name", NAMES)
def test_names_come_as_the_log_has_them(plugin, log, name):
    log.add(view="other", command=name)
    log.add(command=name)
    record = Follow(plugin, LAST_MAX).next()
    assert record["n"] == 2 and json.loads(f'"{record["command"]}"') == name
    assert not any(ord(c) < 0x20 or ord(c) == 0x1b for c in record["command"])


def test_what_is_no_record_is_passed_over(plugin, log):
    log.add()
    log.raw("x" * 300000 + line(77) + "\n")
    log.raw('{"v":1,"n":78,"time":"","view":"main"}\n\n[]\nnull\n\0\0\0\n' + line(79)[:-1] + "\n")
    log.add()
    follow = Follow(plugin, LAST_MAX)
    assert follow.numbers(2) == [1, 2]
    log.raw("y" * 70000)
    log.raw(line(80) + "\n")
    log.add()
    assert follow.numbers(1) == [3]


def test_half_a_line_is_not_told(plugin, log):
    follow = Follow(plugin)
    whole = line(1)
    log.raw(whole[:200])
    log.raw(whole[200:] + "\n" + line(2)[:300])
    assert follow.numbers(1) == [1]
    log.raw(line(2)[300:] + "\n")
    assert follow.numbers(1) == [2]


def test_a_page_that_does_not_take_holds_nothing_up(plugin, log):
    """What it has not taken stays where it is: in the log."""
    n = 5000
    for _ in range(n):
        log.add()
    slow, quick = Follow(plugin, LAST_MAX, takes=False), None
    first = []
    cost = len(frame(CHUNK, {"call": slow.number, "channel": 7, "message": json.loads(line(n)) and {"n": n}}))
    while slow.cost + 4 * cost < CREDIT_FIRST_PLUGIN and len(first) < LAST_MAX:
        first += slow.numbers(1)
    for _ in range(20000):
        log.add()
    kib = int(pathlib.Path(f"/proc/{plugin.process.pid}/statm").read_text().split()[1]) * 4
    assert kib < 12 * 1024
    assert first == list(range(n - LAST_MAX + 1, n - LAST_MAX + 1 + len(first)))
    slow.takes = True
    slow.give()
    rest = slow.numbers(20000 + LAST_MAX - len(first))
    assert rest == list(range(first[-1] + 1, 25001))
    assert quick is None


def test_a_thousand_follows(plugin, log):
    follows = [Follow(plugin) for _ in range(FOLLOWS_MAX)]
    for _ in range(1000 - FOLLOWS_MAX):
        assert error(plugin, {"onRecord": "__CHANNEL__:7"}) == ("io", "this view follows 16 times already: end one")
    log.add()
    told = set()
    for _ in range(FOLLOWS_MAX):
        kind, message, _, _ = plugin.read_frame()
        assert kind == CHUNK and message["message"]["n"] == 1
        told.add(message["call"])
    assert told == {follow.number for follow in follows}


def test_closing_its_id_ends_one(plugin, log):
    follows = [Follow(plugin) for _ in range(FOLLOWS_MAX)]
    plugin.link.sendall(plugin.call_frame("resources|close", {"rid": follows[3].rid}, scope=None))
    ends = sorted((message["call"], message.get("value", 0)) for message, _ in (plugin.read_reply(), plugin.read_reply()))
    assert ends == [(follows[3].number, None), (plugin.next - 1, None)]
    follow = Follow(plugin)
    log.add()
    assert {plugin.read_frame()[1]["call"] for _ in range(FOLLOWS_MAX)} == {f.number for f in [*follows, follow]} - {follows[3].number}


def test_cancel_ends_one_and_nothing_is_waited_for_then(plugin, log):
    started(plugin)
    idle = descriptors(plugin)
    assert not any("fanotify" in name for name in idle)
    for _ in range(3):
        follow = Follow(plugin)
        assert sum("fanotify" in name for name in descriptors(plugin)) == 1
        plugin.link.sendall(frame(CANCEL, {"call": follow.number}))
        message, _ = plugin.read_reply()
        assert message["call"] == follow.number and "error" in message
        assert descriptors(plugin) == idle
    log.add()
    follow = Follow(plugin, 1)
    assert follow.numbers(1) == [1]


def test_it_looks_by_itself_where_the_kernel_does_not_tell(plugin, log):
    """Here: where it may open nothing more, to be told by."""
    started(plugin)
    resource.prlimit(plugin.process.pid, resource.RLIMIT_NOFILE, (3, 3))
    follow = Follow(plugin)
    assert not any("fanotify" in name for name in descriptors(plugin))
    log.add()
    assert follow.numbers(1) == [1]


def test_wrong_arguments(plugin):
    channel = {"onRecord": "__CHANNEL__:7"}
    assert error(plugin, {}) == ("invalid_args", "onRecord: expected a channel, got nothing")
    assert error(plugin, {"onRecord": 7})[0] == "invalid_args"
    assert error(plugin, channel | {"last": LAST_MAX + 1}) == ("invalid_args", "last: expected a whole number from 0 to 1000, got 1001")
    assert error(plugin, channel | {"last": -1})[0] == "invalid_args"
    assert error(plugin, channel | {"last": "all"})[0] == "invalid_args"


def test_without_a_log_it_does_not_start(tmp_path):
    running = Plugin(PROGRAM, COMMANDS, [], {})
    assert running.process.wait(tree.PATIENCE_S) == 1
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    assert Plugin(PROGRAM, COMMANDS, [], {}, log=fd).process.wait(tree.PATIENCE_S) == 1
    os.close(fd)


# ---- in a tree ----


@contextlib.contextmanager
def running(app):
    """A tree, whose host is spoken by hand."""
    with tree.leaves_nothing():
        host = world.Host(app.installed, app.path, str(app.folder / "home"))
        try:
            yield host
        finally:
            host.close()


@pytest.fixture
def followed(app):
    capability = {"identifier": "main", "windows": ["*"],
                  "permissions": ["audit:default", "core:path:default", "core:resources:default"]}
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))
    return app


def start(view, last=0):
    follow = view.start(FOLLOW, {"last": last, "onRecord": "__CHANNEL__:7"})
    view.await_early(follow)
    return follow


def until(view, follow, event, command):
    """What was told up to this record."""
    while not any((record["event"], record["command"]) == (event, command) for _, record in follow.messages):
        view.step()
    return [record for _, record in follow.messages]


def join(view, text=""):
    return view.await_result(view.start("plugin:path|join", {"paths": [text]}))


def test_a_page_follows_its_own_calls_live(followed):
    with running(followed) as host:
        main, other = page.Page(host, "main"), page.Page(host, "other")
        join(main, "before")
        tree.until(lambda: "done" in [record["event"] for record in followed.records()], "its end is in the log")
        follow = start(main)
        for _ in range(3):
            view = other.start("plugin:path|dirname", {"path": "/other"})
            other.await_result(view)
        join(main, "after")
        told = until(main, follow, "done", "plugin:path|join")
    log = {record["n"]: record for record in followed.records()}
    assert all(list(record) == FIELDS and record == {key: log[record["n"]][key] for key in FIELDS} for record in told)
    assert {log[record["n"]]["view"] for record in told} == {"main"}
    calls = [record for record in log.values() if record["view"] == "main" and record["event"] in ("call", "done")]
    assert [record["n"] for record in told if record["event"] in ("call", "done")][-2:] == [record["n"] for record in calls][-3:-1]


def test_following_makes_no_records_of_its_own(followed):
    """One call is one stream: a `call` and, at its end, a `done`."""
    with running(followed) as host:
        main = page.Page(host, "main")
        follow = start(main)
        for n in range(50):
            join(main, str(n))
        until(main, follow, "done", "plugin:path|join")
    own = [record["event"] for record in followed.records() if record["command"] == FOLLOW]
    assert own == ["call", "done"]


def test_the_log_is_the_one_of_this_instance(followed):
    """Two instances write two logs; each page sees its own."""
    with running(followed) as first, running(followed) as second:
        for host, text in ((first, "first"), (second, "second")):
            view = page.Page(host, "main")
            for _ in range(len(text)):
                join(view)
            told = until(view, start(view, LAST_MAX), "call", FOLLOW)
            assert sum(record["command"] == "plugin:path|join" and record["event"] == "call" for record in told) == len(text)
    assert sum('"plugin:path|join"' in text for text in followed.log.with_name("audit-2.jsonl").read_text().splitlines()) == 2 * len("second")


def test_a_reload_in_another_origin_sees_nothing_of_before(followed):
    capability = {"identifier": "main", "windows": ["*"], "remote": {"urls": ["https://b.example"]},
                  "permissions": ["audit:default", "core:path:default"]}
    (followed.path / "capabilities/main.json").write_text(json.dumps(capability))
    with running(followed) as host:
        main = page.Page(host, "main")
        join(main)
        main.close()
        there = page.Page(host, "main", document=2, origin="https://b.example")
        told = until(there, start(there, LAST_MAX), "call", FOLLOW)
        assert "plugin:path|join" not in [record["command"] for record in told]
        there.close()
        back = page.Page(host, "main", document=3)
        told = until(back, start(back, LAST_MAX), "call", FOLLOW)
        assert [record["command"] for record in told if record["event"] == "call"] == ["plugin:path|join", FOLLOW]


def test_the_log_may_be_anywhere(followed):
    followed.manifest('[audit]\nfile = "$RESOURCE/logs/<id>.log"')
    with running(followed) as host:
        view = page.Page(host, "main")
        assert until(view, start(view, LAST_MAX), "call", FOLLOW)
    assert (followed.path / "logs/com.example.notes.log").is_file()


def test_what_it_can_open_is_nothing(followed):
    result = followed.run("policy", "explain", followed.path, FOLLOW, "--json")
    plugin = json.loads(result.stdout)["plugin"]
    assert (plugin["name"], plugin["read"], plugin["write"]) == ("audit", [], [])
    with running(followed) as host:
        view = page.Page(host, "main")
        start(view)
        pid = host.children()["audit"]
        files = [os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
        assert sum(name.endswith("audit.jsonl") for name in files) == 1
        log = next(entry for entry in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir() if entry.name == "5").read_text()
        assert int(log.split("flags:")[1].split()[0], 8) & os.O_ACCMODE == os.O_RDONLY


def test_policy_check_says_that_its_plugin_sees_the_log(followed):
    result = followed.run("policy", "check", followed.path)
    assert b"its plugin reads the app's whole log" in result.stdout


def test_a_scribe_that_was_started_anew_is_followed(followed):
    with running(followed) as host:
        view = page.Page(host, "main")
        follow = start(view)
        os.kill(host.children()["scribe"], signal.SIGKILL)
        tree.until(lambda: "value" in join(view), "the log is written again")
        until(view, follow, "done", "plugin:path|join")
