import { blake2b } from '@noble/hashes/blake2';

import { concat, utf8Encode } from '../../src/bytes.js';

export interface Vector {
  name: string;
  expect: 'ok' | 'error' | 'dropped' | 'closed' | 'steps';
  [field: string]: unknown;
}

/** Bytes that look random and are the same at every run. */
export function bytesOf(label: string, size: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i * 64 < size; i++) blocks.push(blake2b(utf8Encode(`${label} ${i}`)));
  return concat(...blocks).slice(0, size);
}

export function handleOf(label: string): Uint8Array {
  return bytesOf(`handle ${label}`, 16);
}

export function flip(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const changed = bytes.slice();
  const place = at < 0 ? bytes.length + at : at;
  changed[place] = (changed[place] as number) ^ mask;
  return changed;
}
