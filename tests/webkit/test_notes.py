"""The notes example in a real window, by real clicks and keys."""

import contextlib
import json
import shutil
import struct

import pytest

import tree
from window import Window

NOTES = tree.TOP / "examples/notes"
LOOK = """
  const $ = (id) => document.getElementById(id);
  const text = (id) => $(id).checkVisibility() ? $(id).innerText : '';
  const all = (selector) => [...document.querySelectorAll(selector)];
  const focused = document.activeElement;
  const focusStyle = getComputedStyle(focused.id === 'list' ? focused.querySelector('[aria-selected=true]') ?? focused : focused);
  return {
    state: document.body.dataset.state,
    list: all('#list [role=option]').map((option) => option.dataset.name),
    found: all('#list mark').map((mark) => mark.textContent),
    note: all('#list [aria-selected=true]').map((option) => option.dataset.name)[0] ?? '',
    title: $('title').value, body: $('body').value, problem: text('title-problem'), readOnly: $('body').readOnly,
    save: $('save-state').dataset.state, saveText: text('save-state'), toast: text('toast-text'),
    empty: text('note-empty'), listEmpty: text('list-empty'), keys: $('keys').open,
    log: all('#log li').filter((row) => row.checkVisibility()).map((row) => [row.querySelector('.command').textContent, row.querySelector('.outcome').textContent]),
    logCount: text('log-count'), verdict: text('attack-verdict'),
    attacks: all('#attacks li').map((row) => [row.dataset.result, row.querySelector('.outcome').textContent, row.querySelector('.record').textContent]),
    red: all('#attacks [data-result=breach] .outcome').map((part) => getComputedStyle(part).backgroundColor),
    dark: matchMedia('(prefers-color-scheme: dark)').matches, paper: getComputedStyle(document.body).backgroundColor,
    theme: $('theme').textContent, bridge: $('bridge').checkVisibility(),
    shown: focusStyle.outlineStyle !== 'none' || focusStyle.boxShadow !== 'none',
    wide: document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight,
  };
"""
CODES = ["scope", "invalid_args", "scope", "scope", "not_granted", "not_granted", "absent", "absent", "csp", "too_large"]


@pytest.fixture
def notes(make_app):
    """A copy of the example, with a home of its own."""
    app = make_app()
    shutil.rmtree(app.path)
    shutil.copytree(NOTES, app.path, symlinks=True)
    app.log = app.home / "state/trollbridge/com.example.notes/audit.jsonl"
    return app


@pytest.fixture
def window(notes):
    """window(**environment): the example's window, when its notes are there."""
    @contextlib.contextmanager
    def open_window(**environment):
        with tree.leaves_nothing(), Window(notes, LOOK, "Notes", **environment) as page:
            page.wait(lambda state: state["state"] == "ready", "the notes are read")
            yield page

    return open_window


def text_of(app, name):
    path = app.path / "data" / name
    return path.read_text() if path.exists() else None


def saved(window, app, name, text):
    """What is seen to be saved is on disk."""
    window.wait(lambda state: state["save"] == "saved" and state["body"] == text, f"{name} is saved")
    assert text_of(app, name) == text


def write_note(window, app, title, text):
    """From a new note with its title marked."""
    window.wait(lambda state: state["title"] == "Untitled" and state["focus"] == "title", "a new note")
    window.type(title)
    window.key("Return")
    window.wait(lambda state: state["note"] == title and state["focus"] == "body", "it has its title")
    window.type(text)
    saved(window, app, f"{title}.txt", text)


def test_the_notes_are_listed(window):
    with window() as page:
        state = page.state
        assert sorted(state["list"]) == sorted(path.stem for path in (NOTES / "data").glob("*.txt") if not path.is_symlink())
        assert state["note"] == state["list"][0] == state["title"] and state["focus"] == "list"
        assert state["body"] == (NOTES / "data" / f"{state['title']}.txt").read_text()


def test_written_and_saved_by_clicks(window, notes):
    with window() as page:
        page.click("new")
        write_note(page, notes, "Goats", "Three of them.")
        page.wait(lambda state: ["fs|write_text_file", "ok"] in state["log"] and ["fs|rename", "ok"] in state["log"], "the log shows it")
        assert not list((notes.path / "data").glob("*~"))
    calls = [r["command"] for r in notes.records() if r["event"] == "call" and r["verdict"] == "allow"]
    assert calls.count("plugin:fs|write_text_file") >= 2


def test_found_by_what_is_in_it(window):
    with window() as page:
        page.click_into("search")
        page.type("CONFUSED deputy")
        page.wait(lambda state: state["found"] == ["Confused", "Deputy"], "the words are found")
        assert page.state["list"] == ["Reading list"]
        page.click("option-0")
        page.wait(lambda state: state["title"] == "Reading list" and "(1988)" in state["body"], "it is open")
        page.click_into("search")
        page.type(" goat")
        page.wait(lambda state: not state["list"] and "No note has" in state["listEmpty"], "none is found")
        page.click("list-empty-action")
        page.wait(lambda state: len(state["list"]) == 4, "all are back")


def test_moved_to_the_trash_and_back(window, notes):
    with window() as page:
        name = page.state["note"]
        text = text_of(notes, f"{name}.txt")
        page.click("delete")
        page.wait(lambda state: name not in state["list"] and "trash" in state["toast"], "it is gone")
        assert text_of(notes, f"{name}.txt") is None
        [kept] = (notes.path / "data/trash").glob(f"*{name}.txt")
        assert kept.read_text() == text
        page.click("toast-action")
        page.wait(lambda state: state["note"] == name and state["body"] == text, "it is back")
        assert text_of(notes, f"{name}.txt") == text and not kept.exists()


def test_every_attack_is_refused(window, notes):
    with window() as page:
        page.click("tab-attacks")
        page.click("attack")
        page.wait(lambda state: state["verdict"], "all were tried")
        assert page.state["verdict"] == "10 of 10 refused"
        assert [code for _, code, _ in page.state["attacks"]] == CODES
        assert all(result == "refused" for result, _, _ in page.state["attacks"])
        # Each call that reached the broker leads to its record.
        logged = {r["n"]: r for r in notes.records()}
        numbers = [int(record[1:]) for _, _, record in page.state["attacks"] if record]
        assert [logged[n]["code"] for n in numbers] == CODES[:6]
        page.click("tab-log")
        page.click("log-refused")
        page.wait(lambda state: state["log"] and all(outcome in CODES for _, outcome in state["log"]), "the refused ones alone")
        assert ["shell|execute", "not_granted"] in page.state["log"]
    assert text_of(notes, "hello.txt") == (NOTES / "data/hello.txt").read_text()


def allow_the_private_notes(app):
    path = app.path / "capabilities/main.json"
    policy = json.loads(path.read_text())
    del policy["permissions"][-1]["deny"]
    path.write_text(json.dumps(policy))


def allow_eval(app):
    path = app.path / "trollbridge.toml"
    path.write_text(path.read_text().replace("[policy]", "csp = \"default-src 'self'; script-src 'self' 'unsafe-eval'\"\n[policy]"))


def show_natives(app):
    """To every document of the app, so to its frames too."""
    path = app.path / "dist/index.html"
    path.write_text(path.read_text().replace("<script ", '<script src="leak.js"></script><script ', 1))
    (app.path / "dist/leak.js").write_text("window.trollbridgeNative = {};")


@pytest.mark.parametrize("plant, breached", [(allow_the_private_notes, [1]), (show_natives, [7, 8]), (allow_eval, [9])])
def test_an_attack_that_succeeds_is_red(window, notes, plant, breached):
    """The panel can fail: each of these plants what one attack or two must find."""
    plant(notes)
    with window() as page:
        page.click("tab-attacks")
        page.click("attack")
        page.wait(lambda state: state["verdict"], "all were tried")
        assert page.state["verdict"] == ("1 BREACH" if len(breached) == 1 else f"{len(breached)} BREACHES")
        found = [number for number, (result, _, _) in enumerate(page.state["attacks"], 1) if result == "breach"]
        assert found == breached and all(page.state["attacks"][number - 1][1] == "BREACH" for number in breached)
        for colour in page.state["red"]:
            red, green, blue = (int(part) for part in colour[4:-1].split(","))
            assert red > 2 * green and red > 2 * blue


def test_an_attack_that_could_not_be_tried_is_not_refused(window, notes):
    (notes.path / "data/shortcut.txt").unlink()
    with window() as page:
        page.click("tab-attacks")
        page.click("attack")
        page.wait(lambda state: state["verdict"], "all were tried")
        assert page.state["verdict"] == "9 of 10 refused, 1 unclear"
        assert page.state["attacks"][3][:2] == ["unclear", "unclear"]


def test_by_the_keyboard_alone(window, notes):
    with window() as page:
        page.key("ctrl+n")
        write_note(page, notes, "Keys", "No mouse")
        page.type(" at all")
        page.key("ctrl+s")
        saved(page, notes, "Keys.txt", "No mouse at all")
        page.key("Escape")
        page.wait(lambda state: state["focus"] == "list" and state["shown"], "the list has the keyboard, and shows it")
        page.key("Down")
        page.wait(lambda state: state["note"] == state["list"][1] == state["title"], "the next note")
        page.key("End", "Up", "Return")
        page.wait(lambda state: state["note"] == state["list"][-2] and state["focus"] == "body", "the last but one, to write in")
        page.key("Escape", "Home", "F2")
        page.wait(lambda state: state["note"] == "Keys" and state["focus"] == "title", "the title")
        page.type("Toll")
        page.key("Return")
        page.wait(lambda state: "already" in state["problem"], "this title is taken")
        page.key("ctrl+a")
        page.type("Renamed")
        page.key("Return")
        page.wait(lambda state: state["note"] == "Renamed" and not state["problem"], "it is renamed")
        assert text_of(notes, "Renamed.txt") == "No mouse at all" and text_of(notes, "Keys.txt") is None
        page.key("Escape", "Delete")
        page.wait(lambda state: "Renamed" not in state["list"] and state["toast"], "it is in the trash")
        page.key("ctrl+z")
        page.wait(lambda state: state["note"] == "Renamed", "it is back")
        page.key("ctrl+f")
        page.type("mouse")
        page.wait(lambda state: state["list"] == ["Renamed"], "it is found")
        page.key("Down", "ctrl+f", "Escape")
        page.wait(lambda state: len(state["list"]) == 5 and state["focus"] == "list", "the search is over")
        page.key("F1")
        page.wait(lambda state: state["keys"], "the keys are told")
        page.key("Escape")
        page.wait(lambda state: not state["keys"], "and put away")
        page.key("ctrl+b")
        page.wait(lambda state: not state["bridge"], "the bridge is hidden")
        page.key("ctrl+b")
        page.wait(lambda state: state["focus"] == "tab-log", "and shown")
        page.key("Right", "Tab", "space")
        page.wait(lambda state: state["verdict"] == "10 of 10 refused", "the attacks, too")


def test_tab_reaches_everything_and_shows_where(window):
    wanted = {"search", "new", "list", "theme", "help", "delete", "bridge-toggle", "title", "body", "tab-log", "log-refused", "log"}
    with window() as page:
        reached = set()
        for _ in range(len(wanted) + 2):
            before = page.state["focus"]
            page.key("Tab")
            page.wait(lambda state: state["focus"] != before, "Tab goes on")
            if page.state["focus"]:
                assert page.state["shown"], page.state["focus"]
                reached.add(page.state["focus"])
        assert reached == wanted


def luminance(colour):
    return sum(int(part) for part in colour[4:-1].split(","))


def test_dark_where_the_desktop_is(window):
    with window(GTK_THEME="Adwaita:dark") as page:
        assert page.state["dark"] and luminance(page.state["paper"]) < 150


def test_a_theme_that_was_chosen_is_remembered(window):
    with window() as page:
        assert not page.state["dark"] and luminance(page.state["paper"]) > 600
        page.click("theme")
        page.wait(lambda state: state["theme"] == "Theme: light", "light")
        page.click("theme")
        page.wait(lambda state: luminance(state["paper"]) < 150, "dark")
        page.wait(lambda state: ["fs|write_text_file", "ok"] in state["log"], "it is written down")
    with window() as page:
        assert page.state["theme"] == "Theme: dark" and luminance(page.state["paper"]) < 150


def test_a_note_that_cannot_be_saved_says_so_and_is_kept(window, notes):
    with window() as page:
        page.key("ctrl+n")
        write_note(page, notes, "Kept", "one")
        (notes.path / "data").chmod(0o555)
        page.type(" two")
        page.wait(lambda state: state["save"] == "failed", "it is not saved")
        assert page.state["saveText"] == "Not saved. The file system refused: Permission denied."
        assert page.state["body"] == "one two" and text_of(notes, "Kept.txt") == "one"
        (notes.path / "data").chmod(0o755)
        page.key("ctrl+s")
        saved(page, notes, "Kept.txt", "one two")


def test_what_another_program_wrote_is_not_lost(window, notes):
    with window() as page:
        page.key("ctrl+n")
        write_note(page, notes, "Shared", "mine")
        (notes.path / "data/Shared.txt").write_text("theirs")
        page.type(" too")
        page.wait(lambda state: state["save"] == "failed" and "Another program" in state["saveText"], "the conflict is told")
        page.type("!")
        page.wait(lambda state: state["body"] == "mine too!", "one goes on")
        # Leaving a note saves it, and changes are made in order: before the new note all that was to be written is.
        page.key("Escape", "Down", "ctrl+n")
        page.wait(lambda state: state["note"] == "Untitled" and state["save"] == "saved", "nothing is written by itself")
        assert text_of(notes, "Shared.txt") == "theirs"
        page.key("ctrl+f")
        page.type("mine too!")
        page.wait(lambda state: state["list"] == ["Shared"], "it is still there")
        page.key("Down")
        page.wait(lambda state: state["note"] == "Shared" and state["save"] == "failed", "and not saved")
        page.key("ctrl+s")
        saved(page, notes, "Shared.txt", "mine too!")


def test_the_first_note(window, notes):
    for path in (notes.path / "data").glob("*.txt"):
        path.unlink()
    with window() as page:
        assert "Nothing is open" in page.state["empty"] and "no notes yet" in page.state["listEmpty"]
        page.click("list-empty-action")
        write_note(page, notes, "First", "Now there is one.")


def test_what_is_no_text_is_left_alone(window, notes):
    (notes.path / "data/Picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    with window() as page:
        page.click(f"option-{page.state['list'].index('Picture')}")
        page.wait(lambda state: state["note"] == "Picture" and state["readOnly"], "it is read only")
        page.click("body")
        page.type("x")
        page.key("ctrl+s", "Escape")
        page.wait(lambda state: state["focus"] == "list", "the keys were taken")
        assert page.state["body"] == "" and page.state["save"] == "locked"
    assert (notes.path / "data/Picture.txt").read_bytes() == b"\x89PNG\r\n\x1a\n\xff"


def test_a_small_window(window, notes):
    manifest = notes.path / "trollbridge.toml"
    manifest.write_text(manifest.read_text().replace("1200", "800").replace("780", "500"))
    with window() as page:
        assert not page.state["bridge"] and not page.state["wide"]
        page.click("bridge-toggle")
        page.wait(lambda state: state["bridge"] and state["focus"] == "tab-log" and not state["wide"], "the bridge lies over it")
        page.key("Escape")
        page.wait(lambda state: not state["bridge"] and state["focus"] == "list", "and is put away")


def test_without_the_bridge_it_says_so(run_app, notes):
    """As a browser would show it."""
    script = notes.path / "dist/app.js"
    script.write_text(script.read_text().replace("const bridge = window.trollbridge;", "const bridge = undefined;"))
    text = run_app(notes, eval="""
        const module = await import('./app.js');
        return document.body.innerText""")
    assert text.startswith("There is no bridge here") and "trollbridge run examples/notes" in text


@pytest.mark.parametrize("name", ["light", "dark", "attacks"])
def test_the_pictures_of_the_documentation(name):
    """`./tb screenshots` makes them."""
    picture = (tree.TOP / f"docs/images/notes-{name}.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", picture[16:24]) == (1200, 780)
    assert 20_000 < len(picture) < 200_000
