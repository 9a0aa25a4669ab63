#!/usr/bin/python3
"""Writes the folders of the core plugins: generate.py TABLE FOLDER. FOLDER is made anew."""

import json
import pathlib
import shutil
import sys
import tomllib

HEAD = "# Written by plugins/core/generate.py.\n"
PLUGIN = """name = {name}
description = {description}
"""
NOBODY = "# Nothing implements it: what is granted is answered `unimplemented`.\n"
PROGRAM = """program = {program}
commands = {commands}
"""
HOST = """host = true
commands = {commands}
scope = "opaque"
"""
DEFAULT = """
[default]
description = {description}
permissions = {members}
"""
COMMAND = """
[[permission]]
identifier = {allow}
description = {what}
commands.allow = [{command}]

[[permission]]
identifier = {deny}
description = {not_what}
commands.deny = [{command}]
"""


def filled(template, **values):
    """Every value as TOML writes it, which is as JSON does for plain strings and lists of them."""
    return template.format(**{key: json.dumps(value) for key, value in values.items()})


def slug(command):
    return command.replace("_", "-")


def permissions(name, default, other):
    members = [f"allow-{slug(command)}" for command in default]
    text = filled(DEFAULT, description=f"What a page gets that has {name}:default.", members=members)
    for command, what in sorted((default | other).items()):
        text += filled(COMMAND, allow=f"allow-{slug(command)}", deny=f"deny-{slug(command)}", command=command,
                       what=what, not_what=f"Takes this away: {what}")
    return text


def check(key, entry):
    known = entry["default"] | entry.get("other", {})
    unknown = [command for command in entry.get("host", []) if command not in known]
    if unknown:
        sys.exit(f"{key}.host: not a command: {', '.join(unknown)}")


def described(name, description, program=None, commands=(), host=()):
    text = filled(PLUGIN, name=name, description=description)
    if program:
        return HEAD + text + filled(PROGRAM, program=program, commands=[*commands])
    return HEAD + text + filled(HOST, commands=host) if host else HEAD + NOBODY + text


def write(folder, name, description, text, types=None):
    (folder / name / "permissions").mkdir(parents=True)
    if types and types.exists():
        shutil.copyfile(types, folder / name / "commands.d.ts")
    (folder / name / "plugin.toml").write_text(description)
    (folder / name / "permissions" / "commands.toml").write_text(HEAD + text)


def main():
    table = tomllib.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[2])
    if folder.exists():
        shutil.rmtree(folder)
    members = [f"core:{key}:default" for key in table]
    write(folder, "core", described("core", "The defaults of Tauri's core plugins."),
          filled(DEFAULT, description="The defaults of all core plugins.", members=members))
    for key, entry in table.items():
        check(key, entry)
        default, other = entry["default"], entry.get("other", {})
        description = described(f"core:{key}", f"Tauri's core plugin {key}.", entry.get("program"), default | other,
                                entry.get("host", ()))
        write(folder, f"core:{key}", description, permissions(f"core:{key}", default, other),
              pathlib.Path(sys.argv[1]).parent / "types" / f"{key}.d.ts")


if __name__ == "__main__":
    main()
