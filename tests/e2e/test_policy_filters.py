"""What `policy explain` and `policy diff` say of hook, limits, schemas, rules, prompts and tripwires, and a start without the
program that runs hooks."""
import json
import re
import shutil

import pytest

import tree
from policy_apps import app, policy

READ = "plugin:fs|read_text_file"
HOOK = "export function onRequest({ args }) {\n    return args;\n}\n"
ONE = [{"permissions": ["fs:allow-read-text-file"]}]
MANIFEST = f"""
[hook]
commands = ["{READ}"]
time_ms = 20

[limits."{READ}"]
calls_per_s = 5
burst = 9
bytes_in = 100
bytes_out = 200

[commands."{READ}"]
ask = true
schema = {{ args = {{ path = {{ type = "string" }} }}, more = true }}

[ask]
remember_days = 7

[[rule]]
command = "plugin:fs|*"
view = "main"
when = [{{ path = "/path", op = "equals", value = "x" }}]
then = "deny"

[[rule]]
view = "other"
then = "alert"

[commands.wipe]
tripwire = true
"""


def make(folder, manifest, hook=HOOK, capabilities=ONE):
    made = app(folder, capabilities, manifest)
    if hook:
        (folder / "isolation.js").write_text(hook)
    return made


def explain(folder, command=READ, view="main"):
    status, out, errors = policy("explain", folder, command, "--view", view, "--json")
    assert errors == ""
    return status, json.loads(out)


# ---- explain ----

def test_explain_names_all_that_filters_a_call(tmp_path):
    status, answer = explain(make(tmp_path / "a", MANIFEST))
    assert status == 0
    assert answer["limits"] == {"calls_per_s": 5, "burst": 9, "in_flight": 64, "bytes_in": 100, "bytes_out": 200,
                                "deadline_ms": 30000}
    assert [(item["kind"], item["file"], item["line"]) for item in answer["filters"]] == [
        ("schema", "trollbridge.toml", 16), ("hook", "trollbridge.toml", 4), ("rule", "trollbridge.toml", 21),
        ("ask", "trollbridge.toml", 14)]
    schema, hook, rule, ask = (item["value"] for item in answer["filters"])
    assert schema == {"args": {"path": {"type": "string"}}, "more": True}
    assert {key: hook[key] for key in ("file", "time_ms", "memory_mib")} == {
        "file": "isolation.js", "time_ms": 20, "memory_mib": 128}
    assert rule == {"command": "plugin:fs|*", "view": "main", "then": "deny",
                    "when": [{"path": "/path", "op": "equals", "value": "x"}]}
    assert ask == {"remember_days": 7}


def test_explain_in_words(tmp_path):
    _, out, _ = policy("explain", make(tmp_path / "a", MANIFEST), READ)
    lines = out.splitlines()
    assert ("  limits: 64 calls at once, 30000 ms for each, 5 calls a second (9 after a rest), 100 bytes a second in, "
            "200 bytes a second out") in lines
    assert '  schema {"args":{"path":{"type":"string"}},"more":true} (trollbridge.toml:16)' in lines
    assert any(line.startswith("  hook isolation.js (") and line.endswith("), 20 ms and 128 MiB (trollbridge.toml:4)")
               for line in lines)
    assert ('  rule deny {"command":"plugin:fs|*","view":"main","when":[{"path":"/path","op":"equals","value":"x"}]} '
            "(trollbridge.toml:21)") in lines
    assert "  ask a person, remembered for 7 days (trollbridge.toml:14)" in lines


def test_explain_knows_the_rules_of_another_view(tmp_path):
    both = [{"permissions": ["fs:allow-read-text-file"], "windows": ["main", "other"]}]
    _, answer = explain(make(tmp_path / "a", MANIFEST, capabilities=both), view="other")
    assert [item["line"] for item in answer["filters"] if item["kind"] == "rule"] == [27]


def test_explain_of_a_tripwire_that_nobody_is_granted(tmp_path):
    folder = make(tmp_path / "a", MANIFEST)
    status, answer = explain(folder, "wipe")
    assert (status, answer["verdict"], answer["limits"]) == (1, "deny", None)
    assert answer["filters"] == [{"kind": "tripwire", "value": True, "file": "trollbridge.toml", "line": 31}]
    _, out, _ = policy("explain", folder, "wipe")
    assert "  tripwire: a call locks the session and raises an alert (trollbridge.toml:31)" in out.splitlines()
    assert explain(folder, "other")[1]["filters"] == []


def test_explain_without_filters(tmp_path):
    _, answer = explain(app(tmp_path / "a", ONE))
    assert answer["filters"] == []
    assert answer["limits"]["calls_per_s"] == answer["limits"]["bytes_out"] == 0


# ---- check ----

def test_check_lists_tripwires_that_nobody_is_granted(tmp_path):
    _, out, _ = policy("check", make(tmp_path / "a", MANIFEST))
    lines = out.splitlines()
    begins = lines.index("tripwires, a call of which locks the session and raises an alert")
    assert lines[begins + 1:begins + 3] == ["  wipe", ""]
    _, out, _ = policy("check", make(tmp_path / "b", MANIFEST.replace("tripwire = true", "tripwire = false")))
    assert "tripwires" not in out


def test_check_shows_what_filters_the_calls_of_a_view(tmp_path):
    capabilities = [{"permissions": ["fs:allow-read-text-file", "fs:allow-stat"]}, {"permissions": ["fs:allow-stat"], "windows": ["other"]}]
    _, out, _ = policy("check", make(tmp_path / "a", MANIFEST, capabilities=capabilities))
    main, other = (part.split("\n\n")[0].splitlines() for part in re.split(r"^(?:main|other) \(local\)", out, flags=re.M)[1:])
    begins = main.index("  calls are filtered") + 1
    assert [line.split("  ")[2:4] for line in main[begins:begins + 5]] == [
        [READ, "5 calls a second (9 after a rest), 100 bytes a second in, 200 bytes a second out"],
        [f"{READ} +1", 'rule deny {"command":"plugin:fs|*","view":"main","when":[{"path":"/path","op":"equals","value":"x"}]}'],
        [READ, main[begins + 2].split("  ")[3]],
        [READ, 'schema {"args":{"path":{"type":"string"}},"more":true}'],
        [READ, "ask a person, remembered for 7 days"]]
    assert main[begins + 2].split("  ")[3].startswith("hook isolation.js (")
    assert other[other.index("  calls are filtered") + 1].split("  ")[2:] == [
        "plugin:fs|stat", 'rule alert {"view":"other"}', "trollbridge.toml:27"]


def test_check_says_nothing_where_nothing_is_filtered(tmp_path):
    _, out, _ = policy("check", app(tmp_path / "a", ONE))
    assert "filtered" not in out


def test_check_shows_some_of_many(tmp_path):
    many = "".join(f'[[rule]]\nmessage = "m{n}"\nthen = "alert"\n' for n in range(14))
    folder = make(tmp_path / "a", many, hook=None)
    _, out, _ = policy("check", folder)
    assert out.count("rule alert") == 12 and "    and 2 more: --all\n" in out
    assert policy("check", folder, "--all")[1].count("rule alert") == 14


# ---- diff: what is taken away is wider, and what is added is narrower ----

RULE = '[[rule]]\ncommand = "plugin:fs|*"\nthen = "alert"\n'
FILTERS = {
    "a rule": (RULE, f'{READ}  no more rule alert {{"command":"plugin:fs|*"}}  trollbridge.toml:3'),
    "a hook": ("[hook]\n", f"{READ}  no more hook isolation.js ("),
    "a schema": (f'[commands."{READ}"]\nschema = {{ args = {{}}, more = true }}\n', f"{READ}  no more schema "),
    "a prompt": (f'[commands."{READ}"]\nask = true\n', f"{READ}  no more ask a person, remembered for 90 days"),
    "a rate": ('[limits."*"]\ncalls_per_s = 3\n', f"{READ}  calls_per_s without end, which was 3"),
    "bytes in": ('[limits."*"]\nbytes_in = 3\n', f"{READ}  bytes_in without end, which was 3"),
    "bytes out": ('[limits."*"]\nbytes_out = 3\n', f"{READ}  bytes_out without end, which was 3"),
    "calls at once": ('[limits."*"]\nin_flight = 3\n', f"{READ}  in_flight 64, which was 3"),
    "a deadline": ('[limits."*"]\ndeadline_ms = 30\n', f"{READ}  deadline_ms 30000, which was 30"),
    "a tripwire": ("[commands.wipe]\ntripwire = true\n", "wipe  no more a tripwire"),
}


def both(tmp_path, old, new):
    return make(tmp_path / "old", old, hook=HOOK if "[hook]" in old else None), \
        make(tmp_path / "new", new, hook=HOOK if "[hook]" in new else None)


@pytest.mark.parametrize("name", FILTERS)
def test_what_is_taken_away_is_wider(tmp_path, name):
    manifest, line = FILTERS[name]
    status, out, errors = policy("diff", *both(tmp_path, manifest, ""))
    assert (status, errors) == (1, "")
    assert any(shown.startswith("+ ") and line in shown for shown in out.splitlines()), out
    assert out.splitlines()[-1].startswith("wider: ")


@pytest.mark.parametrize("name", FILTERS)
def test_what_is_added_is_narrower(tmp_path, name):
    status, out, errors = policy("diff", *both(tmp_path, "", FILTERS[name][0]))
    assert (status, errors) == (0, "")
    assert out.splitlines()[-1].startswith("narrower: "), out


@pytest.mark.parametrize("name", FILTERS)
def test_the_same_in_another_place_is_the_same(tmp_path, name):
    manifest, _ = FILTERS[name]
    assert policy("diff", *both(tmp_path, manifest, "\n\n# moved\n" + manifest))[:2] == (
        0, "the same: gives nothing, takes 0\n")


@pytest.mark.parametrize("old, new, wider", [(3, 4, True), (4, 3, False), (0, 4, False), (4, 0, True)])
def test_a_rate_that_changes(tmp_path, old, new, wider):
    rate = '[limits."*"]\nbytes_in = {}\n'
    status, out, _ = policy("diff", *both(tmp_path, rate.format(old), rate.format(new)), "--json")
    answer = json.loads(out)
    assert (status, answer["wider"]) == (int(wider), wider)
    (item,) = answer["gives" if wider else "takes"]
    assert {key: item[key] for key in ("kind", "view", "key", "before", "after", "commands")} == {
        "kind": "limit", "view": "main", "key": "bytes_in", "before": old, "after": new, "commands": [READ]}


@pytest.mark.parametrize("old, new", [
    (RULE, RULE.replace("alert", "ask")),
    ("[hook]\n", "[hook]\ntime_ms = 51\n"),
    (f'[commands."{READ}"]\nask = true\n', f'[commands."{READ}"]\nask = true\n[ask]\nremember_days = 0\n'),
])
def test_of_two_that_differ_nobody_can_say(tmp_path, old, new):
    """Both sides are told, and the status asks for a person to look."""
    status, out, _ = policy("diff", *both(tmp_path, old, new))
    assert status == 1 and {line[0] for line in out.splitlines()[:-1]} == {"+", "-"}, out


def test_another_text_of_a_hook(tmp_path):
    old, new = make(tmp_path / "old", "[hook]\n"), make(tmp_path / "new", "[hook]\n", hook=HOOK + "// changed\n")
    status, out, _ = policy("diff", old, new)
    assert status == 1 and "no more hook isolation.js (" in out


def test_a_rule_of_a_view_that_no_capability_names(tmp_path):
    """A glob grants the view, so that the rule is all that names it."""
    glob = [{"permissions": ["fs:allow-read-text-file"], "windows": ["*"]}]
    rule = '[[rule]]\nview = "{}"\nthen = "deny"\nwhen = [{{ path = "/path", op = "exists" }}]\n'
    for n, view in enumerate(["settings", "s*"]):
        old = make(tmp_path / f"old{n}", rule.format(view), hook=None, capabilities=glob)
        new = make(tmp_path / f"new{n}", "", hook=None, capabilities=glob)
        status, out, _ = policy("diff", old, new)
        assert status == 1 and f"+ {view} (local)  {READ}  no more rule deny " in out, out


# ---- without the program ----

def test_an_app_with_a_hook_does_not_start_without_the_program(tmp_path):
    root = tree.install(tmp_path)
    (root / "libexec/trollbridge/hook").rename(tmp_path / "away")
    (tmp_path / "app").mkdir()
    notes = tree.App(root, tmp_path / "app")
    assert notes.call(tree.READ, tree.HELLO).returncode == 0
    notes.manifest("[hook]")
    (notes.path / "isolation.js").write_text(HOOK)
    done = notes.call(tree.READ, tree.HELLO)
    assert (done.returncode, done.stdout) == (4, b"")
    message = done.stderr.decode().splitlines()[0]
    assert message == ("trollbridge: part_missing: libexec/trollbridge/hook is not there, and the app has a hook, isolation.js: "
                       "install a Trollbridge that was built with JavaScriptCore, or leave out [hook] (trollbridge.toml)")
    shutil.move(tmp_path / "away", root / "libexec/trollbridge/hook")
    assert notes.call(tree.READ, tree.HELLO).returncode != 4
