// The messages of a stream, typed (PROTOCOL.md, section 5): as in messages.ts.

import { pack } from './core/pack.js';
import { Violation } from './error.js';
import {
  noRaw,
  oneOf,
  open,
  readAny,
  readBytes,
  readNext,
  readTrue,
  readUint,
  U32_MOST,
} from './fields.js';
import { PART_MOST } from './limits.js';

/** What each direction of a stream may send at first, and what may be outstanding at most. */
export const CREDIT_FIRST = 262_144;
export const CREDIT_MOST = 4_194_304;

/** From the endpoint: the next part of the request's body. */
export interface Part {
  bytes: number;
  last?: true;
}

/** From the broker: the result while the call goes on, a message, or a part of the result. */
export type Chunk = { next?: Uint8Array } & (
  | { type: 'value'; value: Uint8Array }
  | { type: 'message'; message: Uint8Array; channel?: number }
  | { type: 'bytes'; bytes: number; channel?: number }
);

export interface Credit {
  bytes: number;
  /** From the broker only. */
  next?: Uint8Array;
}

/** What a CHUNK takes from the credit. */
export function cost(msgpack: Uint8Array, raw: number): number {
  return msgpack.length + raw;
}

function checkPart(bytes: number): void {
  if (bytes > PART_MOST) throw new Violation(`a CHUNK of ${bytes} raw bytes`);
}

export function decodePart(msgpack: Uint8Array, rawLength: number): Part {
  const fields = open(msgpack, ['bytes'], ['last']);
  const { bytes } = readBytes(fields, rawLength) as { bytes: number };
  checkPart(bytes);
  if (readTrue(fields, 'last')) return { bytes, last: true };
  if (bytes === 0) throw new Violation('an empty part that is not the last');
  return { bytes };
}

export function encodePart(bytes: number, last?: true): Uint8Array {
  return pack({ bytes, last });
}

export function decodeChunk(msgpack: Uint8Array, rawLength: number): Chunk {
  const fields = open(msgpack, [], ['value', 'message', 'bytes', 'channel', 'next']);
  const type = oneOf(fields, ['value', 'message', 'bytes']);
  const { bytes = 0 } = readBytes(fields, rawLength);
  checkPart(bytes);
  const next = readNext(fields);
  const channel = fields.has('channel')
    ? { channel: readUint(fields, 'channel', 0, U32_MOST) }
    : {};
  if (type === 'bytes') return { type, bytes, ...channel, ...next };
  if (type === 'message') return { type, message: readAny(fields, type), ...channel, ...next };
  if (fields.has('channel')) throw new Violation('the result on a channel');
  return { type, value: readAny(fields, type), ...next };
}

export function encodeChunk(
  chunk: { next?: Uint8Array | undefined; channel?: number | undefined } & (
    | { value: unknown }
    | { message: unknown }
    | { bytes: number }
  ),
): Uint8Array {
  return pack(chunk);
}

/** Who may leave out `next`, or give nothing, depends on the sender and is not judged here. */
export function decodeCredit(msgpack: Uint8Array, rawLength: number): Credit {
  const fields = open(msgpack, ['bytes'], ['next']);
  noRaw(rawLength);
  return { bytes: readUint(fields, 'bytes', 0, CREDIT_MOST), ...readNext(fields) };
}

export function encodeCredit(bytes: number, next?: Uint8Array): Uint8Array {
  return pack({ bytes, next });
}
