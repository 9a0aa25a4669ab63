// What the program of the dev bridge says, as the worker reads it: typed, within caps, or not at all.

import assert from 'node:assert/strict';
import test from 'node:test';

import { readControl } from '../src/dev/worker/control.js';
import { DevSocket, MESSAGE_MOST, type WebSocketLike } from '../src/dev/worker/socket.js';
import { Violation } from '../src/error.js';

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const RULE = { capability: 'main', permission: 'fs:allow-stat', file: 'capabilities/main.json' };
const RECORD = {
  ...{ n: 7, time: '2026-01-02T03:04:05.678901Z', event: 'call', command: 'plugin:fs|stat' },
  ...{ verdict: 'deny', code: 'not_granted', of: 0, dur_ns: 0, reason: '' },
  rule: { ...RULE, line: 3 },
};
const ERROR = { code: 'policy', message: 'no such key', file: 'capabilities/main.json', line: 3 };

const GOOD = [
  { type: 'reload', why: 'files' },
  { type: 'errors', list: [] },
  { type: 'errors', list: [ERROR, { ...ERROR, file: '', line: 0 }] },
  { type: 'bootstrap', data: 'AAEC', message: 'Again.' },
  { type: 'lost', message: 'It is gone.' },
  { type: 'taken', message: 'It is elsewhere.' },
  { type: 'records', list: [RECORD] },
];

const long = 'x'.repeat(8193);
const BAD: unknown[] = [
  ...[null, 1, 'reload', [], {}, { type: 1 }, { type: 'none' }, { type: 'toString' }],
  ...[{ type: 'lost' }, { type: 'lost', message: 1 }, { type: 'lost', message: long }],
  ...[{ type: 'errors' }, { type: 'errors', list: {} }, { type: 'errors', list: [null] }],
  { type: 'errors', list: Array.from({ length: 1025 }, () => ERROR) },
  { type: 'errors', list: [{ ...ERROR, file: null }] },
  ...[-1, 0.5, '3', null, 2 ** 53].map((line) => ({ type: 'errors', list: [{ ...ERROR, line }] })),
  ...['', '!', 'A', 'x'.repeat(8192 + 1)].map((data) => ({
    ...{ type: 'bootstrap', data, message: '' },
  })),
  { type: 'bootstrap', data: 'AAEC' },
  { type: 'records', list: [{ ...RECORD, rule: null }] },
  { type: 'records', list: [{ ...RECORD, n: '7' }] },
  { type: 'records', list: [{ ...RECORD, rule: { ...RULE, line: -1 } }] },
];

test('each message that there is', () => {
  const types = GOOD.map((message) => readControl(bytesOf(message)).type);
  assert.deepEqual(
    types,
    GOOD.map(({ type }) => type),
  );
  const { rule, ...rest } = RECORD;
  assert.deepEqual(readControl(bytesOf({ type: 'records', list: [RECORD], more: 1 })), {
    type: 'records',
    list: [{ ...rest, ...rule }],
  });
  assert.deepEqual(readControl(bytesOf(GOOD[3])), {
    ...{ type: 'bootstrap', data: new Uint8Array([0, 1, 2]), message: 'Again.' },
  });
});

for (const [n, message] of BAD.entries())
  test(`no message: ${JSON.stringify(message).slice(0, 60)} (${n})`, () =>
    assert.throws(() => readControl(bytesOf(message)), Violation));

test('what is no UTF-8, and no JSON', () => {
  for (const bytes of [[], [0xff], [0x7b], [0x22, 0xc0, 0x80, 0x22]])
    assert.throws(() => readControl(new Uint8Array(bytes)), Violation);
});

test('whatever is changed, it is read or refused', () => {
  let seed = 1;
  const below = (n: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % n;
  };
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const bytes = bytesOf(GOOD[i % GOOD.length]);
    for (let k = below(3); k >= 0; k--) bytes[below(bytes.length)] = below(256);
    try {
      readControl(bytes.subarray(0, bytes.length - (below(4) === 0 ? below(bytes.length) : 0)));
    } catch (error) {
      assert.ok(error instanceof Violation, String(error));
      refused += 1;
    }
  }
  assert.ok(refused > 1000 && refused < 20_000, String(refused));
});

// ---- the WebSocket ----

class FakeSocket implements WebSocketLike {
  binaryType = 'blob';
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: Uint8Array[] = [];
  closed = 0;

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  send(bytes: Uint8Array): void {
    assert.equal(this.readyState, 1, 'sent while it is not open');
    this.sent.push(bytes);
  }
  close(): void {
    this.closed += 1;
    this.readyState = 2;
  }
  hangUp(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  says(...bytes: number[]): void {
    this.onmessage?.({ data: new Uint8Array(bytes).buffer });
  }
}

interface Heard {
  web: FakeSocket;
  socket: DevSocket;
  heard: unknown[];
}

function listening(): Heard {
  const heard: unknown[] = [];
  const web = new FakeSocket();
  const socket = new DevSocket(web, {
    link: (bytes) => void heard.push(['link', ...bytes]),
    talk: (bytes) => {
      if (bytes[0] === 0) throw new Violation('nonsense');
      heard.push(['talk', ...bytes]);
    },
    ended: (opened, violation) => void heard.push(['ended', opened, violation]),
  });
  return { web, socket, heard };
}

test('the first byte says whose a message is', () => {
  const { web, heard } = listening();
  assert.equal(web.binaryType, 'arraybuffer');
  web.open();
  web.says(0, 1, 2);
  web.says(1, 3);
  web.says(0);
  web.hangUp();
  web.hangUp();
  assert.deepEqual(heard, [['link', 1, 2], ['talk', 3], ['link'], ['ended', true, '']]);
});

test('what is sent is cut, and waits until it is open', () => {
  const { web, socket } = listening();
  const bytes = Uint8Array.from({ length: 2 * MESSAGE_MOST + 1 }, (_, i) => i % 251);
  socket.link(bytes);
  socket.talk({ type: 'panel', open: true });
  assert.equal(web.sent.length, 0);
  web.open();
  socket.talk({ type: 'begin' });
  const sizes = web.sent.slice(0, 3).map((message) => message.length);
  assert.deepEqual(sizes, [MESSAGE_MOST + 1, MESSAGE_MOST + 1, 2]);
  const joined = Buffer.concat(web.sent.slice(0, 3).map((message) => message.subarray(1)));
  assert.ok(joined.equals(bytes) && web.sent.slice(0, 3).every((message) => message[0] === 0));
  const talk = web.sent.slice(3).map((message) => [message[0], `${Buffer.from(message.slice(1))}`]);
  assert.deepEqual(talk, [
    [1, '{"type":"panel","open":true}'],
    [1, '{"type":"begin"}'],
  ]);
});

test('one that is refused was never open', () => {
  const { web, socket, heard } = listening();
  socket.talk({ type: 'begin' });
  web.hangUp();
  socket.talk({ type: 'begin' });
  assert.deepEqual([heard, web.sent], [[['ended', false, '']], []]);
});

const WRONG: [string, unknown, string][] = [
  ['text', 'text', 'a message that is not of bytes'],
  ['nothing', new ArrayBuffer(0), 'a message that is not of bytes'],
  ['too much', new ArrayBuffer(MESSAGE_MOST + 2), 'a message that is too long'],
  ['another channel', new Uint8Array([2, 1]).buffer, 'a message on no channel that there is'],
  ['nonsense', new Uint8Array([1, 0]).buffer, 'nonsense'],
];

for (const [name, data, violation] of WRONG)
  test(`${name} ends it, and nothing is heard any more`, () => {
    const { web, socket, heard } = listening();
    web.open();
    web.onmessage?.({ data });
    web.says(0, 1);
    web.says(1, 1);
    socket.link(new Uint8Array(1));
    web.hangUp();
    assert.deepEqual([heard, web.closed, web.sent], [[['ended', true, violation]], 1, []]);
  });

test('the longest message is taken', () => {
  const { web, heard } = listening();
  web.open();
  web.onmessage?.({ data: new ArrayBuffer(MESSAGE_MOST + 1) });
  assert.equal((heard[0] as unknown[]).length, 1 + MESSAGE_MOST);
});
