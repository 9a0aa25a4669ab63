// The messages of one channel, in order and one at a time: the next one goes to the page when its
// handler has dealt with the one before. What waits is bounded by the sender's credit.

import { Fifo } from '../fifo.js';

export interface Message {
  readonly payload: unknown;
  readonly cost: number;
}

export class Inbox {
  readonly #waiting = new Fifo<Message>();
  readonly #hand: (payload: unknown) => void;
  readonly #credit: (cost: number) => void;
  /** The cost of the message that the page has. */
  #held: number | null = null;

  constructor(hand: (payload: unknown) => void, credit: (cost: number) => void) {
    this.#hand = hand;
    this.#credit = credit;
  }

  get idle(): boolean {
    return this.#held === null;
  }

  put(message: Message): void {
    if (this.#held === null) this.#give(message);
    else this.#waiting.push(message);
  }

  taken(): void {
    if (this.#held === null) return;
    this.#credit(this.#held);
    this.#held = null;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#give(next);
  }

  /** What still waits is not wanted any more. */
  clear(): void {
    this.#waiting.clear();
  }

  #give({ payload, cost }: Message): void {
    this.#held = cost;
    this.#hand(payload);
  }
}
