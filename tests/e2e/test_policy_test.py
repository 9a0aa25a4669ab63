"""`trollbridge test`: cases that hold, and that each kind of case which does not hold fails."""

import json
import os
import signal
import subprocess

import pytest

import tree

CASES = "policy.test.toml"
READ_CASE = {"name": "reads", "command": tree.READ, "args": tree.HELLO, "expect": "allow"}


@pytest.fixture(autouse=True)
def nothing_stays():
    with tree.leaves_nothing():
        yield


@pytest.fixture
def tested(app):
    """The app, and a folder for what is temporary, which a test leaves as empty as it was."""
    temporary = app.folder / "temporary"
    temporary.mkdir()
    app.environment["TMPDIR"] = str(temporary)
    yield app
    assert list(temporary.iterdir()) == []
    assert not app.log.exists(), "a test wrote into the user's log"


def toml(value):
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def write(app, *cases):
    tables = ["[[case]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in case.items()) for case in cases]
    (app.path / CASES).write_text("\n".join(tables))


def run(app, *cases, options=()):
    """The exit status, and what --json prints."""
    if cases:
        write(app, *cases)
    result = app.run("test", app.path, "--json", *options)
    assert result.returncode in (0, 1), result.stderr.decode()
    answer = json.loads(result.stdout)
    assert (result.returncode == 0) == (answer["failed"] == 0)
    return answer


def holds(app, **case):
    answer = run(app, READ_CASE | case)
    assert answer["passed"] == 1, answer
    return answer["cases"][0]["outcome"]


def fails(app, *keys, **case):
    """The case fails by exactly these keys."""
    answer = run(app, READ_CASE | case)
    assert answer["failed"] == 1, answer
    assert [difference["key"] for difference in answer["cases"][0]["differences"]] == list(keys), answer
    return answer["cases"][0]


def refused(app, text, message, line=None):
    """The file is wrong: exit 3, and where."""
    (app.path / CASES).write_text(text)
    result = app.run("test", app.path)
    errors = result.stderr.decode()
    assert result.returncode == 3, errors
    assert result.stdout == b""
    assert message in errors, errors
    assert line is None or f"({CASES}:{line})" in errors, errors


# ---- what the policy grants ----


def test_a_granted_call_is_allowed_by_a_rule_with_its_line(tested):
    outcome = holds(tested, rule="capabilities/main.json:6")
    assert outcome["verdict"] == "allow" and outcome["args_after"] == tree.HELLO


def test_what_is_not_granted_is_denied(tested):
    holds(tested, command="plugin:shell|spawn", expect="deny", code="not_granted")


def test_a_view_without_a_capability_is_denied(tested):
    holds(tested, view="other", expect="deny", code="not_granted")


def test_a_page_of_the_web_is_denied(tested):
    holds(tested, origin="https://example.com", expect="deny", code="not_granted")


def test_no_plugin_runs(tested):
    """The file stays what it was, though the call that would change it is allowed and answered."""
    file = tested.path / "data/hello.txt"
    before = file.read_bytes()
    holds(tested, command="plugin:fs|write_text_file", args={"path": "data/hello.txt"}, raw="other", args_after={"path": "data/hello.txt"},
          raw_after="other")
    assert file.read_bytes() == before


def test_a_scope_is_the_plugins_to_check(tested):
    holds(tested, args={"path": "/etc/passwd"})


def test_the_case_answers_for_the_plugin(tested):
    holds(tested, result={"a": [1, 2.5, "three", True]}, result_after={"a": [1, 2.5, "three", True]})
    holds(tested, result_raw="text", result_raw_after="text")
    holds(tested, error={"code": "not_found", "message": "no such file"}, error_after={"code": "not_found", "message": "no such file"})
    holds(tested, error={"code": "scope"}, error_after={"code": "scope"})
    assert holds(tested)["result_after"] is None


def test_a_call_of_the_apps_own_is_served_too(tested):
    capability = tested.path / "capabilities/main.json"
    main = json.loads(capability.read_text())
    main["permissions"].append("own")
    capability.write_text(json.dumps(main))
    (tested.path / "permissions").mkdir()
    (tested.path / "permissions/own.toml").write_text('[[permission]]\nidentifier = "own"\ncommands.allow = ["greet"]\n')
    holds(tested, command="greet", args={"name": "Ann"}, result="Hello, Ann", result_after="Hello, Ann")


def test_calls_before_it_are_made_in_the_same_session(tested):
    outcome = holds(tested, before=[{"command": tree.READ, "args": {"path": "a"}, "repeat": 3}, {"command": "plugin:shell|spawn"}], repeat=2,
                    args={"path": "b"})
    assert outcome["args_after"] == {"path": "b"}


def test_cases_are_strangers_to_each_other(tested):
    answer = run(tested, *({**READ_CASE, "name": f"case {n}"} for n in range(3)))
    assert answer["passed"] == 3


# ---- limits and tripwires ----

SLOW = f'[limits."{tree.READ}"]\ncalls_per_s = 2\n'


def test_a_limit_is_reached_by_repeating(tested):
    tested.manifest(SLOW)
    holds(tested, repeat=2)
    holds(tested, repeat=50, expect="deny", code="limit", error_after={"code": "limit"})
    holds(tested, before=[{"command": tree.READ, "args": tree.HELLO, "repeat": 50}], repeat=50, expect="deny", code="limit")
    fails(tested, "expect", repeat=50)
    fails(tested, "expect", "code", repeat=2, expect="deny", code="limit")


def test_what_came_before_the_last_call_is_forgotten(tested):
    tested.manifest(SLOW)
    outcome = holds(tested, repeat=50, expect="deny")
    assert "args_after" not in outcome and "result_after" not in outcome


def test_one_case_leaves_another_its_calls(tested):
    tested.manifest(SLOW)
    answer = run(tested, *({**READ_CASE, "name": f"case {n}", "repeat": 2} for n in range(3)))
    assert answer["passed"] == 3


@pytest.mark.parametrize("command", ["plugin:fs|stat", "plugin:shell|spawn"])
def test_a_tripwire_locks_the_session(tested, command):
    """Granted or not."""
    tested.manifest(f'[commands."{command}"]\ntripwire = true\n')
    holds(tested, command=command, expect="deny", code="violation", alert="tripwire")
    holds(tested, before=[{"command": command}], expect="deny", alert="tripwire", error_after={"code": "session_closed"})
    fails(tested, "expect", command=command)


# ---- rules and schemas ----


def rule(app, text):
    """Adds a rule for READ; its place."""
    line = (app.path / "trollbridge.toml").read_text().count("\n") + 2
    app.manifest(f'[[rule]]\ncommand = "{tree.READ}"\n{text}\n')
    return f"trollbridge.toml:{line}"


def test_a_rule_denies(tested):
    place = rule(tested, 'when = [{ path = "/path", op = "equals", value = "data/secret.txt" }]\nthen = "deny"\nmessage = "not this one"')
    holds(tested, args={"path": "data/secret.txt"}, expect="deny", code="rule", rule=place, reason="not this one", error_after={"code": "rule"})
    holds(tested)
    fails(tested, "expect", args={"path": "data/secret.txt"})
    fails(tested, "rule", args={"path": "data/secret.txt"}, expect="deny", rule="trollbridge.toml:1")


def test_a_rule_rewrites(tested):
    place = rule(tested, 'then = "rewrite"\nset = [{ path = "/path", value = "data/other.txt" }]')
    holds(tested, expect="rewrite", rule=place, args_after={"path": "data/other.txt"})
    fails(tested, "expect", "args_after", args_after=tree.HELLO)


def test_a_rule_alerts(tested):
    rule(tested, 'then = "alert"\nmessage = "look"')
    holds(tested, alert="rule")
    fails(tested, "alert", alert="tripwire")


def test_a_schema_refuses(tested):
    tested.manifest(f'[commands."{tree.READ}"]\nschema = {{ args = {{ path = {{ type = "string", max = 20 }} }} }}\n')
    holds(tested)
    holds(tested, args={"path": "x" * 21}, expect="deny", code="invalid_args")
    holds(tested, args={"path": "x", "more": 1}, expect="deny", code="invalid_args")
    fails(tested, "expect", args={"path": "x" * 21})


def test_coverage_of_rules_and_schemas(tested):
    place = rule(tested, 'when = [{ path = "/path", op = "equals", value = "a" }]\nthen = "deny"')
    other = rule(tested, 'when = [{ path = "/path", op = "equals", value = "b" }]\nthen = "rewrite"\nset = [{ path = "/path", value = "c" }]')
    third = rule(tested, 'when = [{ path = "/path", op = "equals", value = "d" }]\nthen = "alert"')
    tested.manifest(f'[commands."{tree.READ}"]\nschema = {{ args = {{ path = {{ type = "string" }} }} }}\n')

    def missing(*paths):
        _, answer = coverage(tested, *({"name": str(path), "command": tree.READ, "args": {"path": path}, "expect": "allow"} for path in paths))
        rules = {f"{one['file']}:{one['line']}" for one in answer["missing"] if one["kind"] == "rule"}
        return rules, "schema" in {one["kind"] for one in answer["missing"]}

    assert missing("x") == ({place, other, third}, True)
    assert missing("a") == ({other, third}, True)
    assert missing("b") == ({place, third}, True)
    assert missing("d") == ({place, other}, True)
    assert missing("x", 1) == ({place, other, third}, False)


# ---- prompts ----

ASKED = f'[commands."{tree.READ}"]\nask = true\n'


@pytest.mark.parametrize("answer, allowed", [("once", True), ("session", True), ("always", True), ("never", False), ("dismissed", False)])
def test_a_person_is_asked(tested, answer, allowed):
    tested.manifest(ASKED)
    if allowed:
        outcome = holds(tested, answer=answer, expect="ask", args_after=tree.HELLO, result=1, result_after=1)
        assert outcome["verdict"] == "allow"
        holds(tested, answer=answer, expect="allow")
        fails(tested, "expect", answer=answer, expect="deny")
    else:
        outcome = holds(tested, answer=answer, expect="ask", code="ask_denied", error_after={"code": "ask_denied"})
        assert outcome["verdict"] == "deny"
        holds(tested, answer=answer, expect="deny")
        fails(tested, "expect", answer=answer, expect="allow")


def test_nobody_is_there_unless_the_case_says_so(tested):
    tested.manifest(ASKED)
    holds(tested, expect="deny", code="ask_denied")
    fails(tested, "expect")


def test_answers_are_not_remembered_beyond_the_case(tested):
    tested.manifest(ASKED)
    cases = [{**READ_CASE, "name": f"{n} {answer}", "answer": answer, "expect": "ask"} for n in range(2) for answer in ("always", "never")]
    assert run(tested, *cases)["passed"] == 4


def test_coverage_of_prompts(tested):
    tested.manifest(ASKED)
    _, none = coverage(tested, {**READ_CASE, "command": "plugin:shell|spawn", "expect": "deny"})
    _, asked = coverage(tested, {**READ_CASE, "expect": "deny"})
    assert ("ask", tree.READ) in kinds(none) and ("ask", tree.READ) not in kinds(asked)


# ---- the hook ----


def hook(app, text, commands=(tree.READ,)):
    (app.path / "isolation.js").write_text(text)
    app.manifest(f'[hook]\nfile = "isolation.js"\ncommands = {json.dumps(list(commands))}\n')


def test_a_hook_denies(tested):
    hook(tested, "export function onRequest({ args }) {\n  if (args.path === 'x') throw new Error('not x');\n  return args;\n}\n")
    holds(tested)
    holds(tested, args={"path": "x"}, expect="deny", code="hook", rule="isolation.js", reason="not x", error_after={"code": "hook"})
    fails(tested, "expect", args={"path": "x"})
    fails(tested, "reason", args={"path": "x"}, expect="deny", reason="not y")


def test_a_hook_rewrites_both_ways(tested):
    hook(tested, """
export function onRequest(message) {
  message.raw = new Uint8Array([98]);
  return { ...message.args, added: message.view + ' ' + message.origin };
}
export function onReply({ result }) { return { was: result }; }
""")
    holds(tested, raw="a", result=1, expect="rewrite", args_after={**tree.HELLO, "added": "main local"}, raw_after="b", result_after={"was": 1})
    fails(tested, "expect", raw="a")
    fails(tested, "args_after", "result_after", expect="rewrite", args_after=tree.HELLO, result=1, result_after=1)


def test_a_hook_changes_what_the_plugin_answers_in_bytes(tested):
    hook(tested, "export function onRequest({ args }) { return args; }\n"
         "export function onReply(message) { message.raw = new Uint8Array([...message.raw].reverse()); return message.result; }\n")
    holds(tested, result_raw="abc", result_raw_after="cba")


def test_a_hook_remembers_within_a_case_alone(tested):
    hook(tested, "let n = 0;\nexport function onRequest({ args }) { if (++n > 2) throw new Error('the third'); return args; }\n")
    cases = [{**READ_CASE, "name": f"twice {n}", "repeat": 2} for n in range(2)]
    thrice = {**READ_CASE, "name": "thrice", "before": [{"command": tree.READ, "repeat": 2}], "expect": "deny", "code": "hook"}
    assert run(tested, *cases, thrice)["passed"] == 3


def test_a_hook_that_never_ends_is_denied(tested):
    hook(tested, "export function onRequest({ args }) { if (args.path === 'x') for (;;); return args; }\n")
    holds(tested, args={"path": "x"}, expect="deny", code="hook")


def test_coverage_of_a_hook(tested):
    hook(tested, "export function onRequest({ args }) { return args; }\n", ["plugin:fs|*"])
    _, answer = coverage(tested, READ_CASE)
    hooked = {name for kind, name in kinds(answer) if kind == "hook"}
    assert tree.READ not in hooked and "plugin:fs|read_dir" in hooked and "plugin:audit|follow" not in hooked


# ---- what does not hold ----


def test_a_wrong_verdict_fails(tested):
    fails(tested, "expect", expect="deny")
    fails(tested, "expect", expect="rewrite")
    fails(tested, "expect", expect="ask")
    fails(tested, "expect", command="plugin:shell|spawn")


def test_a_wrong_code_rule_or_reason_fails(tested):
    fails(tested, "code", command="plugin:shell|spawn", expect="deny", code="rule")
    fails(tested, "code", code="rule")
    fails(tested, "rule", rule="capabilities/main.json:7")
    fails(tested, "reason", reason="because")


def test_a_wrong_alert_fails(tested):
    fails(tested, "alert", alert="tripwire")


def test_wrong_args_or_bytes_fail(tested):
    fails(tested, "args_after", args_after={"path": "other"})
    fails(tested, "args_after", args_after={})
    fails(tested, "raw_after", raw_after="")
    fails(tested, "raw_after", raw="a", raw_after="b")


def test_a_wrong_result_fails(tested):
    fails(tested, "result_after", result=1, result_after=2)
    fails(tested, "result_after", result=1, result_after=True)
    fails(tested, "result_after", result=[1], result_after=[1, 2])
    fails(tested, "result_raw_after", result_raw="a", result_raw_after="b")
    fails(tested, "error_after", result=1, error_after={"code": "io"})
    fails(tested, "error_after", error={"code": "io"}, error_after={"code": "not_found"})
    fails(tested, "error_after", error={"code": "io", "message": "a"}, error_after={"message": "b"})


def test_numbers_are_those_of_javascript(tested):
    holds(tested, result=3, result_after=3.0)
    fails(tested, "result_after", result=3, result_after=3.5)


def test_a_failure_is_explained(tested):
    write(tested, {**READ_CASE, "expect": "deny", "code": "rule"}, {**READ_CASE, "name": "another"})
    result = tested.run("test", tested.path)
    out = result.stdout.decode()
    assert result.returncode == 1
    for line in ('FAIL  reads (policy.test.toml:1)', '      expected "deny"', '      came     "allow"', 'allow rule capabilities/main.json:6',
                 "pass  another", "2 cases, 1 passed, 1 failed"):
        assert line in out, out


# ---- the command ----


def test_all_cases_hold(tested):
    write(tested, READ_CASE)
    result = tested.run("test", tested.path)
    assert result.returncode == 0
    assert result.stdout == b"pass  reads\n1 case, 1 passed\n"
    assert result.stderr == b""


def test_a_filter_chooses_by_name(tested):
    write(tested, READ_CASE, {**READ_CASE, "name": "fails", "expect": "deny"})
    assert run(tested, options=["--filter", "read"])["passed"] == 1
    assert run(tested, options=["--filter", "fail"])["failed"] == 1
    assert tested.run("test", tested.path, "--filter", "nothing").returncode == 2


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_test_that_is_broken_off_leaves_nothing(tested, name):
    """The fixtures look for folders and processes."""
    write(tested, *({**READ_CASE, "name": f"case {n}"} for n in range(2000)))
    process = subprocess.Popen([*tested.program("trollbridge"), "test", str(tested.path)], env=tested.environment, cwd="/",
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    with process:
        assert process.stdout.readline() == b"pass  case 0\n"
        process.send_signal(getattr(signal, name))
        process.stdout.read()
    assert process.returncode == -getattr(signal, name)


def test_usage(tested):
    assert tested.run("test").returncode == 2
    assert tested.run("test", tested.path, "more").returncode == 2
    assert tested.run("test", tested.path, "--other").returncode == 2
    assert tested.run("test", "--help").returncode == 0


def test_an_app_without_cases_is_an_error(tested):
    (tested.path / CASES).unlink()
    result = tested.run("test", tested.path)
    assert result.returncode == 3
    assert f"({CASES})" in result.stderr.decode()


def test_an_app_whose_policy_is_wrong_is_not_tested(tested):
    tested.manifest("[nonsense]")
    write(tested, READ_CASE)
    result = tested.run("test", tested.path)
    assert result.returncode == 3
    assert "nonsense" in result.stderr.decode() and result.stdout == b""


def test_an_ordinary_user_can_test(tested, ordinary):
    write(tested, READ_CASE)
    tested.belongs_to(ordinary)
    assert run(tested)["passed"] == 1


def test_the_log_of_the_manifest_is_left_alone(tested):
    log = tested.folder / "home/elsewhere.jsonl"
    tested.manifest(f'[audit]\nfile = "{log}"')
    holds(tested)
    assert not log.exists() and os.listdir(tested.folder / "home") == []


# ---- coverage ----


def coverage(app, *cases, options=("--coverage",)):
    write(app, *cases)
    result = app.run("test", app.path, "--json", *options)
    return result.returncode, json.loads(result.stdout)["coverage"]


def kinds(answer):
    return {(one["kind"], one["name"]) for one in answer["missing"]}


def test_coverage_names_what_no_case_has_put_to_work(tested):
    tested.manifest(SLOW + '[commands."plugin:fs|stat"]\ntripwire = true\n')
    wanted = {("limit", tree.READ), ("tripwire", "plugin:fs|stat"), ("command", tree.READ), ("command", "plugin:fs|read_dir")}
    status, none = coverage(tested, {**READ_CASE, "command": "plugin:shell|spawn", "expect": "deny"})
    assert status == 0 and wanted <= kinds(none)
    status, some = coverage(tested, {**READ_CASE, "repeat": 50, "expect": "deny"},
                            {**READ_CASE, "name": "trip", "command": "plugin:fs|stat", "expect": "deny"})
    assert status == 0 and wanted & kinds(some) == {("command", "plugin:fs|read_dir")}
    assert some["total"] == none["total"] and some["covered"] == none["covered"] + 3
    limit = next(one for one in none["missing"] if one["kind"] == "limit")
    assert (limit["file"], limit["line"]) == ("trollbridge.toml", (tested.path / "trollbridge.toml").read_text().split("\n").index(
        SLOW.split("\n")[0]) + 1)


def test_limits_that_no_case_can_meet_are_not_missed(tested):
    tested.manifest('[limits."*"]\nin_flight = 4\ndeadline_ms = 1000\n\n[limits."plugin:fs|stat"]\nbytes_in = 10\n')
    _, answer = coverage(tested, READ_CASE)
    assert {name for kind, name in kinds(answer) if kind == "limit"} == {"plugin:fs|stat"}


def test_full_coverage_can_be_asked_for(tested):
    granted = json.loads(tested.run("policy", "check", tested.path, "--json").stdout)["allowed"]
    cases = [{**READ_CASE, "name": command, "command": command, "args": {}} for command in granted]
    status, all_of_it = coverage(tested, *cases, options=["--coverage=all"])
    assert status == 0 and all_of_it["missing"] == [] and all_of_it["covered"] == len(granted)
    status, less = coverage(tested, *cases[1:], options=["--coverage=all"])
    assert status == 1 and kinds(less) == {("command", cases[0]["command"])}
    assert tested.run("test", tested.path, "--coverage=some").returncode == 2


def test_coverage_for_people(tested):
    write(tested, READ_CASE)
    out = tested.run("test", tested.path, "--coverage").stdout.decode()
    assert "\ncoverage: 1 of " in out and "\n  no case: command plugin:fs|read_dir\n" in out


# ---- the file ----

CASE = '[[case]]\nname = "a"\ncommand = "greet"\n'


@pytest.mark.parametrize("text, message, line", [
    ("", "`case`", None),
    ("case = []\n", "1 to 4096", 1),
    ("case = [1]\n", "must be a table", 1),
    (CASE, "needs the key `expect`", 1),
    ('[[case]]\nname = "a"\nexpect = "deny"\n', "needs the key `command`", 1),
    ('[[case]]\ncommand = "a"\nexpect = "deny"\n', "needs the key `name`", 1),
    (CASE + 'expect = "denied"\n', "must be allow, deny, rewrite or ask", 4),
    (CASE + 'expect = "deny"\nexpects = 1\n', "no key `expects`", 5),
    (CASE + 'expect = "deny"\nview = "a b"\n', "not the label of a view", 5),
    (CASE + 'expect = "deny"\norigin = ""\n', "write local, or an origin such as", 5),
    (CASE + 'expect = "deny"\norigin = "example.com"\n', "write local, or an origin such as", 5),
    (CASE + 'expect = "deny"\norigin = "https://example.com/"\n', "write https://example.com", 5),
    (CASE + 'expect = "deny"\norigin = "tauri://localhost"\n', "write local", 5),
    (CASE + 'expect = "deny"\nrepeat = 0\n', "from 1 to 10000", 5),
    (CASE + 'expect = "deny"\nanswer = "yes"\n', "once, session, always, never", 5),
    (CASE + 'expect = "deny"\nargs = 1\n', "must be a table", 5),
    (CASE + 'expect = "deny"\nargs = { x = nan }\n', "infinite", 5),
    (CASE + 'expect = "deny"\nargs_after = {}\n', "no plugin gets to see the call", 5),
    (CASE + 'expect = "deny"\nresult = 1\n', "no plugin gets to see the call", 5),
    (CASE + 'expect = "allow"\nresult = 1\nerror = { code = "io" }\n', "more than one of", 3),
    (CASE + 'expect = "allow"\nerror = { code = "rule" }\n', "none that a plugin may answer", 5),
    (CASE + 'expect = "allow"\nerror = { message = "x" }\n', "needs the key `code`", 5),
    (CASE + 'expect = "allow"\nbefore = [1]\n', "must be a table such as", 5),
    (CASE + 'expect = "allow"\nbefore = [{ name = "x" }]\n', "no key `name`", 5),
    (CASE + 'expect = "deny"\n' + CASE + 'expect = "deny"\n', "line 2 has this name too", 6),
    (CASE + "expect = deny\n", "", 4),
])
def test_a_file_that_is_wrong(tested, text, message, line):
    refused(tested, text, message, line)


# ---- the examples ----


@pytest.mark.parametrize("example", sorted(path.parent.name for path in (tree.TOP / "examples").glob(f"*/{CASES}")))
def test_the_cases_of_the_examples_hold(tested, example):
    result = tested.run("test", tree.TOP / "examples" / example)
    assert result.returncode == 0, result.stdout.decode() + result.stderr.decode()
