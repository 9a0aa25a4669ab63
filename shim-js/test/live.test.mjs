// Against the real broker: `trollbridge relay APP --view main`, whose stdout begins with BOOT.
// The binary is in the environment (TROLLBRIDGE) or in the build tree. Without one this fails.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Endpoint } from '../dist/src/index.js';
import { KIND } from '../dist/src/frame.js';
import { encodeCall } from '../dist/src/messages.js';
import { childChannel } from '../dist/src/node.js';
import { RawSession } from '../dist/test/raw-session.js';

const BINARY =
  process.env['TROLLBRIDGE'] ??
  fileURLToPath(new URL('../../build/root/bin/trollbridge', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/notes', import.meta.url));
const READ = 'plugin:fs|read_text_file';
const SECRET = 'data/private/live-test.txt';
const LIMIT = { timeout: 60_000 };

let home;
let app;

before(async () => {
  accessSync(BINARY, constants.X_OK);
  home = await mkdtemp(join(tmpdir(), 'trollbridge-live-'));
  app = join(home, 'notes');
  await cp(EXAMPLE, app, { recursive: true });
  await mkdir(join(app, 'data/private'), { recursive: true });
  await writeFile(join(app, SECRET), 'for no page\n');
});

after(async () => {
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

/** A broker of its own for each test: a violation locks the view. */
function relay(t) {
  const child = spawn(BINARY, ['relay', app, '--view', 'main'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HOME: home, XDG_STATE_HOME: join(home, 'state') },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.stdin.end();
    child.stdout.destroy();
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  });
  return childChannel(child);
}

function text(reply) {
  assert.ok(reply instanceof Uint8Array, `read_text_file answered ${typeof reply}, not raw bytes`);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(reply);
}

async function hello() {
  return readFile(join(app, 'data/hello.txt'), 'utf8');
}

function withCode(code) {
  return (error) => {
    assert.equal(error.code, code, error.message);
    assert.equal(error.name, 'TrollbridgeError');
    return true;
  };
}

async function open(t) {
  const endpoint = new Endpoint(relay(t));
  await endpoint.ready;
  return endpoint;
}

test('1,000 reads, 16 in flight', LIMIT, async (t) => {
  const endpoint = await open(t);
  const expected = await hello();
  assert.notEqual(expected, '');
  let left = 1000;
  const worker = async () => {
    while (left-- > 0)
      assert.equal(text(await endpoint.invoke(READ, { path: 'data/hello.txt' })), expected);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  assert.equal(endpoint.counts.calls, 1000);
  assert.equal(endpoint.counts.replies, 1000);
  assert.equal(endpoint.counts.errors, 0);
  endpoint.close();
});

test('a read outside the scope', LIMIT, async (t) => {
  const endpoint = await open(t);
  await assert.rejects(endpoint.invoke(READ, { path: SECRET }), withCode('scope'));
  assert.equal(text(await endpoint.invoke(READ, { path: 'data/hello.txt' })), await hello());
  endpoint.close();
});

test('a command that is not granted', LIMIT, async (t) => {
  const endpoint = await open(t);
  const name = 'plugin:no-such-plugin|no_such_command';
  assert.ok(!endpoint.commands.includes(name));
  await assert.rejects(endpoint.invoke(name), withCode('not_granted'));
  assert.equal(endpoint.counts.misses, 1);
  assert.equal(endpoint.counts.calls, 0);
  assert.equal(text(await endpoint.invoke(READ, { path: 'data/hello.txt' })), await hello());
  endpoint.close();
});

test('aborted calls', LIMIT, async (t) => {
  const endpoint = await open(t);
  const expected = await hello();
  const signal = AbortSignal.abort();
  await assert.rejects(
    endpoint.invoke(READ, { path: 'data/hello.txt' }, { signal }),
    withCode('cancelled'),
  );
  assert.equal(endpoint.counts.calls, 0);
  for (let i = 0; i < 50; i++) {
    const controller = new AbortController();
    const call = endpoint.invoke(READ, { path: 'data/hello.txt' }, { signal: controller.signal });
    controller.abort();
    // Either the result was on its way, or the broker says cancelled; there is no third.
    await call.then(
      (reply) => assert.equal(text(reply), expected),
      (error) => withCode('cancelled')(error),
    );
  }
  assert.equal(endpoint.counts.cancels, 50);
  assert.equal(endpoint.counts.replies, 50);
  assert.equal(text(await endpoint.invoke(READ, { path: 'data/hello.txt' })), expected);
  endpoint.close();
});

function firstHandle(session) {
  const command = session.welcome.commands.find(({ name }) => name === READ);
  assert.ok(command !== undefined, `${READ} is not granted`);
  return command.handles[0];
}

test('a CALL under a forged handle locks the session', LIMIT, async (t) => {
  const session = await RawSession.open(relay(t));
  const forged = firstHandle(session).map((byte) => byte ^ 0xff);
  session.send(
    session.link.seal(KIND.CALL, forged, encodeCall({ path: 'data/hello.txt' }, undefined)),
  );
  assert.equal(await session.closeCode(), 1);
});

test('a replayed CALL locks the session', LIMIT, async (t) => {
  const session = await RawSession.open(relay(t));
  const frame = session.link.seal(
    KIND.CALL,
    firstHandle(session),
    encodeCall({ path: 'data/hello.txt' }, undefined),
  );
  session.send(frame);
  const reply = await session.next();
  assert.equal(reply?.kind.number, KIND.REPLY);
  session.send(frame);
  assert.equal(await session.closeCode(), 1);
});
