// From JavaScript values to msgpack. What JSON.stringify would drop is dropped here too, so that
// code written for Tauri's invoke keeps its meaning; bytes stay bytes.

import { Encoder } from '@msgpack/msgpack';

import { isWellFormed } from './bytes.js';
import { DEPTH_MOST } from './scan.js';

const encoder = new Encoder({ useBigInt64: true });

const U64_MOST = 2n ** 64n - 1n;
const I64_LEAST = -(2n ** 63n);

function fromNumber(value: number): number | bigint {
  // The encoder would write whole numbers over 32 bits as floats.
  const wide = Number.isSafeInteger(value) && (value > 0xffff_ffff || value < -0x8000_0000);
  return wide ? BigInt(value) : value;
}

function fromBigint(value: bigint): bigint | number {
  if (value > U64_MOST || value < I64_LEAST) throw new TypeError('a whole number over 64 bits');
  return value <= 0xffff_ffffn && value >= -0x8000_0000n ? Number(value) : value;
}

function fromString(value: string): string {
  if (!isWellFormed(value)) throw new TypeError('a string holds a lone surrogate');
  return value;
}

function fromEntries(entries: Iterable<[string, unknown]>, depth: number): object {
  const clean = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) {
    const wire = toWire(value, depth);
    if (wire !== undefined) clean[fromString(key)] = wire;
  }
  return clean;
}

function fromObject(value: object, depth: number): unknown {
  if (depth > DEPTH_MOST) throw new TypeError('nested too deeply, or in a circle');
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return toWire((value.toJSON as () => unknown)(), depth);
  if (Array.isArray(value)) return Array.from(value, (element) => toWire(element, depth) ?? null);
  if (value instanceof Map) return fromEntries(value.entries(), depth);
  return fromEntries(Object.entries(value), depth);
}

function toWire(value: unknown, outer: number): unknown {
  switch (typeof value) {
    case 'string':
      return fromString(value);
    case 'number':
      return fromNumber(value);
    case 'bigint':
      return fromBigint(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : fromObject(value, outer + 1);
    default:
      return undefined;
  }
}

/** Throws a TypeError for what msgpack or the protocol cannot carry. */
export function encode(value: unknown): Uint8Array {
  return encoder.encode(toWire(value, 0) ?? null);
}
