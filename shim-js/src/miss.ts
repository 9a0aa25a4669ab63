// Names that the page asked for and that are not granted. At most 10 go out in any second;
// further ones are counted and told with the last of them.

import { encodeMiss, missName } from './messages.js';

const MOST = 10;
/**
 * The broker measures at its own end, where frames can arrive closer together than they were
 * sent.
 */
const WINDOW_MS = 1100;

export interface Clock {
  now(): number;
  after(ms: number, act: () => void): () => void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

export class MissReporter {
  readonly #send: (msgpack: Uint8Array) => void;
  readonly #clock: Clock;
  readonly #most: number;
  #sent: number[] = [];
  #last = '';
  #unsent = 0;
  #cancel: (() => void) | null = null;

  constructor(perSecond: number, send: (msgpack: Uint8Array) => void, clock: Clock) {
    this.#most = Math.min(perSecond, MOST);
    this.#send = send;
    this.#clock = clock;
  }

  report(name: string): void {
    if (this.#most === 0) return;
    this.#last = missName(name);
    this.#unsent += 1;
    this.#flush();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#unsent = 0;
  }

  /** One frame stands for the name in it and for `count` others. */
  #flush(): void {
    if (this.#cancel !== null) return;
    const now = this.#clock.now();
    this.#sent = this.#sent.filter((time) => now - time < WINDOW_MS);
    const oldest = this.#sent[0];
    if (oldest !== undefined && this.#sent.length >= this.#most) this.#wait(oldest, now);
    else this.#tell(now);
  }

  #wait(oldest: number, now: number): void {
    this.#cancel = this.#clock.after(oldest + WINDOW_MS - now, () => {
      this.#cancel = null;
      this.#flush();
    });
  }

  #tell(now: number): void {
    const count = this.#unsent > 1 ? this.#unsent - 1 : undefined;
    this.#unsent = 0;
    this.#sent.push(now);
    this.#send(encodeMiss({ name: this.#last, count }));
  }
}
