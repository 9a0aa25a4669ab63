// The npm package @tauri-apps/plugin-shell, unmodified, against the FakeBroker: what comes after
// the answer, as bytes, and at the end.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Command } from '@tauri-apps/plugin-shell';

import { Tauri } from '../src/page/tauri.js';
import { channelOf, connect, until } from './connect.js';
import { Refusal, type Answer, type FakeCommand, type Request } from './fake-broker.js';

const SPAWN = 'plugin:shell|spawn';
const PID = 4_000_000_000;

/** Puts what the package looks for into this realm. */
function open(...commands: FakeCommand[]): void {
  const { endpoint } = connect({ commands });
  const internals = new Tauri(endpoint.page).internals({ label: 'main', webview: 'main' });
  Object.assign(globalThis, { window: { __TAURI_INTERNALS__: internals } });
}

function heard(command: Command<string | Uint8Array>): unknown[] {
  const all: unknown[] = [];
  command.stdout.on('data', (data) => all.push(['out', data]));
  command.stderr.on('data', (data) => all.push(['err', data]));
  command.on('error', (data) => all.push(['error', data]));
  command.on('close', (data) => all.push(['close', data]));
  return all;
}

test('what a program says reaches its listeners, its number first', async () => {
  let seen: unknown;
  const run = async ({ args, stream }: Request): Promise<Answer> => {
    const say = (event: string, payload: unknown) =>
      stream.message({ event, payload }, channelOf(args));
    seen = args;
    await stream.value(PID);
    await say('Stdout', 'one\n');
    await say('Stderr', 'two\n');
    await say('Error', 'no text');
    await say('Terminated', { code: null, signal: 9 });
    return { value: null };
  };
  open({ name: SPAWN, run });
  const command = Command.create('list', ['-l']);
  const all = heard(command);
  assert.equal((await command.spawn()).pid, PID);
  await until(() => all.length === 4);
  assert.deepEqual(all, [
    ['out', 'one\n'],
    ['err', 'two\n'],
    ['error', 'no text'],
    ['close', { code: null, signal: 9 }],
  ]);
  const { onEvent, ...rest } = seen as Record<string, unknown>;
  assert.match(onEvent as string, /^__CHANNEL__:\d+$/);
  assert.deepEqual(rest, { program: 'list', args: ['-l'], options: {} });
});

test('raw bytes are Uint8Arrays, each alone in its buffer', async () => {
  const sent = [Uint8Array.of(0, 255), new Uint8Array(65_536).fill(7), new Uint8Array(0)];
  const run = async ({ args, stream }: Request): Promise<Answer> => {
    await stream.value(PID);
    const say = (event: string, payload: unknown) =>
      stream.message({ event, payload }, channelOf(args));
    for (const payload of sent) await say('Stdout', payload);
    await say('Terminated', { code: 0, signal: null });
    return { value: null };
  };
  const stdout = Uint8Array.of(1, 2);
  const output = { code: 0, signal: null, stdout, stderr: new Uint8Array(0) };
  const execute = async (): Promise<Answer> => ({ value: output });
  open({ name: SPAWN, run }, { name: 'plugin:shell|execute', run: execute });
  const command = Command.create('cat', [], { encoding: 'raw' });
  const all = heard(command) as [string, unknown][];
  await command.spawn();
  await until(() => all.length === 4);
  for (const [i, bytes] of sent.entries()) {
    const came = all[i]?.[1];
    assert.ok(came instanceof Uint8Array);
    assert.equal(came.buffer.byteLength, came.length);
    assert.deepEqual(came, bytes);
  }
  const executed = await command.execute();
  assert.deepEqual([executed.stdout, executed.stderr.length], [stdout, 0]);
});

test('a program that is refused is heard of by who started it alone', async () => {
  const run = async (): Promise<never> => {
    throw new Refusal('scope', 'outside of the scope');
  };
  open({ name: SPAWN, run });
  const command = Command.create('sh');
  const all = heard(command);
  await assert.rejects(command.spawn(), (error) => error === 'outside of the scope');
  assert.deepEqual(all, []);
});

test('many lines come in their order', async () => {
  const run = async ({ args, stream }: Request): Promise<Answer> => {
    await stream.value(PID);
    for (let i = 0; i < 5000; i++)
      await stream.message({ event: 'Stdout', payload: `${i}\n` }, channelOf(args));
    return { value: null };
  };
  open({ name: SPAWN, run });
  const command = Command.create('count');
  const all = heard(command) as [string, string][];
  await command.spawn();
  await until(() => all.length === 5000);
  assert.ok(all.every(([, line], i) => line === `${i}\n`));
});
