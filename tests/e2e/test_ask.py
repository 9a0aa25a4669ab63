"""A person is asked: what each answer does through the real tree, what it leaves behind, and what takes a prompt away."""

import contextlib
import json

import pytest

import spout
import tree
from tree import HELLO, READ, running

STAT = "plugin:fs|stat"
TEXT = "Hello from the far side of the bridge.\n"


@pytest.fixture
def asking(app):
    """The example app, which asks before it reads text."""
    app.manifest(f'[commands."{READ}"]\nask = true')
    return app


@contextlib.contextmanager
def two(app):
    """Two instances of the app at once."""
    with tree.leaves_nothing(), tree.Host(app) as one, tree.Host(app) as other:
        one.open("main")
        other.open("main")
        yield one, other


@pytest.fixture
def host(asking):
    with running(asking) as host:
        yield host


def ask(host, **what):
    """A call, and its prompt."""
    return host.start(**what), host.asked()


def answer(host, prompt, word):
    host.say("answer", prompt["ask"], word)


def answered(host, word, **what):
    """What becomes of a call that is answered so."""
    call, prompt = ask(host, **what)
    answer(host, prompt, word)
    return host.answer(call)


def denied(line):
    return line.get("error", {}).get("code") == "ask_denied"


def not_asked(host, **what):
    """A call that nobody is asked about."""
    line = host.call(**what)
    assert not [line for line in host.lines if "ask" in line]
    return line


def asks(app):
    return [(r["verdict"], r["reason"]) for r in app.records() if r["event"] == "ask"]


def grants(app, *arguments):
    return app.run("grants", *arguments)


def listed(app):
    return json.loads(grants(app, "list", app.path, "--json").stdout)["answers"]


def answers_file(app):
    return app.log.parent / "answers"


def kept(app, n=1):
    """Waits until so many answers are on disk."""
    return tree.until(lambda: (found := listed(app)) and len(found) == n and found, "the answers are kept")


# ---- the answers ----

def test_the_prompt_shows_what_is_dispatched(host):
    call, prompt = ask(host)
    assert prompt == {"ask": prompt["ask"], "view": "main", "origin": "local", "command": READ, "args": HELLO,
                      "rule": "", "days": 90, "body": 0}
    assert host.role("fs") is None, "nothing is started before the answer"
    answer(host, prompt, "once")
    assert "error" not in host.answer(call)


def test_once_is_once(host):
    assert not denied(answered(host, "once"))
    assert denied(answered(host, "dismissed"))
    assert not answers_file(host.app).exists()


def test_session_holds_for_the_document(host):
    assert "error" not in answered(host, "session")
    assert "error" not in not_asked(host)
    host.say("shut", "main")
    host.open("main")
    assert denied(answered(host, "dismissed"))


def test_always_holds_over_a_restart(asking):
    with running(asking) as host:
        assert "error" not in answered(host, "always")
        assert "error" not in not_asked(host)
    with running(asking) as host:
        assert "error" not in not_asked(host)
    [entry] = listed(asking)
    assert (entry["command"], entry["origin"], entry["answer"], entry["view"]) == (READ, "local", "always", "main")
    assert entry["counts"] and entry["expires"] > entry["since"]
    assert answers_file(asking).stat().st_mode & 0o777 == 0o600


def test_never_holds_over_a_restart(asking):
    with running(asking) as host:
        assert denied(answered(host, "never"))
        assert denied(not_asked(host))
    with running(asking) as host:
        assert denied(not_asked(host))
    assert [entry["answer"] for entry in listed(asking)] == ["never"]


def test_dismissed_denies_for_a_while(host):
    line = answered(host, "dismissed")
    assert denied(line) and 0 < line["error"]["retry_ms"] <= 30000
    again = not_asked(host)
    assert denied(again) and 0 < again["error"]["retry_ms"] <= 30000
    host.say("shut", "main")
    host.open("main")
    assert denied(not_asked(host)), "a page that reloads itself gains nothing"


def test_a_changed_policy_asks_again(asking):
    with running(asking) as host:
        assert "error" not in answered(host, "always")
        asking.manifest('[limits."plugin:fs|stat"]\nin_flight = 7')
        host.reload()
        assert denied(answered(host, "dismissed"))


def test_a_rule_asks_with_its_message(app):
    app.manifest(f'[[rule]]\ncommand = "{READ}"\nthen = "ask"\nmessage = "It reads a file."\n'
                 'when = [{path = "/path", op = "equals", value = "data/hello.txt"}]')
    with running(app) as host:
        call, prompt = ask(host)
        assert prompt["rule"] == "It reads a file."
        answer(host, prompt, "once")
        assert "error" not in host.answer(call)
    [shown, said] = [r for r in app.records() if r["event"] == "ask"]
    assert shown["rule"]["file"] == "trollbridge.toml" and shown["rule"]["line"] > 0


def test_the_log_has_prompt_and_answer(host):
    call, prompt = ask(host)
    answer(host, prompt, "never")
    assert denied(host.answer(call))
    tree.until(lambda: len(asks(host.app)) == 2, "both are in the log")
    assert asks(host.app) == [("allow", "shown"), ("deny", "answered never")]
    [shown, _] = [r for r in host.app.records() if r["event"] == "ask"]
    assert shown["args"].startswith("blake2b:") and shown["command"] == READ


# ---- one at a time, and what ends a prompt ----

def test_one_prompt_a_view_and_each_view_its_own(app):
    app.manifest(f'[commands."{READ}"]\nask = true\n[commands."{STAT}"]\nask = true')
    capability = json.loads((app.path / "capabilities/main.json").read_text())
    capability["windows"] = ["main", "other"]
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))
    with running(app, "main", "other") as host:
        first = host.start()
        second = host.start(command=STAT)
        prompt = host.asked()
        other = host.start(view="other")
        elsewhere = host.asked()
        assert (prompt["view"], elsewhere["view"]) == ("main", "other")
        answer(host, prompt, "once")
        assert "error" not in host.answer(first)
        behind = host.asked()
        assert (behind["view"], behind["command"]) == ("main", STAT)
        answer(host, elsewhere, "dismissed")
        answer(host, behind, "once")
        assert denied(host.answer(other)) and "error" not in host.answer(second)


def test_later_calls_are_not_held_back(host):
    call, prompt = ask(host)
    assert "error" not in not_asked(host, command="plugin:fs|read_dir", args={"path": "data"})
    answer(host, prompt, "once")
    assert "error" not in host.answer(call)


def test_a_cancelled_call_takes_its_prompt_along(host):
    call, prompt = ask(host)
    host.say("cancel", "main", call)
    assert host.asked_over() == prompt["ask"]
    assert host.answer(call)["error"]["code"] == "cancelled"
    answer(host, prompt, "always")  # it comes for nothing
    assert "error" not in answered(host, "once")
    assert not answers_file(host.app).exists()


def test_a_page_that_goes_takes_its_prompts_along(host):
    call, prompt = ask(host)
    host.say("shut", "main")
    assert host.asked_over() == prompt["ask"]
    host.open("main")
    answer(host, prompt, "always")
    assert denied(answered(host, "dismissed")), "that answer was for another document"
    assert not answers_file(host.app).exists()


def test_a_reload_takes_prompts_away(asking):
    with running(asking) as host:
        call, prompt = ask(host)
        asking.manifest('[limits."plugin:fs|stat"]\nin_flight = 7')
        host.reload()
        assert host.asked_over() == prompt["ask"]
        assert host.answer(call)["error"]["code"] == "cancelled"
        answer(host, prompt, "once")
        assert denied(answered(host, "dismissed"))


def test_a_host_that_goes_leaves_nothing(asking):
    with running(asking) as host:
        host.start()
        host.asked()
    last = asking.records()
    assert [r["code"] for r in last if r["event"] == "call"] == ["session_closed"]
    assert asking.verify() == "CLOSED"


def test_long_args_are_not_asked_for(host):
    line = not_asked(host, args={"path": "a" * 8192})
    assert line["error"]["code"] == "too_large"


def test_too_many_wait(host):
    calls = [host.start() for _ in range(17)]
    prompt = host.asked()
    limited = host.wait(lambda line: line.get("error", {}).get("code") == "limit")
    assert limited["id"] == calls[-1]
    answer(host, prompt, "session")
    for call in calls[:-1]:
        assert "error" not in host.answer(call)


# ---- what is remembered, and taken back ----

def test_revoking_counts_at_once(asking):
    with running(asking) as host:
        assert "error" not in answered(host, "always")
        kept(asking)
        assert "error" not in not_asked(host)
        assert grants(asking, "revoke", asking.path, READ).returncode == 0
        assert tree.until(lambda: revoked_now(host), "the answer is gone")


def revoked_now(host):
    """Whether the next call asks; dismissed, so that nothing is left to wait."""
    call = host.start()
    line = host.wait(lambda line: "ask" in line or line.get("id") == call)
    if "ask" not in line:
        return False
    answer(host, line, "once")
    host.answer(call)
    return True


def test_revoking_ends_streams(app):
    spout.add(app)
    app.manifest(f'[commands."{spout.POUR}"]\nask = true')
    with running(app) as host:
        first, prompt = ask(host, command=spout.POUR, args={})
        answer(host, prompt, "always")
        kept(app)
        second = host.start(command=spout.POUR, args={})
        for call in first, second:
            tree.until(lambda: host.progress(call)["came"] > 0, "it pours")
        assert grants(app, "revoke", app.path, "--origin", "local").returncode == 0
        for call in first, second:
            assert denied(host.answer(call))
        assert denied(answered(host, "dismissed", command=spout.POUR, args={}))


def test_instances_know_of_each_other(asking):
    with two(asking) as (one, other):
        waits, shown = ask(other)
        assert "error" not in answered(one, "always")
        assert other.asked_over() == shown["ask"], "it was answered in the other one"
        assert "error" not in other.answer(waits)
        assert "error" not in not_asked(other)


def test_instances_lose_no_answers_of_each_other(app):
    """Two that are answered at the same time, each another command."""
    app.manifest(f'[commands."{READ}"]\nask = true\n[commands."plugin:fs|read_dir"]\nask = true')
    with two(app) as (one, other):
        first, prompt = ask(one)
        second, shown = ask(other, command="plugin:fs|read_dir", args={"path": "data"})
        answer(one, prompt, "always")
        answer(other, shown, "never")
        assert "error" not in one.answer(first) and denied(other.answer(second))
        kept(app, 2)
    assert {entry["answer"] for entry in listed(app)} == {"always", "never"}


def test_what_is_torn_counts_for_nothing_and_stays(asking):
    with running(asking) as host:
        assert "error" not in answered(host, "always")
        kept(asking)
    whole = answers_file(asking).read_bytes()
    answers_file(asking).write_bytes(whole[:-1])
    with running(asking) as host:
        assert "error" not in answered(host, "always")
        tree.until(lambda: "is not a file of remembered answers" in host.errors(), "it is named")
    assert answers_file(asking).read_bytes() == whole[:-1]
    listing = grants(asking, "list", asking.path)
    assert listing.returncode == 3 and b"move it away" in listing.stderr
    assert grants(asking, "revoke", asking.path).returncode == 3
    answers_file(asking).write_bytes(whole)
    with running(asking) as host:
        assert "error" not in not_asked(host)


def test_a_file_that_others_may_write_counts_for_nothing(asking):
    with running(asking) as host:
        assert "error" not in answered(host, "always")
        kept(asking)
        answers_file(asking).chmod(0o666)
    with running(asking) as host:
        assert denied(answered(host, "dismissed"))


def test_no_plugin_gets_the_file(app):
    """Whatever the scope says."""
    state = app.log.parent
    app.manifest('[audit]\nfile = "$HOME/elsewhere/audit.jsonl"')
    capability = json.loads((app.path / "capabilities/main.json").read_text())
    capability["permissions"].append({"identifier": "fs:scope", "allow": [{"path": f"{state}/**"}]})
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))
    state.mkdir(parents=True)
    (state / "answers").write_bytes(b"nothing")
    (state / "answers").chmod(0o600)
    with running(app) as host:
        line = host.call(args={"path": str(state / "answers")})
        assert line["error"]["code"] in ("io", "scope", "not_found"), line


# ---- the command line ----

def test_nothing_is_there(asking):
    listing = grants(asking, "list", asking.path)
    assert (listing.returncode, listing.stdout) == (0, b"no answers are remembered\n")
    revoked = grants(asking, "revoke", asking.path)
    assert revoked.returncode == 1 and b"no such answer" in revoked.stderr
    assert not answers_file(asking).exists()


def test_what_is_meant_is_revoked_and_nothing_else(app):
    app.manifest(f'[commands."{READ}"]\nask = true\n[commands."plugin:fs|read_dir"]\nask = true')
    with running(app) as host:
        assert "error" not in answered(host, "always")
        answered(host, "always", command="plugin:fs|read_dir", args={"path": "data"})
        kept(app, 2)
    assert grants(app, "revoke", app.path, "plugin:fs|write_file").returncode == 1
    assert grants(app, "revoke", app.path, READ, "--origin", "https://example.com").returncode == 1
    revoked = json.loads(grants(app, "revoke", app.path, READ, "--origin", "local", "--json").stdout)
    assert [entry["command"] for entry in revoked["revoked"]] == [READ]
    assert [entry["command"] for entry in listed(app)] == ["plugin:fs|read_dir"]
    table = grants(app, "list", app.path).stdout.decode().splitlines()
    assert table[0].split() == ["ORIGIN", "COMMAND", "ANSWER", "SINCE", "EXPIRES", "LAST", "USED", "VIEW"]
    assert table[1].split()[:3] == ["local", "plugin:fs|read_dir", "always"]


def test_it_says_how_it_is_used(asking):
    assert grants(asking, "--help").returncode == 0
    for wrong in [[], ["show"], ["list"], ["list", asking.path, READ], ["list", asking.path, "--origin", "local"],
                  ["revoke", asking.path, READ, READ], ["list", asking.path, "--all"]]:
        assert grants(asking, *wrong).returncode == 2, wrong
    assert grants(asking, "list", asking.path / "no").returncode == 3


def test_call_keeps_what_was_answered_last(asking):
    """The process ends as soon as its call does."""
    assert asking.call(READ, HELLO, "--answer", "always").returncode == 0
    assert asking.call(READ, HELLO).stdout.decode() == TEXT
    assert grants(asking, "revoke", asking.path).returncode == 0
    assert asking.call(READ, HELLO).returncode == 1
