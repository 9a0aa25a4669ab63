"""The programs of an app whose page may start some: what policy says of each, for rows_programs.py."""

import json
import os
import pathlib
import shutil

ANY = {"validator": ".*"}
WORD = {"validator": "[a-z0-9_-]+"}
# name: (its file, `APP` for the app's folder; its arguments)
PROGRAMS = {
    "say": ("/usr/bin/echo", [{"validator": "[a-z ]+"}]),
    "any": ("/usr/bin/echo", [ANY]),
    "either": ("/usr/bin/echo", [{"validator": "^a|b$"}]),
    "slow": ("/usr/bin/echo", [{"validator": "(a+)+b"}]),
    "list": ("/usr/bin/echo", True),
    "environment": ("/usr/bin/printenv", []),
    "here": ("/usr/bin/pwd", []),
    "bare": ("echo", [{"validator": "[a-z ]+"}]),
    "sleep": ("/usr/bin/sleep", ["600"]),
    "cat": ("/usr/bin/cat", []),
    "shell": ("/bin/sh", ["-c", ANY]),
    "loader": (os.path.realpath("/lib64/ld-linux-x86-64.so.2"), [ANY]),
    "innocent": ("APP/programs/innocent", ["-c", ANY]),
    "script": ("APP/programs/script", []),
    "tool": ("APP/programs/tool", [ANY]),
    "tried": ("APP/programs/tried", [WORD, ANY]),
    "forker": ("APP/programs/tried", [WORD, ANY]),
}
MANIFEST = """
[policy]
mode = "tauri"

[programs.environment]
env = { FIXED = "yes" }
env_allow = { GREETING = "[a-z]+" }

[programs.here]
cwd_allow = ["$RESOURCE/shared"]

[programs.tried]
memory_mib = 128

[programs.forker]
children = true
processes = 16

[programs.cat]
read = ["$HOME/beside"]
write = ["$RESOURCE/own"]
network = true
"""
# For the self-test: all that the rows expect to be withheld.
LOOSE = """
[policy]
mode = "tauri"

[programs.environment]
env_allow = { FIXED = ".*", GREETING = ".*" }

[programs.here]
cwd_allow = ["/"]

[programs.bare]
path = "APP/programs/echo"
interpreter = "/bin/sh"
shell = true

[programs.shell]
shell = true

[programs.loader]
shell = true

[programs.innocent]
shell = true

[programs.script]
interpreter = "/bin/sh"
shell = true

[programs.tried]
children = true
network = true
read = ["$HOME/beside", "/etc"]
write = ["$RESOURCE/own"]
memory_mib = 8192

[programs.forker]
children = true
exec = ["/usr/bin/id"]
processes = 1024
"""
INTERPRETED = ("shell", "loader", "innocent", "script", "bare")
SPAWNING = ("kill", "stdin-write")


def entries(app, loose):
    """`loose` takes any arguments, but where an interpreter is: there no policy can allow that."""
    for name, (path, args) in PROGRAMS.items():
        free = loose and name not in INTERPRETED
        yield {"name": name, "cmd": path.replace("APP", str(app)), "args": free or args}


def permissions(app, loose):
    allowed = list(entries(app, loose))
    return [*({"identifier": f"shell:allow-{name}", "allow": allowed} for name in ("execute", "spawn")),
            *(f"shell:allow-{name}" for name in SPAWNING)]


def program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def make(world, loose):
    """Called when the app is there: its programs, and what stands in their way."""
    folder = world.app / "programs"
    (folder / "innocent").symlink_to("/bin/sh")
    program(folder / "script", "#!/bin/sh\necho started\n")
    program(folder / "echo", "#!/bin/sh\necho planted\n")
    program(world.app / "echo", "#!/bin/sh\necho planted\n")
    shutil.copy("/usr/bin/echo", folder / "tool")
    shutil.copy(pathlib.Path(world.settings.evil).with_name("tried"), folder / "tried")
    (world.app / "shared/out").symlink_to("/etc")
    (world.home / "beside").mkdir()
    (world.home / "beside/secret.txt").write_text("for another program\n")
    (world.app / "capabilities/programs.json").write_text(json.dumps(
        {"identifier": "programs", "windows": ["*"], "permissions": permissions(world.app, loose)}))
    with (world.app / "trollbridge.toml").open("a") as manifest:
        manifest.write((LOOSE if loose else MANIFEST).replace("APP", str(world.app)))
