"""The notes example in Chromium, by clicks and keys: the same tests as in WebKitGTK, and what a browser has beyond a window."""

import contextlib

import pytest

import apps
import test_notes as webkit
from shade import until_shown
from test_notes import (  # noqa: F401
    notes, test_a_note_that_cannot_be_saved_says_so_and_is_kept, test_a_theme_that_was_chosen_is_remembered, test_an_attack_that_could_not_be_tried_is_not_refused,
    test_an_attack_that_succeeds_is_red, test_by_the_keyboard_alone, test_dark_where_the_desktop_is, test_every_attack_is_refused, test_found_by_what_is_in_it,
    test_moved_to_the_trash_and_back, test_tab_reaches_everything_and_shows_where, test_the_first_note, test_the_notes_are_listed, test_what_another_program_wrote_is_not_lost,
    test_what_is_no_text_is_left_alone, test_written_and_saved_by_clicks)
from worked import Worked


def ready(page):
    page.wait(lambda state: state["state"] == "ready", "the notes are read")
    return page


@pytest.fixture
def window(notes, start, tab):  # noqa: F811
    """window(**environment): as in WebKitGTK; a theme of the desktop is the browser's."""
    terminal = []

    @contextlib.contextmanager
    def open_window(GTK_THEME="", **options):
        if terminal:
            terminal[0].renew()
        else:
            terminal.append(start(notes, terminal=True))
        page = tab(colorScheme="dark" if "dark" in GTK_THEME else "light", **options)
        page.goto(terminal[0].main.url)
        yield ready(Worked(page, webkit.LOOK))
        assert page.texts("error") == []
        page.close()

    return open_window


def test_a_small_window(window):
    with window(viewport={"width": 800, "height": 500}) as page:
        assert not page.state["bridge"] and not page.state["wide"]
        page.click("bridge-toggle")
        page.wait(lambda state: state["bridge"] and state["focus"] == "tab-log" and not state["wide"], "the bridge lies over it")
        page.key("Escape")
        page.wait(lambda state: not state["bridge"] and state["focus"] == "list", "and is put away")


def test_loaded_again(window, notes):  # noqa: F811
    """A new session each time, and what was saved is there."""
    with window() as page:
        page.key("ctrl+n")
        webkit.write_note(page, notes, "Kept", "over a reload")
        for _ in range(3):
            page.page.reload()
            ready(page)
            assert "Kept" in page.state["list"]
        page.click(f"option-{page.state['list'].index('Kept')}")
        page.wait(lambda state: state["body"] == "over a reload", "it is as it was")
    assert len([r for r in notes.records() if r["event"] == "open"]) == 4


def test_away_and_back(window, notes):  # noqa: F811
    """No page is kept while another is shown: it comes back with a session of its own, and works."""
    (notes.path / "dist/away.html").write_text("<!doctype html><title>Away</title><p>Another page of the app.")
    with window() as page:
        page.page.goto(page.page.evaluate("location.origin") + "/away.html")
        assert page.page.evaluate("[document.title, typeof trollbridge]") == ["Away", "object"]
        page.page.goBack()
        ready(page)
        page.key("ctrl+n")
        webkit.write_note(page, notes, "Back", "again")
        page.page.goForward()
        page.page.until("document.title === 'Away'", "it goes forward")
        page.page.goBack()
        ready(page)
        assert "Back" in page.state["list"]


def test_opened_in_a_second_tab(window, notes):  # noqa: F811
    """The view is one page: the second has it, and the first says so and calls no more."""
    with window() as first:
        second = Worked(first.page.context().newPage(), webkit.LOOK)
        second.page.goto(first.page.url())
        ready(second)
        until_shown(first.page, "bar", "session", "Reload")
        assert first.page.run("return await trollbridge.invoke('plugin:fs|stat', {path: 'data'}).then(() => '', (error) => error.code)") == "session_closed"
        second.key("ctrl+n")
        webkit.write_note(second, notes, "Second", "from the second tab")
        first.page.reload()
        ready(first)
        assert "Second" in first.state["list"]
        until_shown(second.page, "bar", "session", "Reload")


TWO = '[[window]]\nlabel = "main"\n[[window]]\nlabel = "other"\n'
LISTEN = "window.got = []; await trollbridge.listen('goat', (event) => got.push(event.payload)); return true;"


def test_two_windows(make_app, start, tab):
    """Each a view of its own: names, grants and events between them."""
    app = make_app(manifest=TWO, capabilities=[
        apps.capability(["core:event:default", {"identifier": "core:event:allow-emit-to", "allow": [{"target": "other"}]}], ["main"], identifier="one"),
        apps.capability(["core:event:default", *apps.PERMISSIONS], ["other"], identifier="two")])
    bridge = start(app)
    main, other = tab(), tab()
    main.goto(bridge.main.url)
    other.goto(bridge["other"].url)
    read = "return await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}).then(() => 'read', (error) => error.code)"
    assert [main.run(read), other.run(read)] == ["not_granted", "read"]
    assert other.run(LISTEN) is True
    main.run("await trollbridge.emitTo('other', 'goat', 'three of them');")
    other.until("got.length === 1 && got[0] === 'three of them'", "the event has come")
    # The cookie of one opens nothing of the other.
    main.goto(bridge["other"].origin + "/")
    assert "This browser has not come by the address" in main.evaluate("document.body.innerText")


def test_words_in_the_console(window):
    """None of them is a warning of ours, or of the page's policy."""
    with window() as page:
        wrong = [event for event in page.page.events if event["event"] == "console" and event["kind"] in ("error", "warning")]
        assert [event for event in wrong if "sandbox" not in event["text"]] == []
