// The Endpoint against the FakeBroker: both ends in one process.

import assert from 'node:assert/strict';
import test from 'node:test';

import { concat, utf8Decode, utf8Encode } from '../src/bytes.js';
import { Endpoint, type EndpointOptions } from '../src/endpoint.js';
import { TrollbridgeError, type ErrorCode } from '../src/error.js';
import { FRAME_MOST, KIND, makeFrame } from '../src/frame.js';
import { encodeCall, encodeHandles } from '../src/messages.js';
import { ZERO_HANDLE, type Mode } from '../src/seal.js';
import { bytesOf } from '../tools/vectors/common.js';
import { FakeBroker, Refusal, type Answer, type FakeCommand, type FakeOptions,
         type Request } from './fake-broker.js';
import { makePair, makeTap } from './pair.js';
import { RawSession } from './raw-session.js';

const echo: FakeCommand = { name: 'echo', run: async ({ args, raw }) => raw ? { raw } : { value: args } };

const echo2: FakeCommand = { ...echo, name: 'echo2' };

interface Setup extends Partial<FakeOptions> {
  piece?: number;
  handIn?: boolean;
  endpoint?: EndpointOptions;
}

function connect(setup: Setup = {}): { endpoint: Endpoint; broker: FakeBroker } {
  const { piece, handIn, endpoint: options, ...more } = setup;
  const [ours, theirs] = makePair(piece);
  const mode: Mode = more.mode ?? 'relay';
  const broker = new FakeBroker(theirs, { commands: [echo], sendBoot: !handIn, ...more });
  const bootstrap = handIn ? broker.bootstrap : undefined;
  return { endpoint: new Endpoint(ours, { mode, bootstrap, ...options }), broker };
}

/** A command whose calls wait until the test lets them go. */
function gate(): { command: FakeCommand; open: (answer: Answer) => void; waiting: Request[] } {
  const answers: ((answer: Answer) => void)[] = [];
  const waiting: Request[] = [];
  const run = (request: Request): Promise<Answer> => new Promise((resolve, reject) => {
    waiting.push(request);
    answers.push(resolve);
    request.signal.addEventListener('abort', () => reject(new Refusal('cancelled', 'CANCEL came first')));
  });
  return {
    command: { name: 'gate', run }, waiting,
    open: (answer) => answers.splice(0).forEach((resolve) => resolve(answer)),
  };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !holds(); i++) await tick();
  assert.ok(holds(), 'it never came to that');
}

function refused(code: ErrorCode, more: Partial<TrollbridgeError> = {}): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof TrollbridgeError, String(error));
    assert.deepEqual({ code: error.code, ...more },
                     { code, ...Object.fromEntries(Object.keys(more).map((key) =>
                       [key, error[key as keyof TrollbridgeError]])) });
    return true;
  };
}

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

test('values keep their meaning', async () => {
  const { endpoint } = connect();
  const value = {
    text: '\ufeffé€😀', long: `\ufeff${'x'.repeat(300)}`, none: null, yes: true, list: [1, [2, []]],
    small: -5, wide: 5_000_000_000, negative: -5_000_000_000, most: 2n ** 64n - 1n,
    least: -(2n ** 63n), half: 0.5, bytes: Uint8Array.of(0, 128, 255), deep: { a: { b: {} } },
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
  const value = { gone: undefined, act: () => 1, list: [undefined, 1], when: new Date(0),
                  map: new Map([['k', 1]]) };
  assert.deepEqual(await endpoint.invoke('echo', value),
                   { list: [null, 1], when: '1970-01-01T00:00:00.000Z', map: { k: 1 } });
});

test('arguments that cannot be sent are refused here', async () => {
  const { endpoint, broker } = connect();
  const circle: Record<string, unknown> = {};
  circle['circle'] = circle;
  let deep: unknown = 0;
  for (let i = 0; i < 31; i++) deep = [deep];
  const bad = [circle, { deep }, { text: '\ud800' }, { ['\udc00']: 1 }, { wide: 2n ** 64n },
               { ['k'.repeat(257)]: 1 }, { many: new Array(65_536).fill(0) as number[] },
               [] as unknown as object];
  for (const args of bad) await assert.rejects(endpoint.invoke('echo', args), refused('invalid_args'));
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

test('RAW_CLEAR towards an endpoint on a relayed link ends the session', async () => {
  const { endpoint } = connect({ mode: 'direct', endpoint: { mode: 'relay' } });
  await assert.rejects(endpoint.invoke('echo', {}, { raw: Uint8Array.of(1) }), refused('violation'));
});

test('what no frame can hold is refused here', async () => {
  const count: FakeCommand = { name: 'count', run: async ({ raw }) => ({ value: raw?.length }) };
  const { endpoint } = connect({ commands: [count] });
  const room = FRAME_MOST - 24 - 16 - 4 - encodeCall({}, FRAME_MOST).length;
  assert.equal(await endpoint.invoke('count', {}, { raw: new Uint8Array(room) }), room);
  await assert.rejects(endpoint.invoke('count', {}, { raw: new Uint8Array(room + 1) }),
                       refused('too_large'));
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
    assert.deepEqual(await Promise.all(calls), Array.from({ length: 1000 }, (_, n) => ({ n })));
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
  assert.deepEqual(await Promise.all(calls), Array.from({ length: 200 }, (_, n) => ({ n })));
  assert.ok(broker.wants.length <= 3, `${broker.wants.length} WANTs`);
  assert.ok(broker.most <= 4);
});

test('HANDLES that do not fit the WANT end the session', async () => {
  const one = (label: string): Uint8Array => bytesOf(label, 16);
  const bad = [
    { command: 0, handles: concat(...Array.from({ length: 64 }, (_, i) => one(`${i}`))), under: ZERO_HANDLE },
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

test('no more calls are live than WELCOME allows, over all commands', async () => {
  const a = gate();
  const b = gate();
  const commands = [{ ...a.command, first: 8 }, { ...b.command, name: 'other', first: 8 }];
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
  await assert.rejects(endpoint.invoke('plugin:fs|write_file'), refused('io', {
    message: 'no space', errno: 28, retry_ms: 5, command: 'plugin:fs|write_file' }));
  assert.equal(endpoint.counts.errors, 1);
});

test('a name that is not granted is refused here and told in MISS', async () => {
  const { endpoint, broker } = connect();
  await assert.rejects(endpoint.invoke('plugin:shell|execute'),
                       refused('not_granted', { command: 'plugin:shell|execute' }));
  await until(() => broker.misses.length > 0);
  assert.deepEqual(broker.misses, [{ name: 'plugin:shell|execute' }]);
});

test('names of prototypes are not granted either', async () => {
  const { endpoint, broker } = connect();
  for (const name of ['__proto__', 'constructor', 'toString', ''])
    await assert.rejects(endpoint.invoke(name), refused('not_granted'));
  await until(() => broker.misses.length === 4);
});

test('MISS keeps to its rate, and counts the rest', async () => {
  let now = 0;
  let timer: { at: number; act: () => void } | null = null;
  const clock = {
    now: () => now,
    after: (ms: number, act: () => void) => {
      timer = { at: now + ms, act };
      return () => void (timer = null);
    },
  };
  const { endpoint, broker } = connect({ endpoint: { clock } });
  await endpoint.ready;
  for (let i = 0; i < 25; i++)
    await assert.rejects(endpoint.invoke(`missing ${i}`), refused('not_granted'));
  await until(() => broker.misses.length === 10);
  const due = timer as { at: number; act: () => void } | null;
  assert.ok(due !== null && due.at >= 1000);
  now = due.at;
  due.act();
  await until(() => broker.misses.length === 11);
  assert.deepEqual(broker.misses[10], { name: 'missing 24', count: 14 });
  assert.deepEqual(broker.violations, []);
});

test('a long name is cut to what MISS holds, between characters', async () => {
  const { endpoint, broker } = connect();
  await assert.rejects(endpoint.invoke(`x${'é'.repeat(100)}`), refused('not_granted'));
  await assert.rejects(endpoint.invoke('\ud800'), refused('not_granted'));
  await until(() => broker.misses.length === 2);
  assert.deepEqual(broker.misses, [{ name: `x${'é'.repeat(63)}` }, { name: '\ufffd' }]);
});

test('an abort before sending sends nothing', async () => {
  const { command, open, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [{ ...command, pool: 2 }] });
  const early = new AbortController();
  const beforeWelcome = endpoint.invoke('gate', {}, { signal: early.signal });
  early.abort();
  await assert.rejects(beforeWelcome, refused('cancelled'));
  await endpoint.ready;
  await assert.rejects(endpoint.invoke('gate', {}, { signal: AbortSignal.abort() }),
                       refused('cancelled'));
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
    Array.from({ length: 5 }, (_, n) => endpoint.invoke('gone', { n })));
  assert.deepEqual(results.map(({ status }) => status),
                   ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected']);
  for (const result of results)
    if (result.status === 'rejected') refused('denied')(result.reason);
  await assert.rejects(endpoint.invoke('gone'), refused('denied'));
  assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
});

test('CLOSE ends every call, live or waiting, and every later one', async () => {
  const { command, waiting } = gate();
  const { endpoint, broker } = connect({ commands: [{ ...command, pool: 2 }] });
  const calls = Array.from({ length: 5 }, () => endpoint.invoke('gate'));
  await until(() => waiting.length === 2);
  broker.close(2);
  for (const call of calls) await assert.rejects(call, refused('session_closed'));
  assert.deepEqual(await endpoint.ended, { by: 'broker', code: 2, message: 'shut' });
  await assert.rejects(endpoint.invoke('gate'), refused('session_closed', {
    message: 'the session is over: shut', command: 'gate' }));
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
  for (const frame of [makeFrame(KIND.WELCOME, new Uint8Array(64)),
                       makeFrame(KIND.BOOT, new Uint8Array(132)), new Uint8Array(8).fill(255)]) {
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
  const { bootstrap } = new FakeBroker(makeTap(), { commands: [],
                                                    boot: { brokerPublic: new Uint8Array(32) } });
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
    const frame = session.link.seal(KIND.CALL, forged ? bytesOf('forged', 16) : handle,
                                    encodeCall({}, undefined));
    session.send(frame);
    if (!forged) session.send(frame);
    assert.equal(await session.closeCode(), 1);
    assert.equal(broker.violations.length, 1);
  }
});

test('text decoding keeps every character', () => {
  assert.equal(utf8Decode(utf8Encode('\ufeffa')), '\ufeffa');
});
