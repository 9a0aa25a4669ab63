// Messages for one handler of the page, in order and one at a time: the next one waits until the
// promise that the handler returned has settled.

import { Fifo } from './fifo.js';

/** Hands something over; `taken` is called once, when the page has dealt with it. */
export type Deliver = (item: unknown, taken: () => void) => void;

export class Inbox {
  readonly #handler: (message: unknown) => unknown;
  readonly #waiting = new Fifo<{ message: unknown; taken: () => void }>();
  #running: Promise<void> | null = null;

  constructor(handler: (message: unknown) => unknown) {
    this.#handler = handler;
  }

  deliver(message: unknown, taken: () => void): void {
    this.#waiting.push({ message, taken });
    this.#running ??= this.#run();
  }

  /** Settles when nothing waits. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Handlers are never called from inside the reading of a frame.
    await null;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#handle(next.message);
      next.taken();
    }
    this.#running = null;
  }

  /** What a handler throws is the page's own: it is reported like that of any other callback. */
  async #handle(message: unknown): Promise<void> {
    try {
      await this.#handler(message);
    } catch (error) {
      void Promise.reject(error);
    }
  }
}
