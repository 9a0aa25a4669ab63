// Byte strings as the vectors write them: hex digits, and `(hex)*N` for N repetitions.
// proto/vectors/README.md has the grammar.

import { bytesToHex, hexToBytes } from '@noble/hashes/utils';

import { concat } from '../src/bytes.js';

const PART = /([0-9a-f]+)|\(([0-9a-f]+)\)\*(\d+)/y;

function repeat(bytes: Uint8Array, times: number): Uint8Array {
  const out = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) out.set(bytes, i * bytes.length);
  return out;
}

export function expand(pattern: string): Uint8Array {
  const text = pattern.replaceAll(' ', '|');
  const parts: Uint8Array[] = [];
  for (const word of text.split('|').filter((part) => part !== '')) {
    PART.lastIndex = 0;
    const match = PART.exec(word);
    if (match === null || match[0].length !== word.length) throw new Error(`bad pattern: ${word}`);
    const [, plain, repeated, times] = match;
    parts.push(
      plain !== undefined
        ? hexToBytes(plain)
        : repeat(hexToBytes(repeated as string), Number(times)),
    );
  }
  return concat(...parts);
}

export const hex = bytesToHex;
