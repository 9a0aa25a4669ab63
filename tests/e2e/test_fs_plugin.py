"""The fs plugin as it is installed, driven over its link by a stand-in for the broker."""

import os
import socket
import stat
import struct

import pytest

from plugin_link import CALL, CANCEL, INIT, Plugin, frame

PROGRAM = os.environ.get("TB_FS_PLUGIN", os.path.join(
    os.path.dirname(__file__), "../../build/root/libexec/trollbridge/plugins/fs"))
COMMANDS = ["read_text_file", "read_file", "write_text_file", "write_file", "read_dir", "stat", "chmod"]
CONTENT_MAX = 1048576


@pytest.fixture
def app(tmp_path):
    data = tmp_path / "data"
    (data / "private").mkdir(parents=True)
    (data / "sub").mkdir()
    (data / "hello.txt").write_text("Hello, world\n")
    (data / "sub" / "deep.txt").write_text("deep")
    (data / "private" / "key").write_text("secret")
    (data / ".hidden").write_text("dot")
    (tmp_path / "outside.txt").write_text("outside")
    return tmp_path


@pytest.fixture
def plugin(app):
    data = str(app / "data")
    running = Plugin(PROGRAM, COMMANDS, [
        ([{"path": data}, data + "/**"], [{"path": data + "/private/**"}]),
        ([], []),
        ([str(app) + "/**"], [17]),
    ], {"RESOURCE": str(app), "APPDATA": data})
    yield running
    assert running.end() == 0


def error(answer):
    assert isinstance(answer, dict) and set(answer) == {"error"}, answer
    return answer["error"]


def code(answer):
    return error(answer)["code"]


def test_reads_a_file_as_bytes(plugin, app):
    assert plugin.call("read_text_file", {"path": "data/hello.txt"}) == b"Hello, world\n"
    assert plugin.call("read_file", {"path": str(app / "data/hello.txt"), "options": None}) == b"Hello, world\n"
    assert plugin.call("read_text_file", {"path": "hello.txt", "options": {"baseDir": 14, "encoding": "utf-8"}}) == b"Hello, world\n"
    assert plugin.call("read_file", {"path": (app / "data/hello.txt").as_uri()}) == b"Hello, world\n"
    assert plugin.call("read_file", {"path": "data/./sub//deep.txt"}) == b"deep"


def test_reads_an_empty_file_and_one_of_a_full_frame(plugin, app):
    (app / "data/empty").write_bytes(b"")
    full = bytes(range(256)) * (CONTENT_MAX // 256)
    (app / "data/full").write_bytes(full)
    assert plugin.call("read_file", {"path": "data/empty"}) == b""
    assert plugin.call("read_file", {"path": "data/full"}) == full


def test_reads_what_has_no_size(app):
    running = Plugin(PROGRAM, COMMANDS, [(["/proc/version"], [])], {})
    with open("/proc/version", "rb") as file:
        assert running.call("read_file", {"path": "/proc/version"}) == file.read()
    assert running.end() == 0


@pytest.mark.parametrize("path", ["outside.txt", "data/private/key", "data/private", "data/.hidden", "/etc/passwd", "/"])
def test_refuses_what_is_outside_the_scope(plugin, app, path):
    refused = error(plugin.call("read_dir" if path == "data/private" else "read_file", {"path": path}))
    assert refused == {"code": "scope", "message": "not in the scope of this command"}
    assert str(app) not in refused["message"]


def test_nothing_is_allowed_without_a_scope_that_says_so(plugin):
    for scope in (None, 1, 2):
        assert code(plugin.call("read_file", {"path": "data/hello.txt"}, scope=scope)) == "scope"


@pytest.mark.parametrize("args, message", [
    ({}, "path: expected a string, got nothing"),
    ({"path": None}, "path: expected a string, got null"),
    ({"path": 7}, "path: expected a string, got 7"),
    ({"path": b"data/hello.txt"}, "path: expected a string, got bytes"),
    ({"path": ""}, "path: empty"),
    ({"path": "data/../outside.txt"}, "path: `..` is not accepted"),
    ({"path": "data/a\0b"}, "path: has a control character"),
    ({"path": "data/a\nb"}, "path: has a control character"),
    ({"path": "https://example.com/x"}, "path: only file URLs and paths are accepted"),
    ({"path": "file:///data/%2e%2e/x"}, "path: `..` is not accepted"),
    ({"path": "file:///data/%00"}, "path: has a control character"),
    ({"path": "file://elsewhere/x"}, "path: not a file URL that names a local file"),
    ({"path": "a" * 4097}, "path: longer than 4096 bytes"),
    ({"path": "x", "options": 1}, "options: expected an object, got 1"),
    ({"path": "x", "options": {"baseDir": "Home"}}, "options.baseDir: expected a whole number from 0 to 65535, got a string"),
    ({"path": "x", "options": {"baseDir": 21}}, "options.baseDir: there is no such folder here"),
    ({"path": "x", "options": {"baseDir": 999}}, "options.baseDir: there is no such folder here"),
])
def test_says_what_is_wrong_with_the_arguments(plugin, args, message):
    assert error(plugin.call("read_file", args)) == {"code": "invalid_args", "message": message}


def test_missing_files_and_errors_of_the_system(plugin):
    assert error(plugin.call("read_file", {"path": "data/none"})) == {
        "code": "not_found", "message": "no such file or folder", "errno": 2}
    assert error(plugin.call("read_file", {"path": "data/sub"})) == {"code": "io", "message": "Is a directory", "errno": 21}
    assert error(plugin.call("read_dir", {"path": "data/hello.txt"}))["errno"] == 20


def test_refuses_links_pipes_and_sockets(plugin, app):
    data = app / "data"
    (data / "link").symlink_to(app / "outside.txt")
    (data / "folder").symlink_to(app)
    (data / "near").symlink_to("hello.txt")
    os.mkfifo(data / "pipe")
    for name in ("link", "folder/outside.txt", "near"):
        for command in ("read_file", "stat"):
            refused = error(plugin.call(command, {"path": f"data/{name}"}))
            assert refused["code"] == "scope" and "symbolic link" in refused["message"]
    refused = error(plugin.call("read_file", {"path": "data/pipe"}))
    assert (refused["code"], refused["message"]) == ("io", "not a regular file")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(data / "socket"))
        assert code(plugin.call("read_file", {"path": "data/socket"})) == "io"
        assert code(plugin.call("write_file", {"path": "data/socket"}, b"x")) == "io"


def test_a_denied_folder_stays_denied_under_another_name(plugin, app):
    assert code(plugin.call("read_file", {"path": "data/private/key"})) == "scope"
    os.rename(app / "data/private", app / "data/public")
    for path in ("data/public/key", "data/public"):
        assert code(plugin.call("read_dir" if path == "data/public" else "read_file", {"path": path})) == "scope"
    os.mkdir(app / "data/private")
    (app / "data/public/new").mkdir()
    assert code(plugin.call("write_file", {"path": "data/public/new/x"}, b"x")) == "scope"
    assert not (app / "data/public/new/x").exists()


def test_writes_and_its_options(plugin, app):
    target = app / "data/new.txt"

    def write(content, **options):
        return plugin.call("write_text_file", {"path": "data/new.txt", "options": options}, content)

    assert code(write(b"one", create=False)) == "not_found"
    assert write(b"one", mode=0o640) is None
    assert target.read_bytes() == b"one" and stat.S_IMODE(target.stat().st_mode) == 0o640
    assert write(b"tw") is None and target.read_bytes() == b"tw"
    assert write(b"o", append=True) is None and target.read_bytes() == b"two"
    refused = error(write(b"x", createNew=True))
    assert (refused["code"], refused["errno"]) == ("io", 17) and target.read_bytes() == b"two"
    assert write(b"") is None and target.read_bytes() == b""
    big = os.urandom(CONTENT_MAX)
    assert plugin.call("write_file", {"path": "data/new.txt"}, big) is None and target.read_bytes() == big


def test_writes_no_set_id_bits(plugin, app):
    assert plugin.call("write_file", {"path": "data/tool", "options": {"mode": 0o6755}}, b"") is None
    assert stat.S_IMODE((app / "data/tool").stat().st_mode) & 0o7000 == 0


def test_refuses_to_write_outside_and_leaves_what_is_there(plugin, app):
    (app / "data/link").symlink_to(app / "outside.txt")
    for path in ("outside.txt", "data/private/key", "data/link", "data/private/new"):
        assert code(plugin.call("write_file", {"path": path}, b"x")) == "scope"
    assert (app / "outside.txt").read_text() == "outside"
    assert (app / "data/private/key").read_text() == "secret"
    assert not (app / "data/private/new").exists()
    assert error(plugin.call("write_file", {"path": "data/x"}))["code"] == "invalid_args"
    assert error(plugin.call("write_file", {"path": "data/x", "options": {"append": 1}}, b""))["message"] == \
        "options.append: expected true or false, got 1"


def test_lists_a_folder(plugin, app):
    (app / "data/link").symlink_to("nowhere")
    os.close(os.open(os.fsencode(app / "data") + b"/bad\xffname\xc3\xa9", os.O_CREAT | os.O_WRONLY))

    def entry(name, **kind):
        return {"name": name, "isDirectory": False, "isFile": False, "isSymlink": False, **kind}

    answer = plugin.call("read_dir", {"path": "data"})
    assert sorted(answer, key=lambda e: e["name"]) == sorted([
        entry(".hidden", isFile=True), entry("hello.txt", isFile=True), entry("private", isDirectory=True),
        entry("sub", isDirectory=True), entry("link", isSymlink=True), entry("bad\ufffdnameé", isFile=True),
    ], key=lambda e: e["name"])
    (app / "data/sub/deep.txt").unlink()
    assert plugin.call("read_dir", {"path": "data/sub"}) == []
    assert plugin.call("read_dir", {"path": "", "options": {"baseDir": 14}}) == plugin.call("read_dir", {"path": "data"})


def test_lists_up_to_what_a_frame_holds(plugin, app):
    os.mkdir(app / "data/many")
    for i in range(7000):
        open(app / f"data/many/{i}", "w").close()
    answer = plugin.call("read_dir", {"path": "data/many"})
    assert {e["name"] for e in answer} == {str(i) for i in range(7000)}
    for i in range(7000, 7400):
        open(app / f"data/many/{i}", "w").close()
    assert code(plugin.call("read_dir", {"path": "data/many"})) == "too_large"
    assert plugin.call("read_text_file", {"path": "data/hello.txt"}) == b"Hello, world\n"


def test_stats_as_the_javascript_side_expects(plugin, app):
    path = app / "data/hello.txt"
    os.utime(path, ns=(1_600_000_000_123_456_789, 1_500_000_000_987_654_321))
    path.chmod(0o444)
    real = path.stat()
    answer = plugin.call("stat", {"path": "data/hello.txt"})
    birthtime = answer.pop("birthtime")
    assert birthtime is None or abs(birthtime / 1000 - os.stat(app).st_mtime) < 600
    assert answer == {
        "isFile": True, "isDirectory": False, "isSymlink": False, "size": 13, "mtime": 1_500_000_000_987,
        "atime": 1_600_000_000_123, "readonly": True, "fileAttributes": None, "dev": real.st_dev, "ino": real.st_ino,
        "mode": real.st_mode, "nlink": 1, "uid": real.st_uid, "gid": real.st_gid, "rdev": 0,
        "blksize": real.st_blksize, "blocks": real.st_blocks}
    folder = plugin.call("stat", {"path": "data"})
    assert folder["isDirectory"] and not folder["isFile"] and not folder["readonly"]
    os.mkfifo(app / "data/pipe")
    assert not plugin.call("stat", {"path": "data/pipe"})["isFile"]


def test_a_command_that_it_does_not_have(plugin):
    assert code(plugin.call("chmod", {"path": "data/x"})) == "unimplemented"


def test_many_calls_at_once_are_answered_in_order(plugin):
    frames = b"".join(plugin.call_frame("read_text_file", {"path": "data/hello.txt"}) for _ in range(200))
    cancel = frame(CANCEL, {"call": 5})
    for at in range(0, len(frames), 4097):
        plugin.link.sendall(frames[at:at + 4097])
    plugin.link.sendall(cancel)
    for call in range(1, 201):
        message, raw = plugin.read_reply()
        assert (message["call"], raw) == (call, b"Hello, world\n")
    assert plugin.call("read_text_file", {"path": "data/hello.txt"}) == b"Hello, world\n"


def call_message(**changes):
    return {"call": 1, "command": 7919, "args": {"path": "data/hello.txt"}, **changes}


@pytest.mark.parametrize("data", [
    frame(CALL, call_message(command=1)),
    frame(CALL, call_message(command=2**33)),
    frame(CALL, call_message(call=-1)),
    frame(CALL, call_message(args=[])),
    frame(CALL, call_message(more=1)),
    frame(CALL, call_message(scope=3)),
    frame(CALL, call_message(bytes=1)),
    frame(CALL, call_message(), b"x"),
    frame(CALL, {"call": 1, "command": 7919}),
    frame(CALL, [1]),
    frame(CANCEL, {}),
    frame(CANCEL, {"call": 1}, b"x"),
    frame(98, {"call": 1}),
    frame(INIT, {"v": 1}),
    struct.pack("<IBBH", 5, CALL, 0, 0) + b"\x01\x00\x00\x00\xc1",
    struct.pack("<IBBH", 5, CALL, 0, 0) + b"\xff\xff\xff\xff\x80",
    struct.pack("<IBBH", 5, CALL, 1, 0) + b"\x01\x00\x00\x00\x80",
    struct.pack("<IBBH", 5, CALL, 0, 1) + b"\x01\x00\x00\x00\x80",
    struct.pack("<IBBH", 2**20 + 4097, CALL, 0, 0),
    struct.pack("<IBBH", 4, CALL, 0, 0) + b"\x00" * 4,
])
def test_ends_when_the_broker_breaks_the_protocol(app, data):
    running = Plugin(PROGRAM, COMMANDS, [(["/**"], [])], {"RESOURCE": str(app)})
    assert running.call("read_text_file", {"path": "data/hello.txt"}) == b"Hello, world\n"
    running.link.sendall(data)
    assert running.process.wait(20) == 1
    running.link.close()


@pytest.mark.parametrize("change", [
    {"v": 2}, {"v": 0}, {"commands": 1}, {"scopes": [{"allow": []}]}, {"scopes": [{"allow": {}, "deny": []}]}, {"vars": []},
    {"more": 1}, {"view": "x" * 65}, {"commands": [{"number": 1, "name": "stat"}, {"number": 1, "name": "read_file"}]},
    {"commands": [{"number": 2**32, "name": "stat"}]}, {"commands": [{"number": 1}]},
])
def test_ends_when_init_is_wrong(change):
    running = Plugin(PROGRAM, [], [], {}, init=False)
    message = {"v": 1, "plugin": "fs", "view": "main", "commands": [], "scopes": [], "vars": {}, **change}
    running.link.sendall(frame(INIT, message))
    assert running.process.wait(20) == 1
    running.link.close()


def test_ends_when_a_call_comes_before_init_or_init_twice(app):
    running = Plugin(PROGRAM, COMMANDS, [], {}, init=False)
    running.link.sendall(running.call_frame("stat", {}))
    assert running.process.wait(20) == 1
    running.link.close()
    running = Plugin(PROGRAM, COMMANDS, [], {})
    running.link.sendall(running.init_frame([], {}))
    assert running.process.wait(20) == 1
    running.link.close()


def test_ends_with_the_link(app):
    assert Plugin(PROGRAM, COMMANDS, [], {}, init=False).end() == 0
    running = Plugin(PROGRAM, COMMANDS, [], {})
    running.link.sendall(running.call_frame("stat", {})[:9])
    assert running.end() == 0
