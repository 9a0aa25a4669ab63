// Channels as the page makes them, in the shape of Tauri's `Channel`.

import { apply, randomNumber, weakGet, WeakMapCopy, weakSet } from './intrinsics.js';
import { defer, quiet, type Deferred } from './promise.js';
import { fix, deepFreeze } from './safe.js';
import type { Sink } from './sink.js';

/** The side of a channel that its call has. */
class ChannelEnd implements Sink {
  readonly id: number;
  readonly handle: (message: unknown) => unknown;
  #busy = false;
  #done: Deferred<void> = ended();
  #over = false;

  constructor(id: number, handle: (message: unknown) => unknown) {
    this.id = id;
    this.handle = handle;
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  get busy(): boolean {
    return this.#busy;
  }

  set busy(busy: boolean) {
    if (busy && this.#over) this.#done = ended();
    this.#busy = busy;
    this.#over = false;
  }

  finish(error: Error | undefined): void {
    this.#busy = false;
    this.#over = true;
    if (error === undefined) this.#done.resolve();
    else this.#done.reject(error);
  }
}

function ended(): Deferred<void> {
  const done = defer<void>();
  quiet(done.promise);
  return done;
}

const ends = new WeakMapCopy<object, ChannelEnd>();

/** Undefined for what is no channel, whatever its prototype says. */
export function endOf(value: object): (Sink & { readonly id: number }) | undefined {
  return weakGet(ends, value);
}

/**
 * Messages of one call at a time. Put it anywhere into the arguments. A handler that answers a
 * promise gets the next message when that has settled, and the sender waits meanwhile.
 */
export class Channel<T = unknown> {
  declare readonly id: number;
  onmessage: (message: T) => unknown;

  constructor(onmessage: (message: T) => unknown = () => undefined) {
    const id = randomNumber();
    this.onmessage = onmessage;
    fix(this, 'id', id);
    const handle = (message: unknown): unknown => apply(this.onmessage, this, [message]);
    weakSet(ends, this, new ChannelEnd(id, handle));
  }

  /** Settles when the call has ended and its last message has been handled. */
  get done(): Promise<void> {
    return (weakGet(ends, this) as ChannelEnd).done;
  }

  toJSON(): string {
    return `__CHANNEL__:${this.id}`;
  }
}
deepFreeze(Channel);
