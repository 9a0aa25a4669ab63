// What a page finds in Tauri's manner, against the FakeBroker.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Tauri } from '../src/page/tauri.js';
import { channelOf, connect, until } from './connect.js';
import { Refusal, type Answer, type FakeCommand, type Request } from './fake-broker.js';

interface Internals {
  invoke(name: string, args?: unknown, options?: unknown): Promise<unknown>;
  transformCallback(act?: (data: unknown) => unknown, once?: boolean): number;
  unregisterCallback(id: number): void;
  runCallback(id: number, data: unknown): void;
}

function open(...commands: FakeCommand[]): { tauri: Internals; events: Record<string, Function> } {
  const { endpoint } = connect({ commands });
  const tauri = new Tauri(endpoint.page);
  return {
    tauri: tauri.internals({ label: 'main', webview: 'main' }) as Internals,
    events: tauri.eventInternals() as Record<string, Function>,
  };
}

/** Answers what came: the arguments, and the body as text. */
const tell = (name: string): FakeCommand => ({
  name,
  run: async ({ args, raw }) => ({
    value: [args, raw === undefined ? null : Buffer.from(raw).toString()],
  }),
});

const WRITE_FILE = 'plugin:fs|write_file';

test('headers beside a body become arguments', async () => {
  const { tauri } = open(tell(WRITE_FILE), tell('other'));
  const bytes = Buffer.from('text');
  const encoded = { path: 'a%20%C3%BC', options: '{"append":true}' };
  for (const headers of [encoded, new Headers(encoded)])
    assert.deepEqual(await tauri.invoke(WRITE_FILE, bytes, { headers }), [
      { path: 'a ü', options: { append: true } },
      'text',
    ]);
  for (const options of ['undefined', undefined])
    assert.deepEqual(
      await tauri.invoke(WRITE_FILE, [104, 105], { headers: { path: 'a', options } }),
      [{ path: 'a' }, 'hi'],
    );
  const headers = { 'x-count': '1', path: 'a%20b' };
  assert.deepEqual(await tauri.invoke('other', { path: 'own' }, { headers }), [
    { path: 'own', 'x-count': '1' },
    null,
  ]);
});

test('headers that cannot be read are refused before anything is sent', async () => {
  const { tauri } = open(tell(WRITE_FILE));
  for (const headers of [{ path: '%' }, { options: '{' }, [['path', 'a']]])
    await assert.rejects(
      async () => tauri.invoke(WRITE_FILE, Uint8Array.of(1), { headers }),
      (error) => typeof error === 'string' && error !== '',
      JSON.stringify(headers),
    );
});

test('an error is its message', async () => {
  const run = async (): Promise<never> => {
    throw new Refusal('io', 'no space left', { errno: 28 });
  };
  const { tauri } = open({ name: 'full', run });
  await assert.rejects(tauri.invoke('full'), (error) => error === 'no space left');
});

test('a channel is told the number of each message, and its end', async () => {
  const run = async ({ args, stream }: Request): Promise<Answer> => {
    await stream.message('a', channelOf(args));
    await stream.part(Uint8Array.of(7), channelOf(args));
    return { value: null };
  };
  const { tauri } = open({ name: 'count', run });
  const seen: { message?: unknown }[] = [];
  const id = tauri.transformCallback((data) => seen.push(data as object));
  await tauri.invoke('count', { onEvent: `__CHANNEL__:${id}` });
  await until(() => seen.length === 3);
  assert.ok(seen[1]?.message instanceof ArrayBuffer);
  assert.deepEqual(seen[0], { message: 'a', index: 0 });
  assert.deepEqual(seen[2], { index: 2, end: true });
});

test('a callback that is unregistered is not called again', async () => {
  const { tauri } = open();
  const seen: unknown[] = [];
  const id = tauri.transformCallback((data) => seen.push(data));
  tauri.runCallback(id, 1);
  tauri.unregisterCallback(id);
  tauri.runCallback(id, 2);
  const once = tauri.transformCallback((data) => seen.push(data), true);
  tauri.runCallback(once, 3);
  tauri.runCallback(once, 4);
  assert.deepEqual(seen, [1, 3]);
});

test('a listener that is taken away is cancelled, and hears nothing more', async () => {
  let cancelled = false;
  const run = async ({ stream, signal }: Request): Promise<never> => {
    await stream.value(5);
    await stream.message({ event: 'a', id: 5, payload: 1 });
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    cancelled = true;
    throw new Refusal('cancelled', 'CANCEL came first');
  };
  const { tauri, events } = open({ name: 'plugin:event|listen', run });
  const seen: unknown[] = [];
  const handler = tauri.transformCallback((data) => seen.push(data));
  assert.equal(await tauri.invoke('plugin:event|listen', { event: 'a', handler }), 5);
  await until(() => seen.length === 1);
  events['unregisterListener']?.('a', 5);
  await until(() => cancelled);
  assert.deepEqual(seen, [{ event: 'a', id: 5, payload: 1 }]);
});

test('more than a call holds is written by several, and counted as one', async () => {
  const sizes: number[] = [];
  const run = async ({ args }: Request): Promise<Answer> => {
    const { length } = args['data'] as Uint8Array;
    sizes.push(length);
    if (sizes.length === 5) throw new Refusal('io', 'no space left');
    return { value: length };
  };
  const { tauri } = open({ name: 'plugin:fs|write', run });
  const MIB = 1_048_576;
  const data = new Uint8Array(2 * MIB + 5);
  assert.equal(await tauri.invoke('plugin:fs|write', { rid: 1, data }), data.length);
  assert.deepEqual(sizes, [MIB, MIB, 5]);
  await assert.rejects(
    tauri.invoke('plugin:fs|write', { rid: 1, data }),
    (error) => error === 'no space left',
  );
});

test('a long text for a program goes in several calls, and no letter is parted', async () => {
  const parts: string[] = [];
  const run = async ({ args }: Request): Promise<Answer> => {
    parts.push(args['buffer'] as string);
    return { value: null };
  };
  const { tauri } = open({ name: 'plugin:shell|stdin_write', run });
  const buffer = `${'x'.repeat(262_143)}😀${'ä'.repeat(262_144)}`;
  await tauri.invoke('plugin:shell|stdin_write', { pid: 1, buffer });
  assert.deepEqual([parts.join(''), parts.length], [buffer, 3]);
  assert.equal(parts[0]?.length, 262_143);
});
