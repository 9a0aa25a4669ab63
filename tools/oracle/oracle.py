#!/usr/bin/env python3
"""Asks Tauri's command line program about a table of identifiers and files, and keeps its verdicts as test data.

    npm install --prefix FOLDER @tauri-apps/cli@2.12.5
    tools/oracle/oracle.py FOLDER [KIND...]

writes tests/policy/oracle/*.json, which tests/e2e/test_oracle.py compares with what the policy compiler says. Run by hand when the
table grows or another version of Tauri is to be followed; the tests need neither node nor network.

A capability file is read field by field by no command. The verdict about one is put together from what the commands do read:

1. whether it is JSON, or TOML, at all (`permission add`; Tauri.toml, whose reader is the one that capability files go through);
2. each of its capabilities, inlined in Tauri.toml. That is the way in which the library reads a file that holds one capability, or a
   table of them, too: as a JSON map first, in which of two equal keys the last counts, a date is a table with the key
   `$__toml_private_datetime`, and a number that is not finite is null.

Where that cannot decide (a JSON file that is a list is read without the map) read.py does, by the rules of the library, and the row
says so: "source": "read".
"""

import base64
import concurrent.futures
import datetime
import json
import math
import pathlib
import sys
import tomllib

import capabilities
import configurations
import identifiers
import manifests
import permissions
import read
import values
from cli import Cli

VERSION = "2.12.5"
OUT = pathlib.Path(__file__).resolve().parents[2] / "tests/policy/oracle"


def bytes_of(row):
    return row["data"] if "data" in row else row["text"].encode("utf-8", "surrogatepass")


def as_json(value):
    """A TOML value as the library's JSON map has it."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return {"$__toml_private_datetime": str(value)}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def tree_of(row):
    """None: TOML 1.1, which Python does not read. Then it is the value that is new, in a place that takes any value."""
    if row["ext"] == "json":
        return json.loads(bytes_of(row))
    try:
        return as_json(tomllib.loads(bytes_of(row).decode("utf-8-sig")))
    except tomllib.TOMLDecodeError:
        print(f"note: not TOML 1.0: {row['name']}")
        return {"capabilities": []}


def judge_fields(cli, tree):
    listed = tree.get("capabilities", [tree]) if isinstance(tree, dict) else tree
    if not isinstance(listed, list):
        return False, "neither a capability nor a list of them"
    for item in listed:
        # A string would name a file.
        accept, message = (False, "invalid type: string, expected struct Capability") if isinstance(item, str) else cli.inlined(item)
        if not accept:
            return False, message
    return True, ""


def judge_capability(cli, row):
    document = cli.json_document if row["ext"] == "json" else cli.toml_document
    accept, message = document(bytes_of(row))
    # Inlined, a value stands deeper than in its file, and there is a limit.
    deep = "-deep-" in row["name"] or "keys-" in row["name"]
    return judge_fields(cli, tree_of(row)) if accept and not deep else (accept, message)


def judge(cli, kind, row):
    source = "cli"
    if kind == "identifier":
        accept, message = cli.identifier(row["text"])
    elif kind == "capability":
        accept, message = judge_capability(cli, row)
    elif kind == "permission":
        accept, message = cli.permission(row["ext"], bytes_of(row))
    elif kind == "conf":
        accept, message = cli.conf("tauri.conf.json", bytes_of(row))
    else:
        accept, _, message = cli.manifest(bytes_of(row))
    if row["name"] in read.DECIDED.get(kind, {}):
        decided, message = read.DECIDED[kind][row["name"]]
        assert decided != accept, f"{row['name']}: the command line program says the same"
        accept, source = decided, "read"
    return kept(row, {"kind": kind, "accept": accept, "message": message[:400], "source": source})


def kept(row, verdict):
    """A row as it is written: its text as text where it is one."""
    data = bytes_of(row) if "ext" in row else row["text"].encode()
    try:
        content = {"text": data.decode()}
    except UnicodeDecodeError:
        content = {"base64": base64.b64encode(data).decode()}
    ext = {"ext": row["ext"]} if "ext" in row else {}
    return {"name": row["name"], **ext, **content, **verdict, "paragraph": row["paragraph"]}


def write(kind, rows):
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names)), kind
    lines = ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows)
    (OUT / f"{kind}.json").write_text(f"[\n{lines}\n]\n")
    print(f"{kind}: {len(rows)} rows, {sum(bool(row['accept']) for row in rows)} accepted")


def main():
    cli = Cli(sys.argv[1])
    assert cli.version == VERSION, cli.version
    OUT.mkdir(parents=True, exist_ok=True)
    tables = {"identifier": identifiers, "capability": capabilities, "permission": permissions, "manifest": manifests, "conf": configurations}
    wanted = sys.argv[2:] or [*tables, "value"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for kind, table in tables.items():
            if kind in wanted:
                write(kind, list(pool.map(lambda row, kind=kind: judge(cli, kind, row), table.rows())))
        if "value" in wanted:
            write("value", list(pool.map(lambda row: values.judge(cli, row), values.rows())))


if __name__ == "__main__":
    main()
