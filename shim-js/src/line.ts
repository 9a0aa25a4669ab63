// What carries calls to the broker: the native functions of the isolated world, which are this
// interface, or an endpoint in JavaScript (sealed-line.ts).

import type { Kind } from './port.js';

export type EndedBy = 'broker' | 'endpoint' | 'link';

/** Of what comes before the end of a call. */
export const enum ChunkKind {
  /** The result, as msgpack; the call goes on. */
  early,
  /** A message, as msgpack. */
  message,
  /** Raw bytes: of the result, or as a message of a channel. */
  part,
}

/** Called with bytes that are the receiver's own. */
export interface LineHandlers {
  ready(session: string, commands: string[]): void;
  done(id: number, kind: Kind, msgpack: Uint8Array | null, raw: Uint8Array | null): void;
  chunk(id: number, kind: ChunkKind, channel: number, payload: Uint8Array, cost: number): void;
  /** After a `send` that was refused: there may be room now. */
  room(id: number): void;
  ended(by: EndedBy, code: number | null, message: string): void;
}

export interface Line {
  /** False: somebody has attached already. */
  attach(handlers: LineHandlers): boolean;
  /** `id` is the caller's own, and never used twice. All that can go wrong comes as `done`. */
  call(id: number, name: string, args: Uint8Array, raw: Uint8Array | null, more: boolean): void;
  /** The next part of the body, 65,536 bytes at most. False: not taken, `room` tells when. */
  send(id: number, bytes: Uint8Array, last: boolean): boolean;
  /** The page has taken a chunk: its cost may be sent anew. */
  consumed(id: number, cost: number): void;
  cancel(id: number): void;
}
