"""`trollbridge run`: windows, --eval, --screenshot, and how each of them ends."""

import json
import re
import signal
import subprocess

import pytest

import apps
import tree

SIDE = '\n[[window]]\nlabel = "main"\n[[window]]\nlabel = "side"\nurl = "side.html?a#b"\ntitle = "Beside"\nwidth = 320\nheight = 240\n'


def evaluate(app, script, *words):
    """(exit code, stdout, the last line of stderr)."""
    (app.folder / "eval.js").write_text(script)
    with tree.leaves_nothing():
        code, out, errors = app.run("run", app.path, "--eval", app.folder / "eval.js", *words)
    told = [line for line in errors.splitlines() if line.startswith("trollbridge: ")]
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
    ("return () => 1", "eval: JSON cannot say what the function returned"),
    ("return Symbol('a')", "eval: JSON cannot say what the function returned"),
    ("const a = {}; a.a = a; return a", "eval: JSON cannot say what the function returned"),
    ("window.close(); return new Promise(() => {})", "closed: the window was closed before this was done"),
]


@pytest.mark.parametrize("script, message", THROWN)
def test_eval_that_fails_says_why(make_app, script, message):
    code, out, told = evaluate(make_app(), script)
    assert (code, out) == (1, "")
    assert told.startswith("trollbridge: " + message)


def test_each_window_is_a_view_of_its_own(make_app):
    app = make_app(manifest=SIDE, files={"dist/side.html": "<!doctype html><title>Side</title>"})
    script = "return [location.href, innerWidth, innerHeight, document.title]"
    assert json.loads(evaluate(app, script, "--view", "side")[1]) == ["tauri://localhost/side.html?a#b", 320, 240, "Side"]
    assert json.loads(evaluate(app, script)[1]) == ["tauri://localhost/", 800, 600, "Page"]
    opened = {record["view"] for record in app.records() if record["event"] == "open"}
    assert opened == {"main", "side"}


def test_a_view_that_is_not_there(make_app):
    code, out, told = evaluate(make_app(), "return 1", "--view", "other")
    assert (code, out) == (2, "") and "the app has no window 'other'" in told


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
    code, out, told = evaluate(app, "return 1", "--screenshot", app.home / "no/shot.png")
    assert (code, out) == (1, "") and told.startswith("trollbridge: io: ")


def test_a_crash_is_a_lost_session(make_app):
    """The page's process is killed from outside, as a crash or the kernel would."""
    app = make_app()
    (app.folder / "eval.js").write_text("console.log('here'); return new Promise(() => {})")
    with tree.leaves_nothing(), app.start("run", app.path, "--devtools", "--eval", app.folder / "eval.js") as process:
        for line in process.stdout:
            if "here" in line:
                break
        subprocess.run(["pkill", "-KILL", "-P", children_of(process.pid), "-f", "WebKitWebProcess"], check=False)
        kill_web_processes(process.pid)
        assert process.wait(60) == 5
        assert "trollbridge: crashed: " in process.stderr.read()


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
