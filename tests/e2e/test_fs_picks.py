"""The plugin fs and what the person picks: just this, under its own name, and nothing that a scope denies."""

import base64
import json
import os

import pytest

import tree
from picker import pick


def grant(app, *scope):
    (app.path / "capabilities/main.json").write_text(json.dumps({"identifier": "main", "windows": ["*"], "permissions": [
        "fs:read-all", "fs:write-all", *scope]}))


@pytest.fixture
def folder(app):
    """A folder that no scope holds, with a folder and files in it."""
    folder = app.folder / "elsewhere"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "inner/b.txt").write_text("b")
    (app.folder / "beside.txt").write_text("beside")
    return folder


@pytest.fixture(params=["root", "ordinary"])
def picking(request, app, folder, ordinary):
    grant(app)
    if request.param == "ordinary":
        app.belongs_to(ordinary)
    return app


def ask(host, command, view="main", **args):
    answer = host.call(view, f"plugin:fs|{command}", args)
    if "error" in answer:
        return answer["error"]["code"]
    return answer.get("value", answer.get("bytes"))


def read(host, path, view="main"):
    """The text of a file, or the code of what was answered."""
    call = host.start(view, "plugin:fs|read_text_file", {"path": str(path)})
    answer = host.answer(call)
    return answer["error"]["code"] if "error" in answer else base64.b64decode(answer["bytes"]).decode()


def names(host, path):
    return sorted(entry["name"] for entry in ask(host, "read_dir", path=str(path)))


def test_a_folder_with_all_below_it(picking, folder):
    with tree.running(picking) as host:
        assert read(host, folder / "a.txt") == "scope"
        assert pick(host, folder) == ""
        assert read(host, folder / "a.txt") == "a" and read(host, folder / "inner/b.txt") == "b"
        assert names(host, folder) == ["a.txt", "inner"] and names(host, folder / "inner") == ["b.txt"]
        assert ask(host, "stat", path=str(folder))["isDirectory"] is True
        assert read(host, folder / "none") == "not_found"
        assert read(host, folder.parent / "beside.txt") == "scope"
        assert read(host, "/.picked/1/a.txt") == "scope"


def test_a_folder_before_the_plugin_starts(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder) == ""
        assert read(host, folder / "a.txt") == "a"


def test_files_in_it_alone(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder, "f") == ""
        assert read(host, folder / "a.txt") == "a" and names(host, folder) == ["a.txt", "inner"]
        assert read(host, folder / "inner/b.txt") == "scope"


def test_one_file(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder / "a.txt", "-") == ""
        assert read(host, folder / "a.txt") == "a"
        assert ask(host, "exists", path=str(folder / "a.txt")) is True
        assert ask(host, "read_dir", path=str(folder)) == "scope"
        assert read(host, folder / "a.txt/x") == "scope" and read(host, folder / "inner/b.txt") == "scope"
        assert ask(host, "write_text_file", path=str(folder / "a.txt"), contents="x") in ("io", "invalid_args")
    assert (folder / "a.txt").read_text() == "a"


def test_to_write(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder, "frw") == ""
        assert ask(host, "mkdir", path=str(folder / "new")) is None
        assert ask(host, "copy_file", fromPath=str(folder / "a.txt"), toPath=str(folder / "new/c.txt")) is None
        assert ask(host, "rename", oldPath=str(folder / "new/c.txt"), newPath=str(folder / "d.txt")) is None
        assert ask(host, "truncate", path=str(folder / "a.txt")) is None
        assert ask(host, "remove", path=str(folder / "new")) is None
        for command in ("remove", "rename"):
            args = {"path": str(folder)} if command == "remove" else {"oldPath": str(folder), "newPath": str(folder / "x")}
            assert ask(host, command, **args) == "scope"
    assert (folder / "d.txt").read_text() == "a" and (folder / "a.txt").read_text() == ""
    assert not (folder / "new").exists() and folder.exists()


def test_a_file_to_write(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder / "a.txt", "w") == ""
        assert ask(host, "truncate", path=str(folder / "a.txt")) is None
        assert ask(host, "remove", path=str(folder / "a.txt")) == "scope"
        assert ask(host, "rename", oldPath=str(folder / "a.txt"), newPath=str(folder / "b.txt")) == "scope"
    assert (folder / "a.txt").read_text() == ""


def test_to_read_alone_changes_nothing(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder) == ""
        assert ask(host, "truncate", path=str(folder / "a.txt")) == "io"
        assert ask(host, "mkdir", path=str(folder / "new")) == "io"
        assert ask(host, "remove", path=str(folder / "a.txt")) == "io"
    assert (folder / "a.txt").read_text() == "a"


def test_what_is_denied_stays_denied(app, folder):
    grant(app, {"identifier": "fs:scope", "allow": [], "deny": [{"path": str(folder / "inner")}, {"path": str(folder / "inner/**")},
                                                               {"path": str(folder / "*.key")}]})
    (folder / "x.key").write_text("key")
    with tree.running(app) as host:
        assert pick(host, folder) == ""
        assert read(host, folder / "a.txt") == "a"
        for path in ("inner/b.txt", "x.key"):
            assert read(host, folder / path) in ("scope", "not_found"), path


def test_links_lead_nowhere(picking, folder):
    (folder / "out").symlink_to(folder.parent)
    (folder / "file").symlink_to("../beside.txt")
    (folder / "in").symlink_to("a.txt")
    with tree.running(picking) as host:
        assert pick(host, folder) == ""
        for path in ("out/beside.txt", "file", "in"):
            assert read(host, folder / path) == "scope", path
        assert read(host, f"{folder}/inner/../../beside.txt") == "invalid_args"


def test_it_is_the_thing_and_not_the_name(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder) == ""
        assert read(host, folder / "a.txt") == "a"
        folder.rename(folder.parent / "moved")
        folder.mkdir()
        (folder / "other.txt").write_text("other")
        os.chmod(folder, 0o755)
        assert read(host, folder / "a.txt") == "a" and read(host, folder / "other.txt") == "not_found"
        assert read(host, folder.parent / "moved/a.txt") == "scope"


def test_of_one_view_alone_and_its_document(picking, folder):
    with tree.running(picking, "main", "other") as host:
        assert pick(host, folder, view="other") == ""
        assert read(host, folder / "a.txt", "other") == "a" and read(host, folder / "a.txt") == "scope"


def test_two_that_overlap(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder) == "" and pick(host, folder / "inner", "frw") == ""
        assert ask(host, "truncate", path=str(folder / "inner/b.txt")) is None
        assert ask(host, "truncate", path=str(folder / "a.txt")) == "io"


def test_a_folder_is_watched(picking, folder):
    with tree.running(picking) as host:
        assert pick(host, folder) == ""
        call = host.start("main", "plugin:fs|watch", {"paths": [str(folder)], "options": {"recursive": True}, "onEvent": "__CHANNEL__:7"})
        before = tree.until(lambda: host.progress(call)["chunks"], "it has begun")
        (folder / "inner/b.txt").write_text("changed")
        tree.until(lambda: host.progress(call)["chunks"] > before, "the change is told")
