// Sealed frames (PROTOCOL.md, section 4).

import { xchacha20poly1305 } from '@noble/ciphers/chacha';

import { concat, HANDLE_SIZE, u32, u64, view } from './bytes.js';
import { Violation } from './error.js';
import { HEADER_SIZE, makeHeader, RAW_CLEAR, type Frame } from './frame.js';

export type Mode = 'direct' | 'relay';

/** Under it stand WELCOME, HANDLES, WANT and MISS; it never names a call. */
export const ZERO_HANDLE = new Uint8Array(HANDLE_SIZE);

const TAG_SIZE = 16;
const CLEAR_SIZE = HANDLE_SIZE + 8;
/** The u32 m and at least one byte of msgpack. */
const PLAIN_LEAST = 5;
const SEALED_LEAST = PLAIN_LEAST + TAG_SIZE;

export interface Sealed {
  kind: number;
  handle: Uint8Array;
  counter: bigint;
  msgpack: Uint8Array;
  raw: Uint8Array;
  /** RAW_CLEAR: the raw bytes stand behind the sealed part. */
  clear: boolean;
}

export interface Opened {
  handle: Uint8Array;
  counter: bigint;
  msgpack: Uint8Array;
  raw: Uint8Array;
}

/** The body that a frame of these parts would have. */
export function bodySize(msgpack: number, raw: number, clear: boolean): number {
  return CLEAR_SIZE + (clear ? 4 : 0) + 4 + msgpack + TAG_SIZE + raw;
}

/** A whole frame, header included. */
export function sealFrame(key: Uint8Array, frame: Sealed): Uint8Array {
  const { kind, handle, counter, msgpack, raw, clear } = frame;
  const header = makeHeader(
    kind,
    clear ? RAW_CLEAR : 0,
    bodySize(msgpack.length, raw.length, clear),
  );
  const nonce = concat(handle, u64(counter));
  const n = clear ? u32(4 + msgpack.length + TAG_SIZE) : new Uint8Array(0);
  const front = concat(header, nonce, n);
  const plain = concat(u32(msgpack.length), msgpack, clear ? new Uint8Array(0) : raw);
  const sealed = xchacha20poly1305(key, nonce, front).encrypt(plain);
  return clear ? concat(front, sealed, raw) : concat(front, sealed);
}

/** Where the sealed part of a RAW_CLEAR body ends. */
function clearEnd(body: Uint8Array): number {
  if (body.length < CLEAR_SIZE + 4 + SEALED_LEAST)
    throw new Violation('a RAW_CLEAR frame too short');
  const n = view(body).getUint32(CLEAR_SIZE, true);
  if (n < SEALED_LEAST || n > body.length - CLEAR_SIZE - 4)
    throw new Violation(`a sealed part of ${n} bytes`);
  return CLEAR_SIZE + 4 + n;
}

function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  front: Uint8Array,
  sealed: Uint8Array,
): Uint8Array {
  try {
    return xchacha20poly1305(key, nonce, front).decrypt(sealed);
  } catch {
    throw new Violation('a sealed frame that cannot be opened');
  }
}

function splitPlain(plain: Uint8Array): { msgpack: Uint8Array; raw: Uint8Array } {
  const m = view(plain).getUint32(0, true);
  if (m === 0 || m > plain.length - 4) throw new Violation(`a msgpack part of ${m} bytes`);
  return { msgpack: plain.subarray(4, 4 + m), raw: plain.subarray(4 + m) };
}

/** Opens a frame whose header has been checked. */
export function openFrame(key: Uint8Array, frame: Frame, mode: Mode): Opened {
  const { header, body } = frame;
  const clear = (frame.flags & RAW_CLEAR) !== 0;
  if (clear && mode === 'relay') throw new Violation('RAW_CLEAR on a relayed link');
  if (!clear && body.length < CLEAR_SIZE + SEALED_LEAST) throw new Violation('a frame too short');
  const start = CLEAR_SIZE + (clear ? 4 : 0);
  const end = clear ? clearEnd(body) : body.length;
  const nonce = body.slice(0, CLEAR_SIZE);
  const front = concat(header.subarray(0, HEADER_SIZE), body.subarray(0, start));
  const part = splitPlain(decrypt(key, nonce, front, body.subarray(start, end)));
  if (clear && part.raw.length !== 0) throw new Violation('raw bytes both sealed and in clear');
  return {
    handle: nonce.slice(0, HANDLE_SIZE),
    counter: view(nonce).getBigUint64(HANDLE_SIZE, true),
    msgpack: part.msgpack,
    raw: clear ? body.slice(end) : part.raw,
  };
}
