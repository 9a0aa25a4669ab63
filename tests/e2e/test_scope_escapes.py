"""Ways around a scope that attackers' eyes found once: each beside the same call in order."""

import json
import os

import pytest

import tree

TEXT = b"Hello from the far side of the bridge.\n"
WRITE = "plugin:fs|write_text_file"


def scope(app, allow, deny=()):
    path = app.path / "capabilities/main.json"
    capability = json.loads(path.read_text())
    capability["permissions"][-1] = {"identifier": "fs:scope", "allow": [{"path": p} for p in allow],
                                     "deny": [{"path": p} for p in deny]}
    path.write_text(json.dumps(capability))


def code(result):
    """The error's code, "" where all went well."""
    return "" if result.returncode == 0 else result.stderr.decode().splitlines()[-1].split(": ")[1]


def works(app):
    result = app.call(tree.READ, tree.HELLO)
    assert (result.returncode, result.stdout) == (0, TEXT), result.stderr


def test_a_hard_link_to_a_denied_file(app):
    (app.path / "data/denied.txt").write_text("secret")
    os.link(app.path / "data/denied.txt", app.path / "data/alias.txt")
    assert code(app.call(tree.READ, {"path": "data/alias.txt"})) == ""
    scope(app, ["$RESOURCE/data/**"], ["$RESOURCE/data/denied.txt"])
    works(app)
    assert code(app.call(tree.READ, {"path": "data/alias.txt"})) == "scope"
    assert code(app.call(WRITE, {"path": "data/alias.txt"}, "--raw", app.path / "trollbridge.toml")) == "scope"


def test_a_denied_folder_by_the_name_behind_a_link(app):
    home = app.folder / "home"
    (home / "Real/private").mkdir(parents=True)
    (home / "Real/private/x").write_text("secret")
    (home / "Real/y").write_text("not secret")
    (home / "Link").symlink_to("Real")
    scope(app, ["$HOME/Link/**"], ["$HOME/Real/private", "$HOME/Real/private/**"])
    assert app.call(tree.READ, {"path": str(home / "Link/y")}).stdout == b"not secret"
    assert code(app.call(tree.READ, {"path": str(home / "Link/private/x")})) == "scope"


@pytest.mark.parametrize("where", ["data/inner", "data"])
def test_a_link_that_came_with_the_app(app, where):
    outside = app.folder / "outside"
    outside.mkdir()
    (outside / "key").write_text("secret")
    scope(app, ["$RESOURCE/data/inner/**", "$RESOURCE/notes/**"])
    (app.path / "notes").mkdir()
    (app.path / "notes/a").write_text("a note")
    if where == "data":
        (app.path / "data").rename(app.path / "old")
        (outside / "inner").mkdir()
        (outside / "inner/key").write_text("secret")
    (app.path / where).symlink_to(outside)
    assert app.call(tree.READ, {"path": "notes/a"}).stdout == b"a note"
    result = app.call(tree.READ, {"path": "data/inner/key"})
    assert code(result) == "not_found" and b"scope-root-link" in result.stderr


def test_the_app_s_own_policy_and_log(app):
    home = app.folder / "home"
    scope(app, ["$RESOURCE/**", "$HOME/**"])
    works(app)
    assert code(app.call(WRITE, {"path": "dist/x.txt"}, "--raw", app.path / "data/hello.txt")) == ""
    before = {p: p.read_bytes() for p in (app.path / "trollbridge.toml", app.path / "capabilities/main.json")}
    for path in ["trollbridge.toml", "capabilities/main.json", "capabilities/more.json", str(app.log)]:
        assert code(app.call(WRITE, {"path": path}, "--raw", app.path / "data/hello.txt")) in ("scope", "io")
    assert {p: p.read_bytes() for p in before} == before
    assert not (app.path / "capabilities/more.json").exists()
    assert home.exists() and app.verify() == "CLOSED"
