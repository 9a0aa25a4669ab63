// The byte channels of Node, against a broker in another process.

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import type { ByteChannel } from '../src/channel.js';
import { Endpoint } from '../src/endpoint.js';
import { childChannel, streamChannel } from '../src/node.js';

const RELAY = fileURLToPath(new URL('./fake-relay.js', import.meta.url));

async function makeApp(): Promise<string> {
  const app = await mkdtemp(join(tmpdir(), 'trollbridge-'));
  await mkdir(join(app, 'data'));
  await writeFile(join(app, 'data/hello.txt'), 'Hello, troll.\n');
  return app;
}

async function readHello(channel: ByteChannel, child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  const endpoint = new Endpoint(channel);
  for (let i = 0; i < 20; i++) {
    const bytes = await endpoint.invoke('plugin:fs|read_text_file', { path: 'data/hello.txt' });
    assert.equal(new TextDecoder().decode(bytes as Uint8Array), 'Hello, troll.\n');
  }
  endpoint.close();
  assert.equal((await exited)[0], 0);
}

test('a child behind stdin and stdout', async () => {
  const app = await makeApp();
  const child = spawn(process.execPath, [RELAY, 'relay', app], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await readHello(childChannel(child as { stdin: Writable; stdout: Readable }), child);
  await rm(app, { recursive: true });
});

test('a socket given as a descriptor', async () => {
  const app = await makeApp();
  const child = spawn(process.execPath, [RELAY, 'relay', app, '--fd', '3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const socket = child.stdio[3] as unknown as Socket;
  await readHello(streamChannel(socket, socket), child);
  await rm(app, { recursive: true });
});

test('a child that dies ends the session', async () => {
  const app = await makeApp();
  const child = spawn(process.execPath, [RELAY, 'relay', app], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const endpoint = new Endpoint(childChannel(child as { stdin: Writable; stdout: Readable }));
  await endpoint.ready;
  child.kill('SIGKILL');
  assert.equal((await endpoint.ended).by, 'link');
  await rm(app, { recursive: true });
});
