"""Rules and schemas of the manifest, through the whole tree: what the page is told, what goes on, and what is logged."""

import json

import pytest

import filters
import tree
from filters import ECHO, outcome, running

WRITE = "plugin:fs|write_text_file"
WHEN = '[[rule]]\ncommand = "echo"\nwhen = [{when}]\nthen = "deny"\nmessage = "not this one"\n'
REWRITE = '[[rule]]\ncommand = "echo"\nthen = "rewrite"\n'


# ---- each op ----

@pytest.mark.parametrize("when, met, unmet", [
    ('{path = "/a", op = "equals", value = 7}', [{"a": 7}, {"a": 7.0}, {"b": 1, "a": 7}], [{"a": 8}, {"a": "7"}, {}, {"A": 7}]),
    ('{path = "/a/1/b", op = "equals", value = "x"}', [{"a": [0, {"b": "x"}]}], [{"a": [{"b": "x"}]}, {"a": {"1": 1}}]),
    ('{path = "/a/*", op = "equals", value = 7}', [{"a": [1, 7]}, {"a": {"b": 7}}], [{"a": [1]}, {"a": []}, {"a": [[7]]}]),
    ('{path = "/a", op = "one_of", value = ["x", 2, true]}', [{"a": "x"}, {"a": 2}, {"a": True}], [{"a": "y"}, {"a": False}, {"a": 1}]),
    ('{path = "/a", op = "regex", value = "[a-c]+[0-9]{2}"}', [{"a": "abc42"}], [{"a": "abc4"}, {"a": "xabc42"}, {"a": "abc42\\n"}, {"a": 42}]),
    ('{path = "/a", op = "length", min = 3}', [{"a": "abc"}, {"a": [1, 2, 3]}], [{"a": "ab"}, {"a": [1]}, {"a": 4}, {}]),
    ('{path = "/a", op = "range", min = 3, max = 5}', [{"a": 3}, {"a": 5}, {"a": 4.5}], [{"a": 2}, {"a": 6}, {"a": 5.1}, {"a": "4"}]),
    ('{path = "/a", op = "exists"}', [{"a": 0}, {"a": ""}, {"a": {}}], [{"b": 1}, {}]),
    ('{path = "/a", op = "type", value = "string"}', [{"a": ""}], [{"a": 1}, {"a": ["x"]}, {}]),
    ('{path = "/a", op = "equals", value = 7, not = true}', [{"a": 8}, {"a": "7"}], [{"a": 7}]),
    ('{path = "/a", op = "exists"}, {path = "/b", op = "exists"}', [{"a": 1, "b": 1}], [{"a": 1}, {"b": 1}]),
])
def test_a_condition(app, when, met, unmet):
    with running(app, WHEN.format(when=when)) as host:
        assert [outcome(host, args) for args in met] == ["rule"] * len(met)
        assert [outcome(host, args) for args in unmet] == unmet


INSIDE = '{path = "/path", op = "inside", value = ["$RESOURCE/data"], not = true}'


@pytest.mark.parametrize("path", ["data", "data/x", "./data/x", "data//x", "data/./x", "data/é"])
def test_a_path_inside(app, path):
    with running(app, WHEN.format(when=INSIDE)) as host:
        assert outcome(host, {"path": path}) == {"path": path}
        absolute = f"{app.path}/{path}"
        assert outcome(host, {"path": absolute}) == {"path": absolute}


@pytest.mark.parametrize("path", [
    "", ".", "/", "dat", "database/x", "Data/x", "data/../x", "data/x/..", "../notes/data/x", "/data/x", "/etc/passwd", "data/x/../../y",
    "file:///etc/passwd", "d%61ta/x", "\\data\\x", "~/data/x", "$RESOURCE/data/x", 7, None, ["data/x"], {"0": "data/x"}])
def test_a_path_that_is_not_inside(app, path):
    with running(app, WHEN.format(when=INSIDE)) as host:
        assert outcome(host, {"path": path}) == "rule"


# ---- each then ----

def test_denied_calls_name_the_rule_in_the_log_alone(app):
    rule = WHEN.format(when='{path = "/a", op = "equals", value = 7}')
    with running(app, rule) as host:
        error = host.call("main", ECHO, {"a": 7})["error"]
        assert error == {"code": "rule", "message": "a rule of the app denied the call"}
        record = filters.record(app, event="call", code="rule")
        line = filters.line_of(app, "[[rule]]")
        assert record["rule"] == {"capability": "", "permission": "", "file": "trollbridge.toml", "line": line}
        assert (record["verdict"], record["reason"]) == ("deny", "not this one")


@pytest.mark.parametrize("edits, args, made", [
    ('set = [{path = "/a", value = {b = [1]}}]', {"a": 1, "c": 2}, {"a": {"b": [1]}, "c": 2}),
    ('set = [{path = "/new", value = "x"}]', {"a": 1}, {"a": 1, "new": "x"}),
    ('drop = ["/a/b", "/c/*"]', {"a": {"b": 1, "d": 2}, "c": [1, 2]}, {"a": {"d": 2}, "c": []}),
    ('drop = ["/nothing"]', {"a": 1}, {"a": 1}),
    ('clamp = [{path = "/n", min = 1, max = 9}]', {"n": 100}, {"n": 9}),
    ('clamp = [{path = "/n", min = 1, max = 9}]', {"n": -5}, {"n": 1}),
    ('clamp = [{path = "/n", max = 9}]', {"n": 4}, {"n": 4}),
])
def test_the_plugin_gets_what_a_rule_has_made(app, edits, args, made):
    with running(app, REWRITE + edits + '\n[commands."echo"]\naudit = "full"\n') as host:
        assert outcome(host, args) == made
        record = filters.record(app, event="call", command=ECHO)
        assert record["verdict"] == ("allow" if made == args else "rewrite")
        assert record["args"] == made
        if made != args:
            assert record["rule"]["line"] == filters.line_of(app, "[[rule]]")


def test_a_plugin_writes_to_the_path_that_a_rule_has_made(app):
    rule = (f'[[rule]]\ncommand = "{WRITE}"\nwhen = [{{path = "/path", op = "regex", value = "data/.*\\\\.exe"}}]\n'
            'then = "rewrite"\nset = [{path = "/path", value = "data/harmless.txt"}]\n')
    with running(app, rule):
        pass
    result = app.call(WRITE, {"path": "data/evil.exe"}, "--raw", "-", input=b"payload")
    assert result.returncode == 0, result.stderr
    assert (app.path / "data/harmless.txt").read_bytes() == b"payload"
    assert not (app.path / "data/evil.exe").exists()


def test_an_alert_lets_the_call_go_on(app):
    rule = '[[rule]]\ncommand = "echo"\nwhen = [{path = "/a", op = "exists"}]\nthen = "alert"\nmessage = "look at this"\n'
    with running(app, rule) as host:
        assert outcome(host, {"a": 1}) == {"a": 1}
        line = filters.line_of(app, "[[rule]]")
        told = filters.alert(host, "rule")
        assert (told["view"], told["message"]) == ("main", f"trollbridge.toml:{line}: look at this")
        record = filters.record(app, event="alert", code="rule")
        assert (record["command"], record["reason"], record["rule"]["line"]) == (ECHO, "look at this", line)
        assert filters.record(app, event="call", command=ECHO)["verdict"] == "allow"


def test_a_flood_of_alerts_is_told_in_part(app):
    """Three hundred calls of one rule, and one of another, which is not lost among them."""
    rule = ('[[rule]]\ncommand = "echo"\nwhen = [{{path = "/{0}", op = "exists"}}]\nthen = "alert"\nmessage = "{0}"\n')
    with running(app, rule.format("a") + rule.format("b")) as host:
        host.soak(300, 8, command=ECHO, args={"a": 1})
        assert outcome(host, {"b": 1}) == {"b": 1}
        filters.record(app, event="alert", reason="b")
    told = [r["reason"] for r in app.records() if r["event"] == "alert" and r["reason"].startswith("a")]
    assert 10 <= len(told) < 300
    counted = sum(1 + int(reason.split()[1]) if ";" in reason else 1 for reason in told)
    assert counted <= 300


@pytest.mark.parametrize("answer, code", [("once", ""), ("dismissed", "ask_denied")])
def test_a_person_is_asked_about_what_the_rules_have_made(app, answer, code):
    rules = ('[[rule]]\ncommand = "echo"\nwhen = [{path = "/a", op = "exists"}]\nthen = "ask"\nmessage = "may it?"\n'
             + REWRITE + 'when = [{path = "/a", op = "equals", value = 1}]\nset = [{path = "/a", value = 2}]\n')
    with running(app, rules) as host:
        call = host.start("main", ECHO, {"a": 1})
        asked = host.wait(lambda line: "ask" in line)
        assert (asked["args"], asked["rule"]) == ({"a": 2}, "may it?")
        host.say("answer", asked["ask"], answer)
        line = host.answer(call)
        assert line.get("error", {"code": ""})["code"] == code
        assert code or line["value"] == {"a": 2}
        assert outcome(host, {"b": 1}) == {"b": 1}


# ---- what a rule is for ----

def test_rules_are_asked_in_their_order_each_on_what_the_last_one_made(app):
    rules = (REWRITE + 'when = [{path = "/a", op = "equals", value = 1}]\nset = [{path = "/a", value = 2}]\n'
             + REWRITE + 'when = [{path = "/a", op = "equals", value = 2}]\nset = [{path = "/a", value = 3}]\n'
             + WHEN.format(when='{path = "/a", op = "equals", value = 3}')
             + REWRITE + 'when = [{path = "/a", op = "equals", value = 4}]\nset = [{path = "/a", value = 1}]\n')
    with running(app, rules) as host:
        assert [outcome(host, {"a": a}) for a in (1, 2, 3, 4)] == ["rule", "rule", "rule", {"a": 1}]


@pytest.mark.parametrize("scope, main, other", [
    ('view = "main"', "rule", {}), ('view = "oth*"', {}, "rule"), ('origin = "https://example.com"', {}, {}),
    ('origin = "local"', "rule", "rule"), ('command = "*"', "rule", "rule"), ('command = ""', "rule", "rule"),
    ('command = "plugin:fs|*"', {}, {}), ('command = "whoami"', {}, {}), ('command = "echo"\nview = "other"', {}, "rule")])
def test_a_rule_is_for_what_it_names(app, scope, main, other):
    with running(app, f'[[rule]]\n{scope}\nthen = "deny"\n', "main", "other") as host:
        assert [outcome(host, {}, view) for view in ("main", "other")] == [main, other]


def test_a_reload_puts_rules_in_force_without_a_restart(app):
    """In a session that goes on, of a plugin that goes on."""
    with running(app, "") as host:
        plain = (app.path / "trollbridge.toml").read_text()
        assert host.code() == ""
        fs = host.role("fs")
        rule = f'[[rule]]\ncommand = "{tree.READ}"\nwhen = [{{path = "/path", op = "equals", value = "data/hello.txt"}}]\nthen = "deny"\n'
        app.manifest(rule)
        assert "after" in host.reload()
        assert host.code() == "rule"
        (app.path / "trollbridge.toml").write_text(plain)
        assert "after" in host.reload()
        assert host.code() == ""
        assert host.role("fs") == fs


def test_a_reload_with_a_rule_that_is_wrong_changes_nothing(app):
    with running(app, WHEN.format(when='{path = "/a", op = "exists"}')) as host:
        app.manifest('[[rule]]\nthen = "deny"\nwhen = [{path = "/a", op = "regex", value = "(a"}]\n')
        assert "code" in host.reload()
        assert outcome(host, {"a": 1}) == "rule"


# ---- schemas ----

SCHEMA = """[commands."echo"]
schema = { raw_max = 0, args = { path = { type = "string", required = true, min = 1, max = 8, pattern = "[a-z/]+" }, \
n = { type = "integer", min = 0, max = 10 }, mode = { type = "string", one_of = ["r", "w"] }, \
list = { type = "array", max = 2, items = { type = "number" } }, opt = { type = "object", fields = { deep = { type = "boolean" } } } } }
"""


@pytest.mark.parametrize("args", [
    {"path": "a/b"}, {"path": "a", "n": 10, "mode": "r"}, {"path": "a", "list": [1, 2.5]}, {"path": "a", "opt": {"deep": True}},
    {"path": "a", "opt": {}}])
def test_what_a_schema_takes(app, args):
    with running(app, SCHEMA) as host:
        assert outcome(host, args) == args


@pytest.mark.parametrize("args, where", [
    ({}, "/path"), ({"path": ""}, "/path"), ({"path": "abcdefghi"}, "/path"), ({"path": "A"}, "/path"), ({"path": 1}, "/path"),
    ({"path": "a", "n": 11}, "/n"), ({"path": "a", "n": -1}, "/n"), ({"path": "a", "n": 1.5}, "/n"), ({"path": "a", "n": "1"}, "/n"),
    ({"path": "a", "mode": "rw"}, "/mode"), ({"path": "a", "list": [1, 2, 3]}, "/list"), ({"path": "a", "list": ["x"]}, "/list/0"),
    ({"path": "a", "opt": {"deep": 1}}, "/opt/deep"), ({"path": "a", "opt": {"more": 1}}, "/opt/more"), ({"path": "a", "extra": 1}, "/extra"),
    ({"path": "a", "Path": "b"}, "/Path"), ({"path": "a", "path ": "b"}, "/path ")])
def test_what_a_schema_refuses(app, args, where):
    with running(app, SCHEMA) as host:
        error = host.call("main", ECHO, args)["error"]
        assert error == {"code": "invalid_args", "message": "the arguments are not what the command takes"}
        record = filters.record(app, event="call", code="invalid_args")
        assert record["reason"].startswith(f"the argument {where} "), record["reason"]
        lines = (app.path / "trollbridge.toml").read_text().splitlines()
        assert record["rule"]["file"] == "trollbridge.toml"
        assert lines[record["rule"]["line"] - 1].startswith("schema = ")


def test_a_body_larger_than_a_schema_takes(app):
    filters.add(app, f'[commands."{WRITE}"]\nschema = {{ raw_max = 5, more = true }}\n')
    codes = [app.call(WRITE, {"path": "data/new.txt"}, "--raw", "-", input=body).returncode for body in (b"12345", b"123456")]
    assert codes == [0, 1]
    assert (app.path / "data/new.txt").read_bytes() == b"12345"


def test_what_rules_have_made_is_judged_again(app):
    rule = REWRITE + 'when = [{path = "/mode", op = "equals", value = "w"}]\nset = [{path = "/path", value = "/etc/passwd"}]\n'
    with running(app, SCHEMA + rule) as host:
        assert outcome(host, {"path": "a", "mode": "w"}) == "invalid_args"
        assert outcome(host, {"path": "a", "mode": "r"}) == {"path": "a", "mode": "r"}


def test_a_page_learns_nothing_of_rules_but_the_code(app):
    """Two rules, two lines, two messages: the same error, to the byte."""
    rules = WHEN.format(when='{path = "/a", op = "exists"}') + WHEN.format(when='{path = "/b", op = "exists"}').replace("not this", "nor that")
    with running(app, rules) as host:
        errors = [json.dumps(host.call("main", ECHO, args)["error"], sort_keys=True) for args in ({"a": 1}, {"b": 1})]
        assert errors[0] == errors[1]
