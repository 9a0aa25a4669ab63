// Reading the maps of the protocol's messages: exactly their keys, of the right types, in bounds.

import { HANDLE_SIZE, isZero, split, utf8Decode } from './bytes.js';
import { Violation } from './error.js';
import { payload, readItem, splitMap, type ItemType } from './msgpack.js';
import { scan } from './scan.js';

export const U32_MOST = 0xffff_ffff;

export type Fields = Map<string, Uint8Array>;

export function checkKeys(
  map: Fields,
  required: readonly string[],
  optional: readonly string[],
): Fields {
  for (const key of required) if (!map.has(key)) throw new Violation(`the key ${key} is missing`);
  for (const key of map.keys())
    if (!required.includes(key) && !optional.includes(key)) throw new Violation('an unknown key');
  return map;
}

/** The key is there, and of any type. */
export function readAny(fields: Fields, key: string): Uint8Array {
  return fields.get(key) as Uint8Array;
}

export function read(fields: Fields, key: string, type: ItemType): Uint8Array {
  const field = readAny(fields, key);
  const found = readItem(field, 0).type;
  if (found !== type) throw new Violation(`${key} is of type ${found}`);
  return field;
}

export function readUint(
  fields: Fields,
  key: string,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(readItem(read(fields, key, 'uint'), 0).value);
  if (value < least || value > most) throw new Violation(`${key} is ${value}`);
  return value;
}

export function readStr(fields: Fields, key: string, most: number): string {
  const field = read(fields, key, 'str');
  const bytes = payload(field, readItem(field, 0));
  if (bytes.length > most) throw new Violation(`${key} is ${bytes.length} bytes long`);
  return utf8Decode(bytes);
}

export function readHandles(fields: Fields, key: string): Uint8Array[] {
  const field = read(fields, key, 'bin');
  const bytes = payload(field, readItem(field, 0));
  if (bytes.length % HANDLE_SIZE !== 0) throw new Violation(`${key} of ${bytes.length} bytes`);
  const handles = split(bytes, HANDLE_SIZE);
  if (handles.some(isZero)) throw new Violation(`the zero handle in ${key}`);
  return handles;
}

export function open(
  msgpack: Uint8Array,
  required: readonly string[],
  optional: readonly string[] = [],
): Fields {
  scan(msgpack);
  return checkKeys(splitMap(msgpack), required, optional);
}

/** `bytes` states what is there; without it nothing may be there. */
export function readBytes(fields: Fields, rawLength: number): { bytes?: number } {
  if (!fields.has('bytes')) {
    if (rawLength !== 0) throw new Violation('raw bytes that were not stated');
    return {};
  }
  const bytes = readUint(fields, 'bytes');
  if (bytes !== rawLength) throw new Violation(`${rawLength} raw bytes instead of ${bytes}`);
  return { bytes };
}

export function noRaw(rawLength: number): void {
  if (rawLength !== 0) throw new Violation('raw bytes on a message without any');
}

export function readNext(fields: Fields): { next?: Uint8Array } {
  if (!fields.has('next')) return {};
  const [next, ...more] = readHandles(fields, 'next');
  if (next === undefined || more.length > 0) throw new Violation('next is not one handle');
  return { next };
}

/** A flag that is true if it is there. */
export function readTrue(fields: Fields, key: string): boolean {
  if (!fields.has(key)) return false;
  if (readItem(read(fields, key, 'bool'), 0).value !== true) throw new Violation(`${key} is false`);
  return true;
}

/** Exactly one of these keys is there; the answer is which. */
export function oneOf<Key extends string>(fields: Fields, keys: readonly Key[]): Key {
  const [found, ...more] = keys.filter((key) => fields.has(key));
  if (found === undefined || more.length > 0)
    throw new Violation(`not exactly one of ${keys.join(', ')}`);
  return found;
}
