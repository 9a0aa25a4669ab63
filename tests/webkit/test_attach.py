"""The adapter and its web-process extension: attaching, and the native functions by themselves."""

import re

import pytest

import apps
import tree
from native import native, window  # noqa: F401


def test_a_page_calls_a_plugin_through_the_broker(window):
    body = "const bytes = await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'});" \
           "return new TextDecoder().decode(bytes);"
    assert window(body) == apps.HELLO
    assert [r["verdict"] for r in window.app.records() if r["event"] == "call"] == ["allow"]


def test_the_natives_are_in_the_isolated_world_alone(window):
    assert window("return typeof trollbridgeNative") == "undefined"
    assert window("return Object.keys(trollbridgeNative).sort()", world="trollbridge") == \
        ["attach", "call", "cancel", "consumed", "send"]


def test_a_document_that_is_emptied_keeps_its_session(window):
    """document.open runs the scripts again, in the same document."""
    assert window("""
        const read = async () => new TextDecoder().decode(
          await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}));
        const before = await read();
        document.open(); document.write('<p>anew'); document.close();
        return [before, await read(), document.body.textContent];""") == [apps.HELLO, apps.HELLO, "anew"]
    assert len([r for r in window.app.records() if r["event"] == "open"]) == 1


def test_what_a_page_stores_is_kept_where_fs_default_denies_it(window):
    """Each name in the app's folder is one that Tauri's denial has."""
    store = """const open = indexedDB.open('notes');
        open.onupgradeneeded = () => open.result.createObjectStore('seen');
        await new Promise((done) => { open.onsuccess = done; });
        const change = open.result.transaction('seen', 'readwrite'), before = change.objectStore('seen').get('n');
        change.objectStore('seen').put(1, 'n');
        await new Promise((done) => { change.oncomplete = done; });
        open.result.close();
        return before.result ?? null;"""
    assert [window(store), window(store)] == [None, 1]
    denials = (tree.TOP / "plugins/fs/permissions/default.toml").read_text()
    denied = set(re.findall(r'"\$APPLOCALDATA/([^/"]+)', denials))
    kept = {path.name for path in (window.app.home / f"share/{apps.ID}").iterdir()}
    assert "storage" in kept and kept <= denied


def test_a_session_has_its_name_and_commands(window):
    session, commands = native(window, "return await session;")
    assert [r["session"] for r in window.app.records() if r["event"] == "open"] == [session]
    assert "plugin:fs|read_text_file" in commands and "plugin:fs|remove" not in commands


def test_calls_that_come_before_the_session_wait_for_it(window):
    assert native(window, "return await call(READ, HELLO);") == [["done", 1, None, apps.HELLO]]


def test_one_script_attaches(window):
    assert native(window, "return [isAttached, trollbridgeNative.attach({ready(){}, done(){}, chunk(){}, "
                          "room(){}, ended(){}})];") == [True, False]
    errors = window("""return ['{}', 'null', '7', '', '{ready(){}, done(){}, chunk(){}, room(){}, ended: 1}'].map((handlers) => {
        try { return eval(`trollbridgeNative.attach(${handlers})`); } catch (error) { return error.message; } });""",
                    world="trollbridge")
    assert ["must be functions" in str(error) for error in errors] == [True] * 5, errors


@pytest.mark.parametrize("name", ["plugin:fs|remove", "", "plugin:fs|read_text_file\\0", "é" * 150,
                                  "plugin:fs|read_text_file ", "\\ud800"],
                         ids=["denied", "empty", "nul", "long", "space", "surrogate"])
def test_what_is_not_granted_does_not_exist(window, name):
    (what, kind, error, raw), = native(window, f"return await call('{name}', HELLO);")
    assert (what, kind, raw) == ("done", 2, None) and "not_granted" in error
    assert [r["event"] for r in window.app.records() if r["code"] == "not_granted"] == ["call"]


def test_a_flood_of_one_name_does_not_hide_a_tripwire(window):
    """Nothing else is called: what could not be told at once is told when its time has come."""
    with open(window.app.path / "trollbridge.toml", "a") as manifest:
        manifest.write('\n[commands."plugin:fs|remove"]\ntripwire = true\n')
    assert native(window, """
        for (let n = 0; n < 101; n++) await call(n === 50 ? 'plugin:fs|remove' : 'plugin:fs|nothing', HELLO);
        while (!ended) await new Promise((done) => setTimeout(done, 10));
        return ended[0];""") == "broker"
    assert [r["command"] for r in window.app.records() if r["event"] == "alert"] == ["plugin:fs|remove"]


@pytest.mark.parametrize("args", ["[]", "[0xc0]", "[0x90]", "[0x81, 0xa1, 0x61]", "[0x80, 0x80]", "[0xd9, 1]",
                                  "[0x82, 0xa1, 97, 1, 0xa1, 97, 1]", "[0xde, 0, 0]", "[0xdf, 255, 255, 255, 255]"])
def test_args_are_checked_before_they_are_sealed(window, args):
    ok = args == "[0xde, 0, 0]"  # an empty map in more bytes than it needs: the plugin misses its path
    (_, kind, error, _), after = native(window, f"""
        const bad = await call(READ, new Uint8Array({args}));
        return [bad[0], (await call(READ, HELLO))[0]];""")
    assert kind == 2 and "invalid_args" in error
    assert after[3] == apps.HELLO
    assert ok == bool([r for r in window.app.records() if r["code"] == "invalid_args"])
    assert not [r for r in window.app.records() if r["event"] == "violation"]


def test_depth_and_size_stay_within_a_frame(window):
    deep, fits, large = native(window, """
        const nest = (n) => new Uint8Array([...Array(n).fill([0x81, 0xa1, 97]).flat(), 0x80]);
        const one = await call(READ, nest(31)), two = await call(READ, nest(30));
        return [one[0], two[0], (await call(READ, new Uint8Array(1 << 21).fill(0x80)))[0]];""")
    assert "too_large" in deep[2] and "invalid_args" in fits[2] and "too_large" in large[2]
    assert not [r for r in window.app.records() if r["event"] == "violation"]


@pytest.mark.parametrize("use", ["call(0, READ, pack(HELLO), null, false)", "call(1.5, READ, pack(HELLO), null, false)",
                                 "call(-1, READ, pack(HELLO), null, false)", "call(2 ** 53, READ, pack(HELLO), null, false)",
                                 "call(1, 7, pack(HELLO), null, false)", "call(1, READ, [0x80], null, false)",
                                 "call(1, READ, pack(HELLO), 'x', false)", "call(1, READ, new Uint16Array(4), null, false)",
                                 "call()", "consumed(NaN, 1)", "cancel('x')", "send({}, new Uint8Array(1), true)"])
def test_misuse_by_the_script_throws(window, use):
    error, after = native(window, f"await session; return [thrown(() => trollbridgeNative.{use}), await call(READ, HELLO)];")
    assert error and after[-1][3] == apps.HELLO


def test_an_id_is_used_by_one_call_at_a_time(window):
    assert native(window, "await session; begin(READ, HELLO);"
                          "return thrown(() => trollbridgeNative.call(last, READ, pack(HELLO), null, false));") == \
        "call: there is a call of that id"


def test_more_calls_than_handles_wait_their_turn(window):
    answers = native(window, """await session;
        const all = await Promise.all(Array.from({length: 3000}, () => call(READ, HELLO)));
        return [...new Set(all.map((heard) => heard.at(-1)[3]))];""")
    assert answers == [apps.HELLO]


def test_too_many_that_wait_are_refused(window):
    counts = native(window, """const n = 16384 + 10;
        const all = await Promise.all(Array.from({length: n}, () => call(READ, HELLO)));
        return [all.filter((heard) => heard[0][3] !== null).length, all.filter((heard) => heard[0][2]?.includes('limit')).length];""")
    assert counts == [16384, 10]


def test_a_call_that_waits_is_cancelled_at_once(window):
    error, others = native(window, """
        const first = begin(READ, HELLO), second = begin(READ, HELLO);
        trollbridgeNative.cancel(first.id);
        trollbridgeNative.cancel(first.id);
        return [(await first.done)[0], await second.done];""")
    assert "cancelled" in error[2] and others[-1][3] == apps.HELLO


def test_calls_without_end_leave_time_for_the_page(window):
    """Timers and frames go on while 64 calls are under way at any time."""
    assert native(window, """await session;
        let over = false, n = 0;
        const loop = async () => { while (!over) { await call(READ, HELLO); n++; } };
        const loops = Array.from({length: 64}, loop);
        for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1));
        for (let i = 0; i < 5; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
        over = true;
        await Promise.all(loops);
        return n > 64;""")
