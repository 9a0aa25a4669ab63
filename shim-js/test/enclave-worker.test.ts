// The worker that hashes: what it serves, and what happens where there is none.

import assert from 'node:assert/strict';
import test from 'node:test';

import { hashHere, type Work } from '../src/enclave/hash.js';
import { WORKER_NAME, workerHasher } from '../src/enclave/worker.js';

const HASH = '818259b6310026a8e0dbac5d2e6927abcfdb07b32258fac4f61b18b80f929085';

function work(): Work {
  const passphrase = new TextEncoder().encode('correct horse battery staple');
  return {
    passphrase,
    salt: Uint8Array.from({ length: 16 }, (_, i) => i),
    passes: 2,
    memoryKib: 19_456,
  };
}

const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

/** A worker in this thread, which does to a message what `act` says. */
class FakeWorker {
  onmessage: ((event: { data: Uint8Array }) => void) | null = null;
  onerror: ((event: { preventDefault(): void }) => void) | null = null;
  terminated = false;
  readonly #act: (worker: FakeWorker, message: Work) => void;

  constructor(act: (worker: FakeWorker, message: Work) => void) {
    this.#act = act;
  }

  postMessage(message: Work): void {
    queueMicrotask(() => this.#act(this, structuredClone(message)));
  }

  terminate(): void {
    this.terminated = true;
  }
}

function hashBy(worker: FakeWorker): Promise<Uint8Array> {
  return workerHasher(() => worker as unknown as Worker)(work());
}

test('a worker hashes, and ends', async () => {
  const worker = new FakeWorker((self, message) => self.onmessage?.({ data: hashHere(message) }));
  assert.equal(hex(await hashBy(worker)), HASH);
  assert.ok(worker.terminated);
});

test('a worker that the page’s policy refuses', async () => {
  const worker = new FakeWorker((self) => self.onerror?.({ preventDefault: () => undefined }));
  assert.equal(hex(await hashBy(worker)), HASH);
  assert.ok(worker.terminated);
});

test('a place without workers', async () => {
  assert.equal(typeof Worker, 'undefined');
  const hasher = workerHasher(() => new Worker('nowhere'));
  assert.equal(hex(await hasher(work())), HASH);
});

type Served = ((event: object) => void) | null;

function served(): Served {
  return (globalThis as unknown as { onmessage: Served }).onmessage;
}

async function loaded(name: string, scope: object): Promise<void> {
  const there = globalThis as Record<string, unknown>;
  there['WorkerGlobalScope'] = Object;
  there['name'] = name;
  Object.assign(there, scope);
  try {
    await import(`../src/enclave/worker.js?${name}`);
  } finally {
    delete there['WorkerGlobalScope'];
    delete there['name'];
  }
}

test('the module serves in the worker that it started, and in no other', async () => {
  const answers: Uint8Array[] = [];
  const scope = { onmessage: null, postMessage: (hash: Uint8Array) => answers.push(hash) };
  await loaded('somebody-elses', scope);
  assert.equal(served(), null);
  await loaded(WORKER_NAME, scope);
  served()?.({ data: work() });
  assert.deepEqual(answers.map(hex), [HASH]);
});
