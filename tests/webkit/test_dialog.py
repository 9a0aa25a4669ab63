"""Messages and questions of a page (plugin:dialog|message) in a real window, answered with keys and clicks."""

import functools

import pytest

import apps
import dialogs
from dialogs import labels, result


@pytest.fixture
def run(make_app, installed):
    return functools.partial(dialogs.window, make_app, installed)


def said(dialog):
    """What stands in it, from above."""
    return dialog.dialogs[0]["labels"]


def test_a_message(run):
    with run("return message('Hello.\\nYou.', {title: 'Greetings'})") as dialog:
        shown = dialog.appear()
        assert shown["title"] == "Page"
        assert said(dialog) == ["A page of Page says:", "Greetings", "Hello.\nYou."]
        assert labels(dialog) == ["Ok"] and shown["focus"] == "Ok"
        dialog.click("Ok")
        assert result(dialog) == "Ok"


@pytest.mark.parametrize("buttons, press, said", [
    ("'OkCancel'", "Ok", "Ok"), ("'OkCancel'", "Cancel", "Cancel"), ("'YesNo'", "Yes", "Yes"), ("'YesNo'", "No", "No"),
    ("'YesNoCancel'", "No", "No"), ("{OkCustom: 'Fine_'}", "Fine_", "Fine_"),
    ("{OkCancelCustom: ['Keep', 'Away']}", "Away", "Away"), ("{YesNoCancelCustom: ['a', 'b', 'c']}", "b", "b")])
def test_each_button_says_its_own(run, buttons, press, said):
    with run(f"return message('?', {{buttons: {buttons}}})") as dialog:
        dialog.appear()
        dialog.click(press)
        assert result(dialog) == said


@pytest.mark.parametrize("key, said", [("Return", "Yes"), ("Escape", "Cancel"), ("space", "Yes")])
def test_keys(run, key, said):
    """The first button is the default one; Escape presses none."""
    with run("return message('?', {buttons: 'YesNo'})") as dialog:
        assert dialog.appear()["focus"] == "Yes"
        dialog.do("key", key)
        assert result(dialog) == said


def test_closing_it_presses_no_button(run):
    with run("return message('?')") as dialog:
        dialog.appear()
        dialog.close()
        assert result(dialog) == "Cancel"


def test_a_letter_is_no_key_of_a_button(run):
    with run("return message('?', {buttons: {OkCancelCustom: ['_Delete', 'Keep']}})") as dialog:
        dialog.appear()
        dialog.do("key", "alt+d", "d")
        dialog.do("key", "Escape")
        assert result(dialog) == "Cancel"


def test_nothing_in_it_is_markup_or_obeyed(run):
    args = r"{title: '<b>A</b>\nOrigin\u202e', buttons: {OkCustom: '<i>Ok</i>\u0000'.slice(0, -1)}}"
    with run(r"return message('<big>B</big> &amp;\n\u202eC\u0000\u001b[2J', " + args + ")") as dialog:
        dialog.appear()
        assert said(dialog) == ["A page of Page says:", "<b>A</b>\\u000aOrigin\\u202e",
                                "<big>B</big> &amp;\n\\u202eC\\u0000\\u001b[2J"]
        assert labels(dialog) == ["<i>Ok</i>"]
        dialog.do("key", "Return")
        assert result(dialog) == "<i>Ok</i>"


def test_a_page_cannot_speak_in_the_hosts_name(run):
    """What it says stands below whose it is, and its title is not the window's."""
    with run("return message('App\\nPage\\nCommand\\nplugin:fs|remove', {title: 'Allow this call?'})") as dialog:
        shown = dialog.appear()
        assert shown["title"] == "Page" and said(dialog)[0] == "A page of Page says:"
        dialog.do("key", "Escape")
        assert result(dialog) == "Cancel"


def test_a_mebibyte_is_cut_and_the_buttons_stay_on_the_screen(run):
    """As lines, as one word, as escapes, and as a title; a call as large as one can be is refused before."""
    script = """const n = 1 << 18;
return [await message('\\n'.repeat(n)), await message('x'.repeat(n)), await message('\\0'.repeat(n)), await message('', {title: 'y'.repeat(n)})]"""
    with run(script) as dialog:
        for _ in range(4):
            dialog.appear()
            assert len(said(dialog)[-1]) <= 8193 and len(said(dialog)[1]) <= 8193
            assert 0 <= dialog.button("Ok")["at"][1] < 1024 and 0 <= dialog.button("Ok")["at"][0] < 1280
            dialog.click("Ok")
        assert result(dialog) == ["Ok"] * 4


def test_odd_arguments_open_nothing(run):
    calls = ["{}", "{message: 1}", "{message: '', buttons: 'Oh'}", "{message: '', buttons: {OkCustom: 1}}", "{message: '', title: {}}",
             "{message: '', buttons: {OkCancelCustom: ['a']}}", "{message: '', kind: 7}"]
    with run(f"return Promise.all([{', '.join(calls)}].map((args) => dialog('message', args)))") as dialog:
        assert result(dialog) == ["invalid_args"] * len(calls)
        assert dialog.history and not any(dialog.history)


def test_without_the_permission_there_is_none(run):
    with run("return message('?')", capabilities=[apps.capability()]) as dialog:
        assert result(dialog) == "not_granted"
        assert not any(dialog.history)


# ---- one after another ----


def test_one_at_a_time_in_their_order(run):
    with run("return Promise.all(['a', 'b'].map((text) => message(text, {buttons: {OkCustom: text}})))") as dialog:
        for text in ("a", "b"):
            dialog.appear()
            assert said(dialog)[-1] == text
            dialog.click(text)
        assert result(dialog) == ["a", "b"]
        assert max(map(len, dialog.history)) == 1


def test_of_a_thousand_a_few_wait_and_a_person_can_end_them(run):
    script = """const all = await Promise.all(Array.from({length: 1000}, () => message('!')));
return [all.filter((one) => one === 'Ok').length, all.filter((one) => one === 'denied').length, await message('again')]"""
    with run(script) as dialog:
        for _ in range(2):
            dialog.appear()
            assert labels(dialog) == ["Ok"]
            dialog.click("Ok")
        dialog.appear()
        assert "No more dialogs of this page" in labels(dialog)
        dialog.press("No more")
        dialog.click("Ok")
        assert result(dialog) == [3, 997, "denied"]
        assert max(map(len, dialog.history)) == 1


def test_no_more_can_be_taken_back(run):
    with run("return [await message('1'), await message('2'), await message('3'), await message('4')]") as dialog:
        for _ in range(2):
            dialog.appear()
            dialog.click("Ok")
        dialog.appear()
        dialog.press("No more")
        dialog.press("No more")
        dialog.click("Ok")
        dialog.appear()
        dialog.click("Ok")
        assert result(dialog) == ["Ok"] * 4


def test_another_document_can_open_them_again(run):
    index = apps.PAGE + "<script>onload = async () => { for (let i = 0; i < 4; i++) await trollbridge.invoke('plugin:dialog|message', " \
        "{message: String(i)}).catch(() => { if (!location.hash) { location.hash = 'x'; location.reload(); } }); }</script>"
    with run(files={"dist/index.html": index}) as dialog:
        for _ in range(2):
            dialog.appear()
            dialog.click("Ok")
        dialog.appear()
        dialog.press("No more")
        dialog.click("Ok")
        dialog.appear()
        assert said(dialog)[-1] == "0"
        dialogs.ended(dialog)


# ---- its end ----


def test_a_reload_takes_it_away(run):
    """And those that wait behind it; the next document's are shown."""
    index = apps.PAGE + "<script>onload = () => { for (let i = 0; i < 5; i++) trollbridge.invoke('plugin:dialog|message', " \
        "{message: location.hash || 'first'}); if (!location.hash) setTimeout(() => { location.hash = 'second'; location.reload(); }, 300); }</script>"
    with run(files={"dist/index.html": index}) as dialog:
        dialog.wait(lambda: dialog.dialogs and said(dialog)[-1] == "first", "the first document's is there")
        dialog.wait(lambda: dialog.dialogs and said(dialog)[-1] == "#second", "the second one's is there")
        dialogs.ended(dialog)
        assert max(map(len, dialog.history)) == 1


def test_a_cancelled_call_takes_it_away(run):
    script = """const stop = new AbortController();
const call = trollbridge.invoke('plugin:dialog|message', {message: '?'}, {signal: stop.signal}).catch((error) => error.code ?? error.name);
await told();
stop.abort();
return [await call, await message('next')]"""
    with run(script) as dialog:
        dialog.appear()
        dialog.app.write("data/go", "")
        dialog.wait(lambda: dialog.dialogs and said(dialog)[-1] == "next", "the next one is there")
        dialog.appear()
        dialog.click("Ok")
        told = result(dialog)
        assert told[0] in ("cancelled", "AbortError") and told[1] == "Ok"


def test_a_person_takes_as_long_as_they_like(run):
    """The deadline of all commands is not meant for those that wait for a person."""
    with run("return message('?')", manifest='[limits."*"]\ndeadline_ms = 300\n') as dialog:
        dialog.appear()
        for _ in range(5):  # each of these takes a while
            dialog.do("mousemove", 5, 5, "sleep", 0.2)
        dialog.click("Ok")
        assert result(dialog) == "Ok"


def test_a_deadline_of_its_own_holds(run):
    with run("return message('?')", manifest='[limits."plugin:dialog|message"]\ndeadline_ms = 300\n') as dialog:
        assert result(dialog) == "timeout"
        assert any(dialog.history)


# ---- beside prompts ----


def test_none_is_shown_over_a_prompt(run):
    """Whoever decides about a call sees what the host says, and nothing of the page's in front of it."""
    ask = '[commands."plugin:fs|read_text_file"]\nask = true\n'
    script = """const read = trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}).then(() => 'read', (error) => error.code);
await told();
const shown = message('Press Always.');
return [await read, await shown]"""
    with run(script, manifest=ask) as dialog:
        dialog.appear()
        dialog.app.write("data/go", "")
        dialog.wait(lambda: dialog.can("Allow once"), "the second is over")
        assert [shown["title"] for shown in dialog.dialogs] == ["Allow this call?"]
        dialog.click("Allow once")
        dialog.appear()
        assert said(dialog)[-1] == "Press Always."
        dialog.click("Ok")
        assert result(dialog) == ["read", "Ok"]
        assert max(map(len, dialog.history)) == 1


def test_it_is_said_over_a_window_that_is_not_in_front(run):
    with run("return message('?')") as dialog:
        dialog.wait(lambda: len(dialog.dialogs) == 1, "it is there")
        dialog.focus("Page")
        dialog.appear()
        dialog.click("Ok")
        assert result(dialog) == "Ok"
