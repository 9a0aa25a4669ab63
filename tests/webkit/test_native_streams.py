"""Bodies and results that go in parts, cancelling, and the end of a session, through the native functions."""

import os
import signal
import threading

import pytest

import apps
import tree
from native import native, window  # noqa: F401

# A body of n bytes, each part of it with another content; and the sum by which two are compared.
BODY = """
const part = (at, n) => Uint8Array.from({length: n}, (_, i) => (at + i) * 31 >> 3);
const write = (path, n, size = 65536) => {
  let at = 0;
  const put = () => { while (at < n) {
    const bytes = part(at, Math.min(size, n - at));
    if (!trollbridgeNative.send(upload.id, bytes, at + bytes.length === n)) return;
    at += bytes.length; } };
  const upload = begin('plugin:fs|write_file', {path}, new Uint8Array(0), true);
  onroom = put;
  put();
  return upload.done;
};
const read = async (path) => {
  let at = 0, good = true;
  const take = (bytes) => { const wanted = part(at, bytes.length);
    good = good && bytes.every((byte, i) => byte === wanted[i]); at += bytes.length; };
  onchunk = (id, kind, channel, bytes, cost) => { take(bytes); trollbridgeNative.consumed(id, cost); };
  const {id, done} = begin('plugin:fs|read_file', {path});
  ondone = (other, raw) => { if (other === id && raw) take(raw); };
  return [(await done).at(-1)[1], at, good];
};
"""


@pytest.mark.parametrize("n", [1, 65536, 65537, 1 << 20, 9 * 1024 * 1024 + 5])
def test_a_body_in_parts_comes_back_as_it_was(window, n):
    written, (kind, size, good) = native(window, BODY + f"return [await write('data/big', {n}), await read('data/big')];")
    assert written[-1][:2] == ["done", 0]
    assert (kind, size, good) == (1, n, True)
    assert (window.app.path / "data/big").stat().st_size == n


def test_a_body_may_begin_before_the_session(window):
    """What `send` does not take before the call is under way is asked for with `room`."""
    taken, written = native(window, BODY + """
        const first = begin('plugin:fs|write_file', {path: 'data/early'}, new Uint8Array(0), true);
        const taken = trollbridgeNative.send(first.id, part(0, 10), true);
        onroom = (id) => trollbridgeNative.send(id, part(0, 10), true);
        return [taken, await first.done];""")
    assert taken is False and written[-1][:2] == ["done", 0]
    assert (window.app.path / "data/early").stat().st_size == 10


@pytest.mark.parametrize("send", ["new Uint8Array(65537), false", "new Uint8Array(0), false"])
def test_parts_that_cannot_be_are_misuse(window, send):
    error, rest = native(window, f"""await session;
        const upload = begin('plugin:fs|write_file', {{path: 'data/parts'}}, new Uint8Array(0), true);
        const error = thrown(() => trollbridgeNative.send(upload.id, {send}));
        trollbridgeNative.send(upload.id, new Uint8Array(3), true);
        return [error, await upload.done];""")
    assert error.startswith("send: ") and rest[-1][:2] == ["done", 0]


def test_no_part_follows_the_last(window):
    error, one = native(window, """await session;
        const whole = begin('plugin:fs|write_file', {path: 'data/parts'}, new Uint8Array(3));
        return [thrown(() => trollbridgeNative.send(whole.id, new Uint8Array(3), true)), await whole.done];""")
    assert error.startswith("send: ") and one[-1][:2] == ["done", 0]
    assert (window.app.path / "data/parts").stat().st_size == 3


def test_more_credit_than_was_told_is_misuse(window):
    error, (kind, size, good) = native(window, BODY + """
        await write('data/big', 2 << 20);
        const taken = [];
        const honest = read('data/big'), give = onchunk;
        onchunk = (id, kind, channel, bytes, cost) => {
          taken.push(thrown(() => trollbridgeNative.consumed(id, cost + 1)));
          give(id, kind, channel, bytes, cost);
          taken.push(thrown(() => trollbridgeNative.consumed(id, 1)));
        };
        const all = await honest;
        return [[...new Set(taken)], all];""")
    assert error == ["consumed: id, and no more than chunk has told"]
    assert (kind, size, good) == (1, 2 << 20, True)


def test_a_result_that_nobody_takes_waits(window):
    """Without `consumed` no more comes than the first credit, and other calls go on."""
    held, other, end = native(window, BODY + """
        await write('data/big', 4 << 20);
        let held = 0;
        onchunk = (id, kind, channel, bytes, cost) => { held += cost; };
        const slow = begin('plugin:fs|read_file', {path: 'data/big'});
        const other = await call(READ, HELLO);
        for (let i = 0; i < 20; i++) await call(READ, HELLO);
        trollbridgeNative.cancel(slow.id);
        return [held, other, (await slow.done)[0]];""")
    assert 0 < held <= 262144 and other[-1][3] == apps.HELLO
    assert end[1] == 2 and "cancelled" in end[2]


def test_a_large_body_that_is_whole_is_not_copied_away(window):
    """The script may let go of the array: it is kept until the call is done."""
    kind, size, good = native(window, BODY + """await session;
        for (let i = 0; i < 50; i++) {
          const last = call('plugin:fs|write_file', {path: 'data/whole'}, part(0, 1 << 20));
          Array.from({length: 100}, () => new Uint8Array(1 << 16).fill(i));
          await last;
        }
        return await read('data/whole');""")
    assert (kind, size, good) == (1, 1 << 20, True)


def pids_of(app, program):
    """The processes that run that program of the app's tree."""
    path = str(app.installed / "libexec/trollbridge" / program)
    for folder in os.listdir("/proc"):
        try:
            if folder.isdigit() and os.readlink(f"/proc/{folder}/exe") == path:
                yield int(folder)
        except OSError:
            continue


def kill_the_broker(app):
    tree.until((app.path / "data/now").exists, "the page is ready for it")
    (broker,) = pids_of(app, "broker")
    os.kill(broker, signal.SIGKILL)


def test_a_lost_broker_fails_what_is_under_way_and_what_comes(window):
    killer = threading.Thread(target=kill_the_broker, args=[window.app])
    killer.start()
    under_way, told, after = native(window, """await session;
        const open = begin('plugin:fs|write_file', {path: 'data/never'}, new Uint8Array(0), true);
        await call('plugin:fs|write_text_file', {path: 'data/now'}, new Uint8Array(1));
        const all = (await open.done)[0];
        await new Promise((resolve) => setTimeout(resolve));
        return [all, ended, (await call(READ, HELLO))[0]];""")
    killer.join()
    assert under_way[1] == 2 and "session_closed" in under_way[2]
    assert told == ["link", None, "the link has ended"]
    assert after[1] == 2 and "session_closed" in after[2]
