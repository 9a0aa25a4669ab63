"""What is the app's own is in no scope, however wide: also by a name that is not there yet, and after somebody outside has put another file
in the place of one, as editors do, which takes the kernel's cover away."""

import base64
import json

import pytest

import tree
from picker import pick

OWN = ["trollbridge.toml", "capabilities", "capabilities/main.json", "permissions", "permissions/more.toml", "isolation.js"]


@pytest.fixture(params=["root", "ordinary"])
def wide(request, app, ordinary):
    """An app whose page may do all in its own folder."""
    (app.path / "capabilities/main.json").write_text(json.dumps({"identifier": "main", "windows": ["*"], "permissions": [
        "fs:read-all", "fs:write-all", {"identifier": "fs:scope", "allow": [{"path": "$RESOURCE/**"}]}]}))
    (app.path / "of-the-page").mkdir()
    if request.param == "ordinary":
        app.belongs_to(ordinary)
    return app


def ask(host, command, **args):
    answer = host.answer(host.start("main", f"plugin:fs|{command}", args))
    return answer["error"]["code"] if "error" in answer else base64.b64decode(answer.get("bytes", ""))


def content(app):
    return {path.relative_to(app.path): path.read_bytes() for path in app.path.rglob("*") if path.is_file()}


def attempts(host, name):
    """What comes of all that would read or change it."""
    return {
        "read": ask(host, "read_text_file", path=name), "create": ask(host, "create", path=name), "open": ask(host, "open", path=name, options={"write": True}),
        "truncate": ask(host, "truncate", path=name, len=0), "stat": ask(host, "stat", path=name), "remove": ask(host, "remove", path=name),
        "mkdir": ask(host, "mkdir", path=name), "list": ask(host, "read_dir", path=name),
        "away": ask(host, "rename", oldPath=name, newPath="of-the-page/taken"), "there": ask(host, "rename", oldPath="of-the-page", newPath=name),
        "copy": ask(host, "copy_file", fromPath=name, toPath="of-the-page/copy"), "over": ask(host, "copy_file", fromPath="data/hello.txt", toPath=name),
    }


def save_as_editors_do(path):
    new = path.with_name(path.name + "~")
    new.write_bytes(path.read_bytes())
    new.chmod(0o666)
    new.rename(path)


@pytest.mark.parametrize("name", OWN)
def test_no_scope_gives_it(wide, name):
    with tree.running(wide) as host:
        before = content(wide)
        assert set(attempts(host, name).values()) == {"scope"}
        assert content(wide) == before
        assert ask(host, "read_text_file", path="data/hello.txt") == b"Hello from the far side of the bridge.\n"


def test_nor_after_it_was_saved_from_outside(wide):
    with tree.running(wide) as host:
        assert ask(host, "read_text_file", path="trollbridge.toml") == "scope"
        for name in ("trollbridge.toml", "capabilities/main.json"):
            for _ in range(3):
                save_as_editors_do(wide.path / name)
            before = content(wide)
            assert set(attempts(host, name).values()) == {"scope"}
            assert content(wide) == before


def test_nor_by_another_name(wide):
    """A link that was made outside, and a folder above that is renamed."""
    (wide.path / "round").symlink_to(".")
    (wide.path / "manifest").symlink_to("trollbridge.toml")
    with tree.running(wide) as host:
        save_as_editors_do(wide.path / "trollbridge.toml")
        before = content(wide)
        for name in ("round/trollbridge.toml", "manifest", "of-the-page/../trollbridge.toml"):
            assert ask(host, "copy_file", fromPath="data/hello.txt", toPath=name) in ("scope", "io", "invalid_args"), name
        (wide.path / "hard").hardlink_to(wide.path / "trollbridge.toml")
        assert ask(host, "read_text_file", path="hard") == "scope"
        assert {path: data for path, data in content(wide).items() if path.name != "hard"} == before


def test_nor_in_a_folder_that_was_picked(wide):
    with tree.running(wide) as host:
        assert pick(host, wide.path, "frw") == ""
        for _ in range(2):
            before = content(wide)
            assert ask(host, "read_text_file", path=str(wide.path / "trollbridge.toml")) == "scope"
            assert set(attempts(host, str(wide.path / "trollbridge.toml")).values()) == {"scope"}
            assert content(wide) == before
            save_as_editors_do(wide.path / "trollbridge.toml")
