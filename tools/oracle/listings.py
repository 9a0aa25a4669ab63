#!/usr/bin/env python3
"""Keeps what `permission ls` lists of the manifests that builds of real apps wrote, as a witness of what a plugin has.

    tools/oracle/listings.py FOLDER APPS

FOLDER as for oracle.py; APPS holds folders of apps with src-tauri/gen/schemas/acl-manifests.json. Writes
tests/policy/oracle/apps/APP.json: for each plugin each identifier with the commands that it allows and denies, or with its members.
"""

import json
import pathlib
import re
import sys

from cli import Cli

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests/policy/oracle/apps"
APP_KEY = "__app-acl__"
NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]*")
LISTS = {"Allow commands: ": "allow", "Deny commands: ": "deny", "Permissions: ": "permissions"}


def parse(key, printed):
    """Blocks: a line with the identifier behind its plugin's name, lines of description, lines that list."""
    prefix = "" if key == APP_KEY else f"{key}:"
    entries = {}
    begins = True
    for line in printed.splitlines():
        if begins and line.startswith(prefix) and NAME.fullmatch(line[len(prefix) :]):
            entry = entries[line[len(prefix) :]] = {}
        begins = not line
        for label, field in LISTS.items():
            if line.startswith(label) and entries:
                entry[field] = [name for name in line[len(label) :].split(", ") if name]
    return entries


def listing(cli, data):
    keys = json.loads(data)
    name = "src-tauri/gen/schemas/acl-manifests.json"
    found = {}
    for key in sorted(keys):
        status, printed, said, _ = cli.ask(["permission", "ls", key], {name: data})
        assert status == 0, said
        found[key] = parse(key, printed)
    return found


def main():
    cli = Cli(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    for path in sorted(pathlib.Path(sys.argv[2]).glob("*/src-tauri/gen/schemas/acl-manifests.json")):
        app = path.parents[3].name
        found = listing(cli, path.read_bytes())
        text = ",\n".join(f"{json.dumps(key)}: {json.dumps(entries)}" for key, entries in found.items())
        (OUT / f"{app}.json").write_text(f"{{\n{text}\n}}\n")
        print(app, {key: len(entries) for key, entries in found.items()})


if __name__ == "__main__":
    main()
