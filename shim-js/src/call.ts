// One call of a page, from invoke until its one answer.

import { TrollbridgeError, type ErrorCode } from './error.js';

export type Result = unknown;

export interface CallParts {
  name: string;
  msgpack: Uint8Array;
  raw: Uint8Array;
  signal: AbortSignal | undefined;
}

export class PendingCall {
  readonly name: string;
  readonly msgpack: Uint8Array;
  readonly raw: Uint8Array;
  readonly result: Promise<Result>;
  /** Set while the call is live. */
  handle: Uint8Array | null = null;
  readonly #signal: AbortSignal | undefined;
  #onAbort: (() => void) | null = null;
  #resolve!: (value: Result) => void;
  #reject!: (error: Error) => void;

  constructor(parts: CallParts) {
    this.name = parts.name;
    this.msgpack = parts.msgpack;
    this.raw = parts.raw;
    this.#signal = parts.signal;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get aborted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Replaces what was to be done before. */
  onAbort(act: () => void): void {
    this.#detach();
    this.#onAbort = act;
    this.#signal?.addEventListener('abort', act, { once: true });
  }

  #detach(): void {
    if (this.#onAbort !== null) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onAbort = null;
  }

  resolve(value: Result): void {
    this.#detach();
    this.#resolve(value);
  }

  reject(error: Error): void {
    this.#detach();
    this.#reject(error);
  }

  fail(code: ErrorCode, message: string): void {
    this.reject(new TrollbridgeError({ code, message, command: this.name }));
  }
}
