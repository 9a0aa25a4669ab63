"""Files that the fs plugin keeps open for a page, by resource ids, over its link."""

import os
import stat

import pytest

from plugin_link import Plugin
from test_fs_plugin import PROGRAM, app, code, error  # noqa: F401

COMMANDS = ["create", "fstat", "ftruncate", "open", "read", "read_text_file_lines", "read_text_file_lines_next",
            "resources|close", "seek", "stat", "write"]
IDS = 1 << 32
FILES_MAX = 192


@pytest.fixture
def plugin(app):  # noqa: F811
    data = str(app / "data")
    running = Plugin(PROGRAM, COMMANDS, [([data + "/**"], [data + "/private/**"])], {"RESOURCE": str(app), "APPDATA": data})
    yield running
    assert running.end() == 0


def opened(plugin, path, **options):
    rid = plugin.call("open", {"path": path, "options": options} if options else {"path": path})
    assert isinstance(rid, int) and IDS <= rid < 2 * IDS, rid
    return rid


def read(plugin, rid, length):
    """The bytes; what says how many stands behind them."""
    answer = plugin.call("read", {"rid": rid, "len": length})
    data, count = answer[:-8], int.from_bytes(answer[-8:], "big")
    assert len(data) == count
    return data


def test_reads_seeks_and_looks(plugin, app):  # noqa: F811
    rid = opened(plugin, "data/hello.txt")
    assert read(plugin, rid, 5) == b"Hello" and read(plugin, rid, 100) == b", world\n" and read(plugin, rid, 5) == b""
    for offset, whence, at in ((7, 0, 7), (-3, 1, 4), (-6, 2, 7), (7.0, 0, 7), (100, 0, 100), (0, 0, 0)):
        assert plugin.call("seek", {"rid": rid, "offset": offset, "whence": whence}) == at
    assert plugin.call("seek", {"rid": rid, "offset": 7, "whence": 0}) == 7 and read(plugin, rid, 5) == b"world"
    assert plugin.call("fstat", {"rid": rid})["size"] == 13
    assert error(plugin.call("write", {"rid": rid, "data": b"x"}))["errno"] == 9
    assert code(plugin.call("ftruncate", {"rid": rid})) == "io"
    assert error(plugin.call("seek", {"rid": rid, "offset": -1, "whence": 0}))["errno"] == 22
    assert plugin.call("resources|close", {"rid": rid}) is None
    assert (app / "data/hello.txt").read_text() == "Hello, world\n"


def test_writes_and_truncates(plugin, app):  # noqa: F811
    target = app / "data/new"
    rid = plugin.call("create", {"path": "new", "options": {"baseDir": 14}})
    assert plugin.call("write", {"rid": rid, "data": b"Hello"}) == 5
    assert plugin.call("write", {"rid": rid, "data": [44, 32, 119]}) == 3
    assert plugin.call("write", {"rid": rid, "data": b""}) == 0 and target.read_bytes() == b"Hello, w"
    assert code(plugin.call("read", {"rid": rid, "len": 1})) == "io"
    assert plugin.call("ftruncate", {"rid": rid, "len": 4}) is None and target.read_bytes() == b"Hell"
    assert plugin.call("ftruncate", {"rid": rid}) is None and target.read_bytes() == b""
    big = os.urandom(1 << 20)
    assert plugin.call("seek", {"rid": rid, "offset": 0, "whence": 0}) == 0
    assert plugin.call("write", {"rid": rid, "data": big}) == len(big) and target.read_bytes() == big
    other = opened(plugin, "data/new")
    assert b"".join(iter(lambda: read(plugin, other, 1 << 30), b"")) == big
    target.write_bytes(b"old")
    assert isinstance(plugin.call("create", {"path": "data/new"}), int) and target.read_bytes() == b""


def test_options_of_open(plugin, app):  # noqa: F811
    target = app / "data/hello.txt"
    rid = opened(plugin, "data/hello.txt", append=True, read=False)
    assert plugin.call("write", {"rid": rid, "data": b"more"}) == 4 and target.read_text() == "Hello, world\nmore"
    rid = opened(plugin, "data/hello.txt", write=True)
    assert read(plugin, rid, 5) == b"Hello" and plugin.call("write", {"rid": rid, "data": b"!"}) == 1
    assert target.read_text() == "Hello! world\nmore"
    opened(plugin, "data/hello.txt", write=True, truncate=True)
    assert target.read_text() == ""
    opened(plugin, "data/made", write=True, createNew=True, mode=0o4600)
    assert stat.S_IMODE((app / "data/made").stat().st_mode) == 0o600
    assert error(plugin.call("open", {"path": "data/made", "options": {"write": True, "createNew": True}}))["errno"] == 17
    assert code(plugin.call("open", {"path": "data/none", "options": {"write": True}})) == "not_found"
    opened(plugin, "data/none", write=True, create=True)


@pytest.mark.parametrize("options, message", [
    ({"read": False}, "options: one of read, write and append must be true"),
    ({"truncate": True}, "options: truncate, create and createNew need write or append"),
    ({"create": True}, "options: truncate, create and createNew need write or append"),
    ({"createNew": True}, "options: truncate, create and createNew need write or append"),
    ({"append": True, "truncate": True}, "options: append and truncate exclude each other"),
    ({"write": "yes"}, "options.write: expected true or false, got a string"),
    ({"mode": -1}, "options.mode: expected a whole number from 0 to 4294967295, got -1"),
])
def test_options_that_make_no_sense(plugin, app, options, message):  # noqa: F811
    assert error(plugin.call("open", {"path": "data/new", "options": options})) == {"code": "invalid_args", "message": message}
    assert not (app / "data/new").exists()


def test_opens_only_files_in_the_scope(plugin, app):  # noqa: F811
    (app / "data/link").symlink_to(app / "outside.txt")
    os.mkfifo(app / "data/pipe")
    for path in ("outside.txt", "data/private/key", "data/private/new", "data/link", "data/.hidden", "/etc/passwd"):
        for options in ({}, {"write": True, "create": True, "truncate": True}):
            assert code(plugin.call("open", {"path": path, "options": options})) == "scope"
        assert code(plugin.call("create", {"path": path})) == "scope"
        assert code(plugin.call("read_text_file_lines", {"path": path})) == "scope"
    for path in ("data/pipe", "data/sub"):
        assert code(plugin.call("open", {"path": path, "options": {"write": True}})) == "io"
    assert (app / "outside.txt").read_text() == "outside" and (app / "data/private/key").read_text() == "secret"


def test_a_number_that_stands_for_nothing(plugin):
    rid = opened(plugin, "data/hello.txt")
    lines = plugin.call("read_text_file_lines", {"path": "data/hello.txt"})
    unknown = {"code": "not_found", "message": "rid: there is no such id"}
    calls = {"read": {"len": 1}, "seek": {"offset": 0, "whence": 0}, "fstat": {}, "ftruncate": {}, "write": {"data": b"x"},
             "read_text_file_lines_next": {}, "resources|close": {}}
    for command, args in calls.items():
        # Never given out, another instance's, this instance's next, zero; and one of another kind.
        wrong = [0, 1, rid - IDS, rid + IDS, rid ^ 1, 2**63]
        if command != "resources|close":
            wrong.append(rid if command == "read_text_file_lines_next" else lines)
        for number in wrong:
            assert error(plugin.call(command, {"rid": number, **args})) == unknown
        for number in ("1", -1, None, 0.5):
            assert code(plugin.call(command, {"rid": number, **args})) == "invalid_args"
    assert plugin.call("resources|close", {"rid": rid}) is None
    for command, args in calls.items():
        assert error(plugin.call(command, {"rid": rid, **args})) == unknown


@pytest.mark.parametrize("command, args, message", [
    ("read", {}, "len: expected a whole number of 0 or more, got nothing"),
    ("write", {}, "data: expected bytes, or an array of numbers from 0 to 255, got nothing"),
    ("write", {"data": "text"}, "data: expected bytes, or an array of numbers from 0 to 255, got a string"),
    ("write", {"data": [256]}, "data[0]: expected a whole number from 0 to 255, got 256"),
    ("write", {"data": [-1]}, "data[0]: expected a whole number from 0 to 255, got -1"),
    ("write", {"data": [1, "2"]}, "data[1]: expected a whole number from 0 to 255, got a string"),
    ("seek", {"whence": 0}, "offset: expected a whole number, got nothing"),
    ("seek", {"offset": 0.5, "whence": 0}, "offset: expected a whole number, got 0.5"),
    ("seek", {"offset": 1e300, "whence": 0}, "offset: expected a whole number, got 1e+300"),
    ("seek", {"offset": 2**63, "whence": 0}, "offset: expected a whole number, got 9223372036854775808"),
    ("seek", {"offset": 0, "whence": 3}, "whence: expected a whole number from 0 to 2, got 3"),
    ("ftruncate", {"len": -1}, "len: expected a whole number of 0 or more, got -1"),
])
def test_says_what_is_wrong_with_the_arguments(plugin, command, args, message):
    rid = opened(plugin, "data/hello.txt", write=True)
    assert error(plugin.call(command, {"rid": rid, **args})) == {"code": "invalid_args", "message": message}


def test_as_many_as_there_may_be(plugin):
    rids = [opened(plugin, "data/hello.txt") for _ in range(FILES_MAX)]
    assert len(set(rids)) == FILES_MAX and sorted(rids) != rids
    refused = error(plugin.call("open", {"path": "data/hello.txt"}))
    assert (refused["code"], refused["errno"]) == ("io", 24)
    for _ in range(3):
        assert plugin.call("resources|close", {"rid": rids.pop()}) is None
        rids.append(opened(plugin, "data/hello.txt"))
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < FILES_MAX + 20
    for rid in rids:
        assert plugin.call("resources|close", {"rid": rid}) is None
    assert len(os.listdir(f"/proc/{plugin.process.pid}/fd")) < 20


# ---- lines ----

def lines(plugin, path="data/lines", **options):
    rid = plugin.call("read_text_file_lines", {"path": path, "options": options})
    assert isinstance(rid, int)
    found = []
    while (answer := plugin.call("read_text_file_lines_next", {"rid": rid})) != b"\1":
        assert answer[-1:] == b"\0"
        found.append(answer[:-1])
    assert code(plugin.call("read_text_file_lines_next", {"rid": rid})) == "not_found"
    return found


LONG = b"y" * 4095


@pytest.mark.parametrize("content", [
    b"", b"\n", b"one", b"one\n", b"one\ntwo", b"one\r\ntwo\r\n", b"\r\n\r\n", b"a\rb\r\n", b"end\r", b"\xff\xfe\n\x00\n",
    LONG + b"\nx", LONG + b"\r\nx", LONG + b"yy\r\nx", LONG + b"\r" + b"z" * 70000 + b"\r\r\n", b"q" * 65536 * 3 + b"\n" + LONG,
    b"".join(b"%d\n" % i for i in range(1000)),
])
def test_lines(plugin, app, content):  # noqa: F811
    (app / "data/lines").write_bytes(content)
    expected = [line[:-1] if i < content.count(b"\n") and line.endswith(b"\r") else line for i, line in enumerate(content.split(b"\n"))]
    if expected[-1] == b"":
        expected.pop()
    assert lines(plugin) == expected


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be"])
def test_lines_of_wide_characters(plugin, app, encoding):  # noqa: F811
    # In UTF-16 these hold the bytes of a line's end, across and beside characters.
    text = ["one", "\u0a0d\u0d0a\u0a00\u000b", "", "x" * 3000, "é\u010a"]
    (app / "data/lines").write_bytes("\r\n".join(text).encode(encoding))
    assert [line.decode(encoding) for line in lines(plugin, encoding=encoding)] == text


def test_a_line_that_no_answer_holds(plugin, app):  # noqa: F811
    (app / "data/lines").write_bytes(b"short\n" + b"x" * (2 << 20) + b"\n")
    rid = plugin.call("read_text_file_lines", {"path": "data/lines"})
    assert plugin.call("read_text_file_lines_next", {"rid": rid}) == b"short\0"
    assert code(plugin.call("read_text_file_lines_next", {"rid": rid})) == "too_large"
    assert code(plugin.call("read_text_file_lines_next", {"rid": rid})) == "not_found"
