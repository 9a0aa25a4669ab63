// How sessions end: in good order, by a broken link, by a peer that breaks the protocol.

import assert from 'node:assert/strict';
import test from 'node:test';

import { concat } from '../src/bytes.js';
import { Endpoint } from '../src/endpoint.js';
import { KIND, makeFrame } from '../src/frame.js';
import { encodeCall, encodeHandles } from '../src/messages.js';
import { ZERO_HANDLE } from '../src/seal.js';
import { bytesOf } from '../tools/vectors/common.js';
import { connect, echo, echo2, gate, refused, until } from './connect.js';
import { FakeBroker } from './fake-broker.js';
import { makePair, makeTap } from './pair.js';
import { RawSession } from './raw-session.js';

test('RAW_CLEAR towards an endpoint on a relayed link ends the session', async () => {
  const { endpoint } = connect({ mode: 'direct', endpoint: { mode: 'relay' } });
  await assert.rejects(
    endpoint.invoke('echo', {}, { raw: Uint8Array.of(1) }),
    refused('violation'),
  );
});

test('HANDLES that do not fit the WANT end the session', async () => {
  const one = (label: string): Uint8Array => bytesOf(label, 16);
  const bad = [
    {
      command: 0,
      handles: concat(...Array.from({ length: 64 }, (_, i) => one(`${i}`))),
      under: ZERO_HANDLE,
    },
    { command: 1, handles: one('a'), under: ZERO_HANDLE },
    { command: 0, handles: one('a'), under: one('b') },
    { command: 0, handles: concat(one('a'), one('a')), under: ZERO_HANDLE },
  ];
  for (const { command, handles, under } of bad) {
    const { endpoint, broker } = connect({ commands: [{ ...echo, mute: true }, echo2] });
    await endpoint.ready;
    const calls = [1, 2, 3, 4].map((n) => endpoint.invoke('echo', { n }));
    await until(() => broker.wants.length === 1);
    broker.send(KIND.HANDLES, under, encodeHandles({ command, handles }));
    for (const call of calls.slice(2)) await assert.rejects(call, refused('violation'));
    await Promise.allSettled(calls);
  }
});

test('CLOSE ends every call, live or waiting, and every later one', async () => {
  const { command, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [{ ...command, pool: 2 }] });
  const calls = Array.from({ length: 5 }, () => endpoint.invoke('gate'));
  await until(() => waiting.length === 2);
  broker.close(2);
  for (const call of calls) await assert.rejects(call, refused('session_closed'));
  assert.deepEqual(await endpoint.ended, { by: 'broker', code: 2, message: 'shut' });
  await assert.rejects(
    endpoint.invoke('gate'),
    refused('session_closed', {
      message: 'the session is over: shut',
      command: 'gate',
    }),
  );
});

test('CLOSE instead of WELCOME', async () => {
  const { endpoint, broker } = connect();
  const call = endpoint.invoke('echo');
  broker.close(6);
  await assert.rejects(endpoint.ready, refused('session_closed'));
  await assert.rejects(call, refused('session_closed'));
  assert.equal((await endpoint.ended).code, 6);
});

test('the end of the link without CLOSE', async () => {
  const [ours, theirs] = makePair();
  new FakeBroker(theirs, { commands: [echo] });
  const endpoint = new Endpoint(ours);
  await endpoint.ready;
  theirs.close();
  assert.deepEqual(await endpoint.ended, { by: 'link', code: null, message: 'the link ended' });
});

test('close says bye and ends the calls', async () => {
  const { command, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [command] });
  const call = endpoint.invoke('gate');
  await until(() => waiting.length === 1);
  endpoint.close();
  endpoint.close();
  await assert.rejects(call, refused('session_closed'));
  await until(() => broker.closes.length > 0);
  assert.deepEqual(broker.closes, [0]);
});

test('between HELLO and WELCOME nothing is sent, whatever happens', async () => {
  const tap = makeTap();
  const { bootstrap } = new FakeBroker(makeTap(), { commands: [echo] });
  const endpoint = new Endpoint(tap, { bootstrap });
  const calls = [endpoint.invoke('echo'), endpoint.invoke('missing')];
  endpoint.close();
  assert.equal(tap.sent.length, 1);
  assert.ok(tap.closed);
  for (const call of calls) await assert.rejects(call, refused('session_closed'));
});

test('a broker that breaks the protocol is told so and left', async () => {
  const { endpoint, broker } = connect();
  const seen = endpoint.invoke('echo', { a: 1 });
  await seen;
  broker.send(KIND.HANDLES, ZERO_HANDLE, encodeHandles({ command: 0, handles: bytesOf('h', 16) }));
  const { by, code } = await endpoint.ended;
  assert.deepEqual([by, code], ['endpoint', 1]);
  await until(() => broker.closes.length > 0);
  assert.deepEqual(broker.closes, [1]);
  await assert.rejects(endpoint.invoke('echo'), refused('violation'));
});

test('a broker that sends anything instead of BOOT is left without a word', async () => {
  for (const frame of [
    makeFrame(KIND.WELCOME, new Uint8Array(64)),
    makeFrame(KIND.BOOT, new Uint8Array(132)),
    new Uint8Array(8).fill(255),
  ]) {
    const tap = makeTap();
    const endpoint = new Endpoint(tap);
    tap.feed(frame);
    assert.equal((await endpoint.ended).by, 'endpoint');
    assert.deepEqual(tap.sent, []);
    assert.ok(tap.closed);
  }
});

test('a handle that is issued twice ends the session', async () => {
  const twice = bytesOf('twice', 16);
  const { endpoint } = connect({ newHandle: () => twice });
  await assert.rejects(endpoint.ready, refused('violation'));
});

test('a broker key of small order is refused before HELLO', async () => {
  const tap = makeTap();
  const { bootstrap } = new FakeBroker(makeTap(), {
    commands: [],
    boot: { brokerPublic: new Uint8Array(32) },
  });
  const endpoint = new Endpoint(tap, { bootstrap });
  await assert.rejects(endpoint.ready, refused('violation'));
  assert.deepEqual(tap.sent, []);
});

test('another ticket secret gives keys that open nothing', async () => {
  const [ours, theirs] = makePair();
  const real = new FakeBroker(theirs, { commands: [echo], sendBoot: false });
  const wrong = real.bootstrap.slice();
  wrong[20] = (wrong[20] as number) ^ 1;
  const endpoint = new Endpoint(ours, { bootstrap: wrong });
  await assert.rejects(endpoint.ready, refused('violation'));
});

test('a broker refuses forged and replayed calls', async () => {
  for (const forged of [true, false]) {
    const [ours, theirs] = makePair();
    const broker = new FakeBroker(theirs, { commands: [echo] });
    const session = await RawSession.open(ours);
    const handle = session.welcome.commands[0]?.handles[0] as Uint8Array;
    const frame = session.link.seal(
      KIND.CALL,
      forged ? bytesOf('forged', 16) : handle,
      encodeCall({}, undefined),
    );
    session.send(frame);
    if (!forged) session.send(frame);
    assert.equal(await session.closeCode(), 1);
    assert.equal(broker.violations.length, 1);
  }
});
