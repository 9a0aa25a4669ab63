"""Programs that a scope of `shell` names: what the policy makes of each entry, and which it refuses."""

import json
import os

import pytest

from policy_apps import app, policy

EXECUTE = "plugin:shell|execute"


def with_programs(folder, *entries, manifest="", deny=()):
    return app(folder / "app", [{"permissions": [
        {"identifier": "shell:allow-execute", "allow": list(entries), "deny": list(deny)}]}], manifest)


def check(folder, *entries, mode=None, **others):
    """Status, and `CODE: message` of each finding."""
    mode = ["--mode", mode] if mode else []
    status, out, _ = policy("check", "--json", with_programs(folder, *entries, **others), *mode)
    answer = json.loads(out)
    return status, [f"{item['code']}: {item['message']}" for item in answer["errors"] + answer["warnings"]]


def explained(folder, *entries, **others):
    status, out, errors = policy("explain", "--json", with_programs(folder, *entries, **others), EXECUTE)
    answer = json.loads(out)
    assert status == 0, errors
    return answer["expanded"]["allow"], answer["plugin"]


def compiled(folder, *entries, **others):
    return explained(folder, *entries, **others)[0]


def program(folder, name="tool", text=b"\x7fELF", mode=0o755):
    path = folder / name
    path.write_bytes(text)
    path.chmod(mode)
    return path


def script(folder, first_line, name="tool"):
    return program(folder, name, first_line.encode() + b"\nexit 0\n")


def one(found, code, text):
    assert any(line.startswith(f"{code}: ") and text in line for line in found), found


# ---- what an entry comes to ----

def test_an_entry_says_all_there_is(tmp_path):
    path = program(tmp_path)
    [entry] = compiled(tmp_path, {"name": "t", "cmd": str(path), "args": ["-v", {"validator": "[0-9]+"}]})
    status = path.stat()
    assert entry == {
        "name": "t", "sidecar": False, "path": str(path), "real": str(path),
        "identity": [status.st_dev, status.st_ino, 4, status.st_mtime_ns, status.st_ctime_ns],
        "args": ["-v", {"pattern": "[0-9]+"}], "env": {}, "env_allow": {}, "cwd": str(tmp_path / "app"), "cwd_allow": [],
        "picks": "none", "read": [], "write": [], "exec": [], "children": False, "network": False, "jit": False, "stdin": True,
        "processes": 32, "memory_mib": 512, "cpu_s": 0, "time_s": 0, "output_mib": 64}


def test_the_manifest_says_the_rest(tmp_path):
    path = program(tmp_path)
    [entry] = compiled(tmp_path, {"name": "t"}, manifest=f"""
[programs.t]
path = "{path}"
env = {{ HOME = "$APPDATA", LANG = "C.UTF-8" }}
env_allow = {{ TZ = "[A-Z]{{3}}" }}
cwd = "$RESOURCE/data"
cwd_allow = ["$HOME/src"]
picks = "write"
read = ["/usr/share"]
write = ["$APPDATA/out"]
exec = ["/usr/lib/git-core"]
children = true
network = true
jit = true
stdin = false
processes = 4
memory_mib = 64
cpu_s = 5
time_s = 6
output_mib = 7
""")
    assert entry["env"] == {"HOME": "/home/u/.local/share/com.example.x", "LANG": "C.UTF-8"}
    assert entry["env_allow"] == {"TZ": "[A-Z]{3}"}
    assert (entry["cwd"], entry["cwd_allow"]) == (str(tmp_path / "app/data"), ["/home/u/src"])
    assert (entry["read"], entry["write"], entry["exec"]) == \
        (["/usr/share"], ["/home/u/.local/share/com.example.x/out"], ["/usr/lib/git-core"])
    assert [entry[key] for key in ("picks", "children", "network", "jit", "stdin")] == ["write", True, True, True, False]
    assert [entry[key] for key in ("processes", "memory_mib", "cpu_s", "time_s", "output_mib")] == [4, 64, 5, 6, 7]


def test_the_hull_is_that_of_all_programs(tmp_path):
    one_program, other = program(tmp_path, "one"), program(tmp_path, "other")
    manifest = '[programs.b]\nread = ["/usr/share"]\nwrite = ["$HOME/out"]\nexec = ["/usr/lib/git-core"]\n'
    _, plugin = explained(tmp_path, {"name": "a", "cmd": str(one_program)}, {"name": "b", "cmd": str(other)}, manifest=manifest)
    assert plugin["exec"] == sorted([str(one_program), str(other), "/usr/lib/git-core"])
    assert plugin["read"] == sorted([str(tmp_path / "app"), "/usr/share"]) and plugin["write"] == ["/home/u/out"]


def test_a_link_is_followed_and_kept(tmp_path):
    real = program(tmp_path, "real")
    (tmp_path / "link").symlink_to("real")
    [entry] = compiled(tmp_path, {"name": "t", "cmd": str(tmp_path / "link")})
    assert (entry["path"], entry["real"]) == (str(tmp_path / "link"), str(real))


def test_a_sidecar_lies_in_the_app(tmp_path):
    folder = with_programs(tmp_path, {"name": "binaries/tool", "sidecar": True, "args": False})
    (folder / "binaries").mkdir()
    triple = f"{os.uname().machine}-unknown-linux-gnu"
    path = program(folder / "binaries", f"tool-{triple}")
    status, out, _ = policy("explain", "--json", folder, EXECUTE)
    [entry] = json.loads(out)["expanded"]["allow"]
    assert (status, entry["path"], entry["sidecar"]) == (0, str(path), True)


def test_args_by_default_are_none(tmp_path):
    path = str(program(tmp_path))
    entries = compiled(tmp_path, {"name": "a", "cmd": path}, {"name": "b", "cmd": path, "args": True})
    assert [entry["args"] for entry in entries] == [False, True]


def test_deny_is_by_name(tmp_path):
    status, out, _ = policy("explain", "--json", with_programs(
        tmp_path, {"name": "a", "cmd": str(program(tmp_path))}, deny=[{"name": "a"}]), EXECUTE)
    assert status == 0 and json.loads(out)["expanded"]["deny"] == [{"name": "a"}]


# ---- what is refused ----

@pytest.mark.parametrize("entry, text", [
    ({"cmd": "/bin/true"}, "with the string `name`"),
    ({"name": "", "cmd": "/bin/true"}, "with the string `name`"),
    ({"name": 1, "cmd": "/bin/true"}, "with the string `name`"),
    ("true", "with the string `name`"),
    ({"name": "a"}, "`a` has no program"),
    ({"name": "a", "cmd": "bin/true"}, "`bin/true`"),
    ({"name": "a", "cmd": "../../bin/true"}, "`../../bin/true`"),
    ({"name": "a", "cmd": "/bin/../bin/true"}, "`/bin/../bin/true`"),
    ({"name": "a", "cmd": "/bin/tr*"}, "without wildcards"),
    ({"name": "../a", "sidecar": True}, "has no program"),
    ({"name": "/bin/true", "sidecar": True}, "has no program"),
    ({"name": "a", "cmd": "/usr/bin"}, "is no file that can be executed"),
    ({"name": "a", "cmd": "/etc/passwd"}, "is no file that can be executed"),
    ({"name": "a", "cmd": "/dev/null"}, "is no file that can be executed"),
    ({"name": "a", "cmd": "/bin/true", "args": "-v"}, "`args` (true, false or a list)"),
    ({"name": "a", "cmd": "/bin/true", "args": [1]}, "an argument is a string"),
    ({"name": "a", "cmd": "/bin/true", "args": ["a\0b"]}, "no NUL"),
    ({"name": "a", "cmd": "/bin/true", "args": [{"validator": "("}]}, "missing closing parenthesis, at its byte 1"),
    ({"name": "a", "cmd": "/bin/true", "args": [{"validator": "a)|(b"}]}, "is no pattern (PCRE2)"),
    ({"name": "a", "cmd": "/bin/true", "args": [{"validator": "x" * 1025}]}, "more than 1024 bytes"),
    ({"name": "a", "cmd": "/bin/true", "args": [{"validtor": "x"}]}, "with the string `validator`"),
    ({"name": "a", "cmd": "/bin/true", "args": [{"validator": "x", "more": 1}]}, "no other key but `raw`"),
    ({"name": "a", "cmd": "/bin/true", "args": ["x"] * 257}, "at most 256 arguments"),
])
def test_an_entry_that_is_none(tmp_path, entry, text):
    status, found = check(tmp_path, entry)
    assert status == 3
    one(found, "program", text)


def test_in_mode_tauri_it_allows_nothing(tmp_path):
    status, found = check(tmp_path, {"name": "a"}, mode="tauri")
    assert status == 0
    one(found, "program", "the entry allows nothing")


@pytest.mark.parametrize("path", ["/bin/sh", "/usr/bin/env", "/usr/bin/python3", "/usr/bin/perl", "/usr/bin/awk", "/usr/bin/xargs",
                                  "/lib64/ld-linux-x86-64.so.2", "/usr/bin/setsid", "/usr/bin/timeout"])
def test_what_runs_others_is_refused(tmp_path, path):
    if os.uname().machine != "x86_64" and "x86" in path:
        path = "/lib/ld-linux-aarch64.so.1"
    status, found = check(tmp_path / "1", {"name": "a", "cmd": path, "args": ["x"]})
    assert status == 0
    one(found, "interpreter", "runs whatever its arguments or its input say, so that the entry allows nothing")
    assert compiled(tmp_path / "2", {"name": "a", "cmd": path, "args": ["x"]}) == []
    assert check(tmp_path / "3", {"name": "a", "cmd": path, "args": ["x"]}, mode="strict")[0] == 3


def test_by_another_name_too(tmp_path):
    (tmp_path / "innocent").symlink_to("/bin/sh")
    entry = {"name": "a", "cmd": str(tmp_path / "innocent")}
    one(check(tmp_path / "1", entry)[1], "interpreter", "innocent")
    assert compiled(tmp_path / "2", entry) == []


def test_unless_that_is_said(tmp_path):
    said = '[programs.a]\nshell = true\n'
    assert check(tmp_path / "1", {"name": "a", "cmd": "/bin/sh", "args": ["-c", "ls"]}, manifest=said)[0] == 0
    entry = {"name": "a", "cmd": "/bin/sh", "args": True}
    one(check(tmp_path / "2", entry, manifest=said)[1], "interpreter", "with `args = true` the page runs any program")
    assert compiled(tmp_path / "3", entry, manifest=said) == []


@pytest.mark.parametrize("first, said, text", [
    ("#!/bin/sh", None, "first line is `#!/bin/sh`"),
    ("#!/bin/sh", "/usr/bin/perl", "first line is `#!/bin/sh`"),
    ("#! /usr/bin/env  perl", None, "first line is `#!/usr/bin/env perl`"),
    ("#!/usr/bin/env perl", "/bin/sh", "first line is `#!/usr/bin/env perl`"),
    ("#!/usr/bin/env -S perl -w", "/usr/bin/perl", "first line is"),
    ("#!/no/such", "/bin/sh", "first line is"),
    ("not a script", "/bin/sh", "is no script: leave `interpreter` out"),
])
def test_a_script_needs_its_interpreter(tmp_path, first, said, text):
    folder = tmp_path / "app"
    manifest = f'[programs.a]\npath = "$RESOURCE/tool"\n' + (f'interpreter = "{said}"\n' if said else "")
    with_programs(tmp_path, {"name": "a"}, manifest=manifest)
    script(folder, first)
    status, out, _ = policy("check", "--json", folder)
    assert status == 3
    one([f"{item['code']}: {item['message']}" for item in json.loads(out)["errors"]], "program", text)


@pytest.mark.parametrize("first, said, argument", [
    ("#!/bin/sh", "/bin/sh", ""),
    ("#!/bin/sh -eu", "/usr/bin/sh", "-eu"),
    ("#!/usr/bin/env perl", "/usr/bin/perl", ""),
])
def test_and_then_has_it(tmp_path, first, said, argument):
    folder = tmp_path / "app"
    with_programs(tmp_path, {"name": "a"}, manifest=f'[programs.a]\npath = "$RESOURCE/tool"\ninterpreter = "{said}"\n')
    script(folder, first)
    _, out, _ = policy("explain", "--json", folder, EXECUTE)
    [entry] = json.loads(out)["expanded"]["allow"]
    assert (entry["interpreter"]["path"], entry["interpreter"]["argument"]) == (said, argument)
    assert entry["interpreter"]["real"] == os.path.realpath(said)


@pytest.mark.parametrize("table, text", [
    ('env = { LD_PRELOAD = "/x.so" }', "`LD_PRELOAD` makes the program's own loader"),
    ('env = { GCONV_PATH = "/x" }', "`GCONV_PATH` makes"),
    ('env_allow = { LD_LIBRARY_PATH = ".*" }', "`LD_LIBRARY_PATH` makes"),
    ('env_allow = { GIT_SSH_COMMAND = ".*" }', "a page that sets `GIT_SSH_COMMAND`"),
    ('env_allow = { PATH = ".*" }', "a page that sets `PATH`"),
    ('env_allow = { MY_ASKPASS = ".*" }', "a page that sets `MY_ASKPASS`"),
    ('env_allow = { NODE_OPTIONS = ".*" }', "a page that sets `NODE_OPTIONS`"),
    ('env = { "A=B" = "x" }', "cannot be the name of a variable"),
    ('env = { 1A = "x" }', "cannot be the name of a variable"),
])
def test_variables_that_run_code(tmp_path, table, text):
    status, found = check(tmp_path, {"name": "a"}, manifest=f'[programs.a]\npath = "/bin/true"\n{table}\n')
    assert status == 3
    one(found, "program-env", text)


@pytest.mark.parametrize("table, text", [
    ('env = { A = "a\\u0000b" }', "no NUL"),
    ('env = { A = "$NOPE/x" }', "`$NOPE/x`"),
    ('env_allow = { A = "(" }', "is no pattern"),
    ('cwd = "data"', "`data`"),
])
def test_wrong_values(tmp_path, table, text):
    status, found = check(tmp_path, {"name": "a"}, manifest=f'[programs.a]\npath = "/bin/true"\n{table}\n')
    assert status == 3
    one(found, "program", text)


@pytest.mark.parametrize("table, code", [
    ("processes = 0", "value"), ("memory_mib = 1", "value"), ("output_mib = -1", "value"), ("time_s = 9999999", "value"),
    ('picks = "all"', "value"), ("children = 1", "type"), ('env = { A = 1 }', "type"), ("nope = 1", "unknown-key"),
])
def test_wrong_tables(tmp_path, table, code):
    status, found = check(tmp_path, {"name": "a"}, manifest=f'[programs.a]\npath = "/bin/true"\n{table}\n')
    assert status == 3 and any(line.startswith(f"{code}: ") for line in found), found


# ---- what is told ----

def test_a_missing_program_is_told(tmp_path):
    status, found = check(tmp_path, {"name": "a", "cmd": str(tmp_path / "none")})
    assert status == 0
    one(found, "program-missing", "so that the entry allows nothing")


def test_a_name_is_looked_up_once(tmp_path):
    status, found = check(tmp_path / "1", {"name": "a", "cmd": "true"})
    assert status == 0
    one(found, "program-by-name", "`true` is taken to be `/usr/bin/true`")
    status, found = check(tmp_path / "2", {"name": "a", "cmd": "true"}, mode="strict")
    assert status == 3
    one(found, "program-by-name", "write the absolute path")
    assert policy("check", with_programs(tmp_path / "3", {"name": "a", "cmd": "tool"}),
                  env={"PATH": str(program(tmp_path, "tool").parent)})[0] == 0  # missing, whatever PATH says


def test_the_digest_is_that_of_the_file(tmp_path):
    path = program(tmp_path)
    folder = with_programs(tmp_path, {"name": "a", "cmd": str(path)})
    digests = [json.loads(policy("check", "--json", folder)[1])["digest"]]
    digests.append(json.loads(policy("check", "--json", folder)[1])["digest"])
    path.write_bytes(b"\x7fELF, another")
    digests.append(json.loads(policy("check", "--json", folder)[1])["digest"])
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("table, risk", [("", 95), ("children = true", 95), ("children = false", 45)])
def test_the_risk_is_less_where_it_starts_nothing(tmp_path, table, risk):
    manifest = f'[programs.log]\npath = "/usr/bin/git"\n{table}\n' if table else ""
    entry = {"name": "log", "cmd": "/usr/bin/git", "args": ["log", {"validator": "[0-9]+"}]}
    _, out, _ = policy("check", with_programs(tmp_path, entry, manifest=manifest))
    assert out.startswith(f"main (local): 1 command, risk {risk} of 100\n")
