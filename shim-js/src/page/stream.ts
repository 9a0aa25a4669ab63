// A result as it comes: the page asks for each part, and only then the program that writes may go
// on.

import { closeStream, enqueuePart, ReadableStreamCopy, ASYNC_ITERATOR } from './intrinsics.js';
import { defer, settled, type Deferred } from './promise.js';
import { Queue } from './queue.js';
import { own, deepFreeze } from './safe.js';

type Step = IteratorResult<Uint8Array, undefined>;

const END = (): Step => ({ done: true, value: undefined });

/** The side of the call. */
export class Parts {
  readonly #asked = new Queue<Deferred<Step>>();
  #end: { error: Error | undefined } | null = null;
  readonly #pull: () => void;

  constructor(pull: () => void) {
    this.#pull = pull;
  }

  ask(): Promise<Step> {
    const step = defer<Step>();
    this.#asked.push(step);
    if (this.#end === null) this.#pull();
    else this.#answer();
    return step.promise;
  }

  part(bytes: Uint8Array): void {
    this.#asked.shift()?.resolve({ done: false, value: bytes });
  }

  /** An iterator fails once, and is at its end after that. */
  end(error: Error | undefined): void {
    this.#end ??= { error };
    this.#answer();
  }

  #answer(): void {
    for (let step = this.#asked.shift(); step !== undefined; step = this.#asked.shift()) {
      const error = this.#end?.error;
      this.#end = { error: undefined };
      if (error === undefined) step.resolve(END());
      else step.reject(error);
    }
  }
}

/** The page's side. To stop early, leave the loop or call `return`: the call is cancelled. */
export class ResultStream implements AsyncIterableIterator<Uint8Array> {
  readonly #parts: Parts;
  readonly #cancel: () => void;

  constructor(parts: Parts, cancel: () => void) {
    this.#parts = parts;
    this.#cancel = cancel;
  }

  [ASYNC_ITERATOR](): this {
    return this;
  }

  next(): Promise<Step> {
    return this.#parts.ask();
  }

  return(): Promise<Step> {
    this.#parts.end(undefined);
    this.#cancel();
    const step = defer<Step>();
    step.resolve(END());
    return step.promise;
  }

  /** The same as a ReadableStream that holds nothing back. */
  readable(): ReadableStream<Uint8Array> {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      const pulled = defer<void>();
      const got = (step: unknown): void => {
        if (own(step, 'done') === true) closeStream(controller);
        else enqueuePart(controller, own(step, 'value'));
        pulled.resolve();
      };
      settled(this.#parts.ask(), got, pulled.reject);
      return pulled.promise;
    };
    const cancel = (): void => {
      this.#parts.end(undefined);
      this.#cancel();
    };
    const source = { __proto__: null, pull, cancel } as UnderlyingDefaultSource<Uint8Array>;
    const strategy = { __proto__: null, highWaterMark: 0 } as QueuingStrategy<Uint8Array>;
    return new ReadableStreamCopy(source, strategy);
  }
}
deepFreeze(ResultStream);
