// Little-endian numbers, UTF-8 and joined byte strings.

import { Violation } from './error.js';

export const HANDLE_SIZE = 16;

/** A decoder costs more than it does for names and keys. */
const SHORT_MOST = 32;

const encoder = new TextEncoder();
// ignoreBOM: a byte order mark is a character of the string like any other. Were it dropped, two
// different map keys could look the same and a file's text would change on its way.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Undefined: it is not short, or not ASCII alone. */
function shortAscii(bytes: Uint8Array): string | undefined {
  if (bytes.length > SHORT_MOST) return undefined;
  let text = '';
  for (const byte of bytes) {
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

export function utf8Decode(bytes: Uint8Array): string {
  const short = shortAscii(bytes);
  if (short !== undefined) return short;
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Violation('a string is not valid UTF-8');
  }
}

/** A lone surrogate has no UTF-8 form. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** What is not well-formed has the replacement character instead. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : utf8Decode(utf8Encode(text));
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  view(bytes).setUint16(0, value, true);
  return bytes;
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  view(bytes).setUint32(0, value, true);
  return bytes;
}

export function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  view(bytes).setBigUint64(0, value, true);
  return bytes;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Cuts a whole number of parts of `size` bytes; the parts are copies. */
export function split(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.slice(at, at + size));
  return parts;
}
