// Entry of enclave.js: the same for pages without a bundler, in one file that is its own worker.

import { pageBridge } from './bridge.js';
import { Enclave } from './enclave.js';
import { WORKER_NAME, workerHasher } from './worker.js';

const startWorker = (): Worker =>
  new Worker(import.meta.url, { type: 'module', name: WORKER_NAME });

export const enclave = new Enclave(pageBridge, workerHasher(startWorker));

export { Enclave } from './enclave.js';
export { EnclaveError } from './error.js';
