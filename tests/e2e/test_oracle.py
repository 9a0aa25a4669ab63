"""The compiler against Tauri's own verdicts (tests/policy/oracle, made by tools/oracle): what Tauri accepts is accepted, and what it
rejects is rejected with a file, a line and a message. Where we differ on purpose the row is listed, with the reason; a row that is
listed and agrees fails."""

import base64
import concurrent.futures
import json
import os
import pathlib
import re
import tempfile

import oracle_differences
import pytest
from test_policy import compile_app

TOP = pathlib.Path(__file__).resolve().parents[2]
ORACLE = TOP / "tests/policy/oracle"
MANIFEST = '[app]\nid = "com.example.oracle"\n'
GREET = '[[permission]]\nidentifier = "%s"\ncommands.allow = ["greet"]\n'
AT = {"capability": "capabilities/row", "permission": "permissions/row", "value": "permissions/row", "identifier": "capabilities/row"}


def rows_of(kind):
    return json.loads((ORACLE / f"{kind}.json").read_text())


def bytes_of(row):
    return base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()


def files_of(row):
    """A whole app around one row. Every permission that a row names is there, so that only the row itself can be wrong."""
    if row["kind"] != "identifier":
        named = "allow-greet"
        name, data = f"{AT[row['kind']]}.{row['ext']}", bytes_of(row)
    else:
        named = row["text"] if ":" not in row["text"] else "allow-greet"
        name, data = "capabilities/row.json", json.dumps({"identifier": "a", "permissions": [row["text"]]}).encode()
    quoted = json.dumps(named).replace("\x7f", "\\u007f")[1:-1]
    more = {"permissions/greet.toml": (GREET % quoted).encode()}
    if named == "x" or row["kind"] == "capability":
        more["permissions/x.toml"] = (GREET % "x").encode() if named != "x" else b""
    return {"trollbridge.toml": MANIFEST.encode(), **more, name: data}, name


def judge(row):
    """What is wrong with our answer; None: nothing."""
    files, name = files_of(row)
    with tempfile.TemporaryDirectory() as folder:
        app = pathlib.Path(folder)
        for path, data in files.items():
            (app / path).parent.mkdir(exist_ok=True)
            (app / path).write_bytes(data)
        status, said, _ = compile_app(app)
    errors = [line for line in said.splitlines() if not line.startswith("trollbridge: warning:")]
    if status not in (0, 3) or (status == 0) != (not errors):
        return f"exit status {status}: {said}"
    if row["accept"]:
        return None if status == 0 else f"Tauri accepts it: {errors[0]}"
    if status == 0:
        return f"Tauri rejects it: {row['message']}"
    placed = re.compile(rf"trollbridge: [a-z-]+: .{{10,}} \({re.escape(name)}(:[0-9]+)?\)$")
    return None if any(placed.match(line) for line in errors) else f"no place in: {errors[0]}"


@pytest.mark.parametrize("kind", ["identifier", "capability", "permission", "value"])
def test_verdicts(kind):
    rows = rows_of(kind)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = {row["name"]: problem for row, problem in zip(rows, pool.map(judge, rows)) if problem}
    listed = oracle_differences.DIFFERENCES[kind]
    assert listed.keys() <= {row["name"] for row in rows}
    assert [f"{name}: {problem}" for name, problem in wrong.items() if name not in listed] == []
    assert [name for name in listed if name not in wrong] == [], "agree by now: take them off the list"


def test_the_table_is_broad():
    assert sum(len(rows_of(kind)) for kind in ("identifier", "capability", "permission", "value", "manifest", "conf")) > 2000
