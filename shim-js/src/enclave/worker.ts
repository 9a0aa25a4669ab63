// The hash in a worker of its own: the page goes on meanwhile, and what its memory held of the
// passphrase goes with it. This module is what the worker loads, too.

import { hashHere, type Hasher, type Work } from './hash.js';

/** What the worker is called, and how it knows that it is one. */
export const WORKER_NAME = 'trollbridge-enclave-hash';

interface WorkerScope {
  readonly name?: string;
  onmessage: ((event: MessageEvent<Work>) => void) | null;
  postMessage(message: Uint8Array): void;
}

function serve(scope: WorkerScope): void {
  scope.onmessage = ({ data }) => scope.postMessage(hashHere(data));
}

// No page has this class.
if ('WorkerGlobalScope' in globalThis) {
  const scope = globalThis as unknown as WorkerScope;
  if (scope.name === WORKER_NAME) serve(scope);
}

/** Rejects where there are no workers, or the page's policy refuses this one. */
function hashThere(start: () => Worker, work: Work): Promise<Uint8Array> {
  const worker = start();
  return new Promise<Uint8Array>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Uint8Array>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error('no worker'));
    };
    worker.postMessage(work);
  }).finally(() => worker.terminate());
}

/**
 * In the page itself if need be: one that stands still for a moment is better than a key that stays
 * locked.
 */
export function workerHasher(start: () => Worker): Hasher {
  return async (work) => {
    try {
      return await hashThere(start, work);
    } catch {
      return hashHere(work);
    }
  };
}
