// What the enclave needs of the page: `trollbridge` of the window, or an Endpoint and its Channel.

import type { Source } from '../page/body.js';
import { EnclaveError } from './error.js';

export interface OutputChannel {
  readonly done: Promise<void>;
}

export interface Bridge {
  invoke(
    name: string,
    args: object,
    options: { raw?: Source | undefined; signal?: AbortSignal | undefined },
  ): Promise<unknown>;
  readonly Channel: new (onmessage: (message: unknown) => unknown) => OutputChannel;
}

/**
 * Looked up for each call: a host that relays bytes connects the page after its modules have run.
 */
export function pageBridge(): Bridge {
  const bridge = (globalThis as { trollbridge?: unknown }).trollbridge;
  if (bridge === undefined) throw new EnclaveError('no-bridge', 'no Trollbridge in this page');
  return bridge as Bridge;
}
