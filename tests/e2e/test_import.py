"""`trollbridge import`: what a Tauri project grants, the new app folder grants."""

import json
import tomllib

import pytest

from tauri_project import CONF, capability, check, granted, manifest, permission, real_apps, run, write

MANIFESTS = "gen/schemas/acl-manifests.json"
GREET = {"permissions/greet.toml": '[[permission]]\nidentifier = "allow-greet"\ncommands.allow = ["greet"]\n'}


def project(folder, files, security=None, **conf):
    app = {"app": {"security": security}} if security is not None else {}
    return write(folder / "src-tauri", {"tauri.conf.json": {**CONF, **app, **conf}, **files})


def imported(source, target):
    status, out, errors = run("import", source, target)
    assert (status, errors) == (0, "")
    return out


def files_of(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def resolution(app, *options):
    status, report = check(app, *options)
    assert (status, report["errors"]) == (0, [])
    return {key: report[key] for key in ("mode", "allowed", "denied", "scopes", "global_scope")}


@pytest.mark.parametrize("app", real_apps(), ids=lambda app: app.parent.name)
def test_real_projects_grant_the_same(app, tmp_path):
    imported(app, tmp_path / "new")
    assert resolution(tmp_path / "new") == resolution(app)
    for target in ("macOS", "windows", "android", "iOS"):
        assert resolution(tmp_path / "new", "--target", target) == resolution(app, "--target", target)
    for mode in ("tauri", "narrow"):
        assert resolution(tmp_path / "new", "--mode", mode) == resolution(app, "--mode", mode)


def test_the_manifest(tmp_path):
    csp = {"default-src": ["'self'", "asset:"], "img-src": "'self' data:"}
    app = project(tmp_path, {"tauri.linux.conf.json": {"productName": 'A "new" \\ name\u007f'}}, {"csp": csp},
                  build={"frontendDist": "../dist", "devUrl": "http://localhost:1420"})
    imported(app, tmp_path / "new")
    text = (tmp_path / "new" / "trollbridge.toml").read_text()
    assert tomllib.loads(text) == {
        "app": {"id": "com.example.project", "name": 'A "new" \\ name\u007f', "frontend": "dist",
                "dev_url": "http://localhost:1420", "csp": "default-src 'self' asset:; img-src 'self' data:"},
        "policy": {"mode": "tauri"},
    }
    assert '# As in Tauri, ' in text and '"narrow"' in text


@pytest.mark.parametrize(("setting", "wanted"), [
    (None, None), (True, None), (False, []), ("^https://example\\.com/\n", []), ({"x": 1}, [])])
def test_what_the_shell_opens(tmp_path, setting, wanted):
    app = project(tmp_path, {}, plugins={"shell": {"open": setting}})
    lines = imported(app, tmp_path / "new").splitlines()
    made = tomllib.loads((tmp_path / "new" / "trollbridge.toml").read_text())
    assert made.get("open") == (None if wanted is None else {"schemes": wanted})
    assert any("patterns in `urls`" in line for line in lines) == isinstance(setting, str)
    assert not any("`shell`" in line for line in lines)


def test_files_are_taken_unchanged(tmp_path):
    odd = "// kept as it is\n{identifier: 'a', windows: ['main'], permissions: ['allow-greet',],}"
    app = project(tmp_path, {"capabilities/deep/a.json5": odd, "capabilities/b.toml": 'identifier = "b"\npermissions = []\n', **GREET,
                             "capabilities/note.md": "", "permissions/schemas/schema.json": "{}"})
    imported(app, tmp_path / "new")
    assert files_of(tmp_path / "new") == ["capabilities/b.toml", "capabilities/deep/a.json5", "permissions/greet.toml", "trollbridge.toml"]
    assert (tmp_path / "new/capabilities/deep/a.json5").read_text() == odd
    assert granted(tmp_path / "new") == granted(app) == ["greet"]


def test_only_what_is_active_is_taken(tmp_path):
    several = [capability("one", "allow-greet"), capability("two", "allow-greet")]
    held = capability("held", {"identifier": "allow-greet", "allow": [{"deep": [1, 2.5, None, True]}]})
    app = project(tmp_path, {"capabilities/off.json": capability("off", "allow-greet"), "capabilities/several.json": several,
                             "capabilities/all.json": {"capabilities": [capability("three")]}, **GREET},
                  {"capabilities": ["two", held, "three"]})
    out = imported(app, tmp_path / "new")
    assert files_of(tmp_path / "new") == ["capabilities/all.json", "capabilities/imported-1.json", "capabilities/imported-2.json",
                                          "permissions/greet.toml", "trollbridge.toml"]
    assert json.loads((tmp_path / "new/capabilities/imported-2.json").read_text()) == held
    assert "capabilities/off.json:1: a capability that is not active was left out" in out
    assert "capabilities/several.json:2: a capability that is not active was left out" in out
    status, report = check(tmp_path / "new")
    assert status == 0 and [entry["capability"] for entry in report["allowed"]["greet"]] == ["held", "two"]
    assert report["scopes"] == check(app)[1]["scopes"] != {}


def test_what_plugins_permit(tmp_path):
    some = manifest(permission("allow-read", "read"), default=["all"], sets={"all": ["allow-read"]})
    app = project(tmp_path, {MANIFESTS: {"some": some, "core:window": manifest(permission("allow-x", "x"), default=[]),
                                         "__app-acl__": manifest(permission("allow-own", "own"))},
                             "capabilities/a.json": capability("a", "some:default", "core:window:allow-x", "allow-own")})
    out = imported(app, tmp_path / "new")
    assert granted(tmp_path / "new") == granted(app) == ["own", "plugin:some|read", "plugin:window|x"]
    assert "plugin `some`: nothing here implements its commands yet" in out
    assert (tmp_path / "new/plugins/some/plugin.toml").read_text() == 'name = "some"\n'


def test_a_plugin_that_is_part_of_the_project(tmp_path):
    app = project(tmp_path, {"capabilities/a.json": capability("a", "part:allow-x", "allow-greet"), **GREET,
                             "permissions/part/deep/x.json": {"permission": [permission("allow-x", "x")]}})
    imported(app, tmp_path / "new")
    assert "plugins/part/permissions/deep/x.json" in files_of(tmp_path / "new")
    assert granted(tmp_path / "new") == granted(app) == ["greet", "plugin:part|x"]


def test_a_plugin_that_nobody_knows_grants_nothing(tmp_path):
    app = project(tmp_path, {"capabilities/a.json": capability("a", "store:default", {"identifier": "store:allow-get", "allow": ["x"]}, "allow-greet"), **GREET})
    out = imported(app, tmp_path / "new")
    assert "capabilities/a.json" in out and "plugin `store`: what it permits is not known" in out
    assert resolution(tmp_path / "new") == resolution(app)
    assert granted(tmp_path / "new") == ["greet"]


def test_an_imported_app_runs(tmp_path):
    fs = manifest(permission("allow-read-text-file", "read_text_file"), default=["allow-read-text-file"])
    entry = {"identifier": "fs:default", "allow": [{"path": "$RESOURCE/data/*"}]}
    app = project(tmp_path, {MANIFESTS: {"fs": fs}, "capabilities/a.json": capability("a", entry)})
    imported(app, tmp_path / "new")
    write(tmp_path / "new", {"data/hello.txt": "Hello\n"})
    log = '\n[audit]\nfile = "$APPDATA/audit.jsonl"\n'
    with (tmp_path / "new/trollbridge.toml").open("a") as manifest_file:
        manifest_file.write(log.replace("$APPDATA", str(tmp_path)))
    status, out, errors = run("call", tmp_path / "new", "plugin:fs|read_text_file", '{"path":"data/hello.txt"}')
    assert (status, out) == (0, "Hello\n"), errors
    status, out, errors = run("call", tmp_path / "new", "plugin:fs|read_text_file", '{"path":"trollbridge.toml"}')
    assert status == 1


def test_what_has_no_counterpart_is_listed(tmp_path):
    security = {"pattern": {"use": "isolation", "options": {"dir": "../i"}}, "assetProtocol": {"enable": True},
                "dangerousDisableAssetCspModification": True, "freezePrototype": False}
    app = write(tmp_path / "src-tauri", {
        "tauri.conf.json": {**CONF, "app": {"withGlobalTauri": True, "windows": [{"label": "main"}], "security": security},
                            "plugins": {"updater": {"endpoints": ["https://example.com"]}}, "bundle": {"active": True},
                            "build": {"frontendDist": "../dist", "beforeDevCommand": "npm run dev"}},
        "tauri.macos.conf.json": {}, "Tauri.linux.toml": "",
    })
    lines = imported(app, tmp_path / "new").splitlines()
    wanted = ["withGlobalTauri", "`windows`", "pattern", "assetProtocol", "dangerousDisable", "`updater`", "`bundle`", "../dist",
              "beforeDevCommand", "tauri.macos.conf.json: is not taken over", "Tauri.linux.toml: is laid over"]
    for text in wanted:
        assert sum(text in line for line in lines) == 1, text
    assert not any("freezePrototype" in line for line in lines)
    assert all(line.startswith(("  tauri.", "  Tauri.")) for line in lines[2:-1])


@pytest.mark.parametrize(("frontend", "text"), [("dist", "copy the folder `dist`"), ("https://example.com", "is a URL"),
                                                (["a.html"], "is a list of files"), (None, "no `frontendDist`")])
def test_where_the_page_comes_from(tmp_path, frontend, text):
    app = project(tmp_path, {}, build={"frontendDist": frontend})
    assert text in imported(app, tmp_path / "new")


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "new").mkdir()
    imported(project(tmp_path, {}), tmp_path / "new")


def test_a_folder_that_holds_something_is_not(tmp_path):
    app = project(tmp_path, {})
    write(tmp_path / "new", {".hidden": ""})
    status, out, errors = run("import", app, tmp_path / "new")
    assert (status, out) == (2, "") and "is not empty" in errors
    assert files_of(tmp_path / "new") == [".hidden"]


@pytest.mark.parametrize("target", ["file", "link", "missing/deeper"])
def test_what_cannot_be_a_folder(tmp_path, target):
    app = project(tmp_path, {})
    (tmp_path / "file").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    assert run("import", app, tmp_path / target)[0] == 2
    assert files_of(tmp_path / "elsewhere") == []


@pytest.mark.parametrize(("files", "code"), [
    ({"README.md": ""}, "manifest"),
    ({"trollbridge.toml": '[app]\nid = "a"\n'}, "manifest"),
    ({"tauri.conf.json": '{"identifier": "a", "tauri": {}}'}, "tauri-v1"),
    ({"tauri.conf.json": CONF, "capabilities/a.json": capability("a", "allow-nothing")}, "unknown-permission"),
])
def test_wrong_projects_are_not_imported(tmp_path, files, code):
    write(tmp_path / "src-tauri", files)
    status, out, errors = run("import", tmp_path / "src-tauri", tmp_path / "new")
    assert (status, out) == (3, "") and errors.startswith(f"trollbridge: {code}: ")
    assert not (tmp_path / "new").exists()


def test_a_link_becomes_the_file_it_leads_to(tmp_path):
    app = project(tmp_path, {"shared.json": capability("a", "allow-greet"), **GREET})
    (app / "capabilities").mkdir()
    (app / "capabilities/a.json").symlink_to("../shared.json")
    imported(app, tmp_path / "new")
    copy = tmp_path / "new/capabilities/a.json"
    assert not copy.is_symlink() and json.loads(copy.read_text()) == capability("a", "allow-greet")


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b", "c"], ["--nope", "a", "b"]])
def test_usage(arguments):
    assert run("import", *arguments)[:2] == (2, "")


def test_notes_show_what_is_there(tmp_path):
    odd = {"dangerous\x1b[2J\nx": True}
    app = project(tmp_path, {}, odd, plugins={"\u00e9" * 150: {"a": 1}, "x" + "\u00e9" * 150: {"a": 1}})
    out = imported(app, tmp_path / "new")
    assert "`dangerous?[2J?x`: there is no way to ask for this\n" in out
    assert out.count("\u00e9" * 99) == 2 and out.replace("\n", "").isprintable()


def test_a_file_of_the_project_has_the_name_of_a_made_one(tmp_path):
    app = project(tmp_path, {**GREET, "capabilities/imported-1.json": capability("one", "allow-greet"),
                             "capabilities/some.json": [capability("two", "allow-greet"), capability("off", "allow-greet")]},
                  {"capabilities": ["one", "two"]})
    imported(app, tmp_path / "new")
    assert resolution(tmp_path / "new")["allowed"].keys() == resolution(app)["allowed"].keys() == {"greet"}
    assert len(list((tmp_path / "new" / "capabilities").iterdir())) == 2


def test_tauris_own_plugins_are_one_note(tmp_path):
    out = imported(project(tmp_path, {"capabilities/a.json": capability("a", "core:default")}), tmp_path / "new")
    assert out.count("core") == 1 and "  part of Tauri's core: nothing here implements" in out
