"""The compiler against Tauri's own verdicts (tests/policy/oracle, made by tools/oracle): what Tauri accepts is accepted, and what it
rejects is rejected with a file, a line and a message. Where we differ on purpose the row is listed, with the reason; a row that is
listed and agrees fails."""

import base64
import concurrent.futures
import json
import math
import os
import pathlib
import re
import tempfile

import oracle_differences
import pytest

from policy_apps import TOP, policy

ORACLE = TOP / "tests/policy/oracle"
MANIFEST = b'[app]\nid = "com.example.oracle"\n'
GREET = '[[permission]]\nidentifier = "%s"\ncommands.allow = ["greet"]\n'
FS = b'{"identifier": "a", "permissions": ["fs:default"]}'
KEPT = b'{"identifier": "a", "permissions": ["kept"]}'
MANIFESTS = "gen/schemas/acl-manifests.json"
CONF = b'{"identifier": "com.example.oracle", "build": {"frontendDist": "../dist"}}'
# What a configuration names is there.
REFERENCES = {"references": ["a", "b"], "reference-empty": [""], "twice": ["a"], "mixed": ["b"]}
# An identifier may be one and still name nothing.
NOT_OF_FORM = ("unknown-plugin", "unknown-permission")
ERROR = re.compile("[a-z][a-z-]+")


def rows_of(kind):
    return json.loads((ORACLE / f"{kind}.json").read_text())


def bytes_of(row):
    return base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()


def escaped(text):
    return "".join(f"\\U{ord(c):08x}" for c in text)


def files_of(row):
    """A whole app around one row, and the row's file. Every permission that the row names is there, so that only it can be wrong."""
    greet = "".join(GREET % name for name in ("allow-greet", "x")).encode()
    if row["kind"] == "capability":
        name = f"capabilities/row.{row['ext']}"
        return name, {name: bytes_of(row), "permissions/greet.toml": greet}
    if row["kind"] == "identifier":
        capability = json.dumps({"identifier": "a", "permissions": [row["text"]]}).encode()
        return "capabilities/row.json", {"capabilities/row.json": capability, "permissions/greet.toml": (GREET % escaped(row["text"])).encode()}
    if row["kind"] == "manifest":
        return MANIFESTS, {"tauri.conf.json": CONF, MANIFESTS: bytes_of(row), "capabilities/a.json": FS}
    if row["kind"] == "conf":
        named = {f"capabilities/of-{name}.json": json.dumps({"identifier": name, "permissions": []}).encode() for name in REFERENCES.get(row["name"], ())}
        return "tauri.conf.json", {"tauri.conf.json": bytes_of(row), **named}
    name = f"permissions/row.{row['ext']}"
    return name, {name: bytes_of(row), **({"capabilities/a.json": KEPT} if row["kind"] == "value" and row["accept"] else {})}


def check(files):
    with tempfile.TemporaryDirectory() as folder:
        app = pathlib.Path(folder)
        manifest = {} if "tauri.conf.json" in files else {"trollbridge.toml": MANIFEST}
        for path, data in {**manifest, **files}.items():
            (app / path).parent.mkdir(parents=True, exist_ok=True)
            (app / path).write_bytes(data)
        status, out, errors = policy("check", app, "--mode", "tauri", "--json")
    if status not in (0, 3) or errors or not out:
        return f"exit status {status}, {out[:99]}, {errors}", {}
    return status, json.loads(out)


def is_placed(error, name):
    return error["file"] == name and error["line"] >= 0 and len(error["message"]) >= 10 and ERROR.fullmatch(error["code"])


def same(ours, theirs):
    """Integers and fractions are told apart, and nothing from minus nothing."""
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, float) and not math.isfinite(theirs):
        return ours is None  # for which JSON has no number
    return type(ours) is type(theirs) and repr(ours) == repr(theirs)


def judge(row):
    """What is wrong with our answer; None: nothing."""
    name, files = files_of(row)
    status, answer = check(files)
    if not answer:
        return status
    errors = [error for error in answer["errors"] if row["kind"] != "identifier" or error["code"] not in NOT_OF_FORM]
    if (status == 0) != (not answer["errors"]):
        return f"exit status {status} with {answer['errors']}"
    if row["accept"] and errors:
        return f"Tauri accepts it: {errors[0]}"
    if not row["accept"] and not errors:
        return f"Tauri rejects it: {row['message']}"
    if errors:
        return None if any(is_placed(error, name) for error in errors) else f"no place: {errors[0]}"
    if "value" in row and not same(answer["global_scope"]["__app-acl__"]["allow"], json.loads(row["value"])):
        return f"Tauri reads {row['value']}: {answer['global_scope']}"
    return None


@pytest.mark.parametrize("kind", ["identifier", "capability", "permission", "value", "manifest", "conf"])
def test_verdicts(kind):
    rows = rows_of(kind)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = {row["name"]: problem for row, problem in zip(rows, pool.map(judge, rows)) if problem}
    listed = oracle_differences.DIFFERENCES[kind]
    assert listed.keys() <= {row["name"] for row in rows}
    assert [f"{name}: {problem}" for name, problem in wrong.items() if name not in listed] == []
    assert [name for name in listed if name not in wrong] == [], "agree by now: take them off the list"


def test_the_table_is_broad():
    assert sum(len(rows_of(kind)) for kind in oracle_differences.DIFFERENCES) > 2000
