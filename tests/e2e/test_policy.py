"""Drives the real trollbridge-policy: every folder of tests/policy/cases is an app and what comes of it.

expect.json: `status` (0), `vars` (HOME=/home/u), `errors` and `warnings` (each must begin a line of its own kind, after
"trollbridge: ", or stand in it where it begins with "("; no other lines may come), `settings` (some keys), `views`. Of a view's
`commands` every name must be given; of each command and plugin only the keys that matter (null: the key is not there).
"""

import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

import msgpack_reader
import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build"))
POLICY = BUILD / "policy" / "compiler" / "policy"
PLUGINS = TOP / "tests" / "policy" / "plugins"
CASES = TOP / "tests" / "policy" / "cases"
LIBEXEC = "/opt/libexec/trollbridge"


def run(arguments, files):
    """Runs the program with an empty environment; `files` are bytes to read, or None for an output."""
    with tempfile.TemporaryDirectory() as folder:
        opened = []
        for name, data in files.items():
            path = pathlib.Path(folder) / name
            path.write_bytes(data or b"")
            opened.append(os.open(path, os.O_RDWR))
        try:
            options = [f"--{name}-fd={fd}" for name, fd in zip(files, opened)]
            done = subprocess.run([POLICY, *arguments, *options], env={}, pass_fds=opened, capture_output=True, timeout=60)
        finally:
            for fd in opened:
                os.close(fd)
        results = {name: (pathlib.Path(folder) / name).read_bytes() for name in files}
    return done.returncode, done.stderr.decode(), results


def compile_app(app, variables=None, plugins=(PLUGINS,), extra=()):
    variables = {"HOME": "/home/u"} if variables is None else variables
    arguments = ["compile", "--app", str(app), "--libexec", LIBEXEC, *extra]
    for folder in plugins:
        arguments += ["--plugins", str(folder)]
    for name, value in variables.items():
        arguments += ["--var", f"{name}={value}"]
    return run(arguments, {"snapshot": None, "settings": None})


def request_of(view, webview, origin):
    return b"".join(struct.pack("<H", len(text.encode())) + text.encode() for text in (view, webview, origin))


def resolve(snapshot, request):
    status, errors, files = run(["resolve"], {"snapshot": snapshot, "request": request, "grant": None})
    return status, errors, files["grant"]


def grant_of(snapshot, view="main", webview=None, origin="local"):
    status, errors, grant = resolve(snapshot, request_of(view, webview or view, origin))
    assert (status, errors) == (0, "")
    return msgpack_reader.decode(grant)


def rule_text(rule):
    return f"{rule['capability']} {rule['permission']} {rule['file']}:{rule['line']}"


def placed(value, app):
    text = json.dumps(value)
    return json.loads(text.replace("$APP/", f"{app}/").replace("$PLUGINS", str(PLUGINS)).replace("$LIBEXEC", LIBEXEC))


def unordered(value):
    """Paths are sorted, and where the checkout lies decides how."""
    return sorted(value) if isinstance(value, list) else value


def check_lines(found, wanted, what):
    for text in wanted:
        hit = [line for line in found if line.startswith(text) or (text in line and text.startswith(("(", "cannot")))]
        assert hit, f"no {what} `{text}` in\n" + "\n".join(found)
        found = [line for line in found if line != hit[0]]
    assert not found, f"{what}s that were not expected:\n" + "\n".join(found)


def check_command(grant, name, wanted):
    command = next(item for item in grant["commands"] if item["name"] == name)
    for key, value in wanted.items():
        if key == "rule":
            assert rule_text(command["rule"]) == value
        elif key == "plugin":
            assert (grant["plugins"][command["plugin"]]["name"] if "plugin" in command else None) == value
        elif key in ("allow", "deny"):
            assert grant["scopes"][command["scope"]][key] == value, f"{key} of {name}"
        else:
            found = command.get(key)
            assert (list(found) if key == "rules" else found) == value, f"{key} of {name}"


def check_filters(grant, wanted):
    """Of rules the lines; None: there are none."""
    if "rules" in wanted:
        assert [rule["line"] for rule in grant.get("rules", [])] == (wanted["rules"] or [])
        assert ("rules" in grant) == (wanted["rules"] is not None)
    if "tripwires" in wanted:
        assert grant["tripwires"] == wanted["tripwires"]
    if "hook" in wanted:
        hook = grant.get("hook")
        assert (hook is None) == (wanted["hook"] is None)
        for key, value in (wanted["hook"] or {}).items():
            assert hook[key] == (value.encode() if key == "text" else value)


def check_view(snapshot, wanted):
    grant = grant_of(snapshot, wanted["view"], wanted.get("webview"), wanted.get("origin", "local"))
    names = [command["name"] for command in grant["commands"]]
    assert names == sorted(names, key=str.encode) and set(names) == set(wanted["commands"])
    assert grant["digest"] == hashlib.blake2b(snapshot, digest_size=32).digest()
    for name, command in wanted["commands"].items():
        check_command(grant, name, command)
    if "denied" in wanted:
        assert {item["name"]: rule_text(item["rule"]) for item in grant["denied"]} == wanted["denied"]
    check_filters(grant, wanted)
    if "plugins" in wanted:
        assert {plugin["name"] for plugin in grant["plugins"]} == set(wanted["plugins"])
        for plugin in grant["plugins"]:
            some = {key: unordered(plugin[key]) for key in wanted["plugins"][plugin["name"]]}
            assert some == {key: unordered(value) for key, value in wanted["plugins"][plugin["name"]].items()}


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_case(name):
    app = CASES / name / "app"
    wanted = placed(json.loads((CASES / name / "expect.json").read_text()), app)
    status, text, files = compile_app(app, wanted.get("vars"))
    lines = [line.removeprefix("trollbridge: ") for line in text.splitlines()]
    check_lines([line for line in lines if not line.startswith("warning: ")], wanted.get("errors", []), "error")
    warnings = [line.removeprefix("warning: ") for line in lines if line.startswith("warning: ")]
    check_lines(warnings, wanted.get("warnings", []), "warning")
    assert status == wanted.get("status", 0)
    if status != 0:
        assert files == {"snapshot": b"", "settings": b""}
        return
    settings = msgpack_reader.decode(files["settings"])
    assert settings["digest"] == hashlib.blake2b(files["snapshot"], digest_size=32).digest()
    assert settings["resource"] == str(app)
    for key, value in wanted.get("settings", {}).items():
        assert settings[key] == (value.encode() if key == "hook" else value)
    assert "views" in wanted
    for view in wanted["views"]:
        check_view(files["snapshot"], view)


def write_app(folder, files):
    for name, text in files.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


MANIFEST = '[app]\nid = "com.example.case"\n'


def capability(permissions, identifier="main"):
    return json.dumps({"identifier": identifier, "windows": ["main"], "permissions": permissions})


def test_the_example_keeps_its_private_notes():
    app = TOP / "examples" / "notes"
    status, text, files = compile_app(app, plugins=[TOP / "plugins"])
    assert (status, text) == (0, "")
    grant = grant_of(files["snapshot"])
    names = {command["name"] for command in grant["commands"]}
    assert {"plugin:fs|read_text_file", "plugin:fs|write_text_file", "plugin:fs|read_dir", "plugin:fs|stat"} <= names
    [fs] = [plugin for plugin in grant["plugins"] if plugin["name"] == "fs"]
    assert fs["read"] == fs["write"] == [f"{app}/data"]
    assert fs["mask"] == [f"{app}/data/private"]
    assert grant["scopes"] == [
        {"allow": [f"{app}/data", f"{app}/data/**"], "deny": [f"{app}/data/private", f"{app}/data/private/**"]}
    ]


def test_tells_at_most_fifty_errors(tmp_path):
    write_app(tmp_path, {"trollbridge.toml": MANIFEST, "capabilities/a.json": capability([f"x{n}:y" for n in range(70)])})
    status, text, _ = compile_app(tmp_path)
    lines = text.splitlines()
    assert status == 3 and len(lines) == 51
    assert lines[-1] == "trollbridge: more: 20 further errors"


def test_the_same_files_give_the_same_bytes(tmp_path):
    names = [f"{letter}.json" for letter in "kbxa"]
    apps = []
    for order in (names, names[::-1]):
        app = tmp_path / "app"
        shutil.rmtree(app, ignore_errors=True)
        write_app(app, {"trollbridge.toml": MANIFEST})
        write_app(app, {f"capabilities/{name}": capability(["fs:default"], name) for name in order})
        apps.append(compile_app(app))
    assert apps[0][0] == 0 and apps[0][2] == apps[1][2]


def test_a_snapshot_needs_nothing_but_itself(tmp_path):
    app = tmp_path / "app"
    write_app(app, {"trollbridge.toml": MANIFEST, "capabilities/a.json": capability(["fs:default"])})
    snapshot = compile_app(app)[2]["snapshot"]
    before = grant_of(snapshot)
    shutil.rmtree(app)
    assert grant_of(snapshot) == before and before["commands"]


def test_links_are_not_followed(tmp_path):
    app = write_app(tmp_path / "app", {"trollbridge.toml": MANIFEST, "capabilities/a.json": capability([])})
    (tmp_path / "b.json").write_text(capability(["fs:allow-stat"], "b"))
    (app / "capabilities" / "b.json").symlink_to(tmp_path / "b.json")
    status, text, _ = compile_app(app)
    assert status == 3
    assert text == "trollbridge: symlink: is a symbolic link: put the file itself here (capabilities/b.json)\n"
    shutil.rmtree(app / "capabilities")
    (tmp_path / "outside").mkdir()
    (app / "capabilities").symlink_to(tmp_path / "outside")
    status, text, _ = compile_app(app)
    assert (status, text.split(":")[1]) == (3, " symlink")


def test_a_pipe_does_not_hold_it(tmp_path):
    app = write_app(tmp_path, {"trollbridge.toml": MANIFEST, "capabilities/a.json": capability([])})
    os.mkfifo(app / "capabilities" / "b.json")
    status, text, _ = compile_app(app)
    assert (status, text) == (3, "trollbridge: io: is not a regular file (capabilities/b.json)\n")


def test_files_have_a_cap(tmp_path):
    app = write_app(tmp_path, {"trollbridge.toml": MANIFEST + "#" + " " * 2**24})
    status, text, _ = compile_app(app)
    assert (status, text) == (3, "trollbridge: too-large: is larger than 16 MiB: split it (trollbridge.toml)\n")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a" + ".a" * 100000 + " = 1",
        "[a" + ".a" * 100000 + "]",
        'x = "' + "." * 100 + '"\na' + '."a"' * 50000 + " = 1",
        "x = { " + "a." * 50000 + "a = 1 }",
        'x = """\n"\n"""\na' + " . a" * 50000 + " = 1",
        'x = { y = """z"""", a' + ".a" * 50000 + " = 1 }",
        "x = { y = \'\'\'z\'\'\'\'\', a" + ".a" * 50000 + " = 1 }",
        "[[\n[[set]]",
        "[\u00e9]",
        "[ . ]",
        "x = [}",
        "x = {]",
        "x = ]",
        "x = [\n[1],\n]\n[#]",
    ],
)
def test_deep_toml_is_refused_not_followed(tmp_path, text):
    app = write_app(tmp_path, {"trollbridge.toml": text + "\n"})
    status, errors, _ = compile_app(app)
    assert status == 3 and errors.startswith("trollbridge: syntax: ")


def test_lists_of_lists_are_no_headers(tmp_path):
    scope = '{ identifier = "open:allow-url", allow = [\n[ { a = [\n[1, 2],\n["."]] } ],\n] }'
    text = f'identifier = "main"\nwindows = [\n"main"]\npermissions = [\n{scope}]\n'
    app = write_app(tmp_path, {"trollbridge.toml": MANIFEST, "capabilities/a.toml": text})
    status, errors, files = compile_app(app)
    assert (status, errors) == (0, "")
    assert grant_of(files["snapshot"])["scopes"][0]["allow"][0] == [{"a": [[1, 2], ["."]]}]


def test_text_beyond_ascii(tmp_path):
    name = "caf\u00e9 \u2764\ufe0f \u1e9e \ud7a3 \U0001f309"
    files = {"trollbridge.toml": f'[app] # {name}\nid = "com.example.case"\nname = """{name}"""\n[[window]]\nlabel = "main"\ntitle = \'{name}\'\n'}
    entry = f'{{ identifier = "open:allow-url", allow = ["{name}"] }}'
    files["capabilities/a.toml"] = f'identifier = "{name}"\nwindows = ["main"]\npermissions = [{entry}]\n'
    status, errors, compiled = compile_app(write_app(tmp_path, files))
    assert (status, errors) == (0, "")
    grant = grant_of(compiled["snapshot"])
    assert grant["scopes"][0]["allow"][0] == name
    assert grant["commands"][0]["rule"]["capability"] == name


def test_dots_in_strings_are_no_keys(tmp_path):
    dots = "." * 100
    text = f"# {dots}\n[app] # {dots}\nid = \"com.example.case\"\nname = '{dots}'\ncsp = \"\"\"\\\"{dots}\n\"{dots}\"\"\"\n"
    app = write_app(tmp_path, {"trollbridge.toml": text})
    assert compile_app(app)[:2] == (0, "")


def test_sets_that_double_end(tmp_path):
    sets = [
        f'[[set]]\nidentifier = "s{n}"\ndescription = ""\npermissions = ["s{n + 1}", "s{n + 1}"]\n' for n in range(40)
    ]
    last = '[[set]]\nidentifier = "s40"\ndescription = ""\npermissions = []\n'
    files = {"permissions/a.toml": "\n".join(sets) + last, "capabilities/a.json": capability(["s0"])}
    app = write_app(tmp_path, {"trollbridge.toml": MANIFEST, **files})
    status, text, _ = compile_app(app)
    assert status == 3 and text.startswith("trollbridge: too-large: this entry stands for more than 16384")


def test_user_folders(tmp_path):
    config = tmp_path / "config"
    write_app(config, {"user-dirs.dirs": 'XDG_DOCUMENTS_DIR="$HOME/Papers"\n'})
    entry = {"identifier": "fs:allow-stat", "allow": ["$DOCUMENT/*"]}
    app = write_app(tmp_path / "app", {"trollbridge.toml": MANIFEST, "capabilities/a.json": capability([entry])})
    status, text, files = compile_app(app, {"HOME": "/home/u", "XDG_CONFIG_HOME": str(config)})
    assert (status, text) == (0, "")
    assert grant_of(files["snapshot"])["scopes"][0]["allow"] == ["/home/u/Papers/*"]


def test_without_a_home_there_is_no_audit_file(tmp_path):
    app = write_app(tmp_path, {"trollbridge.toml": MANIFEST})
    status, text, _ = compile_app(app, {})
    assert status == 3 and text.startswith("trollbridge: variable: the audit file `$XDG_STATE_HOME/")


def test_the_app_folder_is_the_real_one(tmp_path):
    app = write_app(tmp_path / "app", {"trollbridge.toml": MANIFEST})
    (tmp_path / "link").symlink_to(app)
    status, _, files = compile_app(tmp_path / "link")
    assert status == 0 and msgpack_reader.decode(files["settings"])["resource"] == str(app.resolve())


def test_a_mode_of_the_command_line(tmp_path):
    app = write_app(tmp_path, {"trollbridge.toml": MANIFEST})
    assert compile_app(app, extra=["--mode", "narrow"])[0] == 0
    assert compile_app(app, extra=["--mode", "tauri"])[0] == 0
    status, text, _ = compile_app(app, extra=["--mode", "tauri!"])
    assert (status, text) == (2, "trollbridge: usage: --mode is tauri, narrow or strict, not tauri!\n")


def test_missing_parts(tmp_path):
    app = write_app(tmp_path / "app", {"trollbridge.toml": MANIFEST})
    status, text, _ = compile_app(app, plugins=[tmp_path / "none"])
    assert status == 4 and text.startswith("trollbridge: missing: the folder of plugins cannot be opened")
    status, text, _ = compile_app(tmp_path / "none")
    assert status == 3 and text.startswith("trollbridge: missing: the app folder cannot be opened")


def test_the_first_folder_of_plugins_wins(tmp_path):
    own = tmp_path / "plugins"
    shutil.copytree(PLUGINS / "fs", own / "fs")
    (own / "fs" / "plugin.toml").write_text('name = "fs"\nprogram = "other"\ncommands = ["stat"]\nscope = "path"\n')
    app = write_app(tmp_path / "app", {"trollbridge.toml": MANIFEST, "capabilities/a.json": capability(["fs:allow-stat"])})
    status, _, files = compile_app(app, plugins=[own, PLUGINS])
    assert status == 0 and grant_of(files["snapshot"])["plugins"][0]["program"] == f"{LIBEXEC}/plugins/other"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["explain"],
        ["compile"],
        ["compile", "--app", "x", "--plugins", "y", "--libexec", "relative", "--snapshot-fd", "1", "--settings-fd", "1"],
        ["compile", "--var", "PATH=/bin"],
        ["compile", "--var", "HOME"],
        ["compile", "--snapshot-fd", "-1"],
        ["compile", "--snapshot-fd", "1x"],
        ["compile", "--nope"],
        ["compile", "--app"],
        ["resolve", "--snapshot-fd", "0"],
        ["resolve", "--snapshot-fd", "0", "--request-fd", "0", "--grant-fd", "1", "more"],
    ],
)
def test_usage(arguments):
    done = subprocess.run([POLICY, *arguments], env={}, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 2 and done.stderr.startswith(b"trollbridge: usage: ") and done.stdout == b""


@pytest.fixture(name="snapshot")
def snapshot_fixture():
    return compile_app(CASES / "default_set" / "app")[2]["snapshot"]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        request_of("main", "main", "local") + b"x",
        request_of("", "main", "local"),
        request_of("main", "ma in", "local"),
        request_of("m" * 65, "main", "local"),
        request_of("main", "main", ""),
        request_of("main", "main", "x" * 513),
        request_of("main", "main", "local")[:-1],
        b"\xff" * 4096,
    ],
)
def test_requests_are_checked(snapshot, request_bytes):
    status, text, grant = resolve(snapshot, request_bytes)
    assert status == 3 and grant == b"" and text.startswith("trollbridge: malformed: the request ")


def test_snapshots_are_checked(snapshot):
    request = request_of("main", "main", "local")
    for damaged in (b"", snapshot[:-1], snapshot + b"\0", b"\xdf\xff\xff\xff\xff", snapshot.replace(b"narrow", b"tauri!")):
        status, text, grant = resolve(damaged, request)
        assert (status, grant) == (3, b"")
        assert text == "trollbridge: malformed: the snapshot is not in its format\n"
