"""A reload puts another policy in force: all of it or nothing, at once, and on the record."""

import contextlib
import json
import os
import pathlib
import shutil
import signal

import pytest

import spout
import tree
from test_policy_change import broken, gone, narrow
from tree import HELLO, READ

STAT = "plugin:fs|stat"
WRITE = "plugin:fs|write_text_file"
BOTH = ["fs:allow-read-text-file", "fs:allow-stat"]
DATA = (["$RESOURCE/data", "$RESOURCE/data/**"],
        ["$RESOURCE/data/private", "$RESOURCE/data/private/**"])
SUB = (["$RESOURCE/data/sub", "$RESOURCE/data/sub/**"], [])
ALL = (["$RESOURCE/data", "$RESOURCE/data/**"], [])
DEEP = {"path": "data/sub/deep.txt"}
SECRET = {"path": "data/private/secret.txt"}
N_RELOADS = 200
N_FLIGHT = 64


@pytest.fixture
def main(app):
    """A host whose views `main` and `other` may read and stat files in `data`."""
    (app.path / "data/sub").mkdir()
    (app.path / "data/sub/deep.txt").write_text("deep")
    grant(app)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        host.open("other")
        yield host


def grant(app, permissions=BOTH, scope=DATA, windows=("main", "other")):
    allow, deny = scope
    entry = {"identifier": "fs:scope", "allow": [{"path": path} for path in allow],
             "deny": [{"path": path} for path in deny]}
    (app.path / "capabilities/main.json").write_text(json.dumps(
        {"identifier": "main", "windows": list(windows), "permissions": [*permissions, entry]}))


def reloads(host):
    """The records of reloads, and of the policy that is in force after each."""
    return [r for r in host.app.records() if r["event"] in ("reload", "policy")]


def digest_in_force(host):
    return [r["reason"] for r in reloads(host) if r["event"] == "policy"][-1]


def reload_ok(host):
    answer = host.reload()
    assert answer.keys() == {"before", "after"}, answer
    record = recorded(host, f"{answer['before']} -> {answer['after']}")
    assert (record["verdict"], record["code"]) == ("allow", "")
    return answer


def recorded(host, reason):
    """The record of a reload with that reason."""
    return tree.until(lambda: [r for r in reloads(host) if r["event"] == "reload" and r["reason"] == reason],
                      "the reload is in the log")[-1]


def policies(host):
    """The running compilers and resolvers. They may be gone before all of /proc is read, so that only the supervisor's own children are."""
    def is_one(pid):
        with contextlib.suppress(OSError):
            return tree.name_of(pid) == "policy"
        return False

    children = pathlib.Path(f"/proc/{host.supervisor}/task/{host.supervisor}/children").read_text()
    return [pid for pid in map(int, children.split()) if is_one(pid)]


# ---- what it says ----

def test_the_same_files_change_nothing(main):
    assert main.code() == ""
    fs = main.role("fs")
    answer = reload_ok(main)
    assert answer["before"] == answer["after"]
    assert main.code() == ""
    assert main.role("fs") == fs


def test_the_digests_are_those_of_check(main):
    def digest():
        return json.loads(main.app.run("policy", "check", main.app.path, "--json").stdout)["digest"]

    before = digest()
    narrow(main.app)
    after = digest()
    assert before != after
    assert reload_ok(main) == {"before": before, "after": after}
    tree.until(lambda: [r["reason"] for r in reloads(main) if r["event"] == "policy"] == [before, after],
               "both are in the log")


def test_audit_show_prints_it(main):
    narrow(main.app)
    answer = reload_ok(main)
    text = main.app.run("audit", "show", main.app.log).stdout.decode()
    line = next(line for line in text.split("\n") if "reload" in line)
    assert answer["before"] in line and answer["after"] in line


# ---- what it takes and gives ----

def test_a_revoked_command_is_denied_and_the_others_go_on(main):
    assert main.code(command=STAT) == ""
    fs = main.role("fs")
    grant(main.app, ["fs:allow-read-text-file"])
    reload_ok(main)
    for _ in range(6):  # more often than the endpoint holds handles
        assert main.code(command=STAT) == "denied"
    assert main.code() == ""
    assert main.role("fs") not in (fs, None)  # which might have kept things open

    def calls():
        return [r for r in main.app.records() if r["event"] == "call" and r["code"] == "denied"]

    # The endpoint held two handles; the other calls it has denied itself.
    tree.until(lambda: len(calls()) == 2, "both are in the log")
    assert all(r["reason"] == "revoked by reload" and r["command"] == STAT for r in calls())


def test_a_deny_entry_is_named_as_the_rule(main):
    grant(main.app, [*BOTH, "fs:deny-stat"])
    reload_ok(main)
    assert main.code(command=STAT) == "denied"
    record = tree.until(lambda: [r for r in main.app.records() if r["code"] == "denied"], "the record")[-1]
    assert record["rule"]["permission"] == "fs:deny-stat"


# ---- calls that are under way ----

@contextlib.contextmanager
def halted(pid):
    """Calls to this plugin stay under way."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def test_live_calls_of_a_revoked_command_are_denied_now(main):
    assert main.code() == ""
    fs = main.role("fs")
    with halted(fs):
        stats = [main.start(command=STAT) for _ in range(3)]
        reads = [main.start() for _ in range(3)]
        tree.until(lambda: sum(r["event"] == "call" for r in main.app.records()) == 7, "all are at the plugin")
        grant(main.app, ["fs:allow-read-text-file"])
        reload_ok(main)
        assert [main.answer(call)["error"]["code"] for call in stats] == ["denied"] * 3
        assert {main.answer(call)["error"]["code"] for call in reads} == {"cancelled"}  # and may be tried again
    assert main.code() == "" and main.role("fs") not in (fs, None)
    tree.until(lambda: sum(r["event"] == "done" and r["code"] == "denied" for r in main.app.records()) == 3,
               "their ends are in the log")


def test_live_calls_of_a_plugin_that_is_narrowed_are_cancelled(main):
    assert main.code() == ""
    fs = main.role("fs")
    with halted(fs):
        calls = [main.start(args=DEEP) for _ in range(5)]
        tree.until(lambda: sum(r["event"] == "call" for r in main.app.records()) == 6, "all are at the plugin")
        grant(main.app, scope=SUB)
        reload_ok(main)
        errors = [main.answer(call)["error"] for call in calls]
        assert {error["code"] for error in errors} == {"cancelled"}
        assert all(error["retry_ms"] > 0 for error in errors)
        assert main.code(args=DEEP) == ""  # a new process, while the old one may still be there
    tree.until(lambda: fs not in tree.descendants(main.supervisor), "the old process is gone")


def test_a_narrowed_scope_holds_in_the_same_session(main):
    assert main.code() == "" and main.code(args=DEEP) == ""
    fs = main.role("fs")
    grant(main.app, scope=SUB)
    reload_ok(main)
    assert main.code() == "scope"
    assert main.code(args=DEEP) == ""
    assert main.role("fs") not in (fs, None)


def test_what_a_revoked_command_opened_is_closed(main):
    """The other commands have the scopes that they had, and may still be called with its ids."""
    rest = ["fs:allow-read", "fs:allow-read-text-file", "fs:allow-write-text-file"]
    grant(main.app, ["fs:allow-open", *rest])
    reload_ok(main)
    main.open("main")
    read = {"command": "plugin:fs|read", "args": {"rid": main.call(command="plugin:fs|open")["value"], "len": 4}}
    assert main.code(**read) == ""
    grant(main.app, rest)
    reload_ok(main)
    assert main.code(command="plugin:fs|open") == "denied"
    assert main.code(**read) == "not_found"
    assert main.code() == ""


def test_a_plugin_that_keeps_nothing_goes_on_without_a_command(app):
    spout.add(app)
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.open("main")
        host.call(command=spout.STATE)
        process = host.role("spout")
        (app.path / "spout/permissions/all.toml").write_text(
            '[[permission]]\nidentifier = "all"\ncommands.allow = ["state"]\n')
        reload_ok(host)
        assert host.code(command=spout.TICK) == "denied" and host.code(command=spout.STATE) == ""
        assert host.role("spout") == process


def test_a_widened_scope_holds_in_the_same_session(main):
    assert main.code(args=SECRET) == "scope"
    grant(main.app, scope=ALL)
    reload_ok(main)
    assert main.code(args=SECRET) == ""
    grant(main.app)
    reload_ok(main)
    assert main.code(args=SECRET) == "scope"


def test_a_new_command_comes_with_the_next_document(main):
    grant(main.app, ["fs:allow-read-text-file"])
    reload_ok(main)
    main.open("main")
    grant(main.app)
    reload_ok(main)
    main.say("call", "main", "x", STAT, json.dumps(HELLO))
    assert main.wait(lambda line: line.get("view") == "main" and "error" in line)["error"] == "not_granted"
    assert main.code(view="other", command=STAT) == "denied"  # revoked is for good
    main.open("main")
    assert main.code(command=STAT) == ""


def test_a_reload_loses_no_reply(main):
    """Plugins are stopped under their calls, again and again; each call has one REPLY, or the endpoint
    would have ended the session."""
    jobs = {"main": HELLO, "other": DEEP}
    for view, args in jobs.items():
        main.say("soak", view, 4000, N_FLIGHT, READ, json.dumps(args))
    for n in range(12):
        grant(main.app, scope=ALL if n % 2 else DATA)
        reload_ok(main)
    for view in jobs:
        soaked = main.wait(lambda line: "soaked" in line and line["view"] == view, 120)
        assert soaked["soaked"] == 4000
        assert soaked["first"] in ("", "cancelled")
    assert main.code() == ""


def test_a_view_that_opens_meanwhile_has_the_new_policy(main):
    """Whichever of the two comes first."""
    for n in range(40):
        grant(main.app, scope=ALL if n % 2 else DATA)
        first, second = (["reload"], ["open", "other"]) if n % 4 < 2 else (["open", "other"], ["reload"])
        main.say(*first)
        main.say(*second)
        if "before" not in main.wait(lambda line: "reloaded" in line):
            tree.until(lambda: "before" in main.reload(), "the second is over")
        main.wait(lambda line: line.get("view") == "other" and "opened" in line)
        for view in ("main", "other"):
            assert main.code(view=view, args=SECRET) == ("" if n % 2 else "scope")
        tree.until(lambda: not policies(main), "the round is over")


# ---- all or nothing ----

def unchanged(host, act, code, text):
    """`act`, then a reload that fails with that code and text, and leaves everything as it was."""
    assert host.code() == "" and host.code(view="other", command=STAT) == ""
    before = sorted(tree.descendants(host.supervisor))
    digest = digest_in_force(host)
    act(host.app)
    answer = host.reload()
    assert answer.keys() == {"code", "message"}
    assert (answer["code"], text in answer["message"]) == (code, True), answer
    record = tree.until(lambda: [r for r in reloads(host) if r["reason"].endswith(answer["message"])], "the record")[-1]
    assert (record["event"], record["verdict"], record["code"]) == ("reload", "deny", code)
    assert record["reason"].startswith(digest)
    assert digest_in_force(host) == digest
    tree.until(lambda: sorted(tree.descendants(host.supervisor)) == before, "the same processes as before")
    for view in ("main", "other"):
        assert host.code(view=view) == "" and host.code(view=view, command=STAT) == ""
        assert host.code(view=view, args=SECRET) == "scope"
    host.open("other")
    assert host.code(view="other", command=STAT) == "" and host.code(view="other", args=SECRET) == "scope"


def half_wrong(app):
    """One file revokes, another cannot be read."""
    grant(app, [], SUB)
    (app.path / "capabilities/wrong.json").write_text("{")


def no_folder(app):
    shutil.rmtree(app.path / "capabilities")
    (app.path / "trollbridge.toml").rename(app.path / "elsewhere.toml")


@pytest.mark.parametrize("change", [broken, gone, half_wrong, no_folder])
def test_files_that_are_wrong(main, change):
    unchanged(main, change, "invalid_args", "the app's files are wrong")
    assert "capabilities/" in main.errors() or "(trollbridge.toml)" in main.errors()


def test_the_whole_app_folder_is_gone(main):
    away = main.app.folder / "away"
    assert main.code() == ""
    main.app.path.rename(away)
    assert main.reload()["code"] == "invalid_args"
    away.rename(main.app.path)
    assert main.code() == ""
    assert reload_ok(main)


SETTINGS = [
    ("[audit]\nmode = \"behind\"", "audit.mode"),
    ("[audit]\nargs = \"full\"", "audit.args"),
    ("[audit]\nfile = \"$XDG_STATE_HOME/elsewhere.jsonl\"", "audit.file"),
    ("[violations]\naction = \"deny\"", "violations.action"),
    ("[sandbox]\nrequire = [\"seccomp\", \"landlock\"]", "sandbox.require"),
    ("[[window]]\nlabel = \"other\"", "[app] or a [[window]]"),
]


@pytest.mark.parametrize("text, key", SETTINGS)
def test_settings_need_a_restart(main, text, key):
    def change(app):
        grant(app, [], SUB)
        app.manifest(text)

    unchanged(main, change, "denied", f"{key} differs from what runs")


def test_a_hook_of_another_name_needs_a_restart(main):
    """Plugins that run may write the file: it was not covered when they started."""
    def change(app):
        grant(app, [], SUB)
        (app.path / "guard.js").write_text("export function onRequest({ args }) { return args; }")
        app.manifest('[hook]\nfile = "guard.js"')

    unchanged(main, change, "denied", "hook.file differs from what runs")


FILTERS = [
    '[hook]\ncommands = ["plugin:fs|stat"]',
    '[[rule]]\nwhen = [{ path = "/path", op = "equals", value = "x" }]\nthen = "deny"',
    '[limits."*"]\ncalls_per_s = 1000000\nbytes_in = 4294967296',
    '[commands."plugin:fs|stat"]\nask = true\n[ask]\nremember_days = 3',
    '[commands."plugin:fs|stat"]\nschema = { args = { path = { type = "string" } } }',
    "[commands.wipe]\ntripwire = true",
]


@pytest.mark.parametrize("text", FILTERS)
def test_what_filters_calls_changes_in_what_runs(main, text):
    """A plugin could not tell the difference, and goes on."""
    assert main.code() == ""
    fs = main.role("fs")
    if "[hook]" in text:
        (main.app.path / "isolation.js").write_text("export function onRequest({ args }) { return args; }")
    main.app.manifest(text)
    answer = reload_ok(main)
    assert answer["before"] != answer["after"]
    assert main.code() == "" and main.role("fs") == fs


def test_another_app_needs_a_restart(main):
    def change(app):
        manifest = app.path / "trollbridge.toml"
        manifest.write_text(manifest.read_text().replace("com.example.notes", "com.example.other"))

    unchanged(main, change, "denied", "app.id")


def test_one_view_whose_grant_cannot_be_made(main):
    """Together its scopes pass what a grant may hold; those of the view `main` are revoked."""
    def change(app):
        grant(app, [], SUB, ["main"])
        names = ("read-text-file", "read-file", "write-text-file", "write-file", "read-dir", "stat")
        own = [{"identifier": f"fs:allow-{name}", "allow": [{"path": f"/else/{name}"}]} for name in names]
        for n in range(6):
            paths = [{"path": f"/nowhere/{n}-{i}" + ("/" + "y" * 200) * 18} for i in range(250)]
            (app.path / f"capabilities/large{n}.json").write_text(json.dumps(
                {"identifier": f"large{n}", "windows": ["other"],
                 "permissions": [*own, {"identifier": "fs:scope", "allow": paths}]}))

    unchanged(main, change, "denied", "no grant for the view other")


# ---- a broker that was taken over ----

def test_a_broker_cannot_abuse_the_reload(app, tmp_path):
    """It cannot resolve or put in force what was not made, its flood is limited, and the supervisor keeps
    no descriptor for it that it has not a place for."""
    root = tree.install(tmp_path)
    shutil.copy(tree.DRIVER.parents[1] / "hostile/rogue_broker", root / "libexec/trollbridge/broker")
    app.installed = root
    app.prefix = [*app.prefix, "prlimit", "--nofile=96:96"]
    with tree.leaves_nothing(), tree.Host(app) as host:
        host.wait(lambda line: line.get("bridge") == "lost")
        said = [line for line in host.errors().split("\n") if line.startswith("rogue:")]
    assert said == ["rogue: resolve -22", "rogue: repeat 0", "rogue: flood limited", "rogue: answers limited", "rogue: odd not kept"]


# ---- what dies, what stays ----

def many(app, n=12000):
    """So many files that the compiler is seen at work."""
    for i in range(n):
        (app.path / f"capabilities/c{i}.json").write_text(json.dumps(
            {"identifier": f"c{i}", "windows": [f"w{i}"], "permissions": BOTH}))


def test_a_killed_compiler(main):
    def change(app):
        grant(app, [], SUB)
        many(app)
        main.say("reload")
        [policy] = tree.until(lambda: policies(main), "the compiler runs")
        os.kill(policy, signal.SIGKILL)
        assert main.wait(lambda line: "reloaded" in line)["code"] == "io"
        for path in (app.path / "capabilities").glob("c*.json"):
            path.unlink()
        broken(app)

    unchanged(main, change, "invalid_args", "")
    codes = [r["code"] for r in main.app.records() if r["event"] == "reload"]
    assert codes == ["io", "invalid_args"]


def test_one_at_a_time(main):
    many(main.app)
    for _ in range(3):
        main.say("reload")
    answers = [main.wait(lambda line: "reloaded" in line) for _ in range(3)]
    assert [answer.get("code") for answer in answers] == ["limit", "limit", None]
    assert main.code() == ""


def test_a_host_that_leaves_during_a_reload(main):
    many(main.app)
    main.say("reload")
    tree.until(lambda: policies(main), "the compiler runs")
    watched = tree.Watched(tree.descendants(main.supervisor))
    main.say("quit")
    watched.await_end()
    assert main.app.verify() == "CLOSED"


def footprint(pid):
    """Descriptors, and KiB of memory of its own."""
    rss = int(tree.status_of(pid)["RssAnon"].split()[0])
    return len(os.listdir(f"/proc/{pid}/fd")), rss


def test_reloads_leave_nothing_behind(main):
    def round_of(n):
        for i in range(n):
            grant(main.app, scope=ALL if i % 2 else DATA)
            answer = main.reload()
            if answer.get("code") == "limit":
                tree.until(lambda: "before" in main.reload(), "the second is over")
            assert main.code() == "" and main.code(view="other") == ""
        tree.until(lambda: not policies(main), "the resolvers are gone")
        tree.until(lambda: len(tree.descendants(main.supervisor)) == 4, "one plugin for each view")
        return {name: footprint(pid) for name, pid in
                (("supervisor", main.supervisor), ("broker", main.role("broker")))}

    tree.needs_root()
    before = round_of(20)
    after = round_of(N_RELOADS)
    for name, (n_fds, kib) in after.items():
        assert n_fds == before[name][0], name
        assert kib <= before[name][1] + 256, (name, before[name], after[name])
    assert main.app.verify() == "OPEN"
