// Reading msgpack. One reader serves the scan, the typed messages and the values, so that no two
// of them can take the same bytes differently. core/pack.ts writes.

import { utf8Decode, view } from './bytes.js';
import { Violation } from './error.js';

export type ItemType = 'nil' | 'bool' | 'uint' | 'int' | 'float' | 'str' | 'bin' | 'array' | 'map';

export interface Item {
  type: ItemType;
  /** Of nil, bool and numbers. A whole number that a double cannot hold is a bigint. */
  value: null | boolean | number | bigint;
  /** Bytes of a str or bin, elements of an array, pairs of a map. */
  size: number;
  /** Where the payload of a str or bin, or the first element, begins. */
  start: number;
  /** Behind the payload; for an array or map the same as `start`. */
  end: number;
}

function scalar(type: ItemType, value: Item['value'], end: number): Item {
  return { type, value, size: 0, start: end, end };
}

function whole(value: number | bigint, end: number): Item {
  const safe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return scalar(value < 0 ? 'int' : 'uint', safe ? Number(value) : BigInt(value), end);
}

function need(bytes: Uint8Array, end: number): void {
  if (end > bytes.length) throw new Violation('msgpack ends in the middle of a value');
}

function sized(bytes: Uint8Array, type: 'str' | 'bin', size: number, start: number): Item {
  need(bytes, start + size);
  return { type, value: null, size, start, end: start + size };
}

/** An element takes at least one byte, so a count above the bytes left is a lie. */
function counted(bytes: Uint8Array, type: 'array' | 'map', size: number, start: number): Item {
  const least = type === 'map' ? size * 2 : size;
  if (least > bytes.length - start) throw new Violation(`a count of ${size} in too few bytes`);
  return { type, value: null, size, start, end: start };
}

function readLength(bytes: Uint8Array, at: number, width: 1 | 2 | 4): number {
  need(bytes, at + width);
  const data = view(bytes);
  if (width === 1) return data.getUint8(at);
  return width === 2 ? data.getUint16(at) : data.getUint32(at);
}

function readNumber(bytes: Uint8Array, tag: number, at: number): Item {
  const width = tag <= 0xcb ? (tag === 0xca ? 4 : 8) : 1 << (tag & 3);
  need(bytes, at + width);
  const data = view(bytes);
  switch (tag) {
    case 0xca:
      return scalar('float', data.getFloat32(at), at + width);
    case 0xcb:
      return scalar('float', data.getFloat64(at), at + width);
    case 0xcc:
      return whole(data.getUint8(at), at + width);
    case 0xcd:
      return whole(data.getUint16(at), at + width);
    case 0xce:
      return whole(data.getUint32(at), at + width);
    case 0xcf:
      return whole(data.getBigUint64(at), at + width);
    case 0xd0:
      return whole(data.getInt8(at), at + width);
    case 0xd1:
      return whole(data.getInt16(at), at + width);
    case 0xd2:
      return whole(data.getInt32(at), at + width);
    default:
      return whole(data.getBigInt64(at), at + width);
  }
}

function readFixed(bytes: Uint8Array, tag: number, at: number): Item {
  if (tag <= 0x7f) return whole(tag, at);
  if (tag <= 0x8f) return counted(bytes, 'map', tag & 0x0f, at);
  if (tag <= 0x9f) return counted(bytes, 'array', tag & 0x0f, at);
  if (tag <= 0xbf) return sized(bytes, 'str', tag & 0x1f, at);
  return whole(tag - 0x100, at);
}

/** Reads one value, or the head of one array or map, at `offset`. */
export function readItem(bytes: Uint8Array, offset: number): Item {
  need(bytes, offset + 1);
  const tag = bytes[offset] as number;
  const at = offset + 1;
  if (tag <= 0xbf || tag >= 0xe0) return readFixed(bytes, tag, at);
  if (tag >= 0xca && tag <= 0xd3) return readNumber(bytes, tag, at);
  switch (tag) {
    case 0xc0:
      return scalar('nil', null, at);
    case 0xc2:
      return scalar('bool', false, at);
    case 0xc3:
      return scalar('bool', true, at);
    case 0xc4:
      return sized(bytes, 'bin', readLength(bytes, at, 1), at + 1);
    case 0xc5:
      return sized(bytes, 'bin', readLength(bytes, at, 2), at + 2);
    case 0xc6:
      return sized(bytes, 'bin', readLength(bytes, at, 4), at + 4);
    case 0xd9:
      return sized(bytes, 'str', readLength(bytes, at, 1), at + 1);
    case 0xda:
      return sized(bytes, 'str', readLength(bytes, at, 2), at + 2);
    case 0xdb:
      return sized(bytes, 'str', readLength(bytes, at, 4), at + 4);
    case 0xdc:
      return counted(bytes, 'array', readLength(bytes, at, 2), at + 2);
    case 0xdd:
      return counted(bytes, 'array', readLength(bytes, at, 4), at + 4);
    case 0xde:
      return counted(bytes, 'map', readLength(bytes, at, 2), at + 2);
    case 0xdf:
      return counted(bytes, 'map', readLength(bytes, at, 4), at + 4);
    default:
      throw new Violation(`msgpack type 0x${tag.toString(16)}`);
  }
}

export function payload(bytes: Uint8Array, item: Item): Uint8Array {
  return bytes.subarray(item.start, item.end);
}

/** Where the value at `offset` ends. For scanned bytes only: the depth is not checked again. */
function skip(bytes: Uint8Array, offset: number): number {
  const item = readItem(bytes, offset);
  const elements = item.type === 'map' ? item.size * 2 : item.type === 'array' ? item.size : 0;
  let at = item.end;
  for (let i = 0; i < elements; i++) at = skip(bytes, at);
  return at;
}

/** The values of a scanned map, each as the bytes that encode it. */
export function splitMap(bytes: Uint8Array): Map<string, Uint8Array> {
  const head = readItem(bytes, 0);
  if (head.type !== 'map') throw new Violation(`${head.type} instead of a map`);
  const values = new Map<string, Uint8Array>();
  let at = head.end;
  for (let i = 0; i < head.size; i++) {
    const key = readItem(bytes, at);
    const end = skip(bytes, key.end);
    values.set(utf8Decode(payload(bytes, key)), bytes.subarray(key.end, end));
    at = end;
  }
  return values;
}

/** The elements of a scanned array, each as the bytes that encode it. */
export function splitArray(bytes: Uint8Array): Uint8Array[] {
  const head = readItem(bytes, 0);
  if (head.type !== 'array') throw new Violation(`${head.type} instead of an array`);
  const elements: Uint8Array[] = [];
  let at = head.end;
  for (let i = 0; i < head.size; i++) {
    const end = skip(bytes, at);
    elements.push(bytes.subarray(at, end));
    at = end;
  }
  return elements;
}

/** Plain assignment to `__proto__` would set the prototype. */
function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else
    Object.defineProperty(target, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}

/** Builds values in one pass over scanned bytes. */
class Builder {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(): unknown {
    const item = readItem(this.#bytes, this.#at);
    this.#at = item.end;
    switch (item.type) {
      case 'str':
        return utf8Decode(payload(this.#bytes, item));
      case 'bin':
        return payload(this.#bytes, item).slice();
      case 'array':
        return Array.from({ length: item.size }, () => this.value());
      case 'map':
        return this.#map(item.size);
      default:
        return item.value;
    }
  }

  #map(size: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.value() as string;
      setKey(object, key, this.value());
    }
    return object;
  }
}

/** The JavaScript value of scanned bytes. A bin is a Uint8Array of its own. */
export function decode(bytes: Uint8Array): unknown {
  return new Builder(bytes).value();
}
