// The endpoint in a browser: its worker's control messages and WebSocket, and the sessions that
// follow each other in one document. The page's half as it is built is driven in a real browser
// (tests/dev).

import assert from 'node:assert/strict';
import test from 'node:test';

import { fromBase64, readControl } from '../src/dev/worker/control.js';
import { Sessions } from '../src/dev/worker/endpoint.js';
import { DevSocket, MESSAGE_MOST, type WebSocketLike } from '../src/dev/worker/socket.js';
import { Violation } from '../src/error.js';
import { makeApi } from '../src/page/api.js';
import { Page } from '../src/page/page.js';
import { LISTEN, type DownMessage } from '../src/port.js';
import { echo, gate, refused, tick, until } from './connect.js';
import { FakeBroker, Refusal, type FakeCommand } from './fake-broker.js';
import { makePair } from './pair.js';

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

// ---- control messages ----

const RULE = { capability: 'main', permission: 'fs:x', file: 'capabilities/main.json', line: 3 };
const RECORD = {
  n: 4,
  time: '2026-11-23T09:00:00.000000Z',
  event: 'call',
  command: 'plugin:fs|stat',
  verdict: 'allow',
  code: '',
  of: 0,
  dur_ns: 5,
  rule: RULE,
  reason: '',
};

test('control messages are read as what they are', () => {
  assert.deepEqual(readControl(text({ type: 'reload', why: 'files' })), { type: 'reload' });
  const error = { code: 'a', message: 'b', file: 'c', line: 1 };
  assert.deepEqual(readControl(text({ type: 'errors', list: [error] })), {
    type: 'errors',
    list: [error],
  });
  assert.deepEqual(readControl(text({ type: 'lost', message: 'a' })), {
    type: 'lost',
    message: 'a',
  });
  assert.deepEqual(readControl(text({ type: 'bootstrap', data: 'AAEC', message: 'a' })), {
    type: 'bootstrap',
    data: Uint8Array.of(0, 1, 2),
    message: 'a',
  });
  const { rule, ...flat } = RECORD;
  assert.deepEqual(readControl(text({ type: 'records', list: [RECORD] })), {
    type: 'records',
    list: [{ ...flat, ...rule }],
  });
});

test('anything else is a violation', () => {
  const wrong = [
    null,
    1,
    'reload',
    [],
    {},
    { type: 'none' },
    { type: 1 },
    { type: 'lost' },
    { type: 'lost', message: 1 },
    { type: 'lost', message: 'a'.repeat(8193) },
    { type: 'errors' },
    { type: 'errors', list: {} },
    { type: 'errors', list: [1] },
    { type: 'errors', list: [{ code: 'a', message: 'b', file: 'c', line: -1 }] },
    { type: 'errors', list: Array.from({ length: 1025 }, () => ({})) },
    { type: 'records', list: [{ ...RECORD, rule: null }] },
    { type: 'records', list: [{ ...RECORD, n: 1.5 }] },
    { type: 'records', list: [{ ...RECORD, n: 2 ** 53 }] },
    { type: 'records', list: [{ ...RECORD, command: null }] },
    { type: 'bootstrap', data: '', message: '' },
    { type: 'bootstrap', data: '*', message: '' },
    { type: 'bootstrap', data: 'A'.repeat(8193), message: '' },
  ];
  for (const value of wrong) assert.throws(() => readControl(text(value)), Violation);
  for (const bytes of [[], [0x7b], [0xff], [0x22, 0xff, 0x22]])
    assert.throws(() => readControl(Uint8Array.from(bytes)), Violation);
  assert.throws(() => fromBase64('A'.repeat(10_000)), Violation);
});

test('a message with a bit changed is read or refused, and nothing else', () => {
  const good = text({ type: 'records', list: [RECORD] });
  for (let at = 0; at < good.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      const bad = good.slice();
      bad[at] = (bad[at] as number) ^ (1 << bit);
      try {
        assert.ok(readControl(bad).type);
      } catch (error) {
        assert.ok(error instanceof Violation, String(error));
      }
    }
});

// ---- the WebSocket ----

class FakeSocket implements WebSocketLike {
  binaryType = 'blob';
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Uint8Array[] = [];

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  send(bytes: Uint8Array): void {
    assert.equal(this.readyState, 1);
    this.sent.push(bytes.slice());
  }

  receive(...bytes: number[]): void {
    this.onmessage?.({ data: Uint8Array.from(bytes).buffer });
  }

  close(): void {
    this.readyState = 3;
  }
}

interface Heard {
  link: number[][];
  talk: number[][];
  ended: boolean[];
}

function join(): { web: FakeSocket; socket: DevSocket; heard: Heard } {
  const web = new FakeSocket();
  const heard: Heard = { link: [], talk: [], ended: [] };
  const socket = new DevSocket(web, {
    link: (bytes) => heard.link.push([...bytes]),
    talk: (bytes) => {
      heard.talk.push([...bytes]);
      if (bytes[0] === 9) throw new Violation('nine');
    },
    ended: (opened) => heard.ended.push(opened),
  });
  return { web, socket, heard };
}

test('its two channels are told apart by the first byte', () => {
  const { web, heard } = join();
  assert.equal(web.binaryType, 'arraybuffer');
  web.open();
  web.receive(0, 1, 2);
  web.receive(1, 3);
  web.receive(0);
  assert.deepEqual(heard, { link: [[1, 2], []], talk: [[3]], ended: [] });
});

test('what is no message, or makes no sense, ends it once', () => {
  const wrongs: ((web: FakeSocket) => void)[] = [
    (web) => web.receive(),
    (web) => web.receive(2),
    (web) => web.receive(1, 9),
    (web) => web.onmessage?.({ data: 'text' }),
  ];
  for (const wrong of wrongs) {
    const { web, heard } = join();
    web.open();
    wrong(web);
    web.onclose?.();
    assert.equal(web.readyState, 3);
    assert.deepEqual(heard.ended, [true]);
  }
});

test('what is sent too early waits, and large things are cut', () => {
  const { web, socket } = join();
  socket.link(new Uint8Array(MESSAGE_MOST * 2 + 1).fill(7));
  socket.talk({ type: 'panel', open: true });
  assert.deepEqual(web.sent, []);
  web.open();
  assert.deepEqual(
    web.sent.map(({ length }) => length),
    [MESSAGE_MOST + 1, MESSAGE_MOST + 1, 2, 29],
  );
  assert.deepEqual([web.sent[2]?.[0], web.sent[2]?.[1], web.sent[3]?.[0]], [0, 7, 1]);
  web.close();
  socket.link(Uint8Array.of(1));
  assert.equal(web.sent.length, 4);
});

test('one that was never open says so', () => {
  const { web, heard } = join();
  web.onclose?.();
  assert.deepEqual(heard.ended, [false]);
});

// ---- sessions ----

interface Document {
  api: ReturnType<typeof makeApi>;
  sessions: Sessions;
  closed: string[];
  /** The program has started another broker. */
  start(...commands: FakeCommand[]): FakeBroker;
}

/** A page's half and the worker's, with a program that is all there is between them and a broker. */
function open(): Document {
  const closed: string[] = [];
  let write: (bytes: Uint8Array) => void = () => undefined;
  const sessions: Sessions = new Sessions({
    write: (bytes) => write(bytes),
    post: (message) => page.receive(structuredClone(message) as DownMessage),
    closed: (message) => closed.push(message),
  });
  const page: Page = new Page((message) => sessions.receive(structuredClone(message)));
  const start = (...commands: FakeCommand[]): FakeBroker => {
    const [ours, theirs] = makePair();
    const broker = new FakeBroker(theirs, { commands, sendBoot: false });
    write = (bytes) => ours.send(bytes);
    ours.onData(
      (bytes) => sessions.link(bytes),
      () => undefined,
    );
    sessions.begin(broker.bootstrap.slice());
    return broker;
  };
  return { api: makeApi(page), sessions, closed, start };
}

const listening: FakeCommand = {
  name: LISTEN,
  run: ({ stream, signal }) =>
    new Promise((_, reject) => {
      void stream.value(1);
      signal.addEventListener('abort', () => reject(new Refusal('cancelled', 'it was stopped')));
    }),
};

test('a call goes through the worker', async () => {
  const { api, start } = open();
  start(echo);
  assert.deepEqual(await api.invoke('echo', { a: 1 }), { a: 1 });
});

test('calls under way end with their session, and later ones are of the next', async () => {
  const { api, sessions, closed, start } = open();
  const { command, waiting } = gate();
  start(command);
  const call = api.invoke('gate');
  await until(() => waiting.length === 1);
  sessions.end();
  await assert.rejects(call, refused('session_closed'));
  await assert.rejects(api.invoke('echo'), refused('session_closed'));
  start(echo);
  assert.deepEqual(await api.invoke('echo', { b: 2 }), { b: 2 });
  assert.deepEqual(closed, []);
});

test('bytes of a session that is over are nothing to the next', async () => {
  const { api, sessions, start } = open();
  const first = start(echo);
  await api.invoke('echo', {});
  const second = start(echo);
  sessions.link(Uint8Array.of(1, 2, 3).slice(0, 0));
  assert.deepEqual(await api.invoke('echo', { c: 3 }), { c: 3 });
  assert.deepEqual([first.violations, second.violations], [[], []]);
});

test('a broker that ends the session is told of', async () => {
  const { api, closed, start } = open();
  const broker = start(echo);
  await api.invoke('echo', {});
  broker.close(1);
  await until(() => closed.length === 1);
  assert.deepEqual(closed, ['violation']);
  await assert.rejects(api.invoke('echo'), refused('session_closed'));
});

test('who listens goes on in the next session, unless he stops in between', async () => {
  const { api, sessions, start } = open();
  const heard: unknown[] = [];
  const begin = (): { sent: { args: unknown }[]; broker: FakeBroker } => {
    const sent: { args: unknown }[] = [];
    const run: FakeCommand['run'] = (request) => {
      sent.push(request);
      return listening.run(request);
    };
    return { sent, broker: start({ ...listening, run }) };
  };
  const first = begin();
  const stops = [
    await api.listen('a', ({ payload }) => heard.push(payload)),
    await api.listen('b', ({ payload }) => heard.push(payload)),
  ];
  assert.equal(first.sent.length, 2);
  sessions.end();
  stops[1]?.();
  await stops[1]?.done;
  const second = begin();
  await until(() => second.sent.length === 1);
  await tick();
  assert.deepEqual(
    second.sent.map(({ args }) => (args as { event: string }).event),
    ['a'],
  );
  stops[0]?.();
  await stops[0]?.done;
  assert.deepEqual([second.broker.violations, heard], [[], []]);
});

