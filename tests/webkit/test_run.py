"""`trollbridge run`: windows, --eval, --screenshot, and how each of them ends."""

import contextlib
import json
import signal
import subprocess

import pytest

import apps
import tree

SIDE = '\n[[window]]\nlabel = "main"\n[[window]]\nlabel = "side"\nurl = "side.html?a#b"\ntitle = "Beside"\nwidth = 320\nheight = 240\n'


def evaluate_with_all(app, script, *words):
    """(exit code, stdout, our lines of stderr)."""
    (app.folder / "eval.js").write_text(script)
    with tree.leaves_nothing():
        code, out, errors = app.run("run", app.path, "--eval", app.folder / "eval.js", *words)
    return code, out, [line for line in errors.splitlines() if line.startswith("trollbridge: ")]


def evaluate(app, script, *words):
    """(exit code, stdout, the last line of stderr)."""
    code, out, told = evaluate_with_all(app, script, *words)
    return code, out, told[-1] if told else ""


RETURNED = [
    ("return [1, 'a\\n\\u2028', null, {b: true}]", [1, "a\n\u2028", None, {"b": True}]),
    ("return await Promise.resolve(2.5)", 2.5),
    ("", None),
    ("return null", None),
    ("return NaN", None),
    ("return new Date(0)", "1970-01-01T00:00:00.000Z"),
    ("return document.querySelector('p').textContent + location.href", "A page.tauri://localhost/"),
]


@pytest.mark.parametrize("script, value", RETURNED)
def test_eval_prints_one_line_of_json(make_app, script, value):
    code, out, told = evaluate(make_app(), script)
    assert (code, told) == (0, "")
    assert out.count("\n") == 1 and json.loads(out) == value


THROWN = [
    ("throw new Error('no\\n\\x1b[31m')", "eval: Error: no\\u000a\\u001b[31m"),
    ("return Promise.reject('why')", "eval: why"),
    ("return nothing.at.all", "eval: ReferenceError: "),
    ("return ][", "eval: SyntaxError: "),
    ("return () => 1", "eval: Unsupported result type"),
    ("return Symbol('a')", "eval: Unsupported result type"),
    ("return new Promise(() => {})", "eval: Completion handler for function call is no longer reachable"),
    ("const a = {}; a.a = a; return a", "eval: JSON cannot say what the function returned"),
]


def test_eval_of_a_refused_call_says_which_and_why(make_app):
    app = make_app()
    for call, message in [
            ("'plugin:fs|remove'", "not_granted: "), ("'plugin:fs|read_text_file', {path: 'data/private/secret.txt'}", "scope: ")]:
        code, out, told = evaluate(app, f"'use strict';\nreturn trollbridge.invoke({call}) // not awaited")
        assert (code, out) == (1, "") and told.startswith(f"trollbridge: eval: {message}")
        assert told.rstrip().endswith(f"({call.split(chr(39))[1]})")


@pytest.mark.parametrize("script, message", THROWN)
def test_eval_that_fails_says_why(make_app, script, message):
    code, out, told = evaluate(make_app(), script)
    assert (code, out) == (1, "")
    assert told.startswith("trollbridge: " + message)


CLOSE = """const closed = trollbridge.invoke("plugin:window|close").then(() => "closed", (error) => error.code);
           window.close();
           await new Promise(requestAnimationFrame);
           return closed.then((word) => word === "closed" ? new Promise((done) => self.done = done) : word)"""


def test_a_page_closes_its_window_by_the_command_alone(make_app):
    """window.close() is not the command, and changes nothing."""
    assert evaluate(make_app(), CLOSE)[:2] == (0, '"not_granted"\n')
    code, out, told = evaluate(make_app(capabilities=[apps.capability(["core:window:allow-close"])]), CLOSE)
    assert (code, out) == (1, "")
    assert told == "trollbridge: closed: the window was closed before this was done"


def test_each_window_is_a_view_of_its_own(make_app):
    app = make_app(manifest=SIDE, files={"dist/side.html": "<!doctype html><title>Side</title>"})
    script = "return [location.href, innerWidth, innerHeight, document.title]"
    assert json.loads(evaluate(app, script, "--view", "side")[1]) == ["tauri://localhost/side.html?a#b", 320, 240, "Side"]
    assert json.loads(evaluate(app, script)[1]) == ["tauri://localhost/", 800, 600, "Page"]
    opened = {record["view"] for record in app.records() if record["event"] == "open"}
    assert opened == {"main", "side"}


def test_a_dev_url_is_told_of_once(make_app):
    app = make_app(manifest='dev_url = "http://localhost:5173"' + SIDE, files={"dist/side.html": "side"})
    code, out, told = evaluate(app, "return document.title")
    assert (code, out) == (0, '"Page"\n')
    assert told == "trollbridge: dev_url: http://localhost:5173 is not opened, but by `trollbridge dev`: the windows show the files in dist, as they were built last"


def test_a_view_that_is_not_there(make_app):
    code, out, told = evaluate(make_app(), "return 1", "--view", "other")
    assert (code, out) == (2, "") and "the app has no window 'other'" in told


@pytest.mark.parametrize("words", [["--eval", "eval.js"], ["--screenshot", "shot.png"]])
@pytest.mark.parametrize("url, file", [("", "dist/index.html"), ("no/page.html?a#b", "dist/no/page.html"), ("no/", "dist/no/index.html")])
def test_a_page_that_is_not_there_has_not_loaded(make_app, words, url, file):
    app = make_app(manifest=f'[[window]]\nlabel = "main"\nurl = "{url}"\n')
    (app.path / "dist/index.html").unlink()
    (app.folder / "eval.js").write_text("return 1")
    with tree.leaves_nothing():
        code, out, told = app.run("run", app.path, words[0], app.folder / words[1])
    assert (code, out) == (1, "") and f"trollbridge: load: {file}: Not Found (404): build the frontend" in told
    assert not (app.folder / "shot.png").exists()


def size_of(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_a_screenshot_is_taken_after_the_eval(make_app, run_app, tmp_path):
    app = make_app()
    shot = tmp_path / "shot.png"
    assert run_app(app, "document.body.style.background; return 7", screenshot=shot) == 7
    plain = shot.read_bytes()
    assert size_of(plain) == (800, 600)
    run_app(app, "document.body.textContent = 'other'.repeat(99)", screenshot=shot)
    assert shot.read_bytes() != plain


def test_a_screenshot_alone(make_app):
    app = make_app()
    code, out, errors = app.run("run", app.path, "--screenshot", app.home / "shot.png")
    assert (code, out) == (0, "")
    assert size_of((app.home / "shot.png").read_bytes()) == (800, 600)


def test_a_screenshot_that_cannot_be_written(make_app):
    app = make_app()
    for file, problem in [("no/shot.png", "/no is no folder that can be written to: make it"), ("run", "/run: this is no file")]:
        code, out, told = evaluate(app, "return 1", "--screenshot", app.home / file)
        assert (code, out) == (1, "") and told.startswith("trollbridge: io: ") and problem in told
        assert not app.log.exists()


def web_processes(pid):
    return [child for child in tree.descendants(pid) if tree.name_of(child).startswith("WebKitWebProc")]


@contextlib.contextmanager
def running(app):
    """`run` with an eval that does not end, once its page has a session."""
    (app.folder / "eval.js").write_text("return new Promise(done => self.done = done)")
    with tree.leaves_nothing(), started(app, "--eval", app.folder / "eval.js") as process:
        tree.until(lambda: [record for record in app.records() if record["event"] == "open"], "a session is open")
        yield process


@contextlib.contextmanager
def started(app, *words):
    with app.start("run", app.path, *words) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_crash_is_a_lost_session(make_app):
    """The page's process is killed from outside, as by the kernel."""
    with running(make_app()) as process:
        killed = web_processes(process.pid)
        assert killed
        for pid in killed:
            tree.kill(pid)
        assert process.wait(apps.SECONDS) == 5
        assert "trollbridge: crashed: the page's process has ended" in process.stderr.read()


def opened(app):
    return [record["session"] for record in app.records() if record["event"] == "open"]


def kill_page(process):
    [pid] = tree.until(lambda: web_processes(process.pid), "the page has a process")
    tree.kill(pid)


def test_a_page_that_crashed_is_loaded_again_but_not_for_ever(make_app):
    app = make_app()
    with tree.leaves_nothing(), started(app) as process:
        for times in range(1, 5):
            tree.until(lambda: len(opened(app)) == times, f"session {times} is open")
            kill_page(process)
        for line in process.stderr:
            if "more than 3 times in a minute" in line:
                break
        assert len(set(opened(app))) == 4
        process.send_signal(signal.SIGTERM)
        assert process.wait(apps.SECONDS) == 0


def test_the_broker_gone_is_a_lost_session(make_app):
    with running(make_app()) as process:
        for pid in tree.descendants(process.pid):
            if tree.name_of(pid) == "broker":
                tree.kill(pid)
        assert process.wait(apps.SECONDS) == 5
        assert "trollbridge: lost: " in process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_an_eval(make_app, number):
    with running(make_app()) as process:
        process.send_signal(number)
        assert process.wait(apps.SECONDS) == 1
        assert "trollbridge: cancelled: " in process.stderr.read()


def visible(app, name):
    """The ids of the X windows with that title. A window that goes during the search ends it with an error: then once more."""
    error = "X Error"
    while "X Error" in error:
        done = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{name}$"], env=app.environment,
                              capture_output=True, text=True)
        error = done.stderr
    return done.stdout.split()


def window(app, name):
    """Its id, once there is one alone: while a title changes the search can find more."""

    def one():
        found = visible(app, name)
        return found if len(found) == 1 else None

    return tree.until(one, f"a window {name}")[0]


def test_windows_have_titles_and_end_with_the_last(make_app):
    app = make_app(manifest=SIDE, capabilities=[apps.capability(["core:window:allow-close"])],
                   files={"dist/side.html": "side", "dist/close.js": "onclick = () => trollbridge.invoke('plugin:window|close')",
                          "dist/index.html": "<!doctype html><script src=close.js></script>"})
    with tree.leaves_nothing(), started(app) as process:
        main, side = window(app, "Page"), window(app, "Beside")
        subprocess.run(["xdotool", "mousemove", "--window", main, "400", "300"], env=app.environment, check=True)

        def closed():
            subprocess.run(["xdotool", "click", "1"], env=app.environment, check=True)
            return not visible(app, "Page")

        tree.until(closed, "the page has closed its window")
        assert visible(app, "Beside") == [side]
        process.send_signal(signal.SIGINT)
        assert process.wait(apps.SECONDS) == 0
        assert not [line for line in process.stderr.read().splitlines() if line.startswith("trollbridge: ")]


def test_two_apps_at_once(make_app):
    one = make_app(manifest='[[window]]\nlabel = "main"\ntitle = "One"\n')
    two = make_app(manifest='[[window]]\nlabel = "main"\ntitle = "Two"\n')
    with tree.leaves_nothing(), started(one) as first, started(two) as second:
        assert window(one, "One") != window(two, "Two")
        first.send_signal(signal.SIGTERM)
        assert first.wait(apps.SECONDS) == 0
        assert json.loads(evaluate(two, "return document.title")[1]) == "Page"
        assert second.poll() is None
        second.send_signal(signal.SIGTERM)
        assert second.wait(apps.SECONDS) == 0


def test_a_view_that_is_refused_is_told(make_app):
    """A grant of more than 16 MiB is refused; the page is there all the same."""
    long = ("/" + "y" * 200) * 18
    large = [apps.capability([{"identifier": f"fs:allow-{name}",
                               "allow": [{"path": f"/nowhere/{name}/{n}{long}"} for n in range(1200)]}], identifier=name)
             for name in ("stat", "read-dir", "read-file", "read-text-file")]
    script = "try { await trollbridge.invoke('plugin:fs|stat', {path: 'a'}) } catch (error) { return error.code }"
    code, out, told = evaluate_with_all(make_app(capabilities=large), script)
    assert (code, out) == (0, '"session_closed"\n')
    # Beside what the resolver says, in either order: they are two processes.
    assert any(line.startswith("trollbridge: refused: ") for line in told)


FILES = [
    ('[app]\nid = "com.example.page"\n', "the app has no frontend"),
    ('[app]\nid = "com.example.page"\nfrontend = "gone"\n', "gone is no folder that can be opened: build the frontend first"),
    ('[app]\nid = "com.example.page"\nfrontend = "link"\n', "link is, or lies behind, a symbolic link"),
    ('[app]\nid = "com.example.page"\nfrontend = "dist"\ncsp = "a, b"\n', "`csp` must be a content security policy"),
    ('[app]\n', "id"),
]


@pytest.mark.parametrize("manifest, message", FILES)
def test_wrong_files(make_app, manifest, message):
    app = make_app()
    app.write("trollbridge.toml", manifest)
    (app.path / "link").symlink_to("dist")
    code, out, errors = app.run("run", app.path)
    assert (code, out) == (3, "") and message in errors


def test_no_display(make_app):
    app = make_app()
    del app.environment["DISPLAY"]
    code, out, errors = app.run("run", app.path)
    assert (code, out) == (4, "") and errors.startswith("trollbridge: display: no display can be opened")


USAGE = [[], ["a", "b"], ["a", "--eval"], ["a", "--evil"], ["a", "--view", ""]]


@pytest.mark.parametrize("words", USAGE)
def test_usage(make_app, words):
    code, out, errors = make_app().run("run", *words)
    assert (code, out) == (2, "") and errors.startswith("trollbridge: usage: ")


def test_help(make_app):
    code, out, errors = make_app().run("run", "--help")
    assert (code, errors) == (0, "") and out.startswith("usage: trollbridge run APP")


def test_a_missing_eval_file(make_app):
    app = make_app()
    code, out, errors = app.run("run", app.path, "--eval", app.folder / "none.js")
    assert (code, out) == (2, "") and "none.js" in errors
