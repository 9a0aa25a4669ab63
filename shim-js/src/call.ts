// One call of a page, from invoke until its one end.

import { TrollbridgeError, type ErrorCode } from './error.js';
import type { Deliver } from './inbox.js';
import type { ChannelEnd } from './page-channel.js';
import { close, type Pieces } from './source.js';
import type { Taker } from './taker.js';
import type { Channels } from './value.js';

export type Result = unknown;

export interface CallParts {
  name: string;
  msgpack: Uint8Array;
  /** The whole body, in the CALL itself. */
  raw: Uint8Array;
  /** The body that follows in CHUNKs. */
  pieces?: Pieces | undefined;
  channels: Channels;
  taker: Taker;
  /** Messages of the call itself. */
  deliver?: Deliver | undefined;
  signal?: AbortSignal | undefined;
}

export class PendingCall {
  readonly name: string;
  readonly msgpack: Uint8Array;
  readonly raw: Uint8Array;
  readonly pieces: Pieces | undefined;
  readonly taker: Taker;
  readonly deliver: Deliver | undefined;
  /** Settles with the value, be it early or with REPLY. */
  readonly result: Promise<Result>;
  /** Settles when the call is over. */
  readonly done: Promise<void>;
  /** Set while the call is live. */
  handle: Uint8Array | null = null;
  readonly #channels: Channels;
  readonly #signal: AbortSignal | undefined;
  #cancelled = false;
  #over = false;
  #onCancel: (() => void) | null = null;
  #resolve!: (value: Result) => void;
  #reject!: (error: Error) => void;
  #finish!: () => void;
  #fail!: (error: Error) => void;

  /** Throws a TypeError if another call has one of the channels. */
  constructor(parts: CallParts) {
    this.name = parts.name;
    this.msgpack = parts.msgpack;
    this.raw = parts.raw;
    this.pieces = parts.pieces;
    this.taker = parts.taker;
    this.deliver = parts.deliver;
    this.#signal = parts.signal;
    this.#channels = parts.channels;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    this.done.catch(() => undefined);
    const ends = [...this.#channels.values()];
    if (ends.some((end) => end.busy)) throw new TypeError('a channel that another call still has');
    for (const end of ends) end.open();
    this.#signal?.addEventListener('abort', this.cancel, { once: true });
  }

  get cancelled(): boolean {
    return this.#cancelled || this.#signal?.aborted === true;
  }

  /** The page has been told the end. */
  get over(): boolean {
    return this.#over;
  }

  channel(id: number): ChannelEnd | undefined {
    return this.#channels.get(id);
  }

  /** What is to be done if the page wants no more; replaces what was to be done before. */
  onCancel(act: () => void): void {
    this.#onCancel = act;
  }

  readonly cancel = (): void => {
    if (this.#cancelled) return;
    this.#cancelled = true;
    for (const end of this.#channels.values()) end.mute();
    this.#onCancel?.();
  };

  /** The result while the call goes on. */
  early(value: Result): void {
    this.#resolve(value);
  }

  succeed(value: Result): void {
    this.#resolve(value);
    this.#end();
  }

  reject(error: Error): void {
    this.#reject(error);
    this.#end(error);
  }

  fail(code: ErrorCode, message: string): void {
    this.reject(new TrollbridgeError({ code, message, command: this.name }));
  }

  /** The page gets the error now, and the broker CANCEL. */
  abandon(error: Error): void {
    this.reject(error);
    this.cancel();
  }

  #end(error?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#signal?.removeEventListener('abort', this.cancel);
    if (this.pieces !== undefined) close(this.pieces);
    for (const end of this.#channels.values()) end.finish(error);
    if (error === undefined) this.#finish();
    else this.#fail(error);
  }
}
