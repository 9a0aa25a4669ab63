"""The app folder that rows work on: notes with a private folder, and the hostile plugin under several names."""

import json
import os
import shutil

import programs as startable

READ, WRITE, LIST, STAT = (f"plugin:fs|{name}" for name in ("read_text_file", "write_text_file", "read_dir", "stat"))
READ_FILE = "plugin:fs|read_file"
LISTEN, EMIT, EMIT_TO = (f"plugin:event|{name}" for name in ("listen", "emit", "emit_to"))
CLOSE_ID = "plugin:resources|close"
# The name says what its sandbox has: nothing but folders; the network; programs that it may start; code made at run
# time, and a second of processor time; a folder of its own, and secrets; the home folder;
# what people pick.
SANDBOXES = {
    "evil": "memory_mib = 128",
    "quitter": "memory_mib = 128",
    "neighbour": "memory_mib = 128",
    "online": "network = true",
    "runner": 'exec = ["/usr/bin/true", "/usr/bin/cat"]',
    "jitter": "jit = true, cpu_s = 1, memory_mib = 128",
    "keeper": "state = true, memory_mib = 128",
    "roamer": "memory_mib = 128",
    "picky": "picks = true, memory_mib = 128",
}
NAMES = tuple(SANDBOXES)
EVIL, QUITTER, NEIGHBOUR, ONLINE, RUNNER, JITTER, KEEPER, ROAMER, PICKY = (f"plugin:{name}|do" for name in NAMES)
HOSTED, HOSTED_TOO = "plugin:hosted|do", "plugin:hosted-too|do"  # the host serves them, by hand: hostlink.py
HOSTS = ("hosted", "hosted-too")

HELLO = "Hello from inside the scope."
SECRET = "This must never leave."

MANIFEST = """[app]
id = "com.example.hostile"

[violations]
action = "{action}"

[limits."plugin:fs|read_text_file"]
in_flight = {in_flight}

[limits."plugin:evil|do"]
in_flight = {in_flight}
deadline_ms = {deadline_ms}

[limits."plugin:hosted|do"]
deadline_ms = {hosted_ms}
"""

# What rows_filters.py attacks: one byte a second, so that nothing is left after any call; a path that only rules narrow.
FILTERS = """
[limits."plugin:fs|stat"]
bytes_in = 1

[limits."plugin:fs|read_file"]
bytes_out = 1

[[rule]]
command = "plugin:fs|write_text_file"
when = [{path = "/path", op = "regex", value = ".*\\\\.exe"}]
then = "rewrite"
set = [{path = "/path", value = "data/sub/kept.txt"}]

[[rule]]
command = "plugin:fs|write_text_file"
when = [{path = "/path", op = "inside", value = ["$RESOURCE/data/sub"], not = true}]
then = "deny"
message = "outside of data/sub"

[[rule]]
command = "plugin:fs|write_text_file"
when = [{path = "/options/append", op = "equals", value = true}]
then = "alert"
message = "it appends"

[commands."plugin:fs|read_dir"]
schema = { raw_max = 0, args = { path = { type = "string", required = true, max = 64, pattern = "data(/[a-z]+)*" }, \
options = { type = "object", fields = {} } } }

[commands."plugin:event|emit_to"]
tripwire = true

[commands."plugin:fs|remove"]
tripwire = true
"""

MANIFEST_PLUGIN = """
[plugins.{name}]
program = "programs/evil"
permissions = "acl/{name}"
"""

PLUGIN = """name = "{name}"
program = "evil"
commands = ["do"]
resources = true
{keys}sandbox = {{ read = [{read}], write = [{write}], {more} }}
"""

HOSTED_PLUGIN = """name = "{name}"
host = true
commands = ["do"]
"""

PERMISSION = """[[permission]]
identifier = "allow-do"
commands.allow = ["do"]
"""

# Reads of `read_text_file` are the twins', which no hook sees.
HOOKED = [READ_FILE, WRITE, LIST, STAT, EVIL, LISTEN]
HOOK = """
[hook]
commands = {commands}
time_ms = 50
memory_mib = 32
"""

SCOPE_ALLOW = ["$RESOURCE/data", "$RESOURCE/data/**"]
SCOPE_WIDE = ["$RESOURCE/**"]
SCOPE_DENY = ["$RESOURCE/data/private", "$RESOURCE/data/private/**", "$RESOURCE/data/locked.txt"]
FS_COMMANDS = ["read-text-file", "read-file", "write-text-file", "read-dir", "stat"]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def capability(allow, deny, targets=(), more=()):
    scope = {"identifier": "fs:scope", "allow": [{"path": p} for p in allow], "deny": [{"path": p} for p in deny]}
    permissions = [f"fs:allow-{name}" for name in FS_COMMANDS] + [scope]
    permissions += [f"{name}:allow-do" for name in NAMES + HOSTS]
    permissions += ["core:event:default", "core:resources:default", "audit:default"]
    permissions += [{"identifier": f"core:event:allow-{name}", "allow": [{"target": t} for t in targets]}
                    for name in ("emit", "emit-to") if targets]
    permissions += more
    return json.dumps({"identifier": "main", "windows": ["*"], "permissions": permissions})


def told_enclave(world):
    """For the self-test: the enclave's own files, but for the word that its arguments are secrets. Its table of the manifest."""
    copy = world.app / "acl/enclave"
    shutil.copytree(f"{world.settings.tree}/share/trollbridge/plugins/enclave", copy)
    lines = (copy / "plugin.toml").read_text().splitlines(keepends=True)
    (copy / "plugin.toml").write_text("".join(line for line in lines if not line.startswith("record")))
    return '[plugins.enclave]\npermissions = "acl/enclave"\n'


def make(world, action="lock", in_flight=64, deadline_ms=5000, hosted_ms=30000, ask=(), wide=False, twice=False, filters="",
         hook=None, enclave=(), home=False, full=(), asking=("keeper",), private=("keeper",), programs=""):
    """`ask`: commands that a person is asked about; `hook`: the text of an isolation.js; `enclave`: entries for it; `home`: fs may have the home folder; `full`: commands of which the log is to have all; `programs`: the page may start some (programs.py);
    `asking`, `private`: plugins that may ask for passphrases, and whose arguments are secrets. For the self-test: `wide` grants what rows expect to be withheld, `twice` in two files."""
    app = world.app
    manifest = MANIFEST.format(action=action, in_flight=in_flight, deadline_ms=deadline_ms, hosted_ms=hosted_ms)
    tables = [MANIFEST_PLUGIN.format(name=name) for name in NAMES]
    tables += [f'[plugins.{name}]\npermissions = "acl/{name}"\n' for name in HOSTS]
    tables += [f'[commands."{name}"]\nask = true\n' for name in ask]
    tables += [f'[commands."{name}"]\naudit = "full"\n' for name in full]
    if enclave and not private:
        tables.append(told_enclave(world))
    if hook:
        tables.append(HOOK.format(commands=json.dumps(HOOKED)))
        write(app / "isolation.js", hook)
    write(app / "trollbridge.toml", manifest + "".join(tables) + filters)
    scope = (SCOPE_ALLOW + SCOPE_WIDE, [], ["*"]) if wide else (SCOPE_ALLOW, SCOPE_DENY)
    if home:
        scope = (scope[0] + ["$HOME/**"], *scope[1:])
    if wide and enclave:
        enclave = ("enclave:default", "enclave:vault", "enclave:manage")
    write(app / "capabilities/main.json", capability(*scope, more=enclave))
    if twice:
        write(app / "capabilities/second.json", capability(*scope).replace('"main"', '"second"'))
    write(app / "data/hello.txt", HELLO)
    write(app / "data/sub/deep.txt", HELLO)
    write(app / "data/private/secret.txt", SECRET)
    write(app / "data/locked.txt", SECRET)
    write(app / "outside/secret.txt", SECRET)
    write(app / "shared/ok.txt", HELLO)
    write(app / "next-door/secret.txt", SECRET)
    (app / "own").mkdir()
    read = {name: '"$RESOURCE/shared"' for name in NAMES} | {"quitter": "", "neighbour": '"$RESOURCE/next-door"', "keeper": "", "picky": "",
                                                                "roamer": '"$HOME"'}
    if wide:
        read["evil"] = '"/"'
    for name, more in SANDBOXES.items():
        own = {"quitter": "", "neighbour": "", "keeper": "", "picky": "", "roamer": '"$HOME"'}.get(name, '"$RESOURCE/own"')
        keys = 'record = ["kept"]\n' * (name in private) + "secrets = true\n" * (name in asking)
        write(app / f"acl/{name}/plugin.toml", PLUGIN.format(name=name, keys=keys, read=read[name], write=own, more=more))
        write(app / f"acl/{name}/permissions/all.toml", PERMISSION)
    for name in HOSTS:
        write(app / f"acl/{name}/plugin.toml", HOSTED_PLUGIN.format(name=name))
        write(app / f"acl/{name}/permissions/all.toml", PERMISSION)
    (app / "programs").mkdir()
    shutil.copy(world.settings.evil, app / "programs/evil")
    os.chmod(app / "programs/evil", 0o755)
    if programs:
        startable.make(world, programs == "loose")
