// Events, in the shapes of Tauri's `listen`.

import { TrollbridgeError } from './error.js';
import type { PageCall } from './call.js';
import { apply } from './intrinsics.js';
import { LISTEN } from '../port.js';
import { RESULT_MOST, type Page } from './page.js';
import { defer, quiet, settled } from './promise.js';
import { fix } from './safe.js';
import type { Sink } from './sink.js';

export interface AppEvent {
  event: string;
  /** The listener's. */
  id: number;
  payload: unknown;
  /** Label of the view that sent it; absent if a plugin did. */
  source?: string;
  /** How many this listener has missed just before, since it was too slow. */
  lost?: number;
}

/** The promise that it answers is waited for. */
export type Handler = (event: AppEvent) => unknown;

/** A label, or what Tauri calls an EventTarget. */
export type EventTarget =
  | string
  | {
      kind: 'Any' | 'App' | 'AnyLabel' | 'Window' | 'Webview' | 'WebviewWindow';
      label?: string | undefined;
    };

export interface ListenOptions {
  target?: EventTarget | undefined;
  /** An abort stops it. */
  signal?: AbortSignal | undefined;
}

/** Call it to stop: the handler is not called again. */
export interface Unlisten {
  (): void;
  /** Settles when it is over; rejects if it was not stopped, but ended. */
  readonly done: Promise<void>;
}

export { LISTEN };

class Listener implements Sink {
  busy = false;
  readonly handle: (event: unknown) => unknown;
  readonly #done = defer<void>();

  constructor(handler: Handler) {
    this.handle = (event) => apply(handler, undefined, [event as AppEvent]);
    quiet(this.#done.promise);
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  finish(error: Error | undefined, cancelled: boolean): void {
    const stopped = cancelled && error instanceof TrollbridgeError && error.code === 'cancelled';
    if (error === undefined || stopped) this.#done.resolve();
    else this.#done.reject(error);
  }
}

interface Wanted {
  readonly event: string;
  readonly target: unknown;
  readonly signal: AbortSignal | undefined;
}

function unlisten(call: PageCall, listener: Listener): Unlisten {
  const stop = (): void => call.cancel();
  fix(stop, 'done', listener.done);
  return stop as Unlisten;
}

/** Settles when `plugin:event|listen` has answered; the events may have begun by then. */
export function listen(page: Page, wanted: Wanted, handler: Handler): Promise<Unlisten> {
  const { event, target, signal } = wanted;
  const sink = new Listener(handler);
  const args = { event, target };
  const call = page.start({ name: LISTEN, args, raw: undefined, signal, most: RESULT_MOST, sink });
  const listening = defer<Unlisten>();
  settled(call.result, () => listening.resolve(unlisten(call, sink)), listening.reject);
  return listening.promise;
}

/** Handles one event, though more may be on their way. */
export function once(page: Page, wanted: Wanted, handler: Handler): Promise<Unlisten> {
  let stop: (() => void) | undefined;
  let fired = false;
  const first: Handler = (event) => {
    if (fired) return undefined;
    fired = true;
    stop?.();
    return apply(handler, undefined, [event]);
  };
  const listening = listen(page, wanted, first);
  const got = (unlisten: unknown): void => {
    stop = unlisten as Unlisten;
    if (fired) stop();
  };
  settled(listening, got, () => undefined);
  return listening;
}
