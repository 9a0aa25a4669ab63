// FileHandle.write of plugin-fs and Child.write of plugin-shell put their bytes into the arguments.
// What one call cannot hold is written by several, one after the other: the file's place, or the
// pipe, goes on from one to the next.

import { bytesOf, copyOf, sizeOf } from './bytes.js';
import { charCodeAt, ownKeys, slice } from './intrinsics.js';
import { defer, settled } from './promise.js';
import { bare, own } from './safe.js';

const BYTES_MOST = 1_048_576;
/** Of a text, in UTF-16: each takes three bytes at most. */
const UNITS_MOST = 262_144;

/** Which argument it is. */
const KEYS = bare<string>();
KEYS['plugin:fs|write'] = 'data';
KEYS['plugin:shell|stdin_write'] = 'buffer';

/** What is too much for one call. */
export interface Many {
  readonly size: number;
  /** Where the part ends that begins there. */
  end(from: number): number;
  /** The call's arguments with that part alone. */
  args(from: number, end: number): object;
}

function withPart(args: unknown, key: string, part: unknown): object {
  const some = bare<unknown>();
  const keys = ownKeys(args as object);
  for (let i = 0; i < keys.length; i++) some[keys[i] as string] = own(args, keys[i] as string);
  some[key] = part;
  return some;
}

const least = (a: number, b: number): number => (a < b ? a : b);

function manyBytes(args: unknown, key: string, bytes: Uint8Array): Many | undefined {
  const size = sizeOf(bytes);
  if (size <= BYTES_MOST) return undefined;
  return {
    size,
    end: (from) => least(from + BYTES_MOST, size),
    args: (from, end) => withPart(args, key, copyOf(bytes, from, end)),
  };
}

/** A pair of surrogates is one letter, and not to be parted. */
function textEnd(text: string, from: number): number {
  const end = least(from + UNITS_MOST, text.length);
  const pair = end < text.length && (charCodeAt(text, end - 1) & 0xfc00) === 0xd800;
  return pair ? end - 1 : end;
}

function manyLetters(args: unknown, key: string, text: string): Many | undefined {
  if (text.length <= UNITS_MOST) return undefined;
  return {
    size: text.length,
    end: (from) => textEnd(text, from),
    args: (from, end) => withPart(args, key, slice(text, from, end)),
  };
}

/** Undefined: one call holds it. */
export function manyOf(name: string, args: unknown): Many | undefined {
  const key = KEYS[name];
  if (key === undefined) return undefined;
  const value = own(args, key);
  if (typeof value === 'string') return manyLetters(args, key, value);
  const bytes = bytesOf(value);
  return bytes === undefined ? undefined : manyBytes(args, key, bytes);
}

/** Resolves with how much was written, as one call of plugin-fs does. */
export function writeMany(write: (args: object) => Promise<unknown>, many: Many): Promise<number> {
  const all = defer<number>();
  const from = (at: number): void => {
    if (at === many.size) return all.resolve(at);
    const end = many.end(at);
    settled(write(many.args(at, end)), () => from(end), all.reject);
  };
  from(0);
  return all.promise;
}
