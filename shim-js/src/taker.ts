// Where the parts of a call's result go.

export interface Taker {
  /** `taken` is called once, when the page has the part. */
  part(bytes: Uint8Array, taken: () => void): void;
  /** What the call resolves with: `rest` came with REPLY. */
  finish(rest: Uint8Array): unknown;
}

const ROOM_LEAST = 65_536;

/**
 * For results that are wanted whole: `overflow` is called once they get larger than `most`. The
 * parts may be of any size, so that they are joined as they come: kept one by one, small ones
 * would take many times the memory that they hold.
 */
export class Collector implements Taker {
  readonly #most: number;
  readonly #overflow: () => void;
  #whole = new Uint8Array(0);
  #size = 0;
  #parted = false;

  constructor(most: number, overflow: () => void) {
    this.#most = most;
    this.#overflow = overflow;
  }

  part(bytes: Uint8Array, taken: () => void): void {
    const size = this.#size + bytes.length;
    if (size > this.#most) {
      this.#whole = new Uint8Array(0);
      return this.#overflow();
    }
    if (size > this.#whole.length) this.#grow(size);
    this.#whole.set(bytes, this.#size);
    this.#size = size;
    this.#parted = true;
    taken();
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, 2 * this.#whole.length, ROOM_LEAST));
    larger.set(this.#whole);
    this.#whole = larger;
  }

  finish(rest: Uint8Array): Uint8Array {
    if (!this.#parted) return rest;
    this.part(rest, () => undefined);
    return this.#whole.slice(0, this.#size);
  }
}
