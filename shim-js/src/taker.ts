// Where the parts of a call's result go.

import { concat } from './bytes.js';

export interface Taker {
  /** `taken` is called once, when the page has the part. */
  part(bytes: Uint8Array, taken: () => void): void;
  /** What the call resolves with: `rest` came with REPLY. */
  finish(rest: Uint8Array): unknown;
}

/** For results that are wanted whole: `overflow` is called once they get larger than `most`. */
export class Collector implements Taker {
  readonly #most: number;
  readonly #overflow: () => void;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(most: number, overflow: () => void) {
    this.#most = most;
    this.#overflow = overflow;
  }

  part(bytes: Uint8Array, taken: () => void): void {
    this.#size += bytes.length;
    if (this.#size > this.#most) {
      this.#parts = [];
      return this.#overflow();
    }
    this.#parts.push(bytes);
    taken();
  }

  finish(rest: Uint8Array): Uint8Array {
    const { length } = this.#parts;
    if (length > 0) this.part(rest, () => undefined);
    return length > 0 ? concat(...this.#parts) : rest;
  }
}
