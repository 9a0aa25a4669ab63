// Names that the page asked for and that are not granted. At most 10 go out in any second. A few
// wait for their turn, the rest is counted: those first that were never told, so that one name
// that is asked for again and again does not hide another, which may be a tripwire.

import { encodeMiss, missName } from './messages.js';

const MOST = 10;
const NAMES_MOST = 16;
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

/** What is known of a name: that it is to be told, and that it was told before. */
interface Missed {
  waiting: boolean;
  told: boolean;
}

/** Different names, the oldest first. */
class MissedNames {
  readonly #names = new Map<string, Missed>();
  #more = 0;

  add(name: string): void {
    let missed = this.#names.get(name);
    if (missed === undefined && this.#makeRoom()) {
      missed = { waiting: false, told: false };
      this.#names.set(name, missed);
    }
    if (missed === undefined || missed.waiting) this.#more += 1;
    else missed.waiting = true;
  }

  get waits(): boolean {
    return this.#next() !== undefined;
  }

  /** One that waits, which counts as told then. */
  take(): { name: string; count: number | undefined } {
    const name = this.#next() as string;
    const count = this.#more > 0 ? this.#more : undefined;
    this.#more = 0;
    this.#names.delete(name);
    this.#names.set(name, { waiting: false, told: true });
    return { name, count };
  }

  clear(): void {
    this.#names.clear();
    this.#more = 0;
  }

  #next(): string | undefined {
    return this.#oldest(true, false) ?? this.#oldest(true, true);
  }

  #oldest(waiting: boolean, told: boolean): string | undefined {
    for (const [name, missed] of this.#names)
      if (missed.waiting === waiting && missed.told === told) return name;
    return undefined;
  }

  /** Who was told before makes room, and who was not never does. */
  #makeRoom(): boolean {
    if (this.#names.size < NAMES_MOST) return true;
    const idle = this.#oldest(false, true);
    const name = idle ?? this.#oldest(true, true);
    if (name === undefined) return false;
    if (idle === undefined) this.#more += 1;
    return this.#names.delete(name);
  }
}

export class MissReporter {
  readonly #send: (msgpack: Uint8Array) => void;
  readonly #clock: Clock;
  readonly #most: number;
  #sent: number[] = [];
  readonly #names = new MissedNames();
  #cancel: (() => void) | null = null;

  constructor(perSecond: number, send: (msgpack: Uint8Array) => void, clock: Clock) {
    this.#most = Math.min(perSecond, MOST);
    this.#send = send;
    this.#clock = clock;
  }

  report(name: string): void {
    if (this.#most === 0) return;
    this.#names.add(missName(name));
    this.#flush();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#names.clear();
  }

  #flush(): void {
    while (this.#cancel === null && this.#names.waits) {
      const now = this.#clock.now();
      this.#sent = this.#sent.filter((time) => now - time < WINDOW_MS);
      const oldest = this.#sent[0];
      if (oldest !== undefined && this.#sent.length >= this.#most) this.#wait(oldest, now);
      else this.#tell(now);
    }
  }

  #wait(oldest: number, now: number): void {
    this.#cancel = this.#clock.after(oldest + WINDOW_MS - now, () => {
      this.#cancel = null;
      this.#flush();
    });
  }

  /** One frame stands for the name in it and for `count` others. */
  #tell(now: number): void {
    this.#sent.push(now);
    this.#send(encodeMiss(this.#names.take()));
  }
}
