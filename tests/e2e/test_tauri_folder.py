"""`trollbridge policy check` of a Tauri project's src-tauri folder as it is."""

import json

import pytest

from tauri_project import CONF, capability, check, codes, granted, manifest, permission, real_apps, run, write

MANIFESTS = "gen/schemas/acl-manifests.json"
GREET = {"permissions/greet.toml": '[[permission]]\nidentifier = "allow-greet"\ncommands.allow = ["greet"]\n'}
OTHER = {"permissions/other.json": {"permission": [permission("allow-other", "other")]}}
FORMS = {
    "tauri.conf.json": json.dumps({**CONF, "app": {"security": {"capabilities": ["a"]}}}),
    "tauri.conf.json5": "{identifier: 'com.example.project', app: {security: {capabilities: ['a',],},},} // JSON5",
    "Tauri.toml": 'identifier = "com.example.project"\n[app.security]\ncapabilities = ["a"]\n',
}


def project(folder, files, security=None, **conf):
    app = {"app": {"security": security}} if security is not None else {}
    return write(folder, {"tauri.conf.json": {**CONF, **app, **conf}, **files})


@pytest.mark.parametrize("app", real_apps(), ids=lambda app: app.parent.name)
@pytest.mark.parametrize("mode", ["tauri", "narrow"])
def test_real_projects_resolve(app, mode):
    status, report = check(app, "--mode", mode)
    assert (status, report["errors"], report["mode"]) == (0, [], mode)
    assert report["allowed"]


def test_the_projects_of_this_tree():
    apps = {app.parent.name: app for app in real_apps()}
    commands = granted(apps["MatsDK__TauRPC"])
    assert len(commands) == 89 and "plugin:shell|open" in commands and "plugin:window|title" in commands
    status, report = check(apps["martpie__museeks"])
    assert status == 0 and "plugin:webview|print" in report["denied"]
    missing = {warning["message"].split("`")[1] for warning in report["warnings"] if warning["code"] == "missing-manifest"}
    assert {"app-menu", "database", "clipboard-manager"} <= missing


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_configuration(tmp_path, form):
    write(tmp_path, {form: FORMS[form], "capabilities/a.json": capability("a", "allow-greet"), **GREET, **OTHER,
                     "capabilities/b.json": capability("b", "allow-other")})
    status, report = check(tmp_path)
    assert (status, list(report["allowed"])) == (0, ["greet"])
    assert codes(report["warnings"]) == ["inactive-capability"]
    assert report["warnings"][0]["file"] == "capabilities/b.json" and form in report["warnings"][0]["message"]


def test_the_first_form_counts(tmp_path):
    write(tmp_path, {**FORMS, "capabilities/a.json": capability("a", "allow-greet"), **GREET, "Tauri.toml": "not TOML"})
    write(tmp_path, {"tauri.conf.json": {**CONF}, "tauri.conf.json5": "not JSON5"})
    assert granted(tmp_path) == ["greet"]


def test_json5_is_taken_where_the_name_says_json(tmp_path):
    files = {"tauri.conf.json": "// Tauri takes it\n{identifier: 'a.b',}", "capabilities/a.json5": "{identifier:'a',windows:['main'],permissions:['allow-greet']}"}
    assert granted(write(tmp_path, {**files, **GREET})) == ["greet"]


def test_a_capability_file_named_json_is_json(tmp_path):
    status, report = check(project(tmp_path, {"capabilities/a.json": "// no\n{}"}))
    assert (status, codes(report["errors"])) == (3, ["syntax"])


def test_a_platforms_file_is_laid_over(tmp_path):
    project(tmp_path, {
        "capabilities/a.json": capability("a", "allow-greet"), **GREET,
        "capabilities/b.json": capability("b", "allow-other"), **OTHER,
        "tauri.linux.conf.json": {"app": {"security": {"capabilities": ["b"]}}},
        "Tauri.macos.toml": '[app.security]\ncapabilities = ["a"]\n',
        "tauri.windows.conf.json5": "{app: {security: {capabilities: null}}}",
    }, {"capabilities": ["a", "b"]})
    assert granted(tmp_path) == ["other"]
    assert granted(tmp_path, "--target", "macOS") == ["greet"]
    assert granted(tmp_path, "--target", "windows") == ["greet", "other"]
    assert granted(tmp_path, "--target", "android") == ["greet", "other"]


@pytest.mark.parametrize("security", [None, {}, {"capabilities": []}])
def test_without_a_list_all_are_active(tmp_path, security):
    project(tmp_path, {"capabilities/a.json": capability("a", "allow-greet"), **GREET}, security)
    assert granted(tmp_path) == ["greet"]


def test_a_list_that_is_null_is_refused(tmp_path):
    """As Tauri's command line program does."""
    project(tmp_path, {"capabilities/a.json": capability("a", "allow-greet"), **GREET}, {"capabilities": None})
    status, report = check(tmp_path)
    assert status == 3 and codes(report["errors"]) == ["type"]


def test_capabilities_of_the_configuration_itself(tmp_path):
    listed = [capability("held", "allow-other"), capability("a", "allow-other")]
    project(tmp_path, {"capabilities/a.json": capability("a", "allow-greet"), **GREET, **OTHER}, {"capabilities": listed})
    status, report = check(tmp_path)
    entries = report["allowed"]["other"]
    assert status == 0 and list(report["allowed"]) == ["other"]
    assert [(entry["capability"], entry["file"]) for entry in entries] == [("a", "tauri.conf.json"), ("held", "tauri.conf.json")]
    assert codes(report["warnings"]) == ["inactive-capability"]


@pytest.mark.parametrize(("listed", "text"), [
    (["a", "c"], "there is no capability `c`; the files have a, b"),
    (["a", "a"], "is named twice"),
    ([1], "must be an identifier or a capability"),
    ([{"identifier": "x"}], "needs the key `permissions`"),
])
def test_wrong_lists(tmp_path, listed, text):
    files = {"capabilities/a.json": capability("a", "allow-greet"), "capabilities/b.json": capability("b"), **GREET}
    status, report = check(project(tmp_path, files, {"capabilities": listed}))
    assert status == 3 and text in report["errors"][0]["message"] and report["errors"][0]["file"] == "tauri.conf.json"


@pytest.mark.parametrize(("conf", "code"), [
    ('{"identifier": "a", "tauri": {"allowlist": {"all": true}}}', "tauri-v1"),
    ('{"package": {"productName": "x"}}', "tauri-v1"),
    ('{"productName": "x"}', "missing-key"),
    ('{"identifier": 1}', "type"),
    ('{"identifier": "a", "app": []}', "type"),
    ('{"identifier": "../a"}', "value"),
    ("[]", "type"),
    ("{", "syntax"),
])
def test_wrong_configurations(tmp_path, conf, code):
    status, report = check(write(tmp_path, {"tauri.conf.json": conf}))
    assert (status, codes(report["errors"])) == (3, [code])


def test_what_is_not_ours_is_no_error(tmp_path):
    project(tmp_path, {"capabilities/a.json": capability("a", "allow-greet"), **GREET}, {"csp": None, "nonsense": {"a": [1]}},
            bundle={"targets": 7}, plugins=[], mainBinaryName=None)
    status, report = check(tmp_path)
    assert (status, report["warnings"], report["errors"]) == (0, [], [])


def test_manifests_of_plugins(tmp_path):
    fs = manifest(permission("allow-read", "read", scope={"allow": [{"path": "$HOME/*"}]}),
                  permission("scope-x", scope={"allow": ["/x"], "deny": ["/y"]}),
                  permission("allow-mac", "mac", platforms=["macOS"]),
                  default=["allow-read", "all"], sets={"all": ["scope-x", "allow-mac"]})
    clash = manifest(permission("allow-own", "own"))
    project(tmp_path, {
        MANIFESTS: {"some": fs, "core:window": manifest(permission("allow-close", "close")), "__app-acl__": clash},
        "capabilities/a.json": capability("a", "some:default", "core:window:allow-close", "allow-own"),
    })
    status, report = check(tmp_path)
    assert (status, report["errors"]) == (0, [])
    assert list(report["allowed"]) == ["own", "plugin:some|read", "plugin:window|close"]
    assert report["allowed"]["plugin:some|read"][0]["permission"] == "some:allow-read"
    assert report["scopes"] == {"1": {"allow": [{"path": "$HOME/*"}], "deny": []}}
    assert report["global_scope"] == {"some": {"allow": ["/x"], "deny": ["/y"]}}
    assert "plugin:some|mac" in granted(tmp_path, "--target", "macOS")


def test_the_apps_own_files_count_before_the_manifest(tmp_path):
    project(tmp_path, {MANIFESTS: {"__app-acl__": manifest(permission("allow-greet", "stale"))},
                       "capabilities/a.json": capability("a", "allow-greet"), **GREET})
    assert granted(tmp_path) == ["greet"]


def test_a_manifest_replaces_what_an_installed_plugin_permits(tmp_path):
    files = {"capabilities/a.json": capability("a", "fs:default")}
    assert "plugin:fs|read_file" in granted(project(tmp_path / "without", files))
    files[MANIFESTS] = {"fs": manifest(permission("allow-stat", "stat"), default=["allow-stat"])}
    assert granted(project(tmp_path / "with", files)) == ["plugin:fs|stat"]


@pytest.mark.parametrize("manifests", [{}, {MANIFESTS: {"part": manifest(permission("allow-x", "x"))}}])
def test_the_folder_of_a_plugin_that_is_part_of_the_project(tmp_path, manifests):
    project(tmp_path, {
        **manifests, "capabilities/a.json": capability("a", "part:allow-x", "allow-greet"), **GREET,
        "permissions/part/x.json": {"permission": [permission("allow-x", "x"), permission("allow-greet", "wrong")]},
    })
    assert granted(tmp_path) == ["greet", "plugin:part|x"]


def test_another_folder_is_the_apps_own(tmp_path):
    project(tmp_path, {"capabilities/a.json": capability("a", "allow-x"),
                       "permissions/deep/er/x.json": {"permission": [permission("allow-x", "x")]},
                       "permissions/schemas/schema.json": "not JSON", "permissions/note.md": "", "permissions/y.json5": "x"})
    status, report = check(tmp_path)
    assert (status, list(report["allowed"]), codes(report["warnings"])) == (0, ["x"], ["ignored-file"])


def test_a_plugin_without_a_manifest(tmp_path):
    project(tmp_path, {"capabilities/a.json": capability("a", "store:default", "store:allow-get", "allow-greet"), **GREET})
    for mode in ("tauri", "narrow"):
        status, report = check(tmp_path, "--mode", mode)
        assert (status, list(report["allowed"]), codes(report["warnings"])) == (0, ["greet"], ["missing-manifest"])
        assert "`store`" in report["warnings"][0]["message"]
    status, report = check(tmp_path, "--mode", "strict")
    assert (status, codes(report["errors"])) == (3, ["missing-manifest"])


def test_an_unknown_permission_of_a_known_plugin_is_an_error(tmp_path):
    project(tmp_path, {MANIFESTS: {"some": manifest()}, "capabilities/a.json": capability("a", "some:allow-no", "some:default")})
    status, report = check(tmp_path)
    assert (status, codes(report["errors"])) == (3, ["unknown-permission"])


@pytest.mark.parametrize("text", ["[]", "{", '{"some": 1}', '{"some": {"permissions": [], "permission_sets": {}}}', '{"some": {}}'])
def test_wrong_manifests(tmp_path, text):
    project(tmp_path, {MANIFESTS: text, "capabilities/a.json": capability("a", "some:default")})
    status, report = check(tmp_path)
    assert status == 3 and report["errors"][0]["file"] == MANIFESTS


def test_links_within_the_project_are_followed(tmp_path):
    app = project(tmp_path / "src-tauri", {"shared/a.json": capability("a", "allow-greet"), "shared/perms/p.toml": GREET["permissions/greet.toml"]})
    (app / "capabilities").mkdir()
    (app / "capabilities" / "a.json").symlink_to("../shared/a.json")
    (app / "permissions").symlink_to("shared/perms")
    assert granted(app) == ["greet"]


@pytest.mark.parametrize("target", ["../../outside.json", "/outside.json"])
def test_links_out_of_the_project_are_not(tmp_path, target):
    app = project(tmp_path / "src-tauri", {"capabilities/b.json": capability("b")})
    write(tmp_path, {"outside.json": capability("a")})
    (app / "capabilities" / "a.json").symlink_to(target)
    status, report = check(app)
    assert (status, codes(report["errors"])) == (3, ["symlink"])
    assert report["errors"][0]["file"] == "capabilities/a.json"


def test_links_in_a_circle_end(tmp_path):
    project(tmp_path, {"capabilities/a.json": capability("a")})
    for n in range(8):
        (tmp_path / "capabilities" / f"again{n}").symlink_to(".")
    status, report = check(tmp_path)
    assert status == 3 and set(codes(report["errors"])) <= {"duplicate", "too-large"}


def test_an_app_folder_of_ours_reads_nothing_of_tauris(tmp_path):
    project(tmp_path, {"trollbridge.toml": '[app]\nid = "com.example.ours"\n', MANIFESTS: {"some": manifest(default=[])},
                       "capabilities/a.json": capability("a", "some:default")}, {"capabilities": ["nobody"]})
    status, report = check(tmp_path)
    assert (status, codes(report["errors"]), report["mode"]) == (3, ["unknown-plugin"], "narrow")


def test_a_folder_of_neither(tmp_path):
    status, report = check(tmp_path)
    assert (status, codes(report["errors"])) == (3, ["manifest"])


def test_a_manifest_goes_by_its_keys(tmp_path):
    """Not by what a permission calls itself: by the other name more would be granted, or less denied."""
    odd = manifest(permission("x", "x"), permission("no", commands={"allow": [], "deny": ["y"]}), permission("y", "y"), sets={"s": ["x"]})
    odd["permissions"]["x"]["identifier"] = "other"
    odd["permissions"]["no"]["identifier"] = "unused"
    odd["permissions"]["y"]["identifier"] = "no"
    odd["permission_sets"]["s"]["identifier"] = "unused"
    project(tmp_path, {MANIFESTS: {"some": odd}, "capabilities/a.json": capability("a", "some:s", "some:no", "some:y")})
    status, report = check(tmp_path)
    assert (status, report["errors"]) == (0, [])
    assert (list(report["allowed"]), list(report["denied"])) == (["plugin:some|x", "plugin:some|y"], ["plugin:some|y"])
    project(tmp_path, {"capabilities/a.json": capability("a", "some:other")})
    assert check(tmp_path)[0] == 3


def test_what_runs_in_tauri_needs_no_plugin_of_ours(tmp_path):
    app = project(tmp_path, {"capabilities/a.json": capability("a", "core:default", "fs:allow-stat", "fs:read-dirs")})
    status, out, errors = run("policy", "check", app, "--all")
    assert (status, errors) == (0, "") and "plugin:window|title\n" in out and "unimplemented" not in out
    for command in ("plugin:window|title", "plugin:fs|stat", "greet"):
        status, out, errors = run("policy", "explain", app, command)
        assert (status, errors) == (0, "") and out.startswith("allowed: ")
        for word in ("unimplemented", "kernel", "limits", "handle", "trollbridge.toml"):
            assert word not in out, f"{word} of {command}"
    answer = json.loads(run("policy", "explain", app, "plugin:fs|stat", "--json")[1])
    assert (answer["plugin"], answer["limits"]) == (None, None)


def test_the_folder_above_the_project(tmp_path):
    project(tmp_path / "src-tauri", {"capabilities/a.json": capability("a", "fs:allow-stat")})
    for command in (["policy", "check", tmp_path], ["import", tmp_path, tmp_path / "new"]):
        status, _, errors = run(*command)
        assert status == 3 and "of a Tauri project name the folder `src-tauri`" in errors


@pytest.mark.parametrize(("file", "text", "change"), [
    ("capabilities/a.json", '{"identifier": "a", "permissions": []}', '`"windows": ["main"]`'),
    ("capabilities/a.toml", 'identifier = "a"\npermissions = []\n', '`windows = ["main"]`'),
])
def test_what_to_write_is_in_the_files_own_format(tmp_path, file, text, change):
    _, report = check(project(tmp_path, {file: text}))
    assert [item["message"] for item in report["warnings"] if item["code"] == "matches-nothing"][0].endswith("add " + change)


OPEN = {"identifier": "http:allow-fetch", "allow": [{"path": "$HOME/*"}]}
UNRESOLVED = {  # old permissions, new ones, the exit status, what a line must hold
    "a plugin more": ([], ["process:allow-restart"], 1, "+ process:allow-restart  cannot be compared"),
    "a plugin less": (["process:allow-restart"], [], 0, "- process:allow-restart  cannot be compared"),
    "a permission more": (["process:allow-exit"], ["process:allow-exit", "process:allow-restart"], 1, "+ process:allow-restart"),
    "a scope": (["http:allow-fetch"], [OPEN], 1, "+ http:allow-fetch"),
    "a denial more": ([], ["process:deny-restart"], 0, "- process:deny-restart"),
    "a denial less": (["process:deny-restart"], [], 1, "+ process:deny-restart"),
    "another order": ([OPEN, "process:allow-exit"], ["process:allow-exit", OPEN], 0, "the same: gives nothing"),
}


@pytest.mark.parametrize("name", UNRESOLVED)
def test_a_difference_in_what_nobody_knows(tmp_path, name):
    old, new, wanted, line = UNRESOLVED[name]
    apps = [project(tmp_path / side, {"capabilities/a.json": capability(f"of-{side}", *permissions)})
            for side, permissions in (("old", old), ("new", new))]
    status, out, errors = run("policy", "diff", *apps)
    assert (status, errors) == (wanted, "") and line in out
    answer = json.loads(run("policy", "diff", *apps, "--json")[1])
    kinds = {item["kind"] for side in ("gives", "takes") for item in answer[side]}
    assert answer["wider"] == bool(wanted) and kinds <= {"unresolved"}


def test_more_views_for_what_nobody_knows(tmp_path):
    old, new = (project(tmp_path / side, {"capabilities/a.json": {**capability("a", "process:allow-exit"), "windows": windows}})
                for side, windows in (("old", ["main"]), ("new", ["main", "*"])))
    status, out, _ = run("policy", "diff", old, new)
    assert status == 1 and "+ process:allow-exit  cannot be compared" in out


def test_a_risk_is_the_least_where_plugins_are_not_known(tmp_path):
    app = project(tmp_path, {"capabilities/a.json": capability("a", "fs:allow-stat", "process:allow-exit", OPEN, "process:default")})
    out = run("policy", "check", app)[1]
    assert "main (local): 1 command, risk at least 0 of 100\n" in out
    assert "3 entries are not counted: what their plugins permit is not known here (missing-manifest)\n" in out
    app = project(tmp_path / "known", {"capabilities/a.json": capability("a", "fs:allow-stat")})
    assert "at least" not in run("policy", "check", app)[1]


@pytest.mark.parametrize("files", [{}, GREET], ids=["unchecked", "checked"])
def test_a_command_by_the_name_of_its_function(tmp_path, files):
    app = project(tmp_path, {"capabilities/a.json": capability("a", "fs:allow-read-text-file", "core:default"), **files})
    for function, wanted in (("readTextFile", "ask for `plugin:fs|read_text_file`, which is allowed here"),
                             ("writeTextFile", "ask for `plugin:fs|write_text_file`, which is denied here"),
                             ("isMaximized", "ask for `plugin:window|is_maximized`, which is allowed here")):
        status, out, errors = run("policy", "explain", app, function)
        assert (status, errors) == (1 if files else 0, "") and f"to change that: {wanted}\n" in out
    assert "ask for" not in run("policy", "explain", app, "readTextFiles")[1]


def test_a_plugin_that_the_project_does_not_have(tmp_path):
    app = project(tmp_path, {"capabilities/a.json": capability("a", "note:default"),
                             MANIFESTS: {"note": manifest(permission("allow-read", "read"), default=[])}})
    denied = run("policy", "explain", app, "plugin:fs|stat")[1]
    assert "add `fs:allow-stat` to " in denied and "; and the plugin to the project, whose last build does not know it\n" in denied
    assert "last build" not in run("policy", "explain", app, "plugin:note|read")[1]
    unknown = run("policy", "explain", app, "plugin:zzyzx|go")[1]
    assert "  - neither the project nor Trollbridge has a plugin `zzyzx`\n" in unknown


@pytest.mark.parametrize("built", [False, True])
def test_a_permission_that_the_build_makes(tmp_path, built):
    inlined = {"permissions/menu/default.toml": '[default]\npermissions = ["allow-toggle"]\n'}
    files = {"capabilities/a.json": capability("a", "allow-greet", "menu:default"), **inlined, **OTHER}
    app = project(tmp_path, {**files, MANIFESTS: {"menu": manifest(default=[])}} if built else files)
    _, report = check(app)
    messages = [item["message"] for item in report["errors"] if item["code"] == "unknown-permission"]
    assert len(messages) == (1 if built else 2)  # what the last build knew of the plugin replaces its files
    assert all(message.endswith("; if `build.rs` names its command, build the project once") != built for message in messages)


@pytest.mark.parametrize("mode, status", [("tauri", 0), ("narrow", 0), ("strict", 3)])
def test_a_project_that_was_never_built(tmp_path, mode, status):
    """Its build makes the app's own permissions, and says which plugins it has in which version."""
    capability = {"identifier": "main", "windows": ["main"], "permissions": ["allow-greet", "fs:allow-of-a-later-version", "fs:allow-stat"]}
    (tmp_path / "capabilities").mkdir()
    (tmp_path / "capabilities" / "main.json").write_text(json.dumps(capability))
    (tmp_path / "tauri.conf.json").write_text('{"identifier": "com.example.never"}')
    found, answer = check(tmp_path, "--mode", mode)
    told = answer["errors" if mode == "strict" else "warnings"]
    missing = [item["message"].split("`")[1] for item in told if item["code"] == "missing-manifest"]
    assert (found, missing) == (status, ["allow-greet", "fs:allow-of-a-later-version"])
    assert list(answer["allowed"]) == ["plugin:fs|stat"]
    (tmp_path / "permissions").mkdir()
    (tmp_path / "permissions" / "own.toml").write_text('[[permission]]\nidentifier = "allow-other"\ncommands.allow = ["other"]\n')
    found, answer = check(tmp_path, "--mode", mode)
    assert found == 3 and "unknown-permission" in [item["code"] for item in answer["errors"]]
