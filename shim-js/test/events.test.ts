// listen, once, emit and emitTo, against a FakeBroker that passes events on within one view.

import assert from 'node:assert/strict';
import test from 'node:test';

import type { AppEvent } from '../src/page/events.js';
import { connect, refused, tick, until } from './connect.js';
import { Refusal, type Answer, type FakeCommand, type Request } from './fake-broker.js';
import type { FakeStream } from './fake-stream.js';

interface Listening {
  id: number;
  args: Record<string, unknown>;
  stream: FakeStream;
}

/** The three commands, and who listens. */
function events(): { commands: FakeCommand[]; listening: Map<number, Listening> } {
  const listening = new Map<number, Listening>();
  let made = 0;
  const listen = async ({ args, stream, signal }: Request): Promise<never> => {
    made += 1;
    const id = made;
    listening.set(id, { id, args, stream });
    await stream.value(id);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    listening.delete(id);
    throw new Refusal('cancelled', 'CANCEL came first');
  };
  const tell = async ({ args }: Request): Promise<Answer> => {
    const { event, payload } = args;
    for (const { id, args: wanted, stream } of listening.values())
      if (wanted['event'] === event) await stream.message({ event, id, payload, source: 'main' });
    return { value: null };
  };
  const commands = [
    { name: 'plugin:event|listen', run: listen },
    { name: 'plugin:event|emit', run: tell },
    { name: 'plugin:event|emit_to', run: tell },
  ];
  return { commands, listening };
}

test('a listener gets the events of its name until it is stopped', async () => {
  const { commands, listening } = events();
  const { endpoint, broker } = connect({ commands });
  const seen: AppEvent[] = [];
  const unlisten = await endpoint.listen('saved', (event) => void seen.push(event));
  await endpoint.emit('saved', { n: 1 });
  await endpoint.emit('other', { n: 2 });
  await endpoint.emitTo('main', 'saved', [3]);
  await until(() => seen.length === 2);
  assert.deepEqual(seen, [
    { event: 'saved', id: 1, payload: { n: 1 }, source: 'main' },
    { event: 'saved', id: 1, payload: [3], source: 'main' },
  ]);
  unlisten();
  await unlisten.done;
  await until(() => listening.size === 0);
  await endpoint.emit('saved');
  assert.equal(seen.length, 2);
  assert.equal(broker.cancels, 1);
  assert.deepEqual(broker.violations, []);
});

test('a target goes as it is given, and is left out otherwise', async () => {
  const { commands, listening } = events();
  const { endpoint } = connect({ commands });
  await endpoint.listen('a', () => undefined);
  await endpoint.listen('a', () => undefined, { target: 'main' });
  await endpoint.listen('a', () => undefined, { target: { kind: 'Window', label: 'main' } });
  assert.deepEqual(
    [...listening.values()].map(({ args }) => args),
    [
      { event: 'a' },
      { event: 'a', target: 'main' },
      { event: 'a', target: { kind: 'Window', label: 'main' } },
    ],
  );
});

test('no event comes after unlisten, not even one that was on its way', async () => {
  const { commands, listening } = events();
  const { endpoint } = connect({ commands });
  const seen: unknown[] = [];
  const unlisten = await endpoint.listen('a', ({ payload }) => {
    seen.push(payload);
    unlisten();
  });
  for (let n = 0; n < 5; n++) void listening.get(1)?.stream.message({ payload: n });
  await unlisten.done;
  await tick();
  assert.deepEqual(seen, [0]);
});

test('once handles one event, though more are on their way', async () => {
  const { commands, listening } = events();
  const { endpoint } = connect({ commands });
  const seen: unknown[] = [];
  const unlisten = await endpoint.once('a', ({ payload }) => void seen.push(payload));
  for (let n = 0; n < 5; n++) void listening.get(1)?.stream.message({ payload: n });
  await unlisten.done;
  await until(() => listening.size === 0);
  assert.deepEqual(seen, [0]);
});

test('a handler that waits takes the credit with it', async () => {
  const { commands, listening } = events();
  const { endpoint } = connect({ commands });
  let go: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (go = resolve));
  let handled = 0;
  await endpoint.listen('a', () => {
    handled += 1;
    return gone;
  });
  const { stream } = listening.get(1) as Listening;
  const payload = 'x'.repeat(50_000);
  const sent = Array.from({ length: 20 }, () => stream.message({ payload }));
  await until(() => stream.window < 50_000 && handled > 0);
  assert.equal(handled, 1);
  go();
  await Promise.all(sent);
  await until(() => handled === 20);
});

test('an abort stops a listener; what ends it otherwise is told', async () => {
  const { commands, listening } = events();
  const { endpoint, broker } = connect({ commands });
  const controller = new AbortController();
  const stopped = await endpoint.listen('a', () => undefined, { signal: controller.signal });
  const lost = await endpoint.listen('a', () => undefined);
  controller.abort();
  await stopped.done;
  assert.equal(listening.size, 1);
  broker.close(2);
  await assert.rejects(lost.done, refused('session_closed'));
});

test('events that are not granted are refused', async () => {
  const { endpoint } = connect();
  await assert.rejects(
    endpoint.listen('a', () => undefined),
    refused('not_granted'),
  );
  await assert.rejects(
    endpoint.once('a', () => undefined),
    refused('not_granted'),
  );
  await assert.rejects(endpoint.emit('a'), refused('not_granted'));
  await assert.rejects(endpoint.emitTo('main', 'a'), refused('not_granted'));
});
