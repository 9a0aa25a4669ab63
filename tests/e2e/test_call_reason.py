"""What `trollbridge call` says of a denial that a page is not told: why, and where it is written."""

import json
import re

import filters
import hooks
import tree
from tree import HELLO, READ

WRITE = "plugin:fs|write_file"
RULE = """[[rule]]
command = "plugin:fs|read_text_file"
when = [{ path = "/path", op = "equals", value = "data/hello.txt" }]
then = "deny"
message = "not the greeting"
"""
SCHEMA = """[commands."plugin:fs|read_text_file"]
schema = { args = { path = { type = "string", required = true, max = 4 } } }
"""
ASKS = '[commands."plugin:fs|read_text_file"]\nask = true\n'
THROWS = 'export function onRequest() {\n  throw new Error("not today");\n}\n'
THROWS_LATE = 'export function onRequest({ args }) { return args; }\nexport function onReply() {\n  throw new Error("not this");\n}\n'


def denied(app, *options, args=HELLO, command=READ):
    """The one line on stderr."""
    with tree.leaves_nothing():
        result = app.call(command, args, *options)
    assert result.returncode == 1 and result.stdout == b""
    text = result.stderr.decode()
    assert text.count("\n") == 1 and text.endswith("\n")
    return text[:-1]


def error(app, args=HELLO, command=READ):
    with tree.leaves_nothing():
        result = app.call(command, args, "--json")
    assert result.returncode == 1 and result.stderr == b""
    return json.loads(result.stdout)["error"]


def test_a_rule_with_its_message_file_and_line(app):
    app.manifest(RULE)
    line = filters.line_of(app, "[[rule]]")
    assert denied(app) == (f"trollbridge: rule: {READ}: a rule of the app denied the call: not the greeting "
                           f"(trollbridge.toml:{line})")


def test_a_rule_as_json(app):
    app.manifest(RULE)
    line = filters.line_of(app, "[[rule]]")
    assert error(app) == {"code": "rule", "message": "a rule of the app denied the call", "command": READ,
                          "reason": "not the greeting", "rule": f"trollbridge.toml:{line}"}


def test_a_rule_without_a_message_says_nothing_twice(app):
    app.manifest(RULE.replace('message = "not the greeting"\n', ""))
    assert denied(app).count("a rule of the app denied the call") == 1


def test_a_schema_with_the_argument(app):
    app.manifest(SCHEMA)
    line = filters.line_of(app, "schema = ")
    text = denied(app)
    assert text.startswith(f"trollbridge: invalid_args: {READ}: the arguments are not what the command takes: the argument /path ")
    assert text.endswith(f" (trollbridge.toml:{line})")


def test_a_hook_with_its_file_and_what_it_threw(app):
    hooks.add(app, THROWS)
    text = denied(app)
    assert text.startswith(f"trollbridge: hook: {READ}: the app's hook denied the call: isolation.js:2: Error: not today")
    assert text.endswith(" (isolation.js)")


def test_a_hook_that_throws_at_the_reply(app):
    hooks.add(app, THROWS_LATE)
    reason = error(app)
    assert reason["code"] == "hook" and reason["rule"] == "isolation.js"
    assert reason["reason"].startswith("isolation.js:3: Error: not this")


def test_a_limit_with_when_to_try_again(app):
    """A body in parts that runs into more debt than a stream may."""
    app.manifest(f'[limits."{WRITE}"]\nbytes_in = 1000\n')
    body = app.folder / "body"
    body.write_bytes(b"x" * 2**21)
    text = denied(app, "--raw", body, args={"path": "data/new.txt"}, command=WRITE)
    assert text.startswith(f"trollbridge: limit: {WRITE}: ")
    assert re.search(r"; try again in [0-9]+ ms$", text), text


def test_a_person_that_said_no(app):
    app.manifest(ASKS)
    text = denied(app, "--answer", "dismissed")
    assert text.startswith(f"trollbridge: ask_denied: {READ}: ") and "; try again in " in text


def test_only_this_session_counts(app):
    """Another call's record, which is in the log too, is not taken for this one's."""
    app.manifest(RULE)
    denied(app)
    text = denied(app, args={"path": "../x"})
    assert "not the greeting" not in text


def test_what_a_file_cannot_say_is_escaped(app):
    hooks.add(app, 'export function onRequest() {\n  throw new Error("a\\u001b[31m\\u202eb");\n}\n')
    text = denied(app)
    assert "\x1b" not in text and "\u202e" not in text and "u001b" in text
