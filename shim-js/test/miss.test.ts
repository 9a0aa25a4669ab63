// Names that are not granted.

import assert from 'node:assert/strict';
import test from 'node:test';

import { connect, refused, until } from './connect.js';

test('a name that is not granted is refused here and told in MISS', async () => {
  const { endpoint, broker } = connect();
  await assert.rejects(
    endpoint.invoke('plugin:shell|execute'),
    refused('not_granted', { command: 'plugin:shell|execute' }),
  );
  await until(() => broker.misses.length > 0);
  assert.deepEqual(broker.misses, [{ name: 'plugin:shell|execute' }]);
});

test('names of prototypes are not granted either', async () => {
  const { endpoint, broker } = connect();
  for (const name of ['__proto__', 'constructor', 'toString', ''])
    await assert.rejects(endpoint.invoke(name), refused('not_granted'));
  await until(() => broker.misses.length === 4);
});

/** A clock that stands still until its only timer is asked for. */
function standing() {
  let now = 0;
  let timer: { at: number; act: () => void } | null = null;
  const clock = {
    now: () => now,
    after: (ms: number, act: () => void) => {
      timer = { at: now + ms, act };
      return () => void (timer = null);
    },
  };
  const forward = () => {
    const due = timer as { at: number; act: () => void } | null;
    assert.ok(due !== null && due.at >= now + 1000);
    timer = null;
    now = due.at;
    due.act();
  };
  return { clock, forward };
}

function names(from: number, to: number): { name: string }[] {
  return Array.from({ length: to - from }, (_, i) => ({ name: `missing ${from + i}` }));
}

test('MISS keeps to its rate, and counts the rest', async () => {
  const { clock, forward } = standing();
  const { endpoint, broker } = connect({ endpoint: { clock } });
  await endpoint.ready;
  for (let i = 0; i < 30; i++)
    await assert.rejects(endpoint.invoke(`missing ${i}`), refused('not_granted'));
  await until(() => broker.misses.length === 10);
  forward();
  await until(() => broker.misses.length === 20);
  forward();
  await until(() => broker.misses.length === 26);
  assert.deepEqual(broker.misses, [
    ...names(0, 10),
    { name: 'missing 10', count: 4 },
    ...names(11, 26),
  ]);
  assert.deepEqual(broker.violations, []);
});

test('a flood of one name does not hide another', async () => {
  const { clock, forward } = standing();
  const { endpoint, broker } = connect({ endpoint: { clock } });
  await endpoint.ready;
  for (let i = 0; i < 100; i++)
    await assert.rejects(
      endpoint.invoke(i === 50 ? 'tripwire' : 'flood'),
      refused('not_granted'),
    );
  await until(() => broker.misses.length === 10);
  forward();
  await until(() => broker.misses.length === 12);
  assert.deepEqual(broker.misses.slice(9), [
    { name: 'flood' },
    { name: 'tripwire', count: 88 },
    { name: 'flood' },
  ]);
});

test('a long name is cut to what MISS holds, between characters', async () => {
  const { endpoint, broker } = connect();
  await assert.rejects(endpoint.invoke(`x${'é'.repeat(100)}`), refused('not_granted'));
  await assert.rejects(endpoint.invoke('\ud800'), refused('not_granted'));
  await until(() => broker.misses.length === 2);
  assert.deepEqual(broker.misses, [{ name: `x${'é'.repeat(63)}` }, { name: '\ufffd' }]);
});
