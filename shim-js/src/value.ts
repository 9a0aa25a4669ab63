// From JavaScript values to msgpack. What JSON.stringify would drop is dropped here too, so that
// code written for Tauri's invoke keeps its meaning; bytes stay bytes, and channels become their
// names.

import { Encoder } from '@msgpack/msgpack';

import { isWellFormed } from './bytes.js';
import { endOf, type Channel, type ChannelEnd } from './page-channel.js';
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

/** The channels that were met on the way, by their ids. */
export type Channels = Map<number, ChannelEnd>;

class Converter {
  readonly #channels: Channels;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  convert(value: unknown, outer: number): unknown {
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
        return value === null ? null : this.#object(value, outer + 1);
      default:
        return undefined;
    }
  }

  #entries(entries: Iterable<[string, unknown]>, depth: number): object {
    const clean = Object.create(null) as Record<string, unknown>;
    for (const [key, value] of entries) {
      const wire = this.convert(value, depth);
      if (wire !== undefined) clean[fromString(key)] = wire;
    }
    return clean;
  }

  #object(value: object, depth: number): unknown {
    if (depth > DEPTH_MOST) throw new TypeError('nested too deeply, or in a circle');
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value))
      return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const end = endOf(value);
    if (end !== undefined) return this.#channel(value as Channel, end);
    if ('toJSON' in value && typeof value.toJSON === 'function')
      return this.convert((value.toJSON as () => unknown)(), depth);
    if (Array.isArray(value))
      return Array.from(value, (element) => this.convert(element, depth) ?? null);
    if (value instanceof Map) return this.#entries(value.entries(), depth);
    return this.#entries(Object.entries(value), depth);
  }

  #channel(channel: Channel, end: ChannelEnd): string {
    this.#channels.set(channel.id, end);
    return `__CHANNEL__:${channel.id}`;
  }
}

/** Throws a TypeError for what msgpack or the protocol cannot carry. */
export function encode(value: unknown, channels: Channels = new Map()): Uint8Array {
  return encoder.encode(new Converter(channels).convert(value, 0) ?? null);
}
