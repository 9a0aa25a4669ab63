// Two ends of a link in one process. What is sent arrives later, in pieces of the given size.

import type { ByteChannel } from '../src/channel.js';

interface End extends ByteChannel {
  peer: End;
  take(bytes: Uint8Array): void;
  hangUp(): void;
}

function makeEnd(piece: number): End {
  let received: ((bytes: Uint8Array) => void) | null = null;
  let ended: (() => void) | null = null;
  let open = true;
  const end: End = {
    peer: undefined as unknown as End,
    send(bytes) {
      if (!open) return;
      for (let at = 0; at < bytes.length; at += piece) {
        const part = bytes.slice(at, at + piece);
        setImmediate(() => end.peer.take(part));
      }
    },
    onData(onReceived, onEnded) {
      received = onReceived;
      ended = onEnded;
    },
    close() {
      open = false;
      setImmediate(() => end.peer.hangUp());
    },
    take(bytes) {
      if (open) received?.(bytes);
    },
    hangUp() {
      if (open) ended?.();
      open = false;
    },
  };
  return end;
}

export function makePair(piece = 65_536): [ByteChannel, ByteChannel] {
  const [a, b] = [makeEnd(piece), makeEnd(piece)];
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** A channel that records what is sent and is fed by hand. */
export interface Tap extends ByteChannel {
  sent: Uint8Array[];
  closed: boolean;
  feed(bytes: Uint8Array): void;
}

export function makeTap(): Tap {
  let received: (bytes: Uint8Array) => void = () => undefined;
  const tap: Tap = {
    sent: [],
    closed: false,
    send: (bytes) => void tap.sent.push(bytes),
    onData: (onReceived) => void (received = onReceived),
    close: () => void (tap.closed = true),
    feed: (bytes) => received(bytes),
  };
  return tap;
}
