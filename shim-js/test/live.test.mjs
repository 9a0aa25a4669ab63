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

import { Channel, Endpoint } from '../dist/src/index.js';
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

/** The plugin in C of examples/kit, which streams; built beside the binary. */
const KIT = fileURLToPath(new URL('../../examples/kit', import.meta.url));
const KIT_PROGRAM = join(BINARY, '../../../examples/kit/kit');
const MANIFEST = `[app]
id = "com.example.kit"
[plugins.c]
program = "c/kit"
permissions = "c"
`;
const CAPABILITY = `identifier = "main"
windows = ["main"]
permissions = ["c:allow-kit", "core:event:default"]
`;

let home;
let app;
let kit;

before(async () => {
  accessSync(BINARY, constants.X_OK);
  home = await mkdtemp(join(tmpdir(), 'trollbridge-live-'));
  app = join(home, 'notes');
  await cp(EXAMPLE, app, { recursive: true });
  await mkdir(join(app, 'data/private'), { recursive: true });
  await writeFile(join(app, SECRET), 'for no page\n');
  kit = join(home, 'kit');
  await cp(join(KIT, 'c'), join(kit, 'c'), { recursive: true });
  await cp(KIT_PROGRAM, join(kit, 'c/kit'));
  await mkdir(join(kit, 'capabilities'));
  await writeFile(join(kit, 'trollbridge.toml'), MANIFEST);
  await writeFile(join(kit, 'capabilities/main.toml'), CAPABILITY);
});

after(async () => {
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

/** A broker of its own for each test: a violation locks the view. */
function relay(t, folder = app) {
  const child = spawn(BINARY, ['relay', folder, '--view', 'main'], {
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

async function open(t, folder) {
  const endpoint = new Endpoint(relay(t, folder));
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

/** 16 MiB whose every part tells where it belongs. */
async function* pieces() {
  for (let n = 0; n < 256; n++) yield new Uint8Array(65_536).fill(n);
}

test('a body goes up and comes down in parts, at the pace of the page', LIMIT, async (t) => {
  const endpoint = await open(t, kit);
  let size = 0;
  for await (const part of endpoint.invokeStream('plugin:c|echo', {}, { raw: pieces() })) {
    for (let at = 0; at < part.length; at++)
      if (part[at] !== (size + at) >> 16) assert.fail(`another byte at ${size + at}`);
    size += part.length;
  }
  assert.equal(size, 16 * 1_048_576);
  endpoint.close();
});

test('messages of a channel, whose handler may wait', LIMIT, async (t) => {
  const endpoint = await open(t, kit);
  const seen = [];
  const channel = new Channel(async (message) => {
    await null;
    seen.push(message);
  });
  assert.equal(await endpoint.invoke('plugin:c|count', { to: 30_000, channel }), null);
  await channel.done;
  assert.equal(seen.length, 30_000);
  assert.ok(seen.every((message, n) => message === n));
  endpoint.close();
});

test('streams that nobody wants any more', LIMIT, async (t) => {
  const endpoint = await open(t, kit);
  for (let n = 0; n < 20; n++) {
    const controller = new AbortController();
    const channel = new Channel(() => controller.abort());
    const { signal } = controller;
    const call = endpoint.invoke('plugin:c|count', { to: 1_000_000_000, channel }, { signal });
    await assert.rejects(call, withCode('cancelled'));
    for await (const part of endpoint.invokeStream('plugin:c|echo', {}, { raw: pieces() }))
      if (part.length > 0) break;
  }
  assert.deepEqual(await endpoint.invoke('plugin:c|echo', { still: 'there' }), { still: 'there' });
  endpoint.close();
});

test('events of a plugin and of the page itself', LIMIT, async (t) => {
  const endpoint = await open(t, kit);
  const seen = [];
  const listening = ['c://told', 'said'].map((name) =>
    endpoint.listen(name, ({ event, payload, source }) => seen.push([event, payload, source])),
  );
  const [told, said] = await Promise.all(listening);
  await endpoint.invoke('plugin:c|emit', { event: 'told', payload: { n: 1 } });
  await endpoint.emit('said', [2]);
  await endpoint.emitTo('main', 'said', 'three');
  await endpoint.emitTo('elsewhere', 'said', 'four').catch(() => undefined);
  said();
  await said.done;
  await endpoint.emit('said', 'five');
  told();
  await told.done;
  assert.deepEqual(seen, [
    ['c://told', { n: 1 }, undefined],
    ['said', [2], 'main'],
    ['said', 'three', 'main'],
  ]);
  endpoint.close();
});
