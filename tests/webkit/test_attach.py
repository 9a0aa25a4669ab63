"""The adapter and its web-process extension: attaching, and the native functions by themselves."""

import json
import shutil

import pytest

import apps
import tree

BUILT = tree.ROOT.parent / "tests/webkit/attach"


@pytest.fixture
def window(installed, make_app):
    """window(body, world="-"): what the body returned in the world of a page; in the isolated one no script
    has attached. What went to stderr is window.errors, the app's folder window.app."""
    for name in ("window", "bare_window"):
        shutil.copy(BUILT / name, installed / "bin")

    def run(body, world="-"):
        (run.app.folder / "body.js").write_text(body)
        run.program = "window" if world == "-" else "bare_window"
        with tree.leaves_nothing():
            code, out, run.errors = run.app.run(run.app.path, world, run.app.folder / "body.js")
        assert code == 0, run.errors
        return json.loads(out)

    run.app = make_app()
    run.app.environment["LD_LIBRARY_PATH"] = str(installed / "lib")
    command = run.app.command
    run.app.command = lambda *words: [str(installed / "bin" / run.program) if word.endswith("bin/trollbridge")
                                      else word for word in command(*words)]
    return run


def native(window, body):
    """Runs a body in the isolated world, where `calls(name, args, raw, more)` makes one call and gives all
    that is heard of it: [[what, …], …], the last of which is `done`."""
    return window(NATIVE + body, world="trollbridge")


# msgpack of maps of short strings, and promises over the handlers.
NATIVE = """
const text = new TextEncoder(), heard = new Map(), waiting = new Map();
const string = (s) => [0xd9, text.encode(s).length, ...text.encode(s)];
const pack = (map) => new Uint8Array([0x80 | Object.keys(map).length,
  ...Object.entries(map).flatMap(([key, value]) => [...string(key), ...string(value)])]);
const show = (bytes) => bytes && new TextDecoder().decode(bytes);
const hear = (id, ...what) => { heard.get(id)?.push(what); };
let ended = null, last = 0;
const session = new Promise((resolve) => { globalThis.isAttached = trollbridgeNative.attach({
  ready: (...all) => resolve(all),
  done(id, kind, msgpack, raw) { hear(id, 'done', kind, show(msgpack), show(raw)); waiting.get(id)?.(heard.get(id)); },
  chunk(id, kind, channel, bytes, cost) { hear(id, 'chunk', kind, channel, show(bytes), cost); },
  room(id) { hear(id, 'room'); },
  ended(...all) { ended = all; } }); });
const begin = (name, args, raw = null, more = false) => {
  const id = ++last; heard.set(id, []);
  const done = new Promise((resolve) => waiting.set(id, resolve));
  trollbridgeNative.call(id, name, args instanceof Uint8Array ? args : pack(args), raw, more);
  return { id, done };
};
const call = (...all) => begin(...all).done;
const READ = 'plugin:fs|read_text_file', HELLO = {path: 'data/hello.txt'};
const thrown = (run) => { try { run(); return null; } catch (error) { return error.message; } };
"""


def test_a_page_calls_a_plugin_through_the_broker(window):
    body = "const bytes = await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'});" \
           "return new TextDecoder().decode(bytes);"
    assert window(body) == apps.HELLO
    assert [r["verdict"] for r in window.app.records() if r["event"] == "call"] == ["allow"]


def test_the_natives_are_in_the_isolated_world_alone(window):
    assert window("return typeof trollbridgeNative") == "undefined"
    assert window("return Object.keys(trollbridgeNative).sort()", world="trollbridge") == \
        ["attach", "call", "cancel", "consumed", "send"]


def test_a_session_has_its_name_and_commands(window):
    session, commands = native(window, "return await session;")
    assert [r["session"] for r in window.app.records() if r["event"] == "open"] == [session]
    assert "plugin:fs|read_text_file" in commands and "plugin:fs|remove" not in commands


def test_calls_that_come_before_the_session_wait_for_it(window):
    assert native(window, "return await call(READ, HELLO);") == [["done", 1, None, apps.HELLO]]


def test_one_script_attaches(window):
    assert native(window, "return [isAttached, trollbridgeNative.attach({ready(){}, done(){}, chunk(){}, "
                          "room(){}, ended(){}})];") == [True, False]
    assert "must be functions" in window("try { trollbridgeNative.attach({}) } catch (e) { return e.message }",
                                         world="trollbridge")


@pytest.mark.parametrize("name", ["plugin:fs|remove", "", "plugin:fs|read_text_file\\0", "é" * 150,
                                  "plugin:fs|read_text_file ", "\\ud800"],
                         ids=["denied", "empty", "nul", "long", "space", "surrogate"])
def test_what_is_not_granted_does_not_exist(window, name):
    (what, kind, error, raw), = native(window, f"return await call('{name}', HELLO);")
    assert (what, kind, raw) == ("done", 2, None) and "not_granted" in error
    assert [r["event"] for r in window.app.records() if r["code"] == "not_granted"] == ["call"]


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
