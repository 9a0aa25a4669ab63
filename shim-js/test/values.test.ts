// What arguments, values and raw bytes become on their way.

import assert from 'node:assert/strict';
import test from 'node:test';

import { utf8Decode, utf8Encode } from '../src/bytes.js';
import { bytesOf } from '../tools/vectors/common.js';
import { connect, refused } from './connect.js';

test('values keep their meaning', async () => {
  const { endpoint } = connect();
  const value = {
    text: '\ufeffé€😀',
    long: `\ufeff${'x'.repeat(300)}`,
    none: null,
    yes: true,
    list: [1, [2, []]],
    small: -5,
    wide: 5_000_000_000,
    negative: -5_000_000_000,
    most: 2n ** 64n - 1n,
    least: -(2n ** 63n),
    half: 0.5,
    bytes: Uint8Array.of(0, 128, 255),
    deep: { a: { b: {} } },
  };
  assert.deepEqual(await endpoint.invoke('echo', value), value);
});

test('a key named __proto__ is a key like any other', async () => {
  const { endpoint } = connect();
  const value = JSON.parse('{"__proto__":{"polluted":true}}') as object;
  const back = (await endpoint.invoke('echo', value)) as object;
  assert.equal(JSON.stringify(back), '{"__proto__":{"polluted":true}}');
  assert.equal(Object.getPrototypeOf(back), Object.prototype);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test('arguments follow JSON where JSON drops or converts', async () => {
  const { endpoint } = connect();
  const value = {
    gone: undefined,
    act: () => 1,
    list: [undefined, 1],
    when: new Date(0),
    map: new Map([['k', 1]]),
  };
  assert.deepEqual(await endpoint.invoke('echo', value), {
    list: [null, 1],
    when: '1970-01-01T00:00:00.000Z',
    map: { k: 1 },
  });
});

test('arguments that cannot be sent are refused here', async () => {
  const { endpoint, broker } = connect();
  const circle: Record<string, unknown> = {};
  circle['circle'] = circle;
  let deep: unknown = 0;
  for (let i = 0; i < 31; i++) deep = [deep];
  const bad = [
    circle,
    { deep },
    { text: '\ud800' },
    { ['\udc00']: 1 },
    { wide: 2n ** 64n },
    { ['k'.repeat(257)]: 1 },
    { many: new Array(65_536).fill(0) as number[] },
    [] as unknown as object,
  ];
  for (const args of bad)
    await assert.rejects(endpoint.invoke('echo', args), refused('invalid_args'));
  assert.deepEqual(await endpoint.invoke('echo', {}), {});
  assert.deepEqual(broker.violations, []);
});

test('the deepest arguments that may be sent arrive', async () => {
  const { endpoint } = connect();
  let deep: unknown = 0;
  for (let i = 0; i < 30; i++) deep = [deep];
  assert.deepEqual(await endpoint.invoke('echo', { deep }), { deep });
});

test('raw bytes, sealed and in clear, empty and absent', async () => {
  for (const mode of ['relay', 'direct'] as const) {
    const { endpoint, broker } = connect({ mode });
    for (const size of [0, 1, 65_536, 1_000_000]) {
      const raw = bytesOf('raw', size);
      assert.deepEqual(await endpoint.invoke('echo', {}, { raw }), raw);
    }
    assert.deepEqual(await endpoint.invoke('echo', {}), {});
    assert.deepEqual(broker.violations, []);
  }
});

test('raw bytes may be changed by their owner at once', async () => {
  const { endpoint } = connect();
  const raw = Uint8Array.of(1, 2, 3);
  const call = endpoint.invoke('echo', {}, { raw });
  raw.fill(9);
  assert.deepEqual(await call, Uint8Array.of(1, 2, 3));
});

test('text decoding keeps every character', () => {
  assert.equal(utf8Decode(utf8Encode('\ufeffa')), '\ufeffa');
});
