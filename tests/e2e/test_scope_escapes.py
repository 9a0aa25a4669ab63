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
    # By name, or by the folder that covers it, whichever comes first.
    assert code(app.call(tree.READ, {"path": str(home / "Link/private/x")})) in ("scope", "not_found")


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
        # What lies in the covered folder of all states is not there at all.
        assert code(app.call(WRITE, {"path": path}, "--raw", app.path / "data/hello.txt")) in ("scope", "io", "not_found")
    assert {p: p.read_bytes() for p in before} == before
    assert not (app.path / "capabilities/more.json").exists()
    assert home.exists() and app.verify() == "CLOSED"


@pytest.mark.parametrize("name", ["isolation.js", "guard.js"])
def test_the_app_s_own_hook(app, name):
    """No scope is wide enough to write it, also where it lies in the folder under another name."""
    text = "export function onRequest({ args }) {\n    return args;\n}\n"
    (app.path / name).write_text(text)
    app.manifest(f'[hook]\nfile = "{name}"\ncommands = ["plugin:fs|stat"]')
    scope(app, ["$RESOURCE/**"])
    works(app)
    assert code(app.call(WRITE, {"path": "other.js"}, "--raw", app.path / "data/hello.txt")) == ""
    assert code(app.call(WRITE, {"path": name}, "--raw", app.path / "data/hello.txt")) in ("scope", "io")
    assert (app.path / name).read_text() == text


CHANGES = ["fs:write-all", "fs:read-meta", "fs:allow-exists"]


def may(app, *identifiers):
    path = app.path / "capabilities/main.json"
    capability = json.loads(path.read_text())
    capability["permissions"][:0] = identifiers
    path.write_text(json.dumps(capability))


def fs(app, command, **args):
    return code(app.call(f"plugin:fs|{command}", args))


def test_what_changes_files_works_in_the_sandbox(app):
    may(app, *CHANGES)
    data = app.path / "data"
    assert fs(app, "mkdir", path="data/a/b", options={"recursive": True}) == ""
    assert fs(app, "copy_file", fromPath="data/hello.txt", toPath="data/a/b/c") == ""
    assert (data / "a/b/c").read_bytes() == TEXT
    assert fs(app, "rename", oldPath="data/a/b/c", newPath="data/a/d") == ""
    assert fs(app, "rename", oldPath="data/a", newPath="data/z") == "" and (data / "z/d").read_bytes() == TEXT
    assert fs(app, "truncate", path="data/z/d", len=5) == "" and (data / "z/d").read_bytes() == b"Hello"
    assert app.call("plugin:fs|size", {"path": "data/z"}).stdout == b"5\n"
    assert app.call("plugin:fs|exists", {"path": "data/z/none"}).stdout == b"false\n"
    assert fs(app, "remove", path="data/z", options={"recursive": True}) == "" and not (data / "z").exists()
    works(app)


def test_the_whole_of_a_scope_is_not_to_be_had_by_its_parts(app):
    may(app, *CHANGES)
    outside = app.folder / "outside"
    outside.mkdir()
    (outside / "file").write_text("not yours")
    (app.path / "data/private").mkdir(exist_ok=True)
    (app.path / "data/private/key").write_text("secret")
    (app.path / "data/link").symlink_to(outside)
    assert fs(app, "remove", path="data", options={"recursive": True}) == "scope"
    assert fs(app, "rename", oldPath="data", newPath="data/mine") == "scope"
    for name in ("data/private", "data/link/file", str(outside / "file"), "dist", "trollbridge.toml"):
        assert fs(app, "remove", path=name, options={"recursive": True}) == "scope"
        assert fs(app, "rename", oldPath=name, newPath="data/mine") == "scope"
        assert fs(app, "rename", oldPath="data/hello.txt", newPath=name) == "scope"
        assert fs(app, "copy_file", fromPath=name, toPath="data/mine") == "scope"
        assert fs(app, "copy_file", fromPath="data/hello.txt", toPath=name) == "scope"
        assert fs(app, "mkdir", path=name + "/new") == "scope"
    assert (app.path / "data/private/key").read_text() == "secret" and (outside / "file").read_text() == "not yours"
    assert fs(app, "remove", path="data/link") == "" and (outside / "file").exists()
    works(app)


def test_renaming_between_folders_that_a_scope_names_one_inside_the_other(app):
    may(app, *CHANGES)
    home = app.folder / "home"
    (home / "real/in").mkdir(parents=True)
    (home / "Documents/in").mkdir(parents=True)
    (home / "Documents/in/a").write_text("a")
    (home / "Linked").symlink_to("real/in")
    scope(app, ["$HOME/**", "$HOME/Documents/**", "$HOME/Documents/in/**", "$HOME/Linked/**"])
    assert fs(app, "rename", oldPath=str(home / "Documents/in/a"), newPath=str(home / "b")) == ""
    assert fs(app, "rename", oldPath=str(home / "b"), newPath=str(home / "Documents/c")) == ""
    assert (home / "Documents/c").read_text() == "a"
    # Behind a link it is somewhere else, and there all the same.
    assert fs(app, "copy_file", fromPath=str(home / "Documents/c"), toPath=str(home / "Linked/d")) == ""
    assert (home / "real/in/d").read_text() == "a"
