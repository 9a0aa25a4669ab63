// What Tauri's own packages expect of a window: __TAURI_INTERNALS__ and its like
// (docs/tauri-compat.md says what of it works).

import { isBytes, bufferOf, bytesOf } from './bytes.js';
import type { PageCall } from './call.js';
import { LISTEN } from './events.js';
import { withHeaders } from './headers.js';
import {
  apply,
  ErrorCopy,
  isArray,
  MapCopy,
  mapDelete,
  mapGet,
  mapHas,
  mapSet,
  randomNumber,
  StringCopy,
  Uint8ArrayCopy,
} from './intrinsics.js';
import { RESULT_MOST, type Page } from './page.js';
import { defer, settled, type Deferred } from './promise.js';
import { deepFreeze, own, textOf } from './safe.js';
import type { Sink } from './sink.js';
import { manyOf, writeMany } from './write.js';

type AnyFunction = (...args: unknown[]) => unknown;

/** Bytes are an ArrayBuffer there. */
function plainly(value: unknown): unknown {
  return isBytes(value) ? bufferOf(value) : value;
}

/** What transformCallback made an id of. As a channel it is told the number of each message. */
class Callback implements Sink {
  busy = false;
  readonly #page: Page;
  readonly #id: number;
  readonly #act: AnyFunction;
  readonly #once: boolean;
  #next = 0;

  constructor(page: Page, act: AnyFunction, once: boolean) {
    this.#page = page;
    this.#id = randomNumber();
    this.#act = act;
    this.#once = once;
    mapSet(page.callbacks, this.#id, this);
  }

  get id(): number {
    return this.#id;
  }

  run(data: unknown): unknown {
    if (this.#once) mapDelete(this.#page.callbacks, this.#id);
    return apply(this.#act, undefined, [data]);
  }

  handle(message: unknown): unknown {
    this.#next += 1;
    if (!mapHas(this.#page.callbacks, this.#id)) return undefined;
    return this.run({ message: plainly(message), index: this.#next - 1 });
  }

  finish(): void {
    const index = this.#next;
    this.#next = 0;
    if (mapHas(this.#page.callbacks, this.#id)) this.run({ index, end: true });
  }
}

/** A callback that a listener was given: it gets the events themselves. */
class EventCallback implements Sink {
  busy = false;
  readonly #page: Page;
  readonly #id: number;

  constructor(page: Page, id: number) {
    this.#page = page;
    this.#id = id;
  }

  handle(event: unknown): unknown {
    return run(this.#page, this.#id, event);
  }

  finish(): void {
    mapDelete(this.#page.callbacks, this.#id);
  }
}

function run(page: Page, id: number, data: unknown): unknown {
  const callback = mapGet(page.callbacks, id);
  return callback instanceof Callback ? callback.run(data) : undefined;
}

/** Undefined: it is no body, but arguments. */
function bodyBytes(args: unknown): Uint8Array | undefined {
  return isArray(args) ? new Uint8ArrayCopy(args as number[]) : bytesOf(args);
}

export interface TauriConfig {
  readonly label: string;
  readonly webview: string;
}

export class Tauri {
  readonly #page: Page;
  readonly #listeners = new MapCopy<unknown, PageCall>();

  constructor(page: Page) {
    this.#page = page;
  }

  #start(name: string, args: unknown, options: unknown): PageCall {
    const raw = bodyBytes(args);
    const most = RESULT_MOST;
    const sent = withHeaders(name, raw === undefined ? (args ?? {}) : {}, own(options, 'headers'));
    const handler = own(args, 'handler') as number;
    const sink = name === LISTEN ? new EventCallback(this.#page, handler) : undefined;
    return this.#page.start({ name, args: sent, raw, signal: undefined, most, sink });
  }

  /** Rejects with the message alone, as Tauri does. */
  invoke(name: string, args: unknown, options: unknown): Promise<unknown> {
    const many = manyOf(name, args);
    if (many !== undefined) return writeMany((some) => this.invoke(name, some, options), many);
    const result = defer<unknown>();
    try {
      this.#settle(this.#start(name, args, options), result);
    } catch (error) {
      result.reject(textOf(error));
    }
    return result.promise;
  }

  #settle(call: PageCall, result: Deferred<unknown>): void {
    const got = (value: unknown): void => {
      if (call.name === LISTEN) mapSet(this.#listeners, value, call);
      result.resolve(plainly(value));
    };
    settled(call.result, got, (error) => result.reject((error as Error).message));
  }

  unregisterListener(id: unknown): void {
    mapGet(this.#listeners, id)?.cancel();
    mapDelete(this.#listeners, id);
  }

  transformCallback(act: unknown, once: boolean): number {
    const nothing = (): void => undefined;
    return new Callback(
      this.#page,
      typeof act === 'function' ? (act as AnyFunction) : nothing,
      once,
    ).id;
  }

  internals({ label, webview }: TauriConfig): object {
    const page = this.#page;
    const current = { label };
    const metadata = {
      currentWindow: current,
      currentWebview: { windowLabel: label, label: webview },
    };
    return deepFreeze({
      invoke: (name: unknown, args?: unknown, options?: unknown) =>
        this.invoke(StringCopy(name), args, options),
      transformCallback: (act?: unknown, once?: unknown) =>
        this.transformCallback(act, once === true),
      unregisterCallback: (id: number) => void mapDelete(page.callbacks, id),
      runCallback: (id: number, data: unknown) => void run(page, id, data),
      callbacks: {},
      convertFileSrc,
      metadata,
      plugins: { path: { sep: '/', delimiter: ':' } },
    });
  }

  eventInternals(): object {
    return deepFreeze({
      unregisterListener: (_event: unknown, id: unknown) => this.unregisterListener(id),
    });
  }
}

const convertFileSrc = (): never => {
  throw new ErrorCopy(
    'convertFileSrc needs the asset protocol, which would read files past the broker: ' +
      'read the file with plugin:fs|read_file and make a Blob URL of it',
  );
};
