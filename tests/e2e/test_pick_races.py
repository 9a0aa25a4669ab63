"""Picks while plugins start and end and documents go away: one answer to each, and nothing that is left behind."""

import pytest

import picker
import tree
from picker import ask, pick

N = 40
N_ALL = 256
ROUNDS = 10
# Fewer descriptors for each process than those rounds have picks.
FEW_FILES = ["sh", "-c", 'ulimit -n 600 && exec "$@"', "sh"]


@pytest.fixture
def folder(app):
    """A folder that no scope holds."""
    made = app.folder / "elsewhere"
    made.mkdir()
    (made / "a.txt").write_text("a")
    picker.add(app)
    return made


def begin(host, n, path, how="-", view="main"):
    """Hands over that many without waiting for one."""
    for _ in range(n):
        host.say("pick", view, how, path)


def answers(host, n):
    """What became of each, by the number of its request."""
    begun = [host.wait(lambda line: "picking" in line) for _ in range(n)]
    assert [line["result"] for line in begun] == [0] * n
    codes = {line["picking"]: host.wait(lambda line, id=line["picking"]: line.get("picked") == id)["code"]
             for line in begun}
    assert len(codes) == n and not [line for line in host.lines if "picked" in line]
    return codes


def test_many_at_once_for_a_plugin_that_starts_meanwhile(app, folder):
    with tree.running(app) as host:
        begin(host, N // 2, folder / "a.txt")
        calls = [host.start(command="plugin:picker|picks") for _ in range(4)]
        begin(host, N // 2, folder, "fr")
        assert set(answers(host, N).values()) == {""}
        for call in calls:
            told = [one["number"] for one in host.answer(call)["value"]]
            assert len(told) == len(set(told))
        told = ask(host, "picks")
        assert sorted(one["number"] for one in told) == [*range(1, N + 1)]
        for one in told:
            path = f"{one['at']}/a.txt" if one["folder"] else one["at"]
            assert ask(host, "read", path=path) == "a"


def test_a_plugin_that_is_killed_meanwhile(app, folder):
    with tree.running(app) as host:
        for _ in range(4):
            tree.until(lambda: isinstance(ask(host, "picks"), list), "it runs")
            begin(host, 8, folder / "a.txt")
            tree.kill(host.role("picker"))
            assert set(answers(host, 8).values()) <= {"", "io"}
        tree.until(lambda: isinstance(ask(host, "picks"), list), "it runs")
        for one in ask(host, "picks"):
            assert ask(host, "read", path=one["at"]) == "a"


def test_a_document_that_goes_away_meanwhile(app, folder):
    with tree.running(app) as host:
        assert ask(host, "picks") == []
        begin(host, N, folder / "a.txt")
        host.say("shut", "main")
        assert set(answers(host, N).values()) <= {"", "session_closed"}
        host.open("main")
        assert ask(host, "picks") == []
        assert pick(host, folder) == ""


def test_a_policy_that_changes_meanwhile(app, folder):
    with tree.running(app) as host:
        assert ask(host, "picks") == []
        app.manifest("[plugins.picker.sandbox]\nmemory_mib = 200")
        begin(host, N // 2, folder / "a.txt")
        host.say("reload")
        begin(host, N // 2, folder / "a.txt")
        host.wait(lambda line: "reloaded" in line)
        assert set(answers(host, N).values()) <= {"", "io"}
        for one in ask(host, "picks"):
            assert ask(host, "read", path=one["at"]) == "a"


def test_no_more_than_all_sessions_may_have(app, folder):
    views = [f"view-{i}" for i in range(5)]
    with tree.running(app, *views) as host:
        for view in views[:4]:
            begin(host, N_ALL // 4, folder / "a.txt", view=view)
            assert set(answers(host, N_ALL // 4).values()) == {""}
        assert pick(host, folder, view=views[4]) == "limit"
        host.say("shut", views[0])
        tree.until(lambda: pick(host, folder, view=views[4]) == "", "those of a session that has ended are free")


def test_what_is_held_is_let_go(app, folder):
    """More sessions with all that they may have than the broker could have descriptors for together."""
    app.prefix = [*app.prefix, *FEW_FILES]
    with tree.running(app) as host:
        for _ in range(ROUNDS):
            begin(host, 64, folder / "a.txt")
            assert set(answers(host, 64).values()) == {""}
            assert ask(host, "read", path="/.picked/f64") == "a"
            host.say("shut", "main")
            host.open("main")
