// FileHandle.write of plugin-fs puts its bytes into the arguments. What one call cannot hold is
// written by several, one after the other: the file's place goes on from one to the next.

import { bytesOf, copyOf, sizeOf } from './bytes.js';
import { ownKeys } from './intrinsics.js';
import { defer, settled } from './promise.js';
import { bare, own } from './safe.js';

const PART_MOST = 1_048_576;

/** The bytes, if they are too many for one call. */
export function manyBytes(name: string, args: unknown): Uint8Array | undefined {
  const data = name === 'plugin:fs|write' ? bytesOf(own(args, 'data')) : undefined;
  return data !== undefined && sizeOf(data) > PART_MOST ? data : undefined;
}

function withData(args: unknown, data: Uint8Array): object {
  const some = bare<unknown>();
  const keys = ownKeys(args as object);
  for (let i = 0; i < keys.length; i++) some[keys[i] as string] = own(args, keys[i] as string);
  some['data'] = data;
  return some;
}

/** Resolves with the number of bytes that were written, as one call does. */
export function writeMany(
  write: (args: object) => Promise<unknown>,
  args: unknown,
  data: Uint8Array,
): Promise<number> {
  const size = sizeOf(data);
  const all = defer<number>();
  const from = (at: number): void => {
    if (at === size) return all.resolve(at);
    const end = at + PART_MOST < size ? at + PART_MOST : size;
    const part = copyOf(data, at, end);
    settled(write(withData(args, part)), () => from(end), all.reject);
  };
  from(0);
  return all.promise;
}
