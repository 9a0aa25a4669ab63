// Events, in the shapes of Tauri's `listen`.

import type { PendingCall } from './call.js';
import { TrollbridgeError } from './error.js';
import { Inbox } from './inbox.js';

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

export class Listener {
  readonly #inbox: Inbox;
  #call: PendingCall | null = null;

  constructor(handler: Handler) {
    this.#inbox = new Inbox((message) =>
      this.#call?.cancelled === true ? undefined : handler(message as AppEvent),
    );
  }

  readonly deliver = (message: unknown, taken: () => void): void => {
    this.#inbox.deliver(message, taken);
  };

  /** Settles when `plugin:event|listen` has answered; the events may have begun by then. */
  async start(call: PendingCall): Promise<Unlisten> {
    this.#call = call;
    await call.result;
    const done = this.#ended(call);
    done.catch(() => undefined);
    return Object.assign(() => call.cancel(), { done });
  }

  async #ended(call: PendingCall): Promise<void> {
    try {
      await call.done;
    } catch (error) {
      const stopped = error instanceof TrollbridgeError && error.code === 'cancelled';
      if (!stopped || !call.cancelled) throw error;
    }
    await this.#inbox.idle();
  }
}
