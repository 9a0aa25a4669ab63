// The functions that a page has, in one frozen object.

import type { Source } from './body.js';
import { Channel } from './channel.js';
import { TrollbridgeError } from './error.js';
import * as events from './events.js';
import type { EventTarget, Handler, ListenOptions, Unlisten } from './events.js';
import { StringCopy } from './intrinsics.js';
import { RESULT_MOST, type Page, type Request } from './page.js';
import { defer, quiet, settled } from './promise.js';
import { deepFreeze, own } from './safe.js';
import { ResultStream } from './stream.js';
import type { AnyName, Invoke } from './granted.js';

export interface CallOptions {
  /**
   * The body, beside the arguments. An empty one and none are different things. What a frame
   * cannot hold, and what is no plain bytes, is streamed: as fast as the plugin takes it.
   */
  raw?: Source | undefined;
  /** An abort is a request: a result that was already on its way still arrives. */
  signal?: AbortSignal | undefined;
}

export interface InvokeOptions extends CallOptions {
  /** The largest result in bytes; one that is larger is cancelled, with `too_large`. */
  most?: number | undefined;
}

export interface Api {
  /**
   * Resolves with the value, or with a Uint8Array where the result is raw bytes. A value can come
   * while the call goes on: what its channels get, and how it ends, is told by them.
   */
  readonly invoke: Invoke;
  /** The result in parts, for results of raw bytes: the plugin waits until they are taken. */
  invokeStream(name: AnyName, args?: object, options?: CallOptions): ResultStream;
  /**
   * Handles the events of that name until it is stopped. A handler that answers a promise gets
   * the next event when that has settled; what does not find room meanwhile is counted in `lost`.
   */
  listen(event: string, handler: Handler, options?: ListenOptions): Promise<Unlisten>;
  /** Handles one event. */
  once(event: string, handler: Handler, options?: ListenOptions): Promise<Unlisten>;
  /** Settles when all listeners have been told. */
  emit(event: string, payload?: unknown): Promise<void>;
  emitTo(target: EventTarget, event: string, payload?: unknown): Promise<void>;
  /** Always true: who can ask has a broker. */
  isTrollbridge(): boolean;
  readonly Channel: typeof Channel;
  readonly TrollbridgeError: typeof TrollbridgeError;
}

function request(name: unknown, args: unknown, options: unknown, most: number | null): Request {
  const raw = own(options, 'raw') as Source | undefined;
  const signal = own(options, 'signal') as AbortSignal | undefined;
  return { name: StringCopy(name), args: args ?? {}, raw, signal, most, sink: undefined };
}

function wanted(event: string, options: unknown): Parameters<typeof events.listen>[1] {
  const target = own(options, 'target');
  return { event, target, signal: own(options, 'signal') as AbortSignal | undefined };
}

export function makeApi(page: Page): Api {
  const invoke = (name: string, args?: object, options?: InvokeOptions): Promise<never> => {
    const most = (own(options, 'most') as number | undefined) ?? RESULT_MOST;
    return page.start(request(name, args, options, most)).result as Promise<never>;
  };
  const tell = (name: string, args: object): Promise<void> => {
    const told = defer<void>();
    settled(invoke(name, args), () => told.resolve(), told.reject);
    return told.promise;
  };
  return deepFreeze({
    invoke: invoke as Invoke,
    invokeStream: (name: string, args?: object, options?: CallOptions) => {
      const call = page.start(request(name, args, options, null));
      quiet(call.result);
      return new ResultStream(call.parts, call.drop);
    },
    listen: (event: string, handler: Handler, options?: ListenOptions) =>
      events.listen(page, wanted(event, options), handler),
    once: (event: string, handler: Handler, options?: ListenOptions) =>
      events.once(page, wanted(event, options), handler),
    emit: (event: string, payload?: unknown) => tell('plugin:event|emit', { event, payload }),
    emitTo: (target: EventTarget, event: string, payload?: unknown) =>
      tell('plugin:event|emit_to', { target, event, payload }),
    isTrollbridge: () => true,
    Channel,
    TrollbridgeError,
  });
}
