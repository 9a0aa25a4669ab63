"""The fs plugin's watch, over its link: what is told, in which shape, and what never is."""

import os
import socket

import pytest

from plugin_link import CANCEL, CHUNK, CREDIT, CREDIT_FIRST_PLUGIN, REPLY, Plugin, frame
from test_fs_plugin import PROGRAM, app, code, error  # noqa: F401

COMMANDS = ["mkdir", "remove", "rename", "resources|close", "stat", "unwatch", "watch", "write_file"]
CREATED, CAME, LEFT, WRITTEN = "create file", "modify rename to", "modify rename from", "modify data any"
META, CLOSED, REMOVED, FOLDER, NO_FOLDER = "modify metadata any", "access close write", "remove file", "create folder", "remove folder"


def type_of(event):
    """The event's type as words: {"create": {"kind": "file"}} is "create file"."""
    if event["type"] == "other":
        return "other"
    ((outer, inner),) = event["type"].items()
    assert list(inner) in (["kind"], ["kind", "mode"])
    return " ".join([outer, *inner.values()])


@pytest.fixture
def plugin(app):  # noqa: F811
    data = str(app / "data")
    running = Plugin(PROGRAM, COMMANDS, [([data, data + "/**"], [data + "/private/**", data + "/**/*.key"])],
                     {"RESOURCE": str(app), "APPDATA": data})
    yield running
    assert running.end() == 0


class Watch:
    """One watch, which gives credit for what it has taken unless it is told not to."""

    def __init__(self, plugin, path, scope=0, **options):
        self.plugin, self.number = plugin, plugin.next
        self.takes, self.cost, self.owed = True, 0, 0
        paths = path if isinstance(path, list) else [path]
        plugin.link.sendall(plugin.call_frame("watch", {"paths": paths, "options": options, "onEvent": "__CHANNEL__:7"}, scope=scope))
        kind, message, _, self.cost = plugin.read_frame()
        assert (kind, message.pop("call")) == (CHUNK, self.number), message
        self.rid = message.pop("value")
        assert message == {} and isinstance(self.rid, int)

    def next(self):
        kind, message, _, cost = self.plugin.read_frame()
        assert (kind, message.pop("call"), message.pop("channel")) == (CHUNK, self.number, 7)
        self.cost += cost
        self.owed += cost
        if self.takes and self.owed > 65536:
            self.plugin.link.sendall(frame(CREDIT, {"call": self.number, "bytes": self.owed}))
            self.owed = 0
        event = message.pop("message")
        assert message == {} and set(event) == {"type", "paths", "attrs"}
        return event

    def until(self, name, kind):
        """Events as (path below the app, type) up to this one."""
        found = []
        while not found or found[-1] != (name, kind):
            event = self.next()
            (path,) = event["paths"]
            found.append((os.path.relpath(path, self.plugin.app), type_of(event)))
        return found


@pytest.fixture
def watch(plugin, app):  # noqa: F811
    plugin.app = app
    return lambda *paths, **options: Watch(plugin, *paths, **options)


def test_tells_what_happens_in_a_folder(watch, app):  # noqa: F811
    data = app / "data"
    seen = watch("data")
    (data / "new").write_text("x")
    assert seen.until("data/new", CLOSED)[0] == ("data/new", CREATED)
    os.chmod(data / "new", 0o600)
    assert seen.until("data/new", META) == [("data/new", META)]
    os.rename(data / "new", data / "old")
    assert set(seen.until("data/old", CAME)) == {("data/new", LEFT), ("data/old", CAME)}
    (data / "old").unlink()
    assert seen.until("data/old", REMOVED)[-1] == ("data/old", REMOVED)
    (data / "folder").mkdir()
    (data / "folder").rmdir()
    assert seen.until("data/folder", NO_FOLDER)[-1] == ("data/folder", NO_FOLDER)
    # Not what is below: that takes `recursive`.
    (data / "sub/below").write_text("x")
    (data / "end").write_text("x")
    assert {path for path, _ in seen.until("data/end", CLOSED)} <= {"data/end", "data/folder", "data/sub"}


def test_tells_nothing_of_what_is_outside_the_scope(watch, app):  # noqa: F811
    data = app / "data"
    (data / "far").symlink_to(app)
    seen = watch("data", recursive=True)
    for path in ("private/new", "private/key", ".hidden", ".new", "sub/x.key", "sub/.new"):
        (data / path).write_text("secret")
    (app / "outside.txt").write_text("more")
    open(os.fsencode(data) + b"/bad\xff", "w").close()
    (data / "sub/bad\nname").write_text("x")
    (data / ".folder/in").mkdir(parents=True)
    (data / ".folder/in/file").write_text("x")
    (data / "end").write_text("x")
    assert {path for path, _ in seen.until("data/end", CLOSED)} == {"data/end"}


def test_a_denied_folder_under_another_name_is_not_watched(watch, plugin, app):  # noqa: F811
    seen = watch("data", recursive=True)
    os.rename(app / "data/private", app / "data/public")
    (app / "data/public/new").write_text("secret")
    (app / "data/end").write_text("x")
    assert {path for path, _ in seen.until("data/end", CLOSED)} <= {"data/private", "data/public", "data/end"}


def test_goes_into_folders_that_come_and_leaves_those_that_go(watch, app):  # noqa: F811
    data = app / "data"
    (app / "else/in").mkdir(parents=True)
    (data / "deep/er").mkdir(parents=True)
    seen = watch("data", recursive=True)
    (data / "deep/er/file").write_text("x")
    assert seen.until("data/deep/er/file", CLOSED)[0] == ("data/deep/er/file", CREATED)
    (data / "one/two").mkdir(parents=True)
    (data / "one/two/three").write_text("x")
    assert ("data/one", FOLDER) in seen.until("data/one/two/three", CREATED)
    (data / "one/two/four").write_text("x")
    seen.until("data/one/two/four", CLOSED)
    # Moved: its files have other names now.
    os.rename(data / "one", data / "sub/one")
    (data / "sub/one/two/five").write_text("x")
    assert ("data/one", LEFT) in seen.until("data/sub/one/two/five", CLOSED)
    # Moved away: what happens there is nobody's business. Moved here: it is.
    os.rename(data / "sub/one", app / "gone")
    os.rename(app / "else", data / "else")
    seen.until("data/else", CAME)
    (app / "gone/two/six").write_text("x")
    (data / "else/in/seven").write_text("x")
    assert {path for path, _ in seen.until("data/else/in/seven", CLOSED)} <= {"data/else/in/seven", "data/sub/one", "data/else", "data/else/in"}


@pytest.mark.parametrize("moved", ["data/sub", "data/sub/in"])
@pytest.mark.parametrize("options", [{}, {"recursive": True}])
def test_a_folder_that_was_moved_away_is_left(watch, app, moved, options):  # noqa: F811
    data = app / "data"
    (data / "sub/in").mkdir()
    seen = watch(["data/sub/in", "data"], **options)
    os.rename(app / moved, app / "gone")
    inside = app / "gone" if moved.endswith("in") else app / "gone/in"
    (inside / "secret").write_text("x")
    (inside / "secret").rename(inside / "other")
    (inside / "other").unlink()
    (data / "end").write_text("x")
    told = {path for path, _ in seen.until("data/end", CLOSED)}
    assert told <= {"data/end", "data/sub", "data/sub/in"}


def test_a_folder_that_was_moved_back_is_told_again(watch, app):  # noqa: F811
    data = app / "data"
    seen = watch("data/sub")
    os.rename(data / "sub", app / "gone")
    assert seen.until("data/sub", LEFT)[-1] == ("data/sub", LEFT)
    os.rename(app / "gone", data / "sub")
    (data / "sub/new").write_text("x")
    assert ("data/sub/new", CREATED) in seen.until("data/sub/new", CLOSED)


def test_a_watched_folder_is_told_to_be_removed(watch, app):  # noqa: F811
    (app / "data/folder").mkdir()
    (app / "data/folder/file").write_text("x")
    seen = watch("data/folder")
    (app / "data/folder/file").unlink()
    assert seen.until("data/folder/file", REMOVED)[-1] == ("data/folder/file", REMOVED)
    (app / "data/folder").rmdir()
    assert seen.until("data/folder", NO_FOLDER)[-1] == ("data/folder", NO_FOLDER)


def test_watches_a_file_and_what_takes_its_place(watch, app):  # noqa: F811
    data = app / "data"
    seen = watch("data/hello.txt")
    (data / "other").write_text("not this")
    (data / "hello.txt").write_text("changed")
    assert seen.until("data/hello.txt", CLOSED)[0] == ("data/hello.txt", WRITTEN)
    os.rename(data / "other", data / "hello.txt")
    assert {path for path, _ in seen.until("data/hello.txt", CAME)} == {"data/hello.txt"}
    (data / "hello.txt").write_text("again")
    assert {path for path, _ in seen.until("data/hello.txt", CLOSED)} == {"data/hello.txt"}


def test_collects_changes_for_a_while(watch, app):  # noqa: F811
    data = app / "data"
    (data / "goes").write_text("x")
    seen = watch(["data", "data/sub"], delayMs=2000)
    for i in range(20):
        (data / "new").write_text("x" * i)
        (data / "hello.txt").write_text("x" * i)
    (data / "sub/deep.txt").chmod(0o600)
    (data / "goes").unlink()
    (data / "there and gone").write_text("x")
    (data / "there and gone").unlink()
    events = [(os.path.basename(event["paths"][0]), type_of(event)) for event in (seen.next() for _ in range(6))]
    assert events == [("new", CREATED), ("hello.txt", WRITTEN), ("deep.txt", META), ("goes", REMOVED),
                      ("there and gone", CREATED), ("there and gone", REMOVED)]


def fill(seen, app, n):  # noqa: F811
    """Changes many files, and reads what comes of it without giving credit."""
    for i in range(n):
        (app / "data" / f"{'x' * 200}{i}").write_text("x")
    while seen.cost + 1000 < CREDIT_FIRST_PLUGIN:
        seen.next()
    # What was sent before the answer to another call has been read then.
    seen.plugin.link.sendall(seen.plugin.call_frame("stat", {"path": "data"}))
    while (found := seen.plugin.read_frame())[0] != REPLY:
        seen.cost += found[3]
        seen.owed += found[3]
    assert seen.cost <= CREDIT_FIRST_PLUGIN
    seen.takes = True
    seen.plugin.link.sendall(frame(CREDIT, {"call": seen.number, "bytes": seen.owed}))
    seen.owed = 0


def test_a_page_that_takes_nothing_misses_nothing_but_repetitions(watch, app):  # noqa: F811
    seen = watch("data")
    seen.takes = False
    fill(seen, app, 900)
    for _ in range(20):
        (app / "data/often").write_text("x")
    (app / "data/end").write_text("x")
    found = seen.until("data/end", CLOSED)
    assert ("data/often", CREATED) in found and len([name for name, _ in found if name.endswith("899")]) <= 3


def test_more_than_it_can_remember_is_said(watch, app):  # noqa: F811
    seen = watch("data")
    seen.takes = False
    fill(seen, app, 4000)
    while type_of(event := seen.next()) != "other":
        assert len(event["paths"]) == 1
    assert event == {"type": "other", "paths": [str(app / "data")], "attrs": {"flag": "rescan"}}


@pytest.mark.parametrize("how", ["unwatch", "resources|close"])
def test_ends_with_its_id(watch, plugin, app, how):  # noqa: F811
    for _ in range(50):
        seen = watch("data")
        plugin.link.sendall(plugin.call_frame(how, {"rid": seen.rid}))
        replies = {}
        for _ in range(2):
            message, _ = plugin.read_reply()
            replies[message.pop("call")] = message
        assert replies == {seen.number: {"value": None}, seen.number + 1: {"value": None}}
    (app / "data/new").write_text("x")
    assert code(plugin.call("unwatch", {"rid": seen.rid})) == "not_found"
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20


def test_ends_when_it_is_cancelled(watch, plugin, app):  # noqa: F811
    for _ in range(50):
        seen = watch("data", recursive=True)
        plugin.link.sendall(frame(CANCEL, {"call": seen.number}))
        kind, message, _, _ = plugin.read_frame()
        assert (kind, message["call"]) == (REPLY, seen.number) and "error" in message
        assert code(plugin.call("unwatch", {"rid": seen.rid})) == "not_found"
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20


def test_as_many_as_there_may_be(watch, plugin):
    seen = [watch("data") for _ in range(16)]
    refused = error(plugin.call("watch", {"paths": ["data"], "options": {}, "onEvent": "__CHANNEL__:1"}))
    assert (refused["code"], refused["errno"]) == ("io", 24)
    assert len({one.rid for one in seen}) == 16


def test_limits_of_folders(plugin, app):  # noqa: F811
    for i in range(4200):
        (app / f"data/sub/{i}").mkdir()
    args = {"paths": ["data"], "options": {"recursive": True}, "onEvent": "__CHANNEL__:1"}
    refused = error(plugin.call("watch", args))
    assert refused["code"] == "too_large" and "watch fewer" in refused["message"]


@pytest.mark.parametrize("change, expected", [
    ({"paths": "data"}, "invalid_args"), ({"paths": None}, "invalid_args"), ({"paths": [1]}, "invalid_args"),
    ({"paths": ["data"] * 17}, "invalid_args"), ({"paths": [""]}, "invalid_args"), ({"paths": ["data/../x"]}, "invalid_args"),
    ({"onEvent": None}, "invalid_args"), ({"onEvent": "7"}, "invalid_args"), ({"onEvent": "__CHANNEL__:x"}, "invalid_args"),
    ({"options": {"recursive": 1}}, "invalid_args"), ({"options": {"delayMs": -1}}, "invalid_args"),
    ({"paths": ["outside.txt"]}, "scope"), ({"paths": ["data/private"]}, "scope"), ({"paths": ["data/private/key"]}, "scope"),
    ({"paths": ["data", "data/.hidden"]}, "scope"), ({"paths": ["data/link"]}, "scope"), ({"paths": ["/etc"]}, "scope"),
    ({"paths": ["data/none"]}, "not_found"), ({"paths": ["data/pipe"]}, "io"), ({"paths": ["data/socket"]}, "io"),
])
def test_refusals(plugin, app, change, expected):  # noqa: F811
    (app / "data/link").symlink_to("hello.txt")
    os.mkfifo(app / "data/pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(app / "data/socket"))
        args = {"paths": ["data"], "options": {}, "onEvent": "__CHANNEL__:1", **change}
        assert code(plugin.call("watch", args)) == expected
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20
