"""Policies that are large: the compiler's memory and its time are bounded by what the files hold.

The limits of each run are the kernel's: RLIMIT_AS for memory, RLIMIT_CPU for time that is far more than it takes and far
less than anything that grows with the square of a file takes.
"""

import json
import os
import pathlib
import resource
import subprocess

import msgpack_reader
import pytest
import test_policy

BUILD = test_policy.BUILD
SANITIZED = "asan" in str(BUILD)
MEMORY = 256 * 2**20
CPU_S = 10


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def permission(number, scope):
    text = f'[[permission]]\nidentifier = "allow-{number}"\ndescription = "no {number}"\ncommands.allow = ["c_{number}"]\n'
    return text + (f'[[permission.scope.allow]]\nname = "n{number}"\n' if scope else "")


def write(app, capabilities, permissions, files, each, extra=(), scope=True):
    """`capabilities` of `each` permissions, out of `permissions` in so many `files`."""
    parts = {"trollbridge.toml": test_policy.MANIFEST}
    for part in range(files):
        parts[f"permissions/{part:04}.toml"] = "\n".join(permission(n, scope) for n in range(part, permissions, files))
    for number in range(capabilities):
        names = [f"allow-{(number * each + n) % permissions}" for n in range(each)] + list(extra)
        parts[f"capabilities/{number:04}.json"] = json.dumps(
            {"identifier": f"c{number:04}", "windows": [f"w{number}"], "permissions": names})
    return test_policy.write_app(app, parts)


def compile_limited(app):
    """The snapshot; the program has ended by itself, within the limits."""
    out = app.parent / "snapshot"
    with open(out, "wb") as snapshot, open(os.devnull, "wb") as settings:
        arguments = ["compile", "--app", app, "--plugins", test_policy.PLUGINS, "--libexec", "/libexec", "--var", "HOME=/h",
                     "--snapshot-fd", str(snapshot.fileno()), "--settings-fd", str(settings.fileno())]
        done = subprocess.run([test_policy.POLICY, *arguments], env={}, capture_output=True, preexec_fn=limits,
                              pass_fds=[snapshot.fileno(), settings.fileno()], check=False)
    return done.returncode, done.stderr.decode(), pathlib.Path(out).read_bytes()


def test_a_thousand_capabilities_and_ten_thousand_permissions(tmp_path):
    status, text, snapshot = compile_limited(write(tmp_path / "app", 1000, 10000, 100, 10))
    assert (status, text) == (0, "")
    grant = test_policy.grant_of(snapshot, "w5")
    assert [command["name"] for command in grant["commands"]] == sorted(f"c_{n}" for n in range(50, 60))
    assert [scope["allow"] for scope in grant["scopes"]] == [[{"name": f"n{n}"}] for n in range(50, 60)]


def test_in_one_file(tmp_path):
    app = write(tmp_path / "app", 1, 10000, 1, 1)
    status, text, _ = compile_limited(app)
    assert (status, text) == (0, "")


def test_a_default_of_ten_thousand_that_all_share(tmp_path):
    app = write(tmp_path / "app", 1000, 10000, 10, 1, ["default"])
    names = json.dumps([f"allow-{n}" for n in range(10000)])
    (app / "permissions" / "default.toml").write_text(f"[default]\npermissions = {names}\n")
    status, text, snapshot = compile_limited(app)
    assert (status, text) == (0, "") and len(snapshot) < 8 * 2**20
    status, text, _ = test_policy.resolve(snapshot, test_policy.request_of("w5", "w5", "local"))
    assert (status, text) == (3, "trollbridge: malformed: the grant is too large\n")


def test_denials_that_a_thousand_capabilities_share(tmp_path):
    """Of commands that nobody allows. Each is in the grant once, under the first capability that denies it."""
    names = [f"c_{n:05}" for n in range(10000)]
    capabilities = [{"identifier": f"c{n:04}", "windows": ["w"], "permissions": ["deny-all"]} for n in range(1000)]
    app = test_policy.write_app(tmp_path / "app", {
        "trollbridge.toml": test_policy.MANIFEST, "capabilities/c.json": json.dumps(capabilities),
        "permissions/p.toml": f'[[permission]]\nidentifier = "deny-all"\ncommands.deny = {json.dumps(names)}\n'})
    status, _, snapshot = compile_limited(app)
    assert status == 0
    denied = test_policy.grant_of(snapshot, "w")["denied"]
    assert [entry["name"] for entry in denied] == names
    assert {entry["rule"]["capability"] for entry in denied} == {"c0000"}


def test_four_thousand_commands_in_one_view(tmp_path):
    app = write(tmp_path / "app", 1, 4000, 4, 4000)
    status, text, snapshot = compile_limited(app)
    assert (status, text) == (0, "")
    assert len(test_policy.grant_of(snapshot, "w0")["commands"]) == 4000


@pytest.mark.parametrize("twice", ["permission", "set", "capability", "scope"])
def test_names_that_come_again_and_again(tmp_path, twice):
    """What replaces, or is refused, is looked up and not searched for."""
    texts = {
        "permission": '[[permission]]\nidentifier = "a"\ncommands.allow = ["c"]\n' * 20000,
        "set": '[[set]]\nidentifier = "a"\ndescription = ""\npermissions = []\n' * 20000,
        "capability": "",
        "scope": permission(0, True),
    }
    capabilities = [{"identifier": "c", "windows": ["w"], "permissions": []}] * (20000 if twice == "capability" else 1)
    if twice == "scope":
        entries = [{"identifier": "allow-0", "allow": [{"name": f"m{n % 5000}"}]} for n in range(20000)]
        capabilities = [{"identifier": "c", "windows": ["w"], "permissions": entries}]
    app = test_policy.write_app(tmp_path / "app", {
        "trollbridge.toml": test_policy.MANIFEST, "permissions/p.toml": texts[twice],
        "capabilities/c.json": json.dumps(capabilities)})
    status, _, _ = compile_limited(app)
    assert status == (3 if twice == "capability" else 0)


def test_what_is_said_of_each_of_many_commands(tmp_path):
    """The manifest's tables and the plugin's lists are looked up by the commands that are granted."""
    names = [f"c{n}" for n in range(60000)]
    granted = names[-30000:]
    tables = "".join(f'[limits."plugin:p|{name}"]\nin_flight = 8\n[commands."plugin:p|{name}"]\naudit = "full"\n' for name in granted)
    lists = "".join(f"{kind} = {json.dumps(names)}\n" for kind in ("commands", "read_commands", "write_commands"))
    app = test_policy.write_app(tmp_path / "app", {
        "trollbridge.toml": test_policy.MANIFEST + '[plugins.p]\npermissions = "p"\n' + tables,
        "p/plugin.toml": 'name = "p"\nprogram = "p"\nscope = "path"\n' + lists,
        "p/permissions/p.toml": f'[[permission]]\nidentifier = "allow-all"\ndescription = ""\ncommands.allow = {json.dumps(granted)}\n',
        "capabilities/c.json": '{"identifier": "c", "windows": ["w"], "permissions": ["p:allow-all"]}'})
    status, text, _ = compile_limited(app)
    assert (status, text) == (0, "")


def test_a_view_says_its_part_of_a_large_answer(tmp_path):
    app = write(tmp_path / "app", 300, 5000, 5, 1, ["all"], scope=False)
    names = json.dumps([f"allow-{n}" for n in range(5000)])
    (app / "permissions" / "set.toml").write_text(
        f'[[set]]\nidentifier = "all"\ndescription = ""\npermissions = {names}\n')
    def check(*options):
        arguments = ["check", "--app", app, "--plugins", test_policy.PLUGINS, "--libexec", "/libexec", "--var", "HOME=/h"]
        status, text, files = test_policy.run([*map(str, arguments), *options], {"report": None})
        return status, text, files["report"]
    assert check()[:2] == (3, "trollbridge: too-large: the answer passes 64 MiB or a million entries: ask with --view\n")
    status, text, report = check("--view", "w5")
    assert (status, text) == (0, "") and len(msgpack_reader.decode(report)["allowed"]) == 5000


def test_a_thousand_denials_that_all_share(tmp_path):
    """Also of commands that nothing allows, which are no commands of the view."""
    app = write(tmp_path / "app", 1000, 10, 1, 1, ["no"], scope=False)
    names = json.dumps([f"c_{n}" for n in range(4000)])
    (app / "permissions" / "no.toml").write_text(f'[[permission]]\nidentifier = "no"\ncommands.deny = {names}\n')
    for path in (app / "capabilities").iterdir():
        path.write_text(path.read_text().replace('"windows": ["w', '"windows": ["all", "w'))
    status, text, snapshot = compile_limited(app)
    assert (status, snapshot == b"") == (0, False), text
    grant = test_policy.grant_of(snapshot, "all")
    assert grant["commands"] == [] and len(grant["denied"]) == 4000


def test_limits_and_settings_of_every_command(tmp_path):
    app = write(tmp_path / "app", 1, 0, 0, 0, ["all"])
    n = 60000
    names = json.dumps([f"c_{i}" for i in range(n)])
    (app / "permissions").mkdir(exist_ok=True)
    (app / "permissions" / "all.toml").write_text(f'[[permission]]\nidentifier = "all"\ncommands.allow = {names}\n')
    tables = [f'[limits.c_{i}]\nin_flight = 3\n[commands.c_{i}]\naudit = "full"\n' for i in range(n)]
    (app / "trollbridge.toml").write_text(test_policy.MANIFEST + "".join(tables))
    status, text, snapshot = compile_limited(app)
    assert (status, text) == (0, "")
    commands = msgpack_reader.decode(snapshot)["commands"]
    assert {(command["in_flight"], command["args"]) for command in commands} == {(3, "full")}


def test_what_takes_too_long_says_so(tmp_path):
    """The limit is lowered to a second; to read so many URL patterns takes several."""
    urls = [f"https://*.a{n}.example.com/:b{n}" for n in range(250000)]
    capability = {"identifier": "c", "windows": ["main"], "remote": {"urls": urls}, "permissions": []}
    app = test_policy.write_app(tmp_path / "app", {
        "trollbridge.toml": test_policy.MANIFEST, "capabilities/c.json": json.dumps(capability)})
    arguments = ["check", "--app", app, "--plugins", test_policy.PLUGINS, "--libexec", "/libexec", "--var", "HOME=/h",
                 "--report-fd", "1"]
    done = subprocess.run([test_policy.POLICY, *arguments], env={}, capture_output=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 60)))
    assert (done.returncode, done.stdout) == (4, b"")
    assert done.stderr == b"trollbridge: time: the policy takes too much time to compile, more than 20 s of a CPU\n"


def test_as_many_rules_as_there_may_be_for_as_many_commands(tmp_path):
    """The grant of a view that has them all is one that its reader takes."""
    app = write(tmp_path / "app", 1, 0, 0, 0, ["all"])
    names = json.dumps([f"c_{i}" for i in range(4096)])
    (app / "permissions").mkdir(exist_ok=True)
    (app / "permissions" / "all.toml").write_text(f'[[permission]]\nidentifier = "all"\ncommands.allow = {names}\n')
    rules = "".join(f'[[rule]]\nmessage = "m{i}"\nthen = "alert"\n' for i in range(256))
    (app / "trollbridge.toml").write_text(test_policy.MANIFEST + rules)
    status, text, snapshot = compile_limited(app)
    assert (status, text) == (0, "")
    grant = test_policy.grant_of(snapshot, "w0")
    assert len(grant["rules"]) == 256 and len(grant["commands"]) == 4096
    assert {command["rules"] for command in grant["commands"]} == {bytes(range(256))}
