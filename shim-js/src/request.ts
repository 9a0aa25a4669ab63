// From what the page gives to the parts of a CALL.

import type { CallParts } from './call.js';
import { FRAME_MOST } from './frame.js';
import { decodeCall, packCall } from './messages.js';
import { bodySize } from './seal.js';
import { bytesOf, pieces, type Source } from './source.js';
import { encode, type Channels } from './value.js';

type Prepared = Pick<CallParts, 'msgpack' | 'raw' | 'pieces' | 'channels'>;

const NONE: Uint8Array = new Uint8Array(0);

/** Of a call that is not sent. */
export const NOTHING: Prepared = {
  msgpack: NONE,
  raw: NONE,
  pieces: undefined,
  channels: new Map(),
};

/** Undefined: the body goes in CHUNKs, if there is one. */
function whole(args: Uint8Array, bytes: Uint8Array | undefined): Uint8Array | undefined {
  const size = bodySize(packCall(args, bytes?.length).length, bytes?.length ?? 0, true);
  return size <= FRAME_MOST ? bytes : undefined;
}

/**
 * Throws a TypeError or a Violation for what cannot be sent: all of it passes our own decoder, so
 * that a page's odd arguments do not become a violation that ends its session.
 */
export function prepare(args: object, source: Source | undefined): Prepared {
  const channels: Channels = new Map();
  const packed = encode(args, channels);
  const raw = whole(packed, bytesOf(source))?.slice();
  const more = source !== undefined && raw === undefined ? true : undefined;
  // A body that is still to come is one: an empty beginning, not none.
  const msgpack = packCall(packed, more === true ? 0 : raw?.length, more);
  decodeCall(msgpack, raw?.length ?? 0);
  return {
    msgpack,
    raw: raw ?? NONE,
    pieces: more === undefined ? undefined : pieces(source),
    channels,
  };
}
