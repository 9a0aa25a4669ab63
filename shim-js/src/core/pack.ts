// Writing msgpack. It takes plain data, as the page's half leaves it (page/args.ts): what a key has
// undefined for is dropped.

import { isWellFormed, utf8Encode } from '../bytes.js';

const U64_MOST = 2n ** 64n - 1n;
const I64_LEAST = -(2n ** 63n);

const ROOM_LEAST = 1024;
/** Room that is kept from one value to the next. */
const KEPT_MOST = 65_536;
/** What a string may have for its length to stand in one byte with its type. */
const SHORT_MOST = 0x1f;

class Packer {
  #bytes = new Uint8Array(ROOM_LEAST);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** What was written; the next value begins anew. */
  take(): Uint8Array {
    const packed = this.#bytes.slice(0, this.#size);
    this.#size = 0;
    if (this.#bytes.length > KEPT_MOST) this.#resize(ROOM_LEAST);
    return packed;
  }

  /** Where the next `n` bytes go. */
  #claim(n: number): number {
    const at = this.#size;
    this.#size += n;
    if (this.#size > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const old = this.#bytes;
    this.#resize(Math.max(this.#size, 2 * old.length));
    this.#bytes.set(old);
  }

  #resize(size: number): void {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #u8(value: number): void {
    const at = this.#claim(1);
    this.#bytes[at] = value;
  }

  #tagged(tag: number, width: 1 | 2 | 4, value: number): void {
    this.#u8(tag);
    const at = this.#claim(width);
    if (width === 1) this.#view.setUint8(at, value);
    else if (width === 2) this.#view.setUint16(at, value);
    else this.#view.setUint32(at, value);
  }

  #wide(tag: number, write: (at: number) => void): void {
    this.#u8(tag);
    write(this.#claim(8));
  }

  /** `tags` are those for lengths of one, two and four bytes; 0: there is none. */
  #sized(n: number, tags: readonly [number, number, number]): void {
    if (n <= 0xff && tags[0] !== 0) this.#tagged(tags[0], 1, n);
    else if (n <= 0xffff) this.#tagged(tags[1], 2, n);
    else this.#tagged(tags[2], 4, n);
  }

  #uint(value: number): void {
    if (value <= 0x7f) this.#u8(value);
    else if (value <= 0xffff_ffff) this.#sized(value, [0xcc, 0xcd, 0xce]);
    else this.#wide(0xcf, (at) => this.#view.setBigUint64(at, BigInt(value)));
  }

  #int(value: number): void {
    if (value >= -0x20) this.#u8(value + 0x100);
    else if (value >= -0x80) this.#tagged(0xd0, 1, value);
    else if (value >= -0x8000) this.#tagged(0xd1, 2, value);
    else if (value >= -0x8000_0000) this.#tagged(0xd2, 4, value);
    else this.#wide(0xd3, (at) => this.#view.setBigInt64(at, BigInt(value)));
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value)) this.#wide(0xcb, (at) => this.#view.setFloat64(at, value));
    else if (value >= 0) this.#uint(value);
    else this.#int(value);
  }

  #bigint(value: bigint): void {
    if (value > U64_MOST || value < I64_LEAST) throw new TypeError('a whole number over 64 bits');
    if (BigInt.asIntN(53, value) === value) this.#number(Number(value));
    else if (value > 0n) this.#wide(0xcf, (at) => this.#view.setBigUint64(at, value));
    else this.#wide(0xd3, (at) => this.#view.setBigInt64(at, value));
  }

  #string(text: string): void {
    if (text.length <= SHORT_MOST && this.#shortAscii(text)) return;
    if (!isWellFormed(text)) throw new TypeError('a string holds a lone surrogate');
    const bytes = utf8Encode(text);
    if (bytes.length <= 0x1f) this.#u8(0xa0 | bytes.length);
    else this.#sized(bytes.length, [0xd9, 0xda, 0xdb]);
    this.#raw(bytes);
  }

  /** Most strings are keys and names, for which an encoder costs more than all else. */
  #shortAscii(text: string): boolean {
    const start = this.#size;
    this.#u8(0xa0 | text.length);
    const at = this.#claim(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#size = start;
        return false;
      }
      this.#bytes[at + i] = code;
    }
    return true;
  }

  #raw(bytes: Uint8Array): void {
    const at = this.#claim(bytes.length);
    this.#bytes.set(bytes, at);
  }

  value(value: unknown): void {
    if (value === null || value === undefined) this.#u8(0xc0);
    else if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'boolean') this.#u8(value ? 0xc3 : 0xc2);
    else if (typeof value === 'bigint') this.#bigint(value);
    else if (value instanceof Uint8Array) this.#bin(value);
    else if (Array.isArray(value)) this.#array(value);
    else this.#map(value);
  }

  #bin(bytes: Uint8Array): void {
    this.#sized(bytes.length, [0xc4, 0xc5, 0xc6]);
    this.#raw(bytes);
  }

  #array(values: unknown[]): void {
    if (values.length <= 0x0f) this.#u8(0x90 | values.length);
    else this.#sized(values.length, [0, 0xdc, 0xdd]);
    for (const value of values) this.value(value);
  }

  #map(map: object): void {
    const entries = Object.entries(map).filter(([, value]) => value !== undefined);
    if (entries.length <= 0x0f) this.#u8(0x80 | entries.length);
    else this.#sized(entries.length, [0, 0xde, 0xdf]);
    for (const [key, value] of entries) {
      this.#string(key);
      this.value(value);
    }
  }
}

const packer = new Packer();

/** Throws a TypeError for what msgpack or the protocol cannot carry. */
export function pack(value: unknown): Uint8Array {
  try {
    packer.value(value);
  } catch (error) {
    packer.take();
    throw error;
  }
  return packer.take();
}
