"""Windows in which a test calls the native functions by itself."""

import json
import shutil

import pytest

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
    """Runs a body in the isolated world, where `call(name, args, raw, more)` makes one call and gives all
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
let onchunk = (id, kind, channel, bytes, cost) => hear(id, 'chunk', kind, channel, show(bytes), cost);
let onroom = (id) => hear(id, 'room'), ondone = () => {};
const session = new Promise((resolve) => { globalThis.isAttached = trollbridgeNative.attach({
  ready: (...all) => resolve(all),
  done(id, kind, msgpack, raw) { hear(id, 'done', kind, show(msgpack), show(raw)); ondone(id, raw); waiting.get(id)?.(heard.get(id)); },
  chunk(id, kind, channel, bytes, cost) { onchunk(id, kind, channel, bytes, cost); },
  room(id) { onroom(id); },
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
