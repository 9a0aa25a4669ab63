// How the WebSocket of the dev bridge ends: what is said then, and that nothing comes after it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { DevSocket, MESSAGE_MOST, type WebSocketLike } from '../src/dev/worker/socket.js';
import { Violation } from '../src/error.js';

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
