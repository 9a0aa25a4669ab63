"""Attached views: what they keep out, and what becomes of their sessions. tests/webkit/attach/scenes.c plays."""

import shutil
import subprocess

import pytest

import apps
import tree

BUILT = tree.ROOT.parent / "tests/webkit/attach"
READ = f'"{apps.HELLO}"'
APP = '["tauri://localhost","object"]'
PAGE = "<!doctype html><title>Elsewhere</title><p>Elsewhere."

# Root of a namespace could make others without asking for a namespace of users.
NO_CAPABILITIES = ["setpriv", "--securebits", "+noroot,+noroot_locked", "--inh-caps=-all", "--bounding-set=-all"]


@pytest.fixture
def play(installed, make_app):
    """play(scene, *words): (exit code, the lines that it printed, stderr), as play.program plays it."""
    for name in ("scenes", "scenes_outside"):
        shutil.copy(BUILT / name, installed / "bin")

    def run(scene, *words):
        with tree.leaves_nothing():
            code, out, errors = run.app.run(scene, run.app.path, *words)
        return code, out.splitlines(), errors

    run.app, run.program = make_app(), "scenes"
    run.app.environment["LD_LIBRARY_PATH"] = str(installed / "lib")
    command, run.before = run.app.command, []

    def command_of_scenes(*words):
        line = command(*words)
        at = line.index(str(installed / "bin/trollbridge"))
        return [*line[:at], *run.before, str(installed / "bin" / run.program), *line[at + 1:]]

    run.app.command = command_of_scenes
    return run


@pytest.fixture
def other(elsewhere):
    return elsewhere({"/page": PAGE, "/redirect": (302, {"Location": "/page"}, "")})


def opened(app):
    """(view, origin) of each session in the log."""
    return [(r["view"], r["origin"]) for r in app.records() if r["event"] == "open"]


def test_a_view_is_attached_once_and_a_label_names_one(play):
    code, lines, _ = play("attach_twice")
    assert code == 0 and lines.pop() == f"main: {READ}"
    taken, *labels = lines
    assert taken.startswith("attach: 3: ") and len(labels) == 3
    assert all(line.startswith("attach: 0: a view's label is ") for line in labels)


def test_a_view_that_shows_something_is_not_attached(play):
    assert play("attach_late")[1] == ["attach: 3: the view has loaded something: attach it before",
                                      'main: ["tauri://localhost","undefined"]']
    assert opened(play.app) == []


def test_a_view_of_another_context_is_not_attached(play):
    (line,) = play("attach_a_stranger")[1]
    assert line.startswith("attach: 3: the view has another context")


def test_a_label_is_free_when_its_view_is_destroyed(play):
    assert play("label_again")[1] == [f"first: {READ}", "alert: main closed: shut by the host", f"second: {READ}"]
    assert opened(play.app) == [("main", "local")] * 2


def test_what_is_no_origin_is_refused(play):
    code, _, errors = play("wrong_origin")
    assert code == 1 and "write it as https://example.com" in errors


def test_wrong_files_are_told(play):
    play.app.write("trollbridge.toml", "[app]\nid = 'com.example.page'\ntypo = 1\n")
    code, _, errors = play("two_views")
    assert code == 1 and "trollbridge.toml:3" in errors and "1: " in errors


def test_two_views_have_two_sessions(play):
    assert play("two_views")[1] == [f"one: {READ}", f"two: {READ}"]
    assert sorted(opened(play.app)) == [("one", "local"), ("two", "local")]


def test_a_web_process_has_one_link(play):
    _, lines, _ = play("one_process")
    assert lines[0] == f"one: {READ}" == lines[-1]
    assert lines[1] == "alert: two offer: another view has its link in this web process"
    assert lines[2].startswith("two: TrollbridgeError: the session is over")
    assert opened(play.app) == [("one", "local")]


def test_a_crash_ends_the_session_and_a_reload_begins_another(play):
    assert play("crash")[1] == [f"before: {READ}", "alert: main crashed: the web process has ended",
                                "alert: main closed: shut by the host", f"after: {READ}"]
    assert opened(play.app) == [("main", "local")] * 2


@pytest.fixture
def bad_offers(installed):
    """Web processes get an extension that offers what it must not, before what it may."""
    extension = installed / "lib/trollbridge/webkitgtk/libtrollbridge-web-extension.so"
    honest = extension.read_bytes()
    shutil.copy(BUILT / "libbad_offers.so", extension)
    yield
    extension.write_bytes(honest)


@pytest.mark.usefixtures("bad_offers")
def test_offers_that_no_honest_process_makes(play):
    """Each is refused, they are told of once between two loads, and they cost the view its link only if there
    are too many of them."""
    code, lines, _ = play("bad_offers")
    offers = [line for line in lines if line.startswith("alert: main offer: ")]
    results = [line for line in lines if not line.startswith("alert: ")]
    assert code == 0 and offers == ["alert: main offer: an offer has exactly one descriptor"] * 3
    assert results[0] == f"first: {READ}" and results[2] == f"after: {READ}"
    assert results[1].startswith("flood: TrollbridgeError: the session is over")
    assert opened(play.app) == [("main", "local")] * 2


@pytest.mark.usefixtures("bad_offers")
def test_a_host_may_close_a_view_when_it_hears_of_it(play):
    code, lines, _ = play("closed_by_alert")
    assert code == 0 and lines[-1] == f"main: {READ}"
    assert "alert: main crashed: the web process has ended" in lines


def has_sandbox():
    """Whether bubblewrap can make namespaces here, asked of it directly."""
    return subprocess.run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"],
                          capture_output=True).returncode == 0


def test_the_sandbox_of_web_processes_is_reported(play):
    held = has_sandbox()
    _, lines, _ = play("sandbox")
    assert lines[0] == f"tried: {held:d}" and lines[1] == f"main: {READ}"
    assert lines[2].startswith(f"found: {held:d}: ")
    assert play("sandbox_required")[:2] == ((0, ["started"]) if held else (1, []))


def test_without_namespaces_there_is_none_and_pages_work(play):
    play.before = [*tree.NO_USERNS, *NO_CAPABILITIES] if has_sandbox() else []
    _, lines, _ = play("sandbox")
    assert lines[:2] == ["tried: 0", f"main: {READ}"]
    assert lines[2].startswith("found: 0: web processes have no sandbox: ")


def test_a_sandbox_that_is_off_is_reported_and_can_be_refused(play):
    play.app.environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    _, lines, _ = play("sandbox")
    assert lines[0] == "tried: 0" and lines[1] == f"main: {READ}"
    assert "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS is set" in lines[2]
    code, lines, errors = play("sandbox_required")
    assert code == 1 and lines == [] and "2: web processes have no sandbox" in errors


def test_a_web_process_outside_the_sandbox_that_is_required_never_gets_a_link(play):
    if not has_sandbox():
        assert play("sandbox_required")[:2] == (1, [])
        return
    play.program = "scenes_outside"
    _, lines, _ = play("sandbox_lost")
    assert lines[0] == "alert: main sandbox: WebKitGTK has started a web process outside its sandbox"
    assert len(lines) == 4 and all(line.startswith("main: TrollbridgeError: the session is over") for line in lines[1:])
    assert opened(play.app) == []


def test_a_page_leads_to_no_other_origin(play, other):
    _, lines, _ = play("navigation", other.origin)
    assert lines == [f"{name}: {APP}" for name in ("page", "redirect", "data")] + [f"main: {READ}"]
    assert "/page" in other.asked and "/redirect" in other.asked
    assert opened(play.app) == [("main", "local")]


def test_a_host_that_loads_another_origin_gets_no_page_of_it(play, other):
    _, lines, _ = play("host_navigation", other.origin)
    assert [line for line in lines if not line.startswith("alert: main closed")] == \
        [f"there: {APP}"] * 4 + [f"main: {READ}"]
    assert set(opened(play.app)) == {("main", "local")}


def test_an_allowed_origin_is_what_policy_says_of_it(play, other):
    _, lines, _ = play("allowed_origin", other.origin)
    assert lines[0].startswith(f'page: ["{other.origin}",')
    assert "TrollbridgeError" in lines[1] and lines[-1] == f"main: {READ}"


def test_pages_open_no_windows(play):
    assert play("windows")[1] == ["open: true", "blank: true", "link: true", f"main: {READ}"]
    assert opened(play.app) == [("main", "local")]


def test_downloads_are_cancelled(play):
    _, lines, _ = play("download")
    assert sorted(lines) == ["download: cancelled", "link: true", f"main: {READ}"]


def test_other_settings_are_tightened_too(play):
    assert play("settings")[1] == ["page cache: 0, inspector: 0"]
