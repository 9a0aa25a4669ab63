"""`trollbridge policy check`, from the installed tree."""

import json
import os
import re
import shutil

import pytest

from policy_apps import TOP, policy

NOTES = TOP / "examples" / "notes"


def check(*arguments, home="/home/u"):
    return policy(*arguments, env={"HOME": home})


def test_says_what_a_view_gets():
    status, out, errors = check("check", str(NOTES))
    assert (status, errors) == (0, "")
    first, *rows = out.splitlines()
    assert first.startswith("main (local): 10 commands, risk ") and len(rows) >= 6
    assert any(row.split()[:2] == ["fs:allow-read-file", "plugin:fs|read_file"] and "capabilities/main.json:" in row
               for row in rows)


def test_json_of_a_view_that_gets_nothing():
    status, out, errors = check("check", str(NOTES), "--json", "--view", "other")
    assert (status, errors) == (0, "")
    answer = json.loads(out)
    assert answer["mode"] == "strict" and answer["target"] == "linux" and answer["allowed"] == {}
    assert len(answer["digest"]) == 64


def test_the_digest_is_that_of_the_user():
    outs = {check("check", str(NOTES), home=home)[1] for home in ("/home/u", "/home/v")}
    assert len(outs) == 2


def test_errors_come_through(tmp_path):
    (tmp_path / "trollbridge.toml").write_text('[app]\nid = "com.example.x"\nnmae = "x"\n')
    status, out, errors = check("check", str(tmp_path))
    assert (status, out) == (3, "")
    assert errors.startswith("trollbridge: unknown-key: [app] has no key `nmae`") and errors.endswith("(trollbridge.toml:3)\n")


@pytest.mark.parametrize("wrong, near", [("fs:allow-read-txt-file", "`allow-read-text-file`"), ("fs:alow-stat", "`allow-stat`"), ("fs:defaults", None)])
def test_an_unknown_permission_has_near_ones(tmp_path, wrong, near):
    app = hostile(tmp_path)
    (app / "capabilities/a.json").write_text(json.dumps({"identifier": "a", "windows": ["main"], "permissions": [wrong]}))
    status, out, errors = check("check", str(app))
    name = wrong.split(":")[1]
    wanted = f"fs has no permission or set `{name}`: write {near}" if near else f"fs has no permission or set `{name}`; it has"
    assert status == 3 and wanted in errors


@pytest.mark.parametrize("arguments", [[], ["explain"], ["check"], ["check", "a", "b"], ["check", "--nope", "a"]])
def test_usage(arguments):
    assert check(*arguments)[:2] == (2, "")


def hostile(folder):
    (folder / "capabilities").mkdir()
    (folder / "trollbridge.toml").write_text('[app]\nid = "com.example.x"\n')
    return folder


def test_a_table_shows_what_is_there(tmp_path):
    app = hostile(tmp_path)
    name = "x\x1b[2J\n  plugin:fs|remove \u202e" + "\u00e9" * 2000
    capability = {"identifier": name, "windows": ["main"], "permissions": ["core:app:allow-version"]}
    (app / "capabilities" / "a.json").write_text(json.dumps(capability))
    status, out, errors = check("check", str(app))
    assert (status, errors) == (0, "") and "\x1b" not in out and "\u202e" not in out
    assert [line for line in out.splitlines() if "plugin:" in line and "plugin:app|version" not in line] == []
    why = policy("explain", app, "plugin:app|version")[1]
    assert "\x1b" not in why and "\u202e" not in why and r"x\u001b[2J\u000a  plugin:fs|remove \u202e" in why


@pytest.mark.parametrize("name", [b"\xff.json", b"a\x1b[2J.json", b"a\x7f.toml", b"\x9b31m"])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_names_of_files_that_cannot_be_shown(tmp_path, name, options):
    app = hostile(tmp_path)
    (app / "capabilities" / os.fsdecode(name)).write_text("{}")
    status, out, errors = check("check", str(app), *options)
    told = json.loads(out)["errors"][0] if options else errors
    assert status == 3
    if options:
        assert told["file"] == "capabilities" and told["code"] == "io" and "rename it" in told["message"]
    else:
        assert told.startswith("trollbridge: io: the name of `") and told.endswith("rename it (capabilities)\n")
        assert told[:-1].isprintable()


def test_json_moves_no_cursor(tmp_path):
    app = shutil.copytree(NOTES, tmp_path / "app")
    name = "n\u009b31m\u202e\u00e9"
    (app / "capabilities" / "a.json").write_text(json.dumps(
        {"identifier": name, "windows": ["main"], "permissions": ["fs:allow-lstat"]}))
    status, out, errors = check("check", str(app), "--json")
    assert status == 0, errors
    assert "\u009b" not in out and "\u202e" not in out and "\u00e9" in out
    granted = json.loads(out)["allowed"]["plugin:fs|lstat"]
    assert [entry["capability"] for entry in granted] == [name]


def test_the_table_is_of_the_mode_and_target_asked_for(tmp_path):
    app = hostile(tmp_path)
    one = {"identifier": "one", "windows": ["main"], "permissions": ["core:app:allow-version"]}
    no = {"identifier": "no", "windows": ["other"], "permissions": ["core:app:deny-version"]}
    mac = {"identifier": "mac", "platforms": ["macOS"], "windows": ["main"], "permissions": ["core:app:allow-name"]}
    (app / "capabilities" / "a.json").write_text(json.dumps([one, no, mac]))
    counts = {options: re.search(r"^main \(local\): (\d+) command", check("check", str(app), *options)[1], re.M)
              for options in ((), ("--mode", "narrow"), ("--mode", "tauri"), ("--target", "macOS"))}
    counts = {options: int(found[1]) if found else 0 for options, found in counts.items()}
    assert counts == {(): 1, ("--mode", "narrow"): 1, ("--mode", "tauri"): 0, ("--target", "macOS"): 2}


def test_a_name_with_a_nul_is_not_the_one_before_it(tmp_path):
    app = hostile(tmp_path)
    capability = {"identifier": "a", "windows": ["main"], "permissions": ["odd:p"]}
    (app / "capabilities" / "a.json").write_text(json.dumps(capability))
    (app / "plugins" / "odd" / "permissions").mkdir(parents=True)
    (app / "plugins" / "odd" / "plugin.toml").write_text('name = "odd"\n')
    commands = {"allow": ["read\0x"], "deny": ["write\0x"]}
    (app / "plugins" / "odd" / "permissions" / "p.json").write_text(json.dumps({"permission": [{"identifier": "p", "commands": commands}]}))
    with open(app / "trollbridge.toml", "a") as manifest:
        manifest.write('[plugins.odd]\npermissions = "plugins/odd"\n')
    answer = json.loads(check("check", str(app), "--json")[1])
    assert answer["errors"] == []
    assert (list(answer["allowed"]), list(answer["denied"])) == (["plugin:odd|read\0x"], ["plugin:odd|write\0x"])


@pytest.mark.parametrize("kind", ["capabilities", "permissions"])
@pytest.mark.parametrize("target", ["../denials", "/", "."])
def test_a_linked_folder_is_not_passed_over(tmp_path, kind, target):
    app = hostile(tmp_path)
    (app / "denials").mkdir()
    (app / kind).mkdir(exist_ok=True)
    (app / kind / "linked").symlink_to(target)
    status, out, errors = check("check", str(app))
    assert (status, out, errors) == (
        3, "", f"trollbridge: symlink: is a symbolic link: put the file itself here ({kind}/linked)\n")


def test_explain_does_not_take_the_apps_files_for_installed_ones(tmp_path):
    app = hostile(tmp_path)
    folder = app / "permissions" / "share" / "trollbridge"
    folder.mkdir(parents=True)
    (folder / "p.json").write_text(json.dumps({"permission": [{"identifier": "p", "commands": {"allow": ["go"]}}]}))
    (app / "capabilities" / "a.json").write_text(json.dumps({"identifier": "a", "windows": ["main"], "permissions": ["p"]}))
    status, out, errors = check("explain", str(app), "go")
    assert (status, errors) == (0, "") and "(defined in permissions/share/trollbridge/p.json:1)" in out
