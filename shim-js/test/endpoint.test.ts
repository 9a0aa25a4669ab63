// Calls of the Endpoint against the FakeBroker: both ends in one process.

import assert from 'node:assert/strict';
import test from 'node:test';

import { FRAME_MOST } from '../src/limits.js';
import { encodeCall } from '../src/messages.js';
import { connect, echo, gate, refused, tick, until } from './connect.js';
import { type Answer, Refusal } from './fake-broker.js';

test('a handshake from BOOT, and one from a bootstrap handed in', async () => {
  for (const handIn of [false, true]) {
    const { endpoint } = connect({ handIn });
    assert.deepEqual(await endpoint.ready, { session: '0123456789abcdef', commands: ['echo'] });
    assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
  }
});

test('calls made before WELCOME wait for it', async () => {
  const { endpoint, broker } = connect();
  const calls = [endpoint.invoke('echo', { n: 1 }), endpoint.invoke('echo', { n: 2 })];
  assert.equal(broker.link, null);
  assert.deepEqual(await Promise.all(calls), [{ n: 1 }, { n: 2 }]);
});

test('frames may come in pieces of any size', async () => {
  for (const piece of [1, 7, 8, 9, 4096]) {
    const { endpoint } = connect({ piece });
    assert.deepEqual(await endpoint.invoke('echo', { piece }), { piece });
  }
});

test('arguments that no frame can hold are refused here', async () => {
  const { endpoint } = connect();
  const room = FRAME_MOST - 24 - 16 - 4 - encodeCall({ a: 'x'.repeat(70_000) }).length + 70_000;
  assert.ok(await endpoint.invoke('echo', { a: 'x'.repeat(room - 1000) }));
  await assert.rejects(endpoint.invoke('echo', { a: 'x'.repeat(room + 1) }), refused('too_large'));
});

test('the frame limit of WELCOME holds', async () => {
  const { endpoint } = connect({ limits: { frame: 200 } });
  assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
  await assert.rejects(endpoint.invoke('echo', { a: 'x'.repeat(200) }), refused('too_large'));
});

test('one call after the other needs no WANT', async () => {
  const { endpoint, broker } = connect();
  for (let n = 0; n < 50; n++) assert.deepEqual(await endpoint.invoke('echo', { n }), { n });
  assert.deepEqual(broker.wants, []);
});

test('1,000 calls at once stay within the pool and all come back right', async () => {
  for (const pool of [2, 3, 64, 1024]) {
    const { endpoint, broker } = connect({ commands: [{ ...echo, pool }] });
    const calls = Array.from({ length: 1000 }, (_, n) => endpoint.invoke('echo', { n }));
    assert.deepEqual(
      await Promise.all(calls),
      Array.from({ length: 1000 }, (_, n) => ({ n })),
    );
    assert.ok(broker.most <= pool, `${broker.most} of ${pool}`);
    assert.deepEqual(broker.violations, []);
    assert.ok(broker.wants.every(({ count }) => count <= pool));
  }
});

test('the pool grows by WANT to as many as the broker allows', async () => {
  const { command, open, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [{ ...command, pool: 20 }] });
  const calls = Array.from({ length: 30 }, () => endpoint.invoke('gate'));
  await until(() => waiting.length === 20);
  await tick();
  assert.equal(waiting.length, 20);
  assert.ok(broker.wants.length >= 1 && broker.wants.length <= 4);
  open({ value: 1 });
  await until(() => waiting.length === 30);
  open({ value: 1 });
  await Promise.all(calls);
});

test('a broker that gives fewer handles than its pool is not asked again and again', async () => {
  const { endpoint, broker } = connect({ commands: [{ ...echo, pool: 64, room: 4 }] });
  const calls = Array.from({ length: 200 }, (_, n) => endpoint.invoke('echo', { n }));
  assert.deepEqual(
    await Promise.all(calls),
    Array.from({ length: 200 }, (_, n) => ({ n })),
  );
  assert.ok(broker.wants.length <= 3, `${broker.wants.length} WANTs`);
  assert.ok(broker.most <= 4);
});

test('no more calls are live than WELCOME allows, over all commands', async () => {
  const a = gate();
  const b = gate();
  const commands = [
    { ...a.command, first: 8 },
    { ...b.command, name: 'other', first: 8 },
  ];
  const { endpoint } = connect({ commands, limits: { in_flight: 3 } });
  const calls = [1, 2, 3, 4, 5].map(() => endpoint.invoke('gate'));
  calls.push(endpoint.invoke('other'));
  await until(() => a.waiting.length + b.waiting.length === 3);
  await tick();
  assert.equal(a.waiting.length + b.waiting.length, 3);
  for (let done = 0; done < 6; done++) {
    a.open({ value: 1 });
    b.open({ value: 1 });
    await until(() => a.waiting.length + b.waiting.length >= Math.min(6, done + 3));
  }
  await Promise.all(calls);
});

test('errors arrive with all they carry', async () => {
  const run = async (): Promise<Answer> => {
    throw new Refusal('io', 'no space', { errno: 28, retry_ms: 5 });
  };
  const { endpoint } = connect({ commands: [{ name: 'plugin:fs|write_file', run }] });
  await assert.rejects(
    endpoint.invoke('plugin:fs|write_file'),
    refused('io', {
      message: 'no space',
      errno: 28,
      retry_ms: 5,
      command: 'plugin:fs|write_file',
    }),
  );
  assert.equal(endpoint.counts.errors, 1);
});

test('an abort before sending sends nothing', async () => {
  const { command, open, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [{ ...command, pool: 2 }] });
  const early = new AbortController();
  const beforeWelcome = endpoint.invoke('gate', {}, { signal: early.signal });
  early.abort();
  await assert.rejects(beforeWelcome, refused('cancelled'));
  await endpoint.ready;
  await assert.rejects(
    endpoint.invoke('gate', {}, { signal: AbortSignal.abort() }),
    refused('cancelled'),
  );
  const live = [endpoint.invoke('gate'), endpoint.invoke('gate')];
  const queued = new AbortController();
  const third = endpoint.invoke('gate', {}, { signal: queued.signal });
  queued.abort();
  await assert.rejects(third, refused('cancelled'));
  await until(() => waiting.length === 2);
  open({ value: 1 });
  await Promise.all(live);
  assert.equal(waiting.length, 2);
  assert.equal(broker.cancels, 0);
});

test('an abort of a live call sends CANCEL, once, and takes the one REPLY', async () => {
  const { command, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [command, echo] });
  const controller = new AbortController();
  const call = endpoint.invoke('gate', {}, { signal: controller.signal });
  await until(() => waiting.length === 1);
  controller.abort();
  await assert.rejects(call, refused('cancelled', { message: 'CANCEL came first' }));
  assert.equal(broker.cancels, 1);
  assert.equal(endpoint.counts.cancels, 1);
  assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
});

test('an abort that crosses the REPLY changes nothing', async () => {
  const { command, open, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [command] });
  const controller = new AbortController();
  const call = endpoint.invoke('gate', {}, { signal: controller.signal });
  await until(() => waiting.length === 1);
  open({ value: 'done' });
  await Promise.resolve();
  controller.abort();
  assert.equal(await call, 'done');
  await until(() => broker.dropped + broker.cancels === 1);
  assert.deepEqual(broker.violations, []);
  controller.abort();
});

test('a command whose handles are withdrawn ends in denied, and others go on', async () => {
  const { endpoint, broker } = connect({ commands: [echo, { ...echo, name: 'gone' }] });
  await endpoint.ready;
  broker.revoked.add(1);
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, (_, n) => endpoint.invoke('gone', { n })),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected'],
  );
  for (const result of results) if (result.status === 'rejected') refused('denied')(result.reason);
  await assert.rejects(endpoint.invoke('gone'), refused('denied'));
  assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
});
