"""The corpus of tests/policy: what each paragraph of Tauri's access control means, written by hand (see its README.md).

Each case is put to the program and to the reference; so a mistake of either is told apart from one of the corpus.
"""

import json
import pathlib
import shutil

import pytest

import policy_tool as tool
import test_policy
from generate import ours_files

CORPUS = tool.TOP / "tests/policy/corpus"
CASES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir())
NOTE = {"default_permission": None, "permission_sets": {}, "global_scope_schema": None,
        "permissions": {"go": {"identifier": "go", "commands": {"allow": ["go"], "deny": []}}}}


def table(name):
    return json.loads((CORPUS / name).read_text())


def in_our_form(app, folder):
    """A Tauri project of the corpus as an app of ours, with its manifests as plugins; itself if it already is one."""
    built = app / "gen/schemas/acl-manifests.json"
    if not built.exists():
        return app
    make_app(folder, ours_files(json.loads(built.read_text())))
    for part in ("capabilities", "permissions"):
        if (app / part).exists():
            shutil.copytree(app / part, folder / part)
    return folder


def ask_program(app, mode, target):
    return tool.check(app, mode, target)


def ask_reference(app, mode, target):
    return tool.reference.check(app, mode, target, [tool.PLUGINS])


ASKED = pytest.mark.parametrize("ask", [ask_program, ask_reference])


def expected(case, mode):
    wanted = case["modes"].get(mode, case["modes"]["tauri"])
    return case["modes"][wanted["as"]] if wanted and "as" in wanted else wanted


def spelt(text):
    """An entry in short: FILE:LINE CAPABILITY PERMISSION CONTEXT [windows=a,b] [webviews=] [scope=N]."""
    if isinstance(text, dict):
        return text
    place, capability, permission, context, *more = text.split(" ")
    file, _, line = place.rpartition(":")
    item = {"file": file, "line": int(line), "capability": capability, "permission": permission,
            "context": context if context == "local" else {"remote": context}}
    for key, value in (part.split("=", 1) for part in more):
        item[key] = int(value) if key == "scope" else value.split(",") if value else []
    return item


def check_entries(found, wanted):
    assert set(found) == set(wanted)
    for command, texts in wanted.items():
        assert len(found[command]) == len(texts), command
        for item, want in zip(found[command], map(spelt, texts)):
            assert {key: item.get(key) for key in {*want, "scope"}} == {"scope": None, **want}


def check_errors(answer, wanted, by_program):
    assert answer["status"] == 3
    for text in wanted if by_program else []:
        code, _, place = text.partition(" ")
        assert any(item["code"] == code and f"{item['file']}:{item['line']}".startswith(place) for item in answer["errors"]), text
    if wanted and not by_program:
        assert set(tool.codes(answer)) & {text.split(" ")[0] for text in wanted}


@ASKED
@pytest.mark.parametrize("mode", tool.MODES)
@pytest.mark.parametrize("name", CASES)
def test_resolution(name, mode, ask):
    case = table(f"{name}/expect.json")
    wanted = expected(case, mode)
    if wanted is None:
        assert mode == "strict", "only what strict says may be left open"
        return
    check_answer(ask(CORPUS / name / "app", mode, case.get("target", "linux")), wanted, ask is ask_program)


OUR_NAMES = [name for name in CASES if (CORPUS / name / "app/gen").exists() and not table(f"{name}/expect.json").get("tauri_only")]


@ASKED
@pytest.mark.parametrize("mode", tool.MODES)
@pytest.mark.parametrize("name", OUR_NAMES)
def test_resolution_in_our_form(tmp_path, name, mode, ask):
    wanted = expected(table(f"{name}/expect.json"), mode)
    if wanted is not None:
        check_answer(ask(in_our_form(CORPUS / name / "app", tmp_path), mode, "linux"), wanted, ask is ask_program)


def check_answer(answer, wanted, by_program):
    if wanted["status"] == 3:
        check_errors(answer, wanted["errors"], by_program)
        return
    assert answer["status"] == 0, answer
    for key in ("allowed", "denied"):
        if key in wanted:
            check_entries(answer[key], wanted[key])
    for key in ("scopes", "global_scope"):
        if key in wanted:
            assert tool.exact(answer[key]) == tool.exact(wanted[key])
    if by_program:
        assert set(wanted.get("warnings", [])) <= {item["code"] for item in answer["warnings"]}


def explained(app, mode, call):
    answer = tool.explain(app, mode, call)
    named = [item["permission"] for item in answer["entries"] + answer["denied_by"]]
    return {"allowed": answer["verdict"] == "allow", "permissions": named, **answer["scope"]}


def referred(app, mode, call):
    resolution = tool.reference.resolve(tool.reference.App(app, [tool.PLUGINS]), "linux", mode)
    answer = tool.decided(resolution, mode, call)
    return {**answer, "permissions": [item["permission"] for item in answer["entries"]]}


def granted(app, mode, call):
    """What the broker is given: the grant of this view. The app's manifest is ours to write."""
    settings = app / "trollbridge.toml"
    if "[policy]" not in settings.read_text():
        settings.write_text(f'{settings.read_text()}\n[policy]\nmode = "{mode}"\n')
    status, errors, files = test_policy.compile_app(app, plugins=[tool.PLUGINS])
    assert status == 0, errors
    grant = test_policy.grant_of(files["snapshot"], call["view"], call["webview"], call["origin"])
    command = next((item for item in grant["commands"] if item["name"] == call["command"]), None)
    rules = [item["rule"] for item in [command, *grant["denied"]] if item and item["name"] == call["command"]]
    scope = grant["scopes"][command["scope"]] if command and "scope" in command else {"allow": [], "deny": []}
    return {"allowed": command is not None, "permissions": [rule["permission"] for rule in rules], **scope}


def decisions(names=CASES):
    for name in names:
        case = table(f"{name}/expect.json")
        for number, call in enumerate(case.get("decisions", ())):
            for mode in call.get("modes", tool.MODES):
                if (expected(case, mode) or {"status": 0})["status"] == 0:
                    yield pytest.param(name, mode, call, id=f"{name}-{number}-{mode}")


@pytest.mark.parametrize("ask", [explained, referred])
@pytest.mark.parametrize("name,mode,call", decisions())
def test_decision(name, mode, call, ask):
    check_decision(ask(CORPUS / name / "app", mode, tool.whole(call)), call)


# A grant lists what is granted: commands that mode tauri does not check at all are not in it.
LISTED = [item for item in decisions([*OUR_NAMES, *(name for name in CASES if (CORPUS / name / "app/trollbridge.toml").exists())])
          if not (item.values[1] == "tauri" and "unchecked" in table(f"{item.values[0]}/expect.json"))]


@pytest.mark.parametrize("name,mode,call", LISTED)
def test_grant(tmp_path, name, mode, call):
    if (CORPUS / name / "app/trollbridge.toml").exists():
        app = pathlib.Path(shutil.copytree(CORPUS / name / "app", tmp_path / "app"))
    else:
        app = in_our_form(CORPUS / name / "app", tmp_path)
    check_decision(granted(app, mode, tool.whole(call)), call)


def check_decision(answer, call):
    assert answer["allowed"] == call["allowed"]
    if "permission" in call:
        assert call["permission"] in answer["permissions"]
    for half in ("allow", "deny"):
        if half in call:
            assert tool.values(answer[half]) == tool.values(call[half])


def make_app(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def make_capability(folder, permission="note:go", **more):
    capability = {"identifier": "main", "windows": ["main"], "permissions": [permission], **more}
    return make_app(folder, {**ours_files({"note": NOTE}), "capabilities/main.json": json.dumps(capability)})


@ASKED
@pytest.mark.parametrize("mode", tool.MODES)
@pytest.mark.parametrize("number", range(len(table("rejected.json"))))
def test_rejected(tmp_path, number, mode, ask):
    row = table("rejected.json")[number]
    wanted = row["error"] if isinstance(row["error"], list) else [row["error"]]
    manifest = {} if "tauri.conf.json" in row["files"] else {"trollbridge.toml": '[app]\nid = "com.example.corpus"\n'}
    answer = ask(make_app(tmp_path, {**manifest, **row["files"]}), mode, "linux")
    assert answer["status"] == 3
    assert set(wanted) & set(tool.codes(answer))
    if "line" in row and ask is ask_program:
        assert row["line"] in [item["line"] for item in answer["errors"] if item["code"] in wanted]


@ASKED
@pytest.mark.parametrize("row", table("identifiers.json"), ids=lambda row: row["identifier"][:20] or "empty")
def test_identifier(tmp_path, row, ask):
    """An identifier that is none is an error of its own; a good one that names nothing is not that error."""
    answer = ask(make_capability(tmp_path, row["identifier"]), "tauri", "linux")
    assert ("identifier" in (tool.codes(answer) if answer["status"] == 3 else [])) != row["accepted"]


@pytest.mark.parametrize("ask", [explained, referred, granted])
@pytest.mark.parametrize("row", table("globs.json"), ids=lambda row: row["glob"] or "empty")
def test_glob(tmp_path, row, ask):
    app = make_capability(tmp_path, windows=[row["glob"]])
    for labels, allowed in ((row["matches"], True), (row["not"], False)):
        for label in labels:
            assert ask(app, "narrow", tool.whole({"command": "plugin:note|go", "view": label}))["allowed"] == allowed, label


@pytest.mark.parametrize("ask", [explained, referred, granted])
@pytest.mark.parametrize("row", table("urls.json"), ids=lambda row: row["pattern"])
def test_url(tmp_path, row, ask):
    app = make_capability(tmp_path, local=False, remote={"urls": [row["pattern"]]})
    for urls, allowed in ((row["matches"], True), (row["not"], False)):
        for url in urls:
            assert ask(app, "narrow", tool.whole({"command": "plugin:note|go", "origin": url}))["allowed"] == allowed, url
