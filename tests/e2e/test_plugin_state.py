"""A folder of a plugin's own (`state = true`): that plugin has it in its app, and nobody else anywhere."""

import json
import os
import pathlib
import shutil

import pytest

import tree

BUILT = pathlib.Path(os.environ.get("TB_BUILD", tree.TOP / "build"))
EVIL = BUILT / "tests/hostile/evil"
WRITE = "plugin:fs|write_text_file"


def plugin(app, name, sandbox="", more="", manifest=""):
    """The app gets one more plugin, which tries what it is told to."""
    folder = app.path / name
    (folder / "permissions").mkdir(parents=True)
    shutil.copy(EVIL, folder / name)
    (folder / "plugin.toml").write_text(f'name = "{name}"\nprogram = "{name}"\ncommands = ["do"]\n{more}\n'
                                        f"sandbox = {{ {sandbox} }}\n")
    (folder / "permissions/all.toml").write_text('[[permission]]\nidentifier = "allow-do"\ncommands.allow = ["do"]\n')
    (app.path / f"capabilities/{name}.toml").write_text(
        f'identifier = "{name}"\nwindows = ["main"]\npermissions = ["{name}:allow-do"]\n')
    app.manifest(f'[plugins.{name}]\nprogram = "{name}/{name}"\npermissions = "{name}"\n{manifest}')


def tries(app, name, what, arg=""):
    """What the attempt came to: SUCCESS, the name of an errno, or the code of the call's error."""
    result = json.loads(app.call(f"plugin:{name}|do", {"what": what, "arg": str(arg)}, "--json").stdout)
    return result["value"] if result["ok"] else result["error"]["code"]


def states(app):
    return pathlib.Path(app.environment["XDG_STATE_HOME"]) / "trollbridge"


def own(app, name, app_id="com.example.notes"):
    return states(app) / app_id / "plugins" / name


LEVELS = [pytest.param([], id="full"), pytest.param(tree.NO_USERNS, id="no-userns")]


@pytest.mark.parametrize("prefix", LEVELS)
def test_it_is_there_and_private_to_its_plugin(app, prefix):
    app.prefix = [*app.prefix, *prefix]
    plugin(app, "keeper", "state = true")
    plugin(app, "other", "state = true")
    plugin(app, "plain")
    folder = own(app, "keeper")
    assert tries(app, "keeper", "write", folder / "new") == "SUCCESS"
    assert tries(app, "keeper", "read", folder / "new") == "SUCCESS"
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    for name in ("other", "plain"):
        assert tries(app, name, "read", folder / "new") != "SUCCESS"
        assert tries(app, name, "write", folder / "more") != "SUCCESS"
    assert tries(app, "other", "write", own(app, "other") / "new") == "SUCCESS"
    for path in (app.log, folder.parent, states(app)):
        assert tries(app, "keeper", "list" if path.is_dir() else "read", path) != "SUCCESS"
        assert tries(app, "keeper", "write", path.parent / "new") != "SUCCESS"
    assert not own(app, "plain").exists()


def test_an_ordinary_user_has_it(app, ordinary):
    plugin(app, "keeper", "state = true")
    app.belongs_to(ordinary)
    assert tries(app, "keeper", "write", own(app, "keeper") / "new") == "SUCCESS"
    assert own(app, "keeper").stat().st_uid == ordinary.pw_uid


def test_no_hull_holds_it(app):
    """Neither the manifest's own paths nor a scope of everything opens it to another plugin, of any app."""
    home = app.environment["HOME"]
    plugin(app, "keeper", "state = true")
    plugin(app, "wide", manifest=f'sandbox = {{ read = ["{home}"], write = ["{home}", "{states(app)}", "{own(app, "keeper")}"] }}\n')
    folder = own(app, "keeper")
    assert tries(app, "keeper", "write", folder / "new") == "SUCCESS"
    assert tries(app, "wide", "write", pathlib.Path(home) / "new") == "SUCCESS"
    for path in (folder / "new", folder / "more", states(app) / "more", folder.parent / "more"):
        assert tries(app, "wide", "read", path) != "SUCCESS"
        assert tries(app, "wide", "write", path) != "SUCCESS"
    text = (app.path / "trollbridge.toml").read_text()
    (app.path / "trollbridge.toml").write_text(text.replace('"com.example.notes"', '"com.example.thief"'))
    assert tries(app, "wide", "write", pathlib.Path(home) / "new") == "SUCCESS"
    assert tries(app, "wide", "read", folder / "new") != "SUCCESS"
    assert tries(app, "wide", "write", folder / "new") != "SUCCESS"
    assert tries(app, "keeper", "read", folder / "new") != "SUCCESS"
    assert tries(app, "keeper", "write", own(app, "keeper", "com.example.thief") / "new") == "SUCCESS"


@pytest.mark.parametrize("prefix", LEVELS)
def test_it_is_given_to_nobody_by_name(app, prefix):
    """Where the sandbox of another plugin names it, or a link to it, it is left out."""
    app.prefix = [*app.prefix, *prefix]
    folder = own(app, "keeper")
    way = app.folder / "way"
    way.symlink_to(folder)
    plugin(app, "keeper", "state = true")
    plugin(app, "thief", manifest=f'sandbox = {{ read = ["{folder}", "{way}"], write = ["{folder}", "{way}", "{states(app)}"] }}\n')
    assert tries(app, "keeper", "write", folder / "new") == "SUCCESS"
    for path in (folder / "new", way / "new", folder / "more", way / "more", states(app) / "more"):
        assert tries(app, "thief", "read", path) != "SUCCESS"
        assert tries(app, "thief", "write", path) != "SUCCESS"
    result = app.call("plugin:thief|do", {"what": "nothing"})
    assert b"scope-root-state: " in result.stderr and result.returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["new"]


def test_a_link_around_it_uncovers_nothing(app):
    """A granted folder that is a link to one in which all the states lie; what else is in there is granted."""
    folder = own(app, "keeper")
    around = states(app).parent
    ways = [app.folder / "way", app.folder / "other-way"]
    ways[0].symlink_to(around)
    ways[1].symlink_to(around.parent)
    plugin(app, "keeper", "state = true", manifest=f'sandbox = {{ read = ["{ways[0]}"] }}\n')
    plugin(app, "thief", manifest=f'sandbox = {{ read = ["{ways[0]}"], write = ["{ways[1]}"] }}\n')
    assert tries(app, "keeper", "write", folder / "new") == "SUCCESS"
    (around / "text").write_text("text")
    assert tries(app, "thief", "read", ways[0] / "text") == "SUCCESS"
    for way in (ways[0] / "trollbridge", ways[1] / around.name / "trollbridge"):
        inside = way / folder.relative_to(states(app))
        assert tries(app, "thief", "read", inside / "new") != "SUCCESS"
        assert tries(app, "thief", "write", inside / "more") != "SUCCESS"
    assert sorted(path.name for path in folder.iterdir()) == ["new"]


@pytest.mark.parametrize("prefix", LEVELS)
def test_fs_does_not_reach_it_by_any_name(app, prefix):
    """Its own check knows the folder by what it is, so that this holds without a mount namespace too."""
    app.prefix = [*app.prefix, *prefix]
    home = pathlib.Path(app.environment["HOME"])
    plugin(app, "keeper", "state = true")
    folder = own(app, "keeper")
    assert tries(app, "keeper", "write", folder / "new") == "SUCCESS"
    (home / "way").symlink_to(folder)
    (app.path / "capabilities/wide.toml").write_text(
        'identifier = "wide"\nwindows = ["main"]\n[[permissions]]\nidentifier = "fs:allow-read-text-file"\nallow = ["$HOME/**"]\n'
        '[[permissions]]\nidentifier = "fs:allow-write-text-file"\nallow = ["$HOME/**"]\n')
    (home / "text").write_text("text")
    assert app.call(tree.READ, {"path": str(home / "text")}).returncode == 0
    for path in (folder / "new", home / "way/new", folder / ".." / "keeper" / "new"):
        result = app.call(tree.READ, {"path": str(path)})
        assert result.returncode == 1, result.stdout


def test_where_nothing_can_be_kept_nothing_starts(app):
    plugin(app, "keeper", "state = true")
    app.manifest(f'[audit]\nfile = "{app.folder}/log.jsonl"\n')
    del app.environment["HOME"], app.environment["XDG_STATE_HOME"]
    result = app.call("plugin:keeper|do", {"what": "nothing"})
    assert result.returncode == 3
    assert b"the plugin `keeper` keeps a folder of its own, and there is no place for it: set HOME or XDG_STATE_HOME" in result.stderr
    app.manifest('[plugins.keeper.sandbox]\nstate = false\n')
    assert tries(app, "keeper", "nothing") == "SUCCESS"


@pytest.mark.parametrize("prefix", LEVELS)
def test_what_somebody_planted_is_not_taken(app, prefix):
    app.prefix = [*app.prefix, *prefix]
    plugin(app, "keeper", "state = true")
    folder = own(app, "keeper")
    folder.parent.mkdir(parents=True, mode=0o700)
    target = app.folder / "elsewhere"
    target.mkdir(0o700)
    folder.symlink_to(target)
    result = app.call("plugin:keeper|do", {"what": "write", "arg": str(folder / "new")})
    assert result.returncode == 1 and b"is a link or a file, and not a folder: remove it" in result.stderr
    assert list(target.iterdir()) == []
    folder.unlink()
    folder.mkdir()
    folder.chmod(0o770)
    result = app.call("plugin:keeper|do", {"what": "write", "arg": str(folder / "new")})
    assert result.returncode == 1 and b"can be written by others" in result.stderr
    folder.chmod(0o755)
    assert tries(app, "keeper", "write", folder / "new") == "SUCCESS"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_manifest_takes_it_away_and_gives_it_to_nobody(app):
    plugin(app, "keeper", "state = true", manifest="sandbox = { state = false }\n")
    plugin(app, "plain")
    assert tries(app, "keeper", "write", own(app, "keeper") / "new") != "SUCCESS"
    assert not own(app, "keeper").exists()
    app.manifest("sandbox = { state = true }\n")
    result = app.call("plugin:plain|do", {"what": "nothing"})
    assert result.returncode == 3
    assert b"`state` can only be taken away here" in result.stderr and b"trollbridge.toml:" in result.stderr


@pytest.mark.parametrize("app_id", ["../../com.example.notes", "a/b", ".", "..", "a..b", ".hidden"])
def test_an_id_is_no_path(app, app_id):
    plugin(app, "keeper", "state = true")
    text = (app.path / "trollbridge.toml").read_text()
    (app.path / "trollbridge.toml").write_text(text.replace('"com.example.notes"', f'"{app_id}"'))
    result = app.call("plugin:keeper|do", {"what": "nothing"})
    assert result.returncode == 3 and b"`id` cannot be" in result.stderr
    assert not states(app).exists()
