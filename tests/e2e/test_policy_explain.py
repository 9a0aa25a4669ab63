"""`trollbridge policy explain`: many small apps, each with a command and what the answer must be."""

import json

import pytest

import tree
from policy_apps import TOP, policy

NOTES = TOP / "examples" / "notes"
READ = "plugin:fs|read_file"

NOTE_PLUGIN = """
[default]
permissions = ["read-all"]

[[set]]
identifier = "read-all"
description = "Reads."
permissions = ["allow-read", "allow-go"]

[[permission]]
identifier = "allow-read"
commands.allow = ["read"]

[[permission]]
identifier = "allow-go"
commands.allow = ["go"]
scope.allow = ["own"]

[[permission]]
identifier = "deny-read"
commands.deny = ["read"]

[[permission]]
identifier = "scope-all"
scope.allow = ["shared"]
scope.deny = ["never"]

[[permission]]
identifier = "allow-mac"
commands.allow = ["mac"]
platforms = ["macOS"]
"""

MANIFEST = """
[app]
id = "com.example.explain"

[plugins.note]
permissions = "plugins/note"
"""

OWN = """
[[permission]]
identifier = "allow-greet"
commands.allow = ["greet"]
"""


def capability(permissions, identifier="main", **more):
    return {"identifier": identifier, "windows": ["main"], "permissions": permissions, **more}


def make(folder, *capabilities, own="", manifest=MANIFEST):
    files = {"trollbridge.toml": manifest, "plugins/note/plugin.toml": 'name = "note"\n',
             "plugins/note/permissions/all.toml": NOTE_PLUGIN}
    for number, item in enumerate(capabilities):
        name = item["identifier"] if item["identifier"].isprintable() else f"c{number}"
        files[f"capabilities/{name}.json"] = json.dumps(item, indent=1)
    if own:
        files["permissions/own.toml"] = own
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def run(*arguments):
    return policy("explain", *arguments)


def explain(app, command, *options):
    status, out, errors = run(app, command, *options, "--json")
    assert errors == ""
    answer = json.loads(out)
    assert status == {"allow": 0, "deny": 1}[answer["verdict"]]
    return answer


def kinds(answer):
    return [miss["kind"] for miss in answer["near_misses"]]


# ---- what is allowed ----


def test_names_every_set_on_the_way_down(tmp_path):
    answer = explain(make(tmp_path, capability(["note:default"])), "plugin:note|read")
    assert answer["reason"] == "the capability `main` allows it by `note:allow-read`"
    (entry,) = answer["entries"]
    assert entry["capability"] == "main" and entry["permission"] == "note:allow-read"
    assert entry["sets"] == ["note:default", "note:read-all"]
    assert (entry["file"], entry["line"]) == ("capabilities/main.json", 7)
    assert (entry["permission_file"], entry["permission_line"]) == ("plugins/note/permissions/all.toml", 10)
    assert (entry["context"], entry["windows"], entry["webviews"]) == ("local", ["main"], [])
    assert "scope" not in entry and answer["denied_by"] == []


def test_entries_are_in_the_order_of_tauri_and_each_is_there(tmp_path):
    app = make(tmp_path, capability(["note:allow-go"], "b"), capability(["note:allow-go", "note:default"], "a"),
               capability(["note:allow-go"], "c", windows=["other"]))
    answer = explain(app, "plugin:note|go")
    assert [(entry["capability"], entry["sets"]) for entry in answer["entries"]] == \
        [("a", []), ("a", ["note:default", "note:read-all"]), ("b", [])]
    assert answer["scope"] == answer["expanded"] == {"allow": ["own"], "deny": []}


def test_scopes_are_raw_and_expanded_own_first(tmp_path):
    app = make(tmp_path, capability([{"identifier": "fs:allow-read-file", "allow": [{"path": "$HOME/a"}]}, "fs:scope-home"],
                                    windows=["ma*"]))
    answer = explain(app, READ)
    assert answer["entries"][0]["scope"] == {"allow": [{"path": "$HOME/a"}], "deny": []}
    assert answer["scope"]["allow"][0] == {"path": "$HOME/a"} and len(answer["scope"]["allow"]) > 1
    assert answer["expanded"]["allow"][0] == "/home/u/a" and "/home/u/*" in answer["expanded"]["allow"]
    assert answer["plugin"]["name"] == "fs" and answer["plugin"]["implemented"] is True
    assert answer["plugin"]["read"] == ["/home/u", "/home/u/a"] and answer["plugin"]["write"] == []
    assert answer["limits"] == {"calls_per_s": 0, "burst": 0, "in_flight": 64, "bytes_in": 0, "bytes_out": 0, "deadline_ms": 30000}
    assert answer["filters"] == []


def test_remote_context_is_the_pattern_that_matched(tmp_path):
    app = make(tmp_path, capability(["note:allow-read"], remote={"urls": ["https://a.example", "https://*.b.example"]}))
    answer = explain(app, "plugin:note|read", "--origin", "https://x.b.example")
    assert [entry["context"] for entry in answer["entries"]] == [{"remote": "https://*.b.example"}]
    assert [entry["context"] for entry in explain(app, "plugin:note|read")["entries"]] == ["local"]
    assert explain(app, "plugin:note|read", "--origin", "tauri://localhost")["entries"][0]["context"] == "local"


def test_a_webview_may_have_a_label_of_its_own(tmp_path):
    app = make(tmp_path, capability(["note:allow-read"], windows=[], webviews=["panel"]))
    assert explain(app, "plugin:note|read", "--webview", "panel")["verdict"] == "allow"
    assert explain(app, "plugin:note|read", "--view", "panel")["verdict"] == "allow"
    assert explain(app, "plugin:note|read")["verdict"] == "deny"


# ---- near misses: one row is one app, one question, the first miss ----

ELSEWHERE = [
    ("window", [capability(["note:allow-read"], windows=["settings"])], [],
     "only for the windows `settings`", '"main"` to `windows` of capabilities/main.json'),
    ("window", [capability(["note:allow-read"], windows=[])], [],
     "for no window and no webview", '"main"` to `windows` of capabilities/main.json'),
    ("origin", [capability(["note:allow-read"], local=False, remote={"urls": ["https://a.example"]})], [],
     "only for remote origins", 'leave out `"local": false` in capabilities/main.json'),
    ("origin", [capability(["note:allow-read"], local=False)], [], "for no origin", '"local": false'),
    ("origin", [capability(["note:allow-read"])], ["--origin", "https://a.example"],
     "only for the app's own pages", "add a pattern for `https://a.example` to `remote.urls`"),
    ("origin", [capability(["note:allow-read"], remote={"urls": ["https://a.example"]})], ["--origin", "http://a.example"],
     "wants the scheme `https`, and it is `http`", "remote.urls"),
    ("origin", [capability(["note:allow-read"], remote={"urls": ["https://*.a.example"]})], ["--origin", "https://a.example"],
     "wants the host `*.a.example`, and it is `a.example`", "remote.urls"),
    ("origin", [capability(["note:allow-read"], remote={"urls": ["https://a.example"]})], ["--origin", "https://a.example:8443"],
     "wants the port the scheme's own, and it is `8443`", "remote.urls"),
    ("origin", [capability(["note:allow-read"], remote={"urls": ["https://a.example/api/*"]})], ["--origin", "https://a.example"],
     "wants the path `/api/*`, and it is `/`", "remote.urls"),
    ("origin", [capability(["note:allow-read"])], ["--origin", "nonsense"], "`nonsense` is no origin", "as a URL"),
    ("platform", [capability(["note:allow-read"], platforms=["macOS"])], [],
     "not on linux", 'add `"linux"` to `platforms` of capabilities/main.json'),
]


@pytest.mark.parametrize("kind,capabilities,options,message,change", ELSEWHERE)
def test_allowed_elsewhere(tmp_path, kind, capabilities, options, message, change):
    answer = explain(make(tmp_path, *capabilities), "plugin:note|read", *options)
    miss = answer["near_misses"][0]
    assert (answer["verdict"], miss["kind"], miss["capability"], miss["permission"]) == ("deny", kind, "main", "note:allow-read")
    assert message in miss["message"] and change in miss["change"]
    assert (miss["file"], answer["entries"], answer["reason"]) == ("capabilities/main.json", [], miss["message"])
    assert answer["scope"] == {"allow": [], "deny": []} and answer["plugin"] is None


@pytest.mark.parametrize("kind,capabilities,options,message,change", [row for row in ELSEWHERE if row[0] != "platform"])
def test_a_change_that_is_told_is_enough(tmp_path, kind, capabilities, options, message, change):
    """What the miss says to write, written, makes the command allowed."""
    (mended,) = [dict(item) for item in capabilities]
    if "nonsense" in options:
        options = []
    if kind == "window":
        mended["windows"] = [*mended["windows"], "main"]
    elif "local" in mended:
        del mended["local"]
    elif options:
        mended["remote"] = {"urls": [options[-1]]}
    assert explain(make(tmp_path, mended), "plugin:note|read", *options)["verdict"] == "allow"


def test_two_things_amiss_come_after_one(tmp_path):
    app = make(tmp_path, capability(["note:allow-read"], "a", windows=["other"], local=False, remote={"urls": ["https://a.example"]}),
               capability(["note:allow-read"], "b", windows=["other"]))
    misses = explain(app, "plugin:note|read")["near_misses"]
    assert [(miss["kind"], miss.get("capability")) for miss in misses[:3]] == [("window", "b"), ("ungranted", None), ("window", "a")]
    assert "only for the windows `other`; and only for remote origins" in misses[2]["message"]


def test_not_granted_says_what_to_add_and_adding_it_is_enough(tmp_path):
    app = make(tmp_path, capability(["note:allow-go"]))
    miss = explain(app, "plugin:note|read")["near_misses"][0]
    assert (miss["kind"], miss["permission"], miss["line"]) == ("ungranted", "note:allow-read", 10)
    assert "it is in `note:read-all`" in miss["message"]
    assert miss["change"] == "add `note:allow-read` to `permissions` of capabilities/main.json"
    assert explain(make(tmp_path, capability(["note:allow-go", "note:allow-read"])), "plugin:note|read")["verdict"] == "allow"


def test_a_permission_for_another_platform(tmp_path):
    miss = explain(make(tmp_path, capability(["note:allow-mac"])), "plugin:note|mac")["near_misses"][0]
    assert miss["kind"] == "platform" and "not for this platform" in miss["message"]
    assert explain(tmp_path, "plugin:note|mac", "--target", "macOS")["verdict"] == "allow"


SPELLINGS = ["note:read", "plugin:note:read", "plugin:tauri-plugin-note|read", "note|read", "plugin:note|Read",
             "note.read", "plugin:core:note|read", "note:allow-read", "plugin:note|read|more"]


@pytest.mark.parametrize("mode", ["narrow", "strict"])
@pytest.mark.parametrize("written", SPELLINGS)
def test_spellings(tmp_path, written, mode):
    answer = explain(make(tmp_path, capability(["note:allow-read"])), written, "--mode", mode)
    assert (answer["verdict"], kinds(answer)[0]) == ("deny", "spelling")
    assert answer["near_misses"][0]["change"] == "ask for `plugin:note|read`, which is allowed here"
    assert written.replace("\n", "?") in answer["reason"]


@pytest.mark.parametrize("written,meant", [("plugin:fs|readFile", READ), ("core:window:close", "plugin:window|close"),
                                           ("fs:readTextFile", "plugin:fs|read_text_file")])
def test_camel_case_and_core(written, meant):
    miss = explain(NOTES, written)["near_misses"][0]
    assert miss["kind"] == "spelling" and f"`{meant}`" in miss["change"]


@pytest.mark.parametrize("written,kind,change", [
    ("plugin:note|raed", "unknown-command", "did you mean `plugin:note|read`?"),
    ("plugin:note|zzzzzzzzzzzz", "unknown-command", "permissions folder"),
    ("plugin:note|", "unknown-command", "permissions folder"),
    ("plugin:nte|read", "unknown-plugin", "did you mean a command of `note`?"),
    ("plugin:winow|close", "unknown-plugin", "`window`"),
    ("plugin:quite-another|x", "unknown-plugin", "fs"),
    ("plugin:|read", "unknown-plugin", "fs"),
    ("plugin:", "unknown-plugin", "fs"),
    ("|", "unknown-plugin", "fs"),
    ("plugin:../../note|read", "unknown-plugin", ""),
    ("what is this", "unknown-command", "`plugin:NAME|COMMAND`"),
    ("plugin:__TAURI_CHANNEL__|fetch", "exempt", "nothing has to"),
])
def test_names_that_are_none(tmp_path, written, kind, change):
    answer = explain(make(tmp_path, capability(["note:allow-read"])), written)
    assert (answer["verdict"], kinds(answer)[0]) == ("deny", kind)
    assert change in answer["near_misses"][0]["change"]


# ---- denials, and the modes ----


def denied_app(folder, **more):
    return make(folder, capability(["note:allow-read"]), capability(["note:deny-read"], "no", **more))


@pytest.mark.parametrize("mode", ["tauri", "narrow", "strict"])
def test_a_denial_wins_where_it_holds(tmp_path, mode):
    answer = explain(denied_app(tmp_path), "plugin:note|read", "--mode", mode)
    assert (answer["verdict"], kinds(answer)) == ("deny", ["denied"])
    (denial,) = answer["denied_by"]
    assert (denial["capability"], denial["permission"], denial["file"], denial["line"]) == ("no", "note:deny-read", "capabilities/no.json", 7)
    assert [entry["capability"] for entry in answer["entries"]] == ["main"]
    assert answer["near_misses"][0]["change"] == "take `note:deny-read` out of `permissions` in capabilities/no.json"
    assert answer["reason"] == "the capability `no` denies it by `note:deny-read`"


@pytest.mark.parametrize("more", [{"windows": ["other"]}, {"local": False, "remote": {"urls": ["https://a.example"]}}, {"windows": []}])
def test_a_denial_elsewhere_holds_in_mode_tauri_only(tmp_path, more):
    app = denied_app(tmp_path, **more)
    answer = explain(app, "plugin:note|read", "--mode", "tauri")
    assert (answer["verdict"], kinds(answer)) == ("deny", ["denied", "mode"])
    assert "in mode tauri for every view" in answer["near_misses"][0]["message"]
    assert "in mode narrow this is allowed" in answer["near_misses"][1]["message"]
    answer = explain(app, "plugin:note|read", "--mode", "narrow")
    assert answer["verdict"] == "allow" and answer["denied_by"] == []
    (miss,) = [miss for miss in answer["near_misses"] if miss["kind"] == "mode"]
    assert "in mode tauri this is denied" in miss["message"] and "`no`" in miss["message"]


def test_a_denial_for_no_origin_holds_nowhere(tmp_path):
    answer = explain(denied_app(tmp_path, local=False), "plugin:note|read", "--mode", "tauri")
    assert answer["verdict"] == "allow" and answer["denied_by"] == []


def test_a_denial_that_is_in_the_way_is_the_first_of_two_things(tmp_path):
    app = make(tmp_path, capability(["note:deny-read"]), capability(["note:allow-read"], "b", windows=["other"]))
    answer = explain(app, "plugin:note|read")
    assert kinds(answer)[:2] == ["denied", "window"]


def test_scopes_that_differ_in_the_other_mode(tmp_path):
    app = make(tmp_path, capability(["note:allow-go"]), capability(["note:scope-all"], "other", windows=["other"]))
    narrow = explain(app, "plugin:note|go", "--mode", "narrow")
    wide = explain(app, "plugin:note|go", "--mode", "tauri")
    assert narrow["scope"] == {"allow": ["own"], "deny": []}
    assert wide["scope"] == {"allow": ["own", "shared"], "deny": ["never"]}
    for answer in (narrow, wide):
        assert any(miss["kind"] == "mode" and "its scope is another" in miss["message"] for miss in answer["near_misses"])


# ---- the app's own commands ----


def test_an_apps_own_command_without_a_manifest(tmp_path):
    app = make(tmp_path, capability(["note:allow-read"]))
    answer = explain(app, "greet", "--mode", "tauri")
    assert (answer["verdict"], answer["entries"]) == ("allow", []) and "unchecked" in answer["reason"]
    assert kinds(answer) == ["unnamed", "mode"]
    answer = explain(app, "greet", "--mode", "narrow")
    assert (answer["verdict"], kinds(answer)) == ("deny", ["app-command", "mode"])
    assert 'commands.allow = ["greet"]' in answer["near_misses"][0]["change"]
    assert "in mode tauri this is allowed" in answer["near_misses"][1]["message"]


def test_remote_origins_are_always_checked(tmp_path):
    app = make(tmp_path, capability(["note:allow-read"], remote={"urls": ["https://a.example"]}))
    for mode in ("tauri", "narrow", "strict"):
        assert explain(app, "greet", "--mode", mode, "--origin", "https://a.example")["verdict"] == "deny"


def test_with_a_manifest_an_own_command_is_checked(tmp_path):
    app = make(tmp_path, capability(["note:allow-read"]), own=OWN)
    for mode in ("tauri", "narrow"):
        answer = explain(app, "greet", "--mode", mode)
        assert (answer["verdict"], kinds(answer)) == ("deny", ["ungranted"])
        assert answer["near_misses"][0]["change"] == "add `allow-greet` to `permissions` of capabilities/main.json"
        answer = explain(app, "other_one", "--mode", mode)
        assert (answer["verdict"], kinds(answer)) == ("deny", ["app-command"])
    app = make(tmp_path, capability(["allow-greet"]), own=OWN)
    answer = explain(app, "greet")
    assert (answer["verdict"], kinds(answer)) == ("allow", [])
    assert answer["entries"][0]["permission"] == "allow-greet"
    assert answer["plugin"] == {"name": "", "implemented": True, "host": True, "read": [], "write": [], "mask": []}


def test_a_near_name_of_the_apps_own(tmp_path):
    app = make(tmp_path, capability(["allow-greet"]), own=OWN)
    assert "did you mean `greet`?" in explain(app, "gret")["near_misses"][0]["change"]
    assert kinds(explain(app, "Greet"))[0] == "spelling"


# ---- notes ----


def test_granted_and_unimplemented(tmp_path):
    answer = explain(make(tmp_path, capability(["core:default"])), "plugin:menu|text")
    assert (answer["verdict"], kinds(answer)) == ("allow", ["unimplemented"])
    assert answer["plugin"] == {"name": "core:menu", "implemented": False, "read": [], "write": [], "mask": []}
    assert answer["entries"][0]["sets"] == ["core:default", "core:menu:default"]


def test_granted_and_served_by_the_host(tmp_path):
    app = make(tmp_path, capability(["core:default", "core:window:allow-set-title", "core:window:allow-set-overlay-icon"]))
    answer = explain(app, "plugin:window|set_title")
    assert (answer["verdict"], kinds(answer)) == ("allow", [])
    assert answer["plugin"] == {"name": "core:window", "implemented": True, "host": True, "read": [], "write": [], "mask": []}
    answer = explain(app, "plugin:window|set_overlay_icon")
    assert (answer["verdict"], kinds(answer), answer["plugin"]["implemented"]) == ("allow", ["unimplemented"], False)
    assert "the host serves only what" in answer["near_misses"][0]["change"]


def test_granted_and_not_in_the_list_of_its_plugin(tmp_path):
    app = make(tmp_path, capability(["mine:allow-do"]))
    folder = app / "mine"
    (folder / "permissions").mkdir(parents=True)
    (folder / "plugin.toml").write_text('name = "mine"\nprogram = "mine"\ncommands = ["other"]\n')
    (folder / "permissions/all.toml").write_text('[[permission]]\nidentifier = "allow-do"\ncommands.allow = ["do"]\n')
    with open(app / "trollbridge.toml", "a", encoding="utf-8") as manifest:
        manifest.write('[plugins.mine]\nprogram = "mine/mine"\npermissions = "mine"\n')
    answer = explain(app, "plugin:mine|do")
    assert (answer["verdict"], kinds(answer)) == ("allow", ["unimplemented"])
    assert answer["near_misses"][0]["change"] == "if its program has the command, list it in `commands` of its plugin.toml"


def test_granted_and_reaches_nothing(tmp_path):
    answer = explain(make(tmp_path, capability(["fs:allow-read-file"])), READ)
    assert (answer["verdict"], kinds(answer)[0]) == ("allow", "empty-scope")
    assert answer["scope"] == {"allow": [], "deny": []}
    assert '"identifier": "fs:allow-read-file"' in answer["near_misses"][0]["change"]


def test_a_great_many_near_misses_are_counted(tmp_path):
    app = make(tmp_path, *[capability(["note:allow-read"], f"c{i:03}", windows=[f"w{i}"]) for i in range(100)])
    misses = explain(app, "plugin:note|read")["near_misses"]
    assert misses[-1]["kind"] == "more" and len(misses) == 65
    assert misses[0]["kind"] == "window" and misses[-1]["message"] == "37 more came near"


# ---- Tauri projects ----


def test_a_capability_that_is_not_listed(tmp_path):
    (tmp_path / "capabilities").mkdir()
    (tmp_path / "tauri.conf.json").write_text(json.dumps({
        "identifier": "com.example.tauri", "app": {"security": {"capabilities": ["main"]}}}))
    for name, permission in (("main", "fs:allow-mkdir"), ("extra", "fs:allow-read-file")):
        (tmp_path / f"capabilities/{name}.json").write_text(json.dumps(capability([permission], name)))
    answer = explain(tmp_path, READ)
    assert (answer["mode"], answer["verdict"], kinds(answer)[0]) == ("tauri", "deny", "unlisted")
    assert answer["near_misses"][0]["capability"] == "extra"
    assert '"extra"` to `app.security.capabilities` of tauri.conf.json' in answer["near_misses"][0]["change"]


def test_a_plugin_whose_manifest_is_missing(tmp_path):
    (tmp_path / "capabilities").mkdir()
    (tmp_path / "tauri.conf.json").write_text(json.dumps({"identifier": "com.example.tauri"}))
    (tmp_path / "capabilities/main.json").write_text(json.dumps(capability(["elsewhere:default"])))
    assert kinds(explain(tmp_path, "plugin:elsewhere|go"))[0] == "missing-manifest"


# ---- text, usage, errors ----


def test_text_of_what_is_allowed():
    status, out, errors = run(NOTES, READ)
    assert (status, errors) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "allowed: plugin:fs|read_file in view main (local)"
    assert lines[2] == ("  by capability main (capabilities/main.json:7) > fs:allow-read-file (defined in "
                        "share/trollbridge/plugins/fs/permissions/commands/read_file.toml:3)")
    assert lines[3] == "  may reach: $RESOURCE/data, $RESOURCE/data/**"
    assert any(line.startswith("  the kernel lets the plugin read: /") for line in lines)


def test_text_of_what_is_denied(tmp_path):
    app = make(tmp_path, capability(["note:allow-read"], windows=["settings"]))
    status, out, errors = run(app, "plugin:note|read", "--webview", "inner")
    assert (status, errors) == (1, "")
    assert out.splitlines()[:3] == [
        "denied: plugin:note|read in view main, webview inner (local)",
        "  - the capability `main` allows it, but only for the windows `settings` (capabilities/main.json:7)",
        '    to change that: add `"main"` to `windows` of capabilities/main.json']


def test_text_from_files_cannot_speak_to_the_terminal(tmp_path):
    evil = "a\x1b[2Jb\u202e"
    app = make(tmp_path, capability(["note:allow-read"], windows=["other"]))
    text = json.dumps(capability(["note:allow-read"], evil, windows=["other"]))
    (app / "capabilities/main.json").write_text(text)
    for command in ("plugin:note|read", "plugin:note|\x1b[2J"):
        status, out, errors = run(app, command)
        assert status == 1 and errors == "" and not set(out) & {"\x1b", "\u202e"}
    status, out, errors = run(app, "plugin:note|read", "--view", "other")
    assert status == 0 and not set(out) & {"\x1b", "\u202e"}
    assert explain(app, "plugin:note|read", "--view", "other")["entries"][0]["capability"] == evil


@pytest.mark.parametrize("arguments", [
    [], [NOTES], [NOTES, READ, "more"], [NOTES, ""], [NOTES, "x" * 513], [NOTES, READ, "--view", "a b"],
    [NOTES, READ, "--webview", ""], [NOTES, READ, "--origin", ""], [NOTES, READ, "--origin", "x" * 513],
    [NOTES, READ, "--mode", "other"], [NOTES, READ, "--target", "beos"], [NOTES, READ, "--nope"]])
def test_usage(arguments):
    status, out, errors = run(*arguments)
    assert (status, out) == (2, "") and errors.startswith("trollbridge: usage: ")


def test_files_that_are_wrong(tmp_path):
    app = make(tmp_path, capability(["note:nothing"]))
    status, out, errors = run(app, "plugin:note|read")
    assert (status, out) == (3, "") and errors.startswith("trollbridge: unknown-permission: ")
    status, out, errors = run(app, "plugin:note|read", "--json")
    answer = json.loads(out)
    assert (status, errors) == (3, "") and "verdict" not in answer
    assert [item["code"] for item in answer["errors"]] == ["unknown-permission"]


# ---- the broker ----

PAIRS = [(READ, {"path": "data/hello.txt"}), ("plugin:fs|read_text_file", {"path": "data/hello.txt"}), ("plugin:fs|read_dir", {"path": "data"}),
         ("plugin:fs|remove", {"path": "data/hello.txt"}), ("plugin:fs|mkdir", {"path": "data/x"}), ("plugin:fs|open", {}), ("fs:read_file", {}),
         ("plugin:fs|readFile", {}), ("greet", {}), ("plugin:window|close", {}), ("plugin:__TAURI_CHANNEL__|fetch", {}), ("plugin:fs|stat", {"path": "data"})]


@pytest.mark.parametrize("view", ["main", "other"])
@pytest.mark.parametrize("command,args", PAIRS)
def test_agrees_with_the_broker(app, command, args, view):
    with tree.leaves_nothing():
        called = app.call(command, args, "--view", view, "--json")
    answer = explain(app.path, command, "--view", view)
    error = {} if called.returncode == 0 else json.loads(called.stdout)["error"]
    granted = error.get("code") not in ("not_granted", "denied")
    assert granted == (answer["verdict"] == "allow"), (error, answer["reason"])
    if error.get("code") == "unimplemented":
        assert kinds(answer)[0] == "unimplemented"
    if not granted:
        assert f"trollbridge policy explain APP '{command}' --view {view}" in error["message"]
