// The bytes of a result on their way to the page: joined, or part by part as it asks for them.

import { Fifo } from '../fifo.js';

const ROOM_LEAST = 65_536;
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * For results that are wanted whole. The parts may be of any size, so that they are joined as they
 * come: kept one by one, small ones would take many times the memory that they hold.
 */
export class Collector {
  readonly #most: number;
  #whole = NOTHING;
  #size = 0;
  #parted = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** False: it is larger than what is wanted, and what there was is gone. */
  part(bytes: Uint8Array): boolean {
    const size = this.#size + bytes.length;
    if (size > this.#most) {
      this.#whole = NOTHING;
      return false;
    }
    if (size > this.#whole.length) this.#grow(size);
    this.#whole.set(bytes, this.#size);
    this.#size = size;
    this.#parted = true;
    return true;
  }

  #grow(least: number): void {
    const larger = new Uint8Array(Math.max(least, 2 * this.#whole.length, ROOM_LEAST));
    larger.set(this.#whole);
    this.#whole = larger;
  }

  /** The result, alone in its buffer; undefined: it is too large. */
  finish(rest: Uint8Array): Uint8Array | undefined {
    if (!this.#parted) return rest.length <= this.#most ? rest : undefined;
    if (!this.part(rest)) return undefined;
    return this.#whole.length === this.#size ? this.#whole : this.#whole.slice(0, this.#size);
  }
}

export interface Part {
  readonly bytes: Uint8Array;
  readonly cost: number;
}

/** For results that are taken in parts. */
export class PartQueue {
  readonly #parts = new Fifo<Part>();
  readonly #hand: (part: Part) => void;
  #asked = 0;

  constructor(hand: (part: Part) => void) {
    this.#hand = hand;
  }

  get empty(): boolean {
    return this.#parts.size === 0;
  }

  put(part: Part): void {
    this.#parts.push(part);
    this.#flow();
  }

  ask(): void {
    this.#asked += 1;
    this.#flow();
  }

  /** What is there is not wanted any more. */
  clear(): void {
    this.#parts.clear();
  }

  #flow(): void {
    while (this.#asked > 0 && !this.empty) {
      this.#asked -= 1;
      this.#hand(this.#parts.shift() as Part);
    }
  }
}
