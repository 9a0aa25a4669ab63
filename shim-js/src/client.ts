// The functions of the page that this module runs in, for those who import rather than look at the
// window: what the host, or `connect`, put there.

import type { Api, InvokeOptions } from './page/api.js';
import { Channel as OwnChannel } from './page/channel.js';
import { TrollbridgeError as OwnError } from './page/error.js';
import type { AnyName, Invoke } from './page/granted.js';

type Untyped = (name: string, args?: object, options?: InvokeOptions) => Promise<never>;

declare global {
  // A var is what makes a property of the global object in a declaration.
  var trollbridge: Api | undefined;
}

function api(): Api {
  if (globalThis.trollbridge === undefined)
    throw new Error(
      'no Trollbridge in this page: open it with `trollbridge run`, or call connect() first',
    );
  return globalThis.trollbridge;
}

export const invoke = ((name: AnyName, args?: object, options?: InvokeOptions) =>
  (api().invoke as Untyped)(name, args, options)) as Invoke;

export const invokeStream: Api['invokeStream'] = (name, args, options) =>
  api().invokeStream(name, args, options);

export const listen: Api['listen'] = (event, handler, options) =>
  api().listen(event, handler, options);

export const once: Api['once'] = (event, handler, options) => api().once(event, handler, options);

export const emit: Api['emit'] = (event, payload) => api().emit(event, payload);

export const emitTo: Api['emitTo'] = (target, event, payload) =>
  api().emitTo(target, event, payload);

/** Whether this page has a broker. */
export function isTrollbridge(): boolean {
  return globalThis.trollbridge !== undefined;
}

// The page knows the channels that its own class made, and no others.
export const Channel: typeof OwnChannel = globalThis.trollbridge?.Channel ?? OwnChannel;
export type Channel<T = unknown> = OwnChannel<T>;
export const TrollbridgeError: typeof OwnError =
  globalThis.trollbridge?.TrollbridgeError ?? OwnError;
export type TrollbridgeError = OwnError;
