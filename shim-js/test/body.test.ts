// Bodies of requests that are streamed, against the FakeBroker.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';

import { FRAME_MOST, PART_MOST } from '../src/limits.js';
import { CREDIT_FIRST } from '../src/stream-messages.js';
import type { Source } from '../src/page/body.js';
import { bytesOf } from '../tools/vectors/common.js';
import { connect, echo, refused, until } from './connect.js';
import { Refusal, type Answer, type FakeCommand, type Request } from './fake-broker.js';

const MIB = 1_048_576;

async function collect({ stream }: Request): Promise<Answer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream.body()) parts.push(part);
  return { value: Buffer.concat(parts).toString('base64') };
}

const put: FakeCommand = { name: 'put', run: collect };

async function* generate(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('a body of every kind of source arrives whole', async () => {
  const bytes = bytesOf('body', 300_001);
  const sources: Record<string, () => Source> = {
    'pieces that are small': () => generate(bytes, 1000),
    'pieces that are large': () => generate(bytes, 200_000),
    'a list of pieces': () => [bytes.subarray(0, 5), bytes.subarray(5).slice().buffer],
    'a Blob': () => new Blob([bytes as BlobPart]),
    'a ReadableStream': () => new Blob([bytes as BlobPart]).stream(),
    'a stream of Node': () => Readable.from([Buffer.from(bytes)]),
  };
  for (const mode of ['relay', 'direct'] as const)
    for (const [what, make] of Object.entries(sources)) {
      const { endpoint, broker } = connect({ mode, commands: [put] });
      const got = await endpoint.invoke('put', {}, { raw: make() });
      assert.equal(got, Buffer.from(bytes).toString('base64'), what);
      assert.deepEqual(broker.violations, [], what);
    }
});

test('an empty source is an empty body', async () => {
  const { endpoint } = connect({ commands: [put] });
  for (const raw of [[], [new Uint8Array(0)], new Blob([])])
    assert.equal(await endpoint.invoke('put', {}, { raw }), '');
});

test('bytes that a frame cannot hold are streamed', async () => {
  const run = async (request: Request): Promise<Answer> => {
    let [size, parts] = [request.raw?.length ?? NaN, 0];
    for await (const part of request.stream.body()) [size, parts] = [size + part.length, parts + 1];
    return { value: [size, parts > 0] };
  };
  const { endpoint } = connect({ commands: [{ name: 'size', run }] });
  const size = (raw: Uint8Array): Promise<unknown> => endpoint.invoke('size', {}, { raw });
  assert.deepEqual(await size(new Uint8Array(MIB)), [MIB, false]);
  assert.deepEqual(await size(new Uint8Array(FRAME_MOST)), [FRAME_MOST, true]);
  assert.deepEqual(await size(new Uint8Array(5 * MIB)), [5 * MIB, true]);
});

test('a source is asked for no more than the plugin takes', async () => {
  let given = 0;
  let take: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (take = resolve));
  const run = async (request: Request): Promise<Answer> => {
    await gone;
    let size = 0;
    for await (const part of request.stream.body()) size += part.length;
    return { value: size };
  };
  async function* source(): AsyncGenerator<Uint8Array> {
    for (; given < 2 * MIB; given += 10_000) yield new Uint8Array(10_000);
  }
  const { endpoint } = connect({ commands: [{ name: 'slow', run }, echo] });
  const call = endpoint.invoke('slow', {}, { raw: source() });
  await until(() => given > CREDIT_FIRST - 20_000);
  for (let n = 0; n < 50; n++) await endpoint.invoke('echo', { n });
  assert.ok(given <= CREDIT_FIRST);
  take();
  assert.equal(await call, given);
});

test('parts are as large as they may be', async () => {
  const sizes: number[] = [];
  const run = async ({ stream }: Request): Promise<Answer> => {
    for await (const part of stream.body()) sizes.push(part.length);
    return { value: null };
  };
  const { endpoint } = connect({ commands: [{ name: 'sizes', run }] });
  await endpoint.invoke('sizes', {}, { raw: [new Uint8Array(3 * PART_MOST + 1)] });
  assert.deepEqual(sizes, [PART_MOST, PART_MOST, PART_MOST, 1]);
});

test('a reply before the body is complete ends both', async () => {
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(10_000);
    } finally {
      closed = true;
    }
  }
  const run = async ({ stream }: Request): Promise<Answer> => {
    await stream.body().next();
    throw new Refusal('io', 'no space left', { errno: 28 });
  };
  const { endpoint, broker } = connect({ commands: [{ name: 'full', run }, echo] });
  await assert.rejects(
    endpoint.invoke('full', {}, { raw: source() }),
    refused('io', { errno: 28 }),
  );
  await until(() => closed);
  assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
  assert.deepEqual(broker.violations, []);
});

test('an abort stops the body, and its source is closed', async () => {
  let closed = false;
  const controller = new AbortController();
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (let n = 0; ; n++) {
        if (n === 5) controller.abort();
        yield new Uint8Array(10_000);
      }
    } finally {
      closed = true;
    }
  }
  const run = async (request: Request): Promise<Answer> => {
    await collect(request);
    throw new Refusal('cancelled', 'CANCEL came first');
  };
  const { endpoint, broker } = connect({ commands: [{ name: 'put', run }] });
  await assert.rejects(
    endpoint.invoke('put', {}, { raw: source(), signal: controller.signal }),
    refused('cancelled'),
  );
  await until(() => closed);
  assert.equal(broker.cancels, 1);
  assert.deepEqual(broker.violations, []);
});

test('a source that fails cancels the call, with its own error', async () => {
  const broken = new Error('the file is gone');
  async function* source(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(5);
    throw broken;
  }
  const run = async (request: Request): Promise<Answer> => {
    await collect(request);
    throw new Refusal('cancelled', 'CANCEL came first');
  };
  const { endpoint, broker } = connect({ commands: [{ name: 'put', run }, echo] });
  await assert.rejects(endpoint.invoke('put', {}, { raw: source() }), broken);
  assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
  assert.equal(broker.cancels, 1);
  assert.deepEqual(broker.violations, []);
});

test('what is no source of bytes is refused', async () => {
  const run = async (request: Request): Promise<Answer> => {
    await collect(request);
    throw new Refusal('cancelled', 'CANCEL came first');
  };
  const { endpoint, broker } = connect({ commands: [{ name: 'put', run }] });
  const odd: unknown[] = ['text', 7, null, {}, ['text'], [[1, 2]], { stream: () => 'text' }];
  for (const raw of odd)
    await assert.rejects(
      endpoint.invoke('put', {}, { raw: raw as Source }),
      refused('invalid_args'),
      JSON.stringify(raw),
    );
  assert.deepEqual(broker.violations, []);
});

test('a body of a call that is never sent is closed', async () => {
  const { endpoint } = connect();
  await endpoint.ready;
  const cancelled: unknown[] = [];
  const raw = new ReadableStream<Uint8Array>({ cancel: (reason) => void cancelled.push(reason) });
  await assert.rejects(endpoint.invoke('absent', {}, { raw }), refused('not_granted'));
  await until(() => cancelled.length === 1);
});
