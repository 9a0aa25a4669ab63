"""The adapter and its web-process extension, without the scripts that come with them: whatever stands in the
isolated world here is the tests' own."""

import json
import shutil

import pytest

import tree

WINDOW = tree.ROOT.parent / "tests/webkit/attach/window"
# The least that carries a call from the page to the native functions and back.
CARRIER = """(() => {
  const text = new TextEncoder();
  const string = (s) => { const b = text.encode(s); return [0xd9, b.length, ...b]; };
  const pack = (map) => new Uint8Array([0x80 | Object.keys(map).length,
    ...Object.entries(map).flatMap(([key, value]) => [...string(key), ...string(value)])]);
  trollbridgeNative.attach({
    done: (id, kind, msgpack, raw) =>
      document.dispatchEvent(new CustomEvent('carried', {detail: {id, kind, msgpack, raw}})),
    ready() {}, chunk() {}, room() {}, ended() {},
  });
  document.addEventListener('carry', ({detail}) =>
    trollbridgeNative.call(detail.id, detail.name, pack(detail.args), null, false));
})();"""
READ = """return await new Promise((resolve) => {
  document.addEventListener('carried', ({detail}) =>
    resolve([detail.id, detail.kind, new TextDecoder().decode(detail.raw ?? detail.msgpack)]));
  document.dispatchEvent(new CustomEvent('carry',
    {detail: {id: 1, name: 'plugin:fs|read_text_file', args: {path: PATH}}}));
});"""


@pytest.fixture
def window(installed, make_app):
    """window(body, world="-", script=None): (what the body returned, stderr); the app's folder is window.app."""
    shutil.copy(WINDOW, installed / "bin/window")

    def run(body, world="-", script=None):
        (run.app.folder / "body.js").write_text(body)
        words = [run.app.path, world, run.app.folder / "body.js"]
        if script:
            (run.app.folder / "script.js").write_text(script)
            words.append(run.app.folder / "script.js")
        with tree.leaves_nothing():
            code, out, errors = run.app.run(*words)
        assert code == 0, errors
        return json.loads(out), errors

    run.app = make_app()
    run.app.environment["LD_LIBRARY_PATH"] = str(installed / "lib")
    run.app.command = program_of(run.app, installed)
    return run


def program_of(app, installed):
    """The app's command line with the test's window in place of `trollbridge`."""
    command = app.command
    return lambda *words: [str(installed / "bin/window") if word == str(installed / "bin/trollbridge") else word
                           for word in command(*words)]


def test_a_page_calls_a_plugin_through_the_broker(window):
    assert window(READ.replace("PATH", "'data/hello.txt'"), script=CARRIER)[0] == \
        [1, 1, "Hello from inside the scope."]
    assert [r["verdict"] for r in window.app.records() if r["event"] == "call"] == ["allow"]


def test_what_policy_denies_is_denied(window):
    answer, _ = window(READ.replace("PATH", "'data/private/secret.txt'"), script=CARRIER)
    assert answer[1] == 2 and "scope" in answer[2] and "never leave" not in answer[2]


def test_the_natives_are_in_the_isolated_world_alone(window):
    assert window("return typeof trollbridgeNative")[0] == "undefined"
    assert window("return Object.keys(trollbridgeNative).sort()", world="trollbridge")[0] == \
        ["attach", "call", "cancel", "consumed", "send"]
