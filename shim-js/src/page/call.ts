// One call of a page, from invoke until its last message has been handled.

import type { Sinks } from './args.js';
import { NotBytes, type Pieces } from './body.js';
import { bytesOf } from './bytes.js';
import { TrollbridgeError, type WireError } from './error.js';
import { addListener, enqueueMicrotask, mapForEach, mapGet, removeListener } from './intrinsics.js';
import { Kind } from '../port.js';
import { defer, report, settled } from './promise.js';
import type { Parts } from './stream.js';

export interface CallParts {
  readonly id: number;
  readonly name: string;
  readonly sinks: Sinks;
  readonly pieces: Pieces | undefined;
  readonly parts: Parts;
  readonly signal: AbortSignal | undefined;
}

/** What a call asks of its page. */
export interface Caller {
  cancel(call: PageCall, drop: boolean): void;
  piece(call: PageCall, bytes: Uint8Array | null): void;
  taken(call: PageCall, channel: number): void;
}

export class PageCall {
  readonly id: number;
  readonly name: string;
  readonly #caller: Caller;
  readonly #sinks: Sinks;
  /** Of a result that is asked for in parts; else nobody takes any. */
  readonly parts: Parts;
  readonly #signal: AbortSignal | undefined;
  readonly #result = defer<unknown>();
  #pieces: Pieces | undefined;
  #settled = false;
  #cancelled = false;
  #error: Error | undefined;

  constructor(caller: Caller, { id, name, sinks, pieces, parts, signal }: CallParts) {
    this.id = id;
    this.name = name;
    this.#caller = caller;
    this.#sinks = sinks;
    this.#pieces = pieces;
    this.parts = parts;
    this.#signal = signal;
    mapForEach(sinks, (sink) => {
      sink.busy = true;
    });
    if (signal !== undefined) addListener(signal, 'abort', this.cancel);
  }

  /** Settles with the value, be it early or at the end. */
  get result(): Promise<unknown> {
    return this.#result.promise;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** An abort is a request: a result that was already on its way still arrives. */
  readonly cancel = (): void => this.#stop(false);

  /** Nothing of it is wanted any more. */
  readonly drop = (): void => this.#stop(true);

  #stop(drop: boolean): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#caller.cancel(this, drop);
  }

  early(value: unknown): void {
    this.#result.resolve(value);
  }

  /** The result. `over`: no message is left. */
  done(kind: Kind, value: unknown, over: boolean): void {
    if (kind === Kind.error) this.fail(value as WireError);
    else this.#succeed(value);
    if (over) this.over();
  }

  #succeed(value: unknown): void {
    this.#result.resolve(value);
    this.#settle(undefined);
  }

  fail(error: WireError): void {
    this.reject(new TrollbridgeError(error));
  }

  reject(error: Error): void {
    this.#result.reject(error);
    this.#settle(error);
  }

  /** Its first end is the one that counts. */
  #settle(error: Error | undefined): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#error = error;
    if (this.#signal !== undefined) removeListener(this.#signal, 'abort', this.cancel);
    this.parts.end(error);
    this.#closeBody();
  }

  /** The last message has been handled. */
  over(): void {
    mapForEach(this.#sinks, (sink) => {
      sink.busy = false;
      sink.finish(this.#error, this.#cancelled);
    });
  }

  part(bytes: Uint8Array): void {
    this.parts.part(bytes);
  }

  /** Handlers of the page run later, when whoever brought the message is done with it. */
  message(channel: number, payload: unknown): void {
    const taken = (): void => this.#caller.taken(this, channel);
    const failed = (error: unknown): void => {
      report(error);
      taken();
    };
    enqueueMicrotask(() => {
      const sink = this.#cancelled ? undefined : mapGet(this.#sinks, channel);
      if (sink === undefined) return taken();
      try {
        settled(sink.handle(payload), taken, failed);
      } catch (error) {
        failed(error);
      }
    });
  }

  /** The next piece of the body is wanted. */
  pull(): void {
    enqueueMicrotask(() => {
      try {
        this.#pieces?.next(this.#piece, this.#broken);
      } catch (error) {
        this.#broken(error);
      }
    });
  }

  readonly #piece = (value: unknown): void => {
    if (this.#settled || this.#pieces === undefined) return;
    const bytes = value === null ? null : bytesOf(value);
    if (bytes === undefined) return this.#broken(new NotBytes('a piece that is not bytes'));
    this.#caller.piece(this, bytes);
  };

  /** The call cannot go on. What the page's own source throws stays as it is. */
  readonly #broken = (error: unknown): void => {
    if (this.#settled) return;
    if (error instanceof NotBytes)
      this.fail({ code: 'invalid_args', message: error.message, command: this.name });
    else this.reject(error as Error);
    this.drop();
  };

  #closeBody(): void {
    const pieces = this.#pieces;
    this.#pieces = undefined;
    if (pieces !== undefined) closeLater(pieces);
  }
}

/** What the page's code throws then is of no use to anyone. */
function closeLater(pieces: Pieces): void {
  enqueueMicrotask(() => {
    try {
      pieces.close();
    } catch {
      return;
    }
  });
}
