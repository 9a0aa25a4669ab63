// A page's half, its core and a line in one realm: for a page, or a program, with a byte channel to
// the broker.

import type { ByteChannel } from './channel.js';
import { Core } from './core/core.js';
import type { EndedBy } from './line.js';
import { makeApi, type Api, type CallOptions, type InvokeOptions } from './page/api.js';
import { TrollbridgeError } from './page/error.js';
import type { EventTarget, Handler, ListenOptions, Unlisten } from './page/events.js';
import { Page } from './page/page.js';
import type { ResultStream } from './page/stream.js';
import { SealedLine, type SealedOptions } from './sealed-line.js';
import type { Counts } from './session.js';

export interface Ending {
  by: EndedBy;
  /** The number in CLOSE; null when the link just ended. */
  code: number | null;
  message: string;
}

export interface SessionInfo {
  session: string;
  commands: string[];
}

export class Endpoint {
  /** Settles with WELCOME, or with the end of the session. */
  readonly ready: Promise<SessionInfo>;
  readonly ended: Promise<Ending>;
  readonly page: Page;
  readonly api: Api;
  readonly #line: SealedLine;
  readonly #core: Core;
  #onReady!: (info: SessionInfo) => void;
  #onRefused!: (error: Error) => void;
  #onEnded!: (ending: Ending) => void;

  constructor(channel: ByteChannel, options: SealedOptions = {}) {
    this.#line = new SealedLine(channel, options);
    this.#core = new Core(this.#line, (message) => this.page.receive(message));
    this.page = new Page((message) => this.#core.receive(message));
    this.api = makeApi(this.page);
    this.ready = new Promise((resolve, reject) => {
      this.#onReady = resolve;
      this.#onRefused = reject;
    });
    this.ready.catch(() => undefined);
    this.ended = new Promise((resolve) => (this.#onEnded = resolve));
    this.#attach();
  }

  #attach(): void {
    const { done, chunk, room } = this.#core;
    const ready = (session: string, commands: string[]): void =>
      this.#onReady({ session, commands });
    const ended = (by: EndedBy, code: number | null, message: string): void => {
      this.#onRefused(new TrollbridgeError({ ...this.#core.end(by, code, message), command: '' }));
      this.#onEnded({ by, code, message });
    };
    this.#line.attach({ done, chunk, room, ready, ended });
  }

  get counts(): Readonly<Counts> {
    const { dropped, ...more } = this.#line.counts;
    return { ...more, dropped: dropped + this.#core.dropped };
  }

  /** Names of the granted commands; empty before WELCOME. */
  get commands(): string[] {
    return this.#line.commands;
  }

  invoke<T = unknown>(name: string, args?: object, options?: InvokeOptions): Promise<T> {
    return this.api.invoke<T>(name, args, options);
  }

  invokeStream(name: string, args?: object, options?: CallOptions): ResultStream {
    return this.api.invokeStream(name, args, options);
  }

  listen(event: string, handler: Handler, options?: ListenOptions): Promise<Unlisten> {
    return this.api.listen(event, handler, options);
  }

  once(event: string, handler: Handler, options?: ListenOptions): Promise<Unlisten> {
    return this.api.once(event, handler, options);
  }

  emit(event: string, payload?: unknown): Promise<void> {
    return this.api.emit(event, payload);
  }

  emitTo(target: EventTarget, event: string, payload?: unknown): Promise<void> {
    return this.api.emitTo(target, event, payload);
  }

  /** The document goes away. */
  close(): void {
    this.#line.close();
  }
}
