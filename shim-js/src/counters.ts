// The counter of each handle in one direction (PROTOCOL.md, section 4).

import { bytesToHex } from '@noble/hashes/utils';

import { Violation } from './error.js';

export class Counters {
  readonly #next = new Map<string, bigint>();

  /** The number that the next frame to be sent under `handle` carries. */
  take(handle: Uint8Array): bigint {
    const key = bytesToHex(handle);
    const counter = this.#next.get(key) ?? 0n;
    this.#next.set(key, counter + 1n);
    return counter;
  }

  /** A received frame must carry the very next number. */
  check(handle: Uint8Array, counter: bigint): void {
    const key = bytesToHex(handle);
    const expected = this.#next.get(key) ?? 0n;
    if (counter !== expected) throw new Violation(`counter ${counter} where ${expected} is due`);
    this.#next.set(key, expected + 1n);
  }

  /** After its REPLY a handle is dead and its number no longer wanted. */
  forget(handle: Uint8Array): void {
    this.#next.delete(bytesToHex(handle));
  }
}
