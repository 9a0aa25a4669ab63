// A result as it comes: the page asks for each part, and only then the program that writes may go
// on.

import { Fifo } from './fifo.js';
import type { Taker } from './taker.js';

interface Part {
  bytes: Uint8Array;
  taken: () => void;
}

interface Asker {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: Error): void;
}

const END = { done: true, value: undefined } as const;

/** The session's side. */
export class ResultParts implements Taker {
  readonly #parts = new Fifo<Part>();
  readonly #askers = new Fifo<Asker>();
  #end: { error: Error | null } | null = null;

  part(bytes: Uint8Array, taken: () => void): void {
    if (bytes.length === 0) return taken();
    const asker = this.#askers.shift();
    if (asker === undefined) return this.#parts.push({ bytes, taken });
    asker.resolve({ done: false, value: bytes });
    taken();
  }

  finish(rest: Uint8Array): undefined {
    this.part(rest, () => undefined);
  }

  /** Nothing more comes. What came before is still there to be taken. */
  end(error: Error | null): void {
    this.#end ??= { error };
    for (let asker = this.#askers.shift(); asker !== undefined; asker = this.#askers.shift())
      this.#answer(asker);
  }

  ask(asker: Asker): void {
    const part = this.#parts.shift();
    if (part === undefined) return this.#answer(asker);
    asker.resolve({ done: false, value: part.bytes });
    part.taken();
  }

  /** The page wants no more. */
  drop(): void {
    this.#parts.clear();
    this.end(null);
  }

  #answer(asker: Asker): void {
    if (this.#end === null) return this.#askers.push(asker);
    const { error } = this.#end;
    // An iterator fails once, and is at its end after that.
    this.#end = { error: null };
    if (error === null) asker.resolve(END);
    else asker.reject(error);
  }
}

/** The page's side. To stop early, leave the loop or call `return`: the call is cancelled. */
export class ResultStream implements AsyncIterableIterator<Uint8Array> {
  readonly #parts: ResultParts;
  readonly #cancel: () => void;

  constructor(parts: ResultParts, cancel: () => void) {
    this.#parts = parts;
    this.#cancel = cancel;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return new Promise((resolve, reject) => this.#parts.ask({ resolve, reject }));
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#parts.drop();
    this.#cancel();
    return Promise.resolve(END);
  }

  /** The same as a ReadableStream that holds nothing back. */
  readable(): ReadableStream<Uint8Array> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          const { done, value } = await this.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        cancel: async () => void (await this.return()),
      },
      { highWaterMark: 0 },
    );
  }
}
