"""The fs plugin's commands that make, move and remove, over its link: what they do, and what they never touch."""

import os
import stat

import pytest

from plugin_link import Plugin
from test_fs_plugin import PROGRAM, app, code, error  # noqa: F401

COMMANDS = ["copy_file", "exists", "lstat", "mkdir", "read_file", "remove", "rename", "size", "stat", "truncate"]
SCOPE = {"code": "scope", "message": "not in the scope of this command"}
FIXED = {"code": "scope", "message": "a scope or a pick begins here, or a scope denies what is in here: this name stays as it is"}


@pytest.fixture
def plugin(app):  # noqa: F811
    data = str(app / "data")
    running = Plugin(PROGRAM, COMMANDS, [
        ([data, data + "/**"], [data + "/private/**", data + "/**/*.key"]),
        ([data + "/*"], []),
    ], {"RESOURCE": str(app), "APPDATA": data, "TEMP": str(app / "data/sub")})
    yield running
    assert running.end() == 0


def tree(folder):
    """What is in a folder, with each file's content."""
    found = {}
    for path, folders, files in os.walk(folder):
        for name in folders:
            found[os.path.relpath(os.path.join(path, name), folder)] = None
        for name in files:
            full = os.path.join(path, name)
            kind = stat.S_IFMT(os.lstat(full).st_mode)
            found[os.path.relpath(full, folder)] = open(full, "rb").read() if kind == stat.S_IFREG else kind
    return found


# ---- copy_file ----

def test_copies_a_file(plugin, app):  # noqa: F811
    (app / "data/hello.txt").chmod(0o640)
    assert plugin.call("copy_file", {"fromPath": "data/hello.txt", "toPath": "data/sub/copy"}) is None
    copy = app / "data/sub/copy"
    assert copy.read_text() == "Hello, world\n" and stat.S_IMODE(copy.stat().st_mode) == 0o640
    big = os.urandom(300000)
    (app / "data/big").write_bytes(big)
    args = {"fromPath": "big", "toPath": "copy", "options": {"fromPathBaseDir": 14, "toPathBaseDir": 12}}
    assert plugin.call("copy_file", args) is None and copy.read_bytes() == big
    assert plugin.call("copy_file", {"fromPath": "data/hello.txt", "toPath": "data/sub/copy"}) is None
    assert copy.read_text() == "Hello, world\n"


def test_a_file_copied_onto_itself_keeps_its_content(plugin, app):  # noqa: F811
    os.link(app / "data/hello.txt", app / "data/alias")
    for to in ("data/hello.txt", "data/alias"):
        assert plugin.call("copy_file", {"fromPath": "data/hello.txt", "toPath": to}) is None
    assert (app / "data/hello.txt").read_text() == "Hello, world\n"


def test_copies_only_from_and_to_the_scope(plugin, app):  # noqa: F811
    os.mkfifo(app / "data/pipe")
    (app / "data/far").symlink_to(app / "outside.txt")
    before = tree(app / "data/private"), tree(app / "data/sub")
    for path in ("outside.txt", "data/private/key", "data/sub/x.key", "/etc/passwd", "data/far"):
        assert code(plugin.call("copy_file", {"fromPath": path, "toPath": "data/new"})) == "scope"
        assert not (app / "data/new").exists()
        assert code(plugin.call("copy_file", {"fromPath": "data/hello.txt", "toPath": path})) == "scope"
    for path in ("data/pipe", "data/sub"):
        assert code(plugin.call("copy_file", {"fromPath": path, "toPath": "data/new"})) == "io"
    assert (tree(app / "data/private"), tree(app / "data/sub")) == before
    assert (app / "outside.txt").read_text() == "outside"
    assert error(plugin.call("copy_file", {"fromPath": "data/hello.txt"}))["message"] == "toPath: expected a string, got nothing"
    args = {"fromPath": "x", "toPath": "y", "options": {"toPathBaseDir": 21}}
    assert error(plugin.call("copy_file", args))["message"] == "options.toPathBaseDir: there is no such folder here"


# ---- mkdir ----

def test_makes_folders(plugin, app):  # noqa: F811
    assert plugin.call("mkdir", {"path": "data/new"}) is None
    assert plugin.call("mkdir", {"path": "sub/mine", "options": {"baseDir": 14, "mode": 0o4700}}) is None
    assert stat.S_IMODE((app / "data/sub/mine").stat().st_mode) == 0o700
    assert error(plugin.call("mkdir", {"path": "data/new"}))["errno"] == 17
    assert code(plugin.call("mkdir", {"path": "data/a/b/c"})) == "not_found"
    for _ in range(2):
        assert plugin.call("mkdir", {"path": "data/a/b/c", "options": {"recursive": True}}) is None
    assert (app / "data/a/b/c").is_dir()
    assert plugin.call("mkdir", {"path": "data", "options": {"recursive": True}}) is None
    for path, number in (("data/hello.txt", 17), ("data/hello.txt/x", 20)):
        assert error(plugin.call("mkdir", {"path": path, "options": {"recursive": True}}))["errno"] == number


def test_makes_no_folder_outside_the_scope(plugin, app):  # noqa: F811
    (app / "data/far").symlink_to(app)
    for recursive in (False, True):
        for path in ("new", "data/private/new", "data/x.key/in", "data/far/new", "data/.hid"):
            assert code(plugin.call("mkdir", {"path": path, "options": {"recursive": recursive}})) == "scope"
    assert sorted(os.listdir(app)) == ["data", "outside.txt"] and not (app / "data/x.key").exists()
    # Folders above it count as well.
    assert code(plugin.call("mkdir", {"path": "data/a/b", "options": {"recursive": True}}, scope=1)) == "scope"
    assert not (app / "data/a").exists()


# ---- remove ----

def test_removes(plugin, app):  # noqa: F811
    data = app / "data"
    (data / "near").symlink_to("sub")
    os.mkfifo(data / "pipe")
    for path in ("hello.txt", "near", "pipe"):
        assert plugin.call("remove", {"path": path, "options": {"baseDir": 14}}) is None
        assert not os.path.lexists(data / path)
    assert error(plugin.call("remove", {"path": "data/sub"}))["errno"] == 39
    assert (data / "sub/deep.txt").exists()
    assert code(plugin.call("remove", {"path": "data/none"})) == "not_found"
    (data / "empty").mkdir()
    assert plugin.call("remove", {"path": "data/empty"}) is None and not (data / "empty").exists()


def test_removes_a_tree_and_follows_no_link_in_it(plugin, app):  # noqa: F811
    top = app / "data/tree"
    deep = top / "/".join(["d"] * 40)
    deep.mkdir(parents=True)
    for i in range(3000):
        (deep / f"file{i}").touch()
    (deep / "far").symlink_to(app)
    (top / "up").symlink_to("..")
    os.mkfifo(top / "pipe")
    others = {name: value for name, value in tree(app).items() if not name.startswith("data/tree")}
    assert plugin.call("remove", {"path": "data/tree", "options": {"recursive": True}}) is None
    assert tree(app) == others
    assert plugin.call("remove", {"path": "data/hello.txt", "options": {"recursive": True}}) is None


@pytest.mark.parametrize("inside", ["in/x.key", ".dot", "in/bad\x01name", "in/bad\udcffname"])
def test_a_tree_that_holds_what_is_outside_the_scope_stays_whole(plugin, app, inside):  # noqa: F811
    top = app / "data/tree"
    (top / "in").mkdir(parents=True)
    (top / "a").touch()
    (top / "z").touch()
    (top / inside).touch()
    before = tree(app)
    refused = error(plugin.call("remove", {"path": "data/tree", "options": {"recursive": True}}))
    assert refused == {"code": "scope", "message": "the folder holds something that is not in the scope of this command"}
    assert code(plugin.call("rename", {"oldPath": "data/tree", "newPath": "data/other"})) == "scope"
    assert tree(app) == before


@pytest.mark.parametrize("how", ["deep", "wide"])
def test_a_tree_has_limits(plugin, app, how):  # noqa: F811
    top = app / "data/tree"
    if how == "deep":
        (top / "/".join(["d"] * 64)).mkdir(parents=True)
    else:
        top.mkdir()
        for i in range(100001):
            os.close(os.open(top / str(i), os.O_CREAT | os.O_WRONLY))
    refused = error(plugin.call("remove", {"path": "data/tree", "options": {"recursive": True}}))
    assert refused["code"] == "too_large" and "one by one" in refused["message"]
    assert len(os.listdir(top)) == (1 if how == "deep" else 100001)
    assert code(plugin.call("size", {"path": "data/tree"})) == "too_large"


# ---- rename ----

def test_renames(plugin, app):  # noqa: F811
    data = app / "data"
    assert plugin.call("rename", {"oldPath": "data/hello.txt", "newPath": "data/sub/there"}) is None
    assert (data / "sub/there").read_text() == "Hello, world\n" and not (data / "hello.txt").exists()
    args = {"oldPath": "deep.txt", "newPath": "sub/there", "options": {"oldPathBaseDir": 12, "newPathBaseDir": 14}}
    assert plugin.call("rename", args) is None and (data / "sub/there").read_text() == "deep"
    assert plugin.call("rename", {"oldPath": "data/sub", "newPath": "data/moved"}) is None
    assert (data / "moved/there").read_text() == "deep"
    (data / "empty").mkdir()
    assert plugin.call("rename", {"oldPath": "data/moved", "newPath": "data/empty"}) is None
    assert (data / "empty/there").read_text() == "deep"
    assert code(plugin.call("rename", {"oldPath": "data/none", "newPath": "data/x"})) == "not_found"
    assert code(plugin.call("rename", {"oldPath": "data/empty", "newPath": "data/none/x"})) == "not_found"
    assert error(plugin.call("rename", {"oldPath": "data/empty", "newPath": "data/empty/in"}))["errno"] == 22


def test_renames_only_files_and_folders(plugin, app):  # noqa: F811
    (app / "data/link").symlink_to("hello.txt")
    os.mkfifo(app / "data/pipe")
    for name in ("link", "pipe"):
        refused = error(plugin.call("rename", {"oldPath": f"data/{name}", "newPath": "data/x"}))
        assert (refused["code"], refused["message"]) == ("io", "only files and folders can be renamed")
    # But over a link, which is so removed and not followed.
    (app / "data/link").unlink()
    (app / "data/link").symlink_to(app / "outside.txt")
    assert plugin.call("rename", {"oldPath": "data/hello.txt", "newPath": "data/link"}) is None
    assert (app / "outside.txt").read_text() == "outside" and (app / "data/link").read_text() == "Hello, world\n"


def test_renames_only_from_and_to_the_scope(plugin, app):  # noqa: F811
    (app / "data/far").symlink_to(app)
    before = tree(app)
    for path in ("outside.txt", "data/private/key", "data/private/new", "data/x.key", "data/far/outside.txt", "/etc/passwd", "data/.hidden"):
        assert code(plugin.call("rename", {"oldPath": path, "newPath": "data/new"})) == "scope"
        assert code(plugin.call("rename", {"oldPath": "data/hello.txt", "newPath": path})) == "scope"
    assert tree(app) == before
    # What is in a folder has to be allowed under the new name as well: one level here, not two.
    assert code(plugin.call("rename", {"oldPath": "data/sub", "newPath": "data/new"}, scope=1)) == "scope"
    (app / "data/flat").mkdir()
    assert plugin.call("rename", {"oldPath": "data/flat", "newPath": "data/new"}, scope=1) is None


@pytest.fixture
def nested(app):  # noqa: F811
    """A denied folder and a root deeper inside; what leads there must keep its name."""
    data = app / "data"
    (data / "way/to/secret").mkdir(parents=True)
    (data / "way/to/secret/x").write_text("secret")
    (data / "path/root").mkdir(parents=True)
    running = Plugin(PROGRAM, COMMANDS, [
        ([f"{data}/**", f"{data}/path/root/**"], [f"{data}/way/to/secret/**", f"{data}/may/come"])], {"RESOURCE": str(app)})
    yield running
    assert running.end() == 0


@pytest.mark.parametrize("name", ["way", "way/to", "way/to/secret", "path", "path/root", "may", "."])
def test_what_a_scope_is_about_stays_where_it_is(nested, app, name):  # noqa: F811
    if name == "may":
        (app / "data/may").mkdir()
    before = tree(app)
    for recursive in (False, True):
        assert code(nested.call("remove", {"path": f"data/{name}", "options": {"recursive": recursive}})) == "scope"
    assert code(nested.call("rename", {"oldPath": f"data/{name}", "newPath": "data/new"})) == "scope"
    assert tree(app) == before


def test_nothing_is_renamed_to_where_a_denied_name_leads_through(nested, app):  # noqa: F811
    (app / "data/other").mkdir()
    assert error(nested.call("rename", {"oldPath": "data/other", "newPath": "data/may"})) == FIXED
    assert plugin_free(nested)


def plugin_free(plugin):
    """It goes on with other things."""
    return plugin.call("rename", {"oldPath": "data/hello.txt", "newPath": "data/renamed"}) is None


def test_a_denied_thing_is_not_removed_or_moved_under_another_name(plugin, app):  # noqa: F811
    data = app / "data"
    (data / "x.key").write_text("by its name alone")
    os.link(data / "private/key", data / "alias")
    assert code(plugin.call("read_file", {"path": "data/private/key"})) == "scope"
    (data / "outer").mkdir()
    os.rename(data / "private", data / "outer/public")
    before = tree(app)
    for path in ("data/outer/public", "data/outer", "data/outer/public/key", "data/x.key"):
        assert code(plugin.call("remove", {"path": path, "options": {"recursive": True}})) == "scope"
        assert code(plugin.call("rename", {"oldPath": path, "newPath": "data/new"})) == "scope"
    assert code(plugin.call("rename", {"oldPath": "data/sub", "newPath": "data/outer/public"})) == "scope"
    assert tree(app) == before


# ---- looking ----

def test_looks_at_a_link_itself(plugin, app):  # noqa: F811
    (app / "data/link").symlink_to(app / "outside.txt")
    (app / "data/dangling").symlink_to("none")
    info = plugin.call("lstat", {"path": "data/link"})
    assert (info["isSymlink"], info["isFile"], info["size"]) == (True, False, len(str(app / "outside.txt")))
    assert code(plugin.call("stat", {"path": "data/link"})) == "scope"
    assert plugin.call("lstat", {"path": "data/hello.txt"}) == plugin.call("stat", {"path": "data/hello.txt"})
    for path, there in (("data/link", True), ("data/dangling", True), ("data/hello.txt", True), ("data", True),
                        ("data/none", False), ("data/none/none", False), ("data/hello.txt/x", False)):
        assert plugin.call("exists", {"path": path}) is there
    for command in ("exists", "lstat"):
        for path in ("outside.txt", "data/private/key", "data/.hidden", "data/link/x"):
            assert code(plugin.call(command, {"path": path})) == "scope"


def test_sizes(plugin, app):  # noqa: F811
    data = app / "data"
    assert plugin.call("size", {"path": "data/hello.txt"}) == 13
    (data / "sub/more").mkdir()
    (data / "sub/more/file").write_bytes(b"x" * 1000)
    (data / "sub/far").symlink_to(app / "outside.txt")
    assert plugin.call("size", {"path": "data/sub"}) == 1004
    # What is not in the scope does not count: private, .hidden, *.key.
    (data / "sub/more/x.key").write_bytes(b"x" * 5000)
    assert plugin.call("size", {"path": "", "options": {"baseDir": 14}}) == 13 + 1004
    assert code(plugin.call("size", {"path": "data/private/key"})) == "scope"
    assert code(plugin.call("size", {"path": "data/none"})) == "not_found"


# ---- truncate ----

def test_truncates(plugin, app):  # noqa: F811
    target = app / "data/hello.txt"
    assert plugin.call("truncate", {"path": "data/hello.txt", "len": 5}) is None and target.read_bytes() == b"Hello"
    assert plugin.call("truncate", {"path": "hello.txt", "len": 7, "options": {"baseDir": 14}}) is None
    assert target.read_bytes() == b"Hello\0\0"
    assert plugin.call("truncate", {"path": "data/hello.txt"}) is None and target.read_bytes() == b""
    for length in (-1, "5", 2**63):
        assert code(plugin.call("truncate", {"path": "data/hello.txt", "len": length})) == "invalid_args"
    (app / "data/link").symlink_to(app / "outside.txt")
    for path in ("outside.txt", "data/link", "data/private/key"):
        assert code(plugin.call("truncate", {"path": path})) == "scope"
    assert code(plugin.call("truncate", {"path": "data/none"})) == "not_found"
    assert code(plugin.call("truncate", {"path": "data/sub"})) == "io"
    assert (app / "outside.txt").read_text() == "outside"
