// trollbridge/enclave: keys that never meet the page.

import { pageBridge } from './bridge.js';
import { Enclave } from './enclave.js';
import { workerHasher } from './worker.js';

// Written as bundlers look for it: all in one expression, with nothing but literals.
const startWorker = (): Worker =>
  new Worker(new URL('./worker.js', import.meta.url), {
    type: 'module',
    name: 'trollbridge-enclave-hash',
  });

/** The enclave of this page. */
export const enclave = new Enclave(pageBridge, workerHasher(startWorker));

export type { Bridge, OutputChannel } from './bridge.js';
export { Enclave } from './enclave.js';
export { EnclaveError } from './error.js';
export type { Hasher, Work } from './hash.js';
export type * from './types.js';
export type { Vault } from './vault.js';
