// Channels as the page makes them, in the shape of Tauri's `Channel`.

import { Inbox } from './inbox.js';

let made = 0;

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

function defer(): Deferred {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  // Who does not ask how a channel ended need not hear of it.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** The side of a channel that the session has. */
export class ChannelEnd {
  readonly #inbox: Inbox;
  #done = defer();
  #state: 'new' | 'busy' | 'over' = 'new';
  #muted = false;

  constructor(handler: (message: unknown) => unknown) {
    this.#inbox = new Inbox((message) => (this.#muted ? undefined : handler(message)));
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  get busy(): boolean {
    return this.#state === 'busy';
  }

  /** A call has it from here to `finish`. */
  open(): void {
    if (this.#state === 'over') this.#done = defer();
    this.#state = 'busy';
    this.#muted = false;
  }

  /** The page has cancelled the call, and gets none of the messages that still wait. */
  mute(): void {
    this.#muted = true;
  }

  deliver(message: unknown, taken: () => void): void {
    this.#inbox.deliver(message, taken);
  }

  /** The call ended: `done` follows when the last message has been handled. */
  finish(error?: Error): void {
    const { resolve, reject } = this.#done;
    this.#state = 'over';
    void this.#inbox.idle().then(() => (error === undefined ? resolve() : reject(error)));
  }
}

const ends = new WeakMap<Channel<never>, ChannelEnd>();

/** Undefined for what is no channel, whatever its prototype says. */
export function endOf(value: object): ChannelEnd | undefined {
  return ends.get(value as Channel<never>);
}

/**
 * Messages of one call at a time. Put it anywhere into the arguments. A handler that answers a
 * promise gets the next message when that has settled, and the sender waits meanwhile.
 */
export class Channel<T = unknown> {
  readonly id: number;
  onmessage: (message: T) => unknown;

  constructor(onmessage: (message: T) => unknown = () => undefined) {
    made += 1;
    this.id = made;
    this.onmessage = onmessage;
    ends.set(this, new ChannelEnd((message) => this.onmessage(message as T)));
    Object.defineProperty(this, 'id', { writable: false, configurable: false });
  }

  /** Settles when the call has ended and its last message has been handled. */
  get done(): Promise<void> {
    return (ends.get(this) as ChannelEnd).done;
  }

  toJSON(): string {
    return `__CHANNEL__:${this.id}`;
  }
}
