"""How long what was picked is there: as long as its session, over plugins that end and policies that change."""

import pwd

import pytest

import picker
import tree
from picker import ask, pick


@pytest.fixture
def folder(app):
    """A folder that no scope holds."""
    made = app.folder / "elsewhere"
    (made / "inner").mkdir(parents=True)
    (made / "a.txt").write_text("a")
    (made / "inner/b.txt").write_text("b")
    return made


def records(host):
    return [r for r in host.app.records() if r["event"] == "pick"]


def test_an_instance_that_is_started_again_has_all(app, folder):
    picker.add(app)
    with tree.running(app) as host:
        assert ask(host, "picks") == []
        assert pick(host, folder) == ""
        assert pick(host, folder / "a.txt", "w") == ""
        before = ask(host, "picks")
        tree.kill(host.role("picker"))
        tree.until(lambda: ask(host, "picks") == before, "it runs again, and has them")
        assert ask(host, "read", path="/.picked/1/inner/b.txt") == "b"
        assert ask(host, "write", path="/.picked/1/a.txt") == "EROFS"
        assert ask(host, "write", path="/.picked/f2") == ""
    assert (folder / "a.txt").read_text() == "new"


def test_other_views_and_the_next_document_have_nothing(app, folder):
    picker.add(app)
    with tree.running(app, "main", "other") as host:
        assert ask(host, "picks", "other") == []
        assert pick(host, folder) == ""
        assert ask(host, "picks", "other") == []
        assert ask(host, "read", "other", path="/.picked/1/a.txt") in ("ENOENT", "EACCES")
        host.say("shut", "main")
        tree.until(lambda: any(r["event"] == "close" for r in app.records()), "the session has ended")
        host.open("main")
        assert ask(host, "picks") == []
        assert ask(host, "read", path="/.picked/1/a.txt") in ("ENOENT", "EACCES")


def test_a_reload_that_changes_nothing_for_the_plugin(app, folder):
    picker.add(app)
    with tree.running(app) as host:
        assert pick(host, folder) == ""
        assert ask(host, "read", path="/.picked/1/a.txt") == "a"
        pid = host.role("picker")
        assert "after" in host.reload()
        assert ask(host, "read", path="/.picked/1/a.txt") == "a"
        assert host.role("picker") == pid


def test_a_reload_that_starts_it_anew(app, folder):
    picker.add(app)
    with tree.running(app) as host:
        assert pick(host, folder) == ""
        before = ask(host, "picks")
        pid = host.role("picker")
        app.manifest("[plugins.picker.sandbox]\nmemory_mib = 200")
        assert "after" in host.reload()
        assert ask(host, "picks") == before
        assert ask(host, "read", path="/.picked/1/a.txt") == "a"
        assert host.role("picker") != pid


def test_a_reload_that_takes_picks_away(app, folder):
    picker.add(app)
    with tree.running(app) as host:
        assert pick(host, folder) == ""
        assert ask(host, "read", path="/.picked/1/a.txt") == "a"
        app.manifest("[plugins.picker.sandbox]\npicks = false")
        assert "after" in host.reload()
        assert ask(host, "picks") == []
        assert ask(host, "list", path="/.picked") == "ENOENT"


@pytest.fixture
def denied(app, folder):
    """The app with the plugin, each command of which is denied a folder: the kernel holds it to that."""
    picker.add(app, allow=[f"{folder}/*"], deny=[f"{folder}/inner", f"{folder}/inner/**"])
    return folder / "inner"


def test_what_policy_denies_is_covered_in_what_holds_it(app, folder, denied):
    with tree.running(app) as host:
        assert pick(host, folder, "frw") == ""
        assert ask(host, "read", path="/.picked/1/a.txt") == "a"
        assert ask(host, "read", path="/.picked/1/inner/b.txt") in ("ENOENT", "EACCES")
        assert ask(host, "write", path="/.picked/1/inner/new") in ("EROFS", "EACCES")
    assert not (denied / "new").exists()


def test_what_policy_denies_cannot_be_picked(app, denied):
    with tree.running(app) as host:
        assert ask(host, "picks") == []
        assert pick(host, denied) == "denied"
        assert pick(host, denied / "b.txt", "-") == "denied"
        assert ask(host, "picks") == []


def test_a_denied_path_in_a_folder_that_is_shut_to_this_user(app, folder, ordinary):
    """It is covered with that folder, which could be opened later; all else can be picked."""
    shut = pwd.getpwuid(0).pw_dir
    picker.add(app, allow=[f"{folder}/*"], deny=[f"{shut}/kept", f"{shut}/kept/**"])
    app.belongs_to(ordinary)
    with tree.running(app) as host:
        assert ask(host, "picks") == []
        assert pick(host, shut) == "denied"
        assert pick(host, folder) == ""
        assert ask(host, "read", path="/.picked/2/a.txt") == "a"


def test_what_policy_denies_is_not_there_for_an_instance_that_starts_later(app, denied):
    """Whom it is denied to is known when it starts: others may have it."""
    with tree.running(app) as host:
        assert pick(host, denied) == ""
        assert ask(host, "read", path="/.picked/1/b.txt") == "EACCES"
        tree.until(lambda: [r["verdict"] for r in records(host)] == ["allow", "deny"], "both are recorded")
    assert (records(host)[1]["plugin"], records(host)[1]["code"]) == ("picker", "denied")


def test_what_is_recorded(app, folder):
    picker.add(app)
    with tree.running(app) as host:
        assert pick(host, folder, "frw") == ""
        assert pick(host, folder / "a.txt", "-") == ""
    whole, one = records(host)
    [session] = {r["session"] for r in app.records() if r["event"] == "open"}
    assert (whole["verdict"], whole["code"], whole["view"], whole["session"]) == ("allow", "", "main", session)
    assert whole["reason"] == f"folder, to write, with all below it: {folder}"
    assert one["reason"] == f"file, to read: {folder}/a.txt"
    assert app.verify() == "CLOSED"


@pytest.mark.parametrize("whole", ["/**", "/*"])
def test_a_plugin_that_has_the_whole_tree_already(app, folder, whole):
    picker.add(app, allow=["/", whole], deny=[f"{folder}/inner", f"{folder}/inner/**"])
    with tree.running(app) as host:
        assert ask(host, "read", path=f"{folder}/a.txt") == "a"
        assert pick(host, folder, "frw") == ""
        assert pick(host, folder / "a.txt", "-") == ""
        [at, file] = [told["at"] for told in ask(host, "picks")]
        assert (at, file) == ("/proc/.picked/1", "/proc/.picked/f2")
        assert ask(host, "read", path=f"{at}/a.txt") == ask(host, "read", path=file) == "a"
        assert ask(host, "write", path=file) == "EROFS"
        assert ask(host, "write", path=f"{at}/new") == ""
        assert ask(host, "read", path=f"{at}/inner/b.txt") in ("ENOENT", "EACCES")
        assert ask(host, "read", path="/proc/self/stat") == "ENOENT"
        assert ask(host, "write", path="/proc/new") in ("EROFS", "EACCES")
    assert (folder / "new").read_text() == "new"
