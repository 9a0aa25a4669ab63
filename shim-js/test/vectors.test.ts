// proto/vectors/*.json: the files hold what the generator writes, and the code does what they say.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { decode as libraryDecode } from '@msgpack/msgpack';

import { Endpoint } from '../src/endpoint.js';
import { Violation } from '../src/error.js';
import { TrollbridgeError } from '../src/page/error.js';
import { checkHeader, FrameReader, type Frame, type Link, type Sender } from '../src/frame.js';
import {
  deriveKeys,
  parseBootstrap,
  parseHello,
  publicKey,
  sharedSecret,
  UnknownVersion,
} from '../src/keys.js';
import {
  decodeCall,
  decodeCancel,
  decodeHandles,
  decodeMiss,
  decodeReply,
  decodeWant,
  decodeWelcome,
} from '../src/messages.js';
import { decode } from '../src/msgpack.js';
import { scan } from '../src/scan.js';
import { openFrame, type Mode } from '../src/seal.js';
import { decodeChunk, decodeCredit, decodePart } from '../src/stream-messages.js';
import { expand, hex } from '../tools/pattern.js';
import { FILES, render } from '../tools/vectors/all.js';
import { bytesOf } from '../tools/vectors/common.js';
import { FakeBroker, type Answer } from './fake-broker.js';
import { makeTap } from './pair.js';

type Loaded = Record<string, any> & { name: string; expect: string };

const folder = new URL('../../../proto/vectors/', import.meta.url);

function text(what: string): string {
  return readFileSync(new URL(`${what}.json`, folder), 'utf8');
}

function load(what: string): Loaded[] {
  const file = JSON.parse(text(what)) as { format: number; vectors: Loaded[] };
  assert.equal(file.format, 1);
  assert.ok(file.vectors.length > 50);
  return file.vectors;
}

/** A Violation is the one way to refuse; anything else that is thrown is a defect. */
function judge(vector: Loaded, act: () => void): void {
  if (vector.expect === 'error') assert.throws(act, Violation, vector.name);
  else assert.doesNotThrow(act, vector.name);
}

test('the files are what the generator writes', () => {
  for (const what of Object.keys(FILES)) assert.equal(text(what), render(what), what);
});

test('frames', () => {
  for (const vector of load('frames'))
    judge(vector, () => {
      const header = checkHeader(
        vector['link'] as Link,
        vector['from'] as Sender,
        expand(vector['header']),
      );
      assert.deepEqual(
        [header.kind.name, header.kind.number, header.flags, header.length],
        [vector['kind'], vector['number'], vector['flags'], vector['length']],
        vector.name,
      );
    });
});

/** Of two decoders that share no code both must see the same value. */
function compareDecoders(vector: Loaded, bytes: Uint8Array): void {
  if (vector.name === 'key_proto')
    return assert.ok(Object.hasOwn(decode(bytes) as object, '__proto__'));
  const whole = (value: unknown): unknown =>
    typeof value === 'bigint' &&
    value >= Number.MIN_SAFE_INTEGER &&
    value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : value;
  const plain = (value: unknown): unknown =>
    JSON.stringify(value, (_key, inner: unknown) => {
      const item = whole(inner);
      return typeof item === 'bigint' ? `${item}n` : item;
    });
  assert.equal(
    plain(decode(bytes)),
    plain(libraryDecode(bytes, { useBigInt64: true })),
    vector.name,
  );
}

test('scan', () => {
  for (const vector of load('scan')) {
    const bytes = expand(vector['msgpack']);
    judge(vector, () => scan(bytes));
    if (vector.expect === 'ok') compareDecoders(vector, bytes);
  }
});

test('scan refuses every strict beginning of what it accepts', () => {
  for (const vector of load('scan').filter((candidate) => candidate.expect === 'ok')) {
    const bytes = expand(vector['msgpack']);
    for (let size = 0; size < Math.min(bytes.length, 300); size++)
      assert.throws(
        () => scan(bytes.subarray(0, size)),
        Violation,
        `${vector.name} cut at ${size}`,
      );
  }
});

test('scan answers any single changed byte with a verdict', () => {
  for (const vector of load('scan').filter((candidate) => candidate.expect === 'ok')) {
    const bytes = expand(vector['msgpack']);
    if (bytes.length > 64) continue;
    for (let at = 0; at < bytes.length; at++)
      for (let value = 0; value < 256; value++) {
        const changed = bytes.slice();
        changed[at] = value;
        try {
          scan(changed);
        } catch (error) {
          assert.ok(error instanceof Violation, `${vector.name}: ${String(error)}`);
          continue;
        }
        decode(changed);
      }
  }
});

const KEY_CHECKS: Record<string, (vector: Loaded) => void> = {
  bootstrap(vector) {
    const boot = parseBootstrap(expand(vector['bootstrap']));
    assert.deepEqual(
      [
        boot.version,
        hex(boot.ticketId),
        hex(boot.ticketSecret),
        hex(boot.brokerPublic),
        hex(boot.policyDigest),
        String(boot.document),
        boot.label,
        boot.origin,
      ],
      [
        'version',
        'ticket_id',
        'ticket_secret',
        'broker_public',
        'policy_digest',
        'document',
        'label',
        'origin',
      ].map((key) => vector[key] as unknown),
      vector.name,
    );
  },
  hello(vector) {
    const hello = parseHello(expand(vector['hello']));
    assert.equal(hex(hello.ticketId), vector['ticket_id']);
    assert.equal(hex(hello.endpointPublic), vector['endpoint_public']);
  },
  schedule(vector) {
    const boot = parseBootstrap(expand(vector['bootstrap']));
    const hello = parseHello(expand(vector['hello']));
    const [broker, endpoint] = [expand(vector['broker_secret']), expand(vector['endpoint_secret'])];
    assert.equal(hex(publicKey(broker)), hex(boot.brokerPublic));
    assert.equal(hex(publicKey(endpoint)), hex(hello.endpointPublic));
    for (const shared of [
      sharedSecret(broker, hello.endpointPublic),
      sharedSecret(endpoint, boot.brokerPublic),
    ]) {
      assert.equal(hex(shared), vector['shared']);
      const keys = deriveKeys(boot, shared, hello.endpointPublic);
      assert.equal(hex(keys.toEndpoint), vector['key_to_endpoint'], vector.name);
      assert.equal(hex(keys.toBroker), vector['key_to_broker'], vector.name);
      assert.equal(hex(shared), '00'.repeat(32));
    }
  },
  shared(vector) {
    const shared = sharedSecret(expand(vector['secret']), expand(vector['peer_public']));
    assert.equal(hex(shared), vector['shared'], vector.name);
  },
};

test('keys', () => {
  for (const vector of load('keys')) {
    const check = KEY_CHECKS[vector['what'] as string];
    assert.ok(check, vector.name);
    judge(vector, () => check(vector));
    if (vector['close'] === 4) assert.throws(() => check(vector), UnknownVersion);
  }
});

function readOne(bytes: Uint8Array, from: Sender): Frame {
  const frames: Frame[] = [];
  new FrameReader('view', from).push(bytes, (frame) => frames.push(frame) > 0);
  if (frames[0] === undefined) throw new Error('not one whole frame');
  assert.equal(frames.length, 1);
  return frames[0];
}

function checkOpen(vector: Loaded): void {
  const frame = readOne(expand(vector['frame']), vector['from'] as Sender);
  const opened = openFrame(expand(vector['key']), frame, vector['mode'] as Mode);
  scan(opened.msgpack);
  assert.deepEqual(
    [hex(opened.handle), String(opened.counter), hex(opened.msgpack), hex(opened.raw)],
    ['handle', 'counter', 'msgpack', 'raw'].map((key) => vector[key] as unknown),
    vector.name,
  );
}

interface Step {
  frame?: string;
  call?: string;
  more?: true;
  idle?: true;
  reply?: string;
  expect?: string;
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Feeds a broker the steps and says, for each frame, what became of it. */
async function runAtBroker(vector: Loaded): Promise<void> {
  const handles = [...(vector['issued'] as string[]), vector['next'] as string].map(expand);
  let made = 0;
  const answers = new Map<string, (answer: Answer) => void>();
  const tap = makeTap();
  const boot = parseBootstrap(expand(vector['bootstrap']));
  const broker = new FakeBroker(tap, {
    boot,
    mode: vector['mode'] as Mode,
    secretKey: expand(vector['broker_secret']),
    sendBoot: false,
    newHandle: () => handles.shift() ?? bytesOf(`spare ${made++}`, 16),
    commands: [
      {
        name: 'echo',
        first: 4,
        pool: 8,
        run: ({ handle }) => new Promise((resolve) => answers.set(handle, resolve)),
      },
    ],
  });
  const endpointTap = makeTap();
  new Endpoint(endpointTap, {
    bootstrap: expand(vector['bootstrap']),
    secretKey: expand(vector['endpoint_secret']),
  });
  tap.feed(endpointTap.sent[0] as Uint8Array);
  for (const step of vector['steps'] as Step[]) {
    if (step.reply !== undefined) {
      answers.get(step.reply)?.({ value: null });
      await tick();
      continue;
    }
    const dropped = broker.dropped;
    tap.feed(expand(step.frame as string));
    const became =
      broker.violations.length > 0
        ? 'error'
        : broker.closes.length > 0
          ? 'closed'
          : broker.dropped > dropped
            ? 'dropped'
            : 'ok';
    assert.equal(became, step.expect, `${vector.name}: ${broker.violations.join()}`);
  }
}

/** A page's source that gives nothing, and has no end. */
function silence(): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) };
}

function makeCall(endpoint: Endpoint, command: string, step: Step): void {
  if (step.idle === true) return void endpoint.invokeStream(command);
  endpoint
    .invoke(command, {}, { raw: step.more === true ? silence() : undefined })
    .catch((error: unknown) => assert.ok(error instanceof TrollbridgeError));
}

async function runAtEndpoint(vector: Loaded): Promise<void> {
  const tap = makeTap();
  const endpoint = new Endpoint(tap, {
    bootstrap: expand(vector['bootstrap']),
    mode: vector['mode'] as Mode,
    secretKey: expand(vector['endpoint_secret']),
  });
  let ending: string | null = null;
  void endpoint.ended.then(({ by }) => (ending = by === 'broker' ? 'closed' : 'error'));
  for (const step of vector['steps'] as Step[]) {
    if (step.call !== undefined) {
      makeCall(endpoint, vector['command'] as string, step);
      const call = tap.sent[tap.sent.length - 1] as Uint8Array;
      assert.equal(hex(call.subarray(8, 24)), step.call);
      continue;
    }
    const { dropped } = endpoint.counts;
    tap.feed(expand(step.frame as string));
    await tick();
    const became: string = ending ?? (endpoint.counts.dropped > dropped ? 'dropped' : 'ok');
    assert.equal(became, step.expect, vector.name);
    assert.equal(tap.closed, ending !== null);
  }
}

test('seal', async () => {
  for (const vector of load('seal')) {
    if (vector['what'] === 'open') judge(vector, () => checkOpen(vector));
    else if (vector['receiver'] === 'broker') await runAtBroker(vector);
    else await runAtEndpoint(vector);
  }
});

type Shown = Record<string, unknown>;

/** bins as hex, as the vectors show them. */
function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shown(inner)]));
}

const DECODERS: Record<string, (msgpack: Uint8Array, raw: number) => object> = {
  WELCOME: decodeWelcome,
  CALL: decodeCall,
  REPLY: decodeReply,
  CANCEL: decodeCancel,
  WANT: decodeWant,
  HANDLES: decodeHandles,
  MISS: decodeMiss,
  CHUNK_from_endpoint: decodePart,
  CHUNK_from_broker: decodeChunk,
  CREDIT: decodeCredit,
};

test('messages', () => {
  for (const vector of load('messages'))
    judge(vector, () => {
      const decoder = DECODERS[vector['kind'] as string];
      assert.ok(decoder, vector.name);
      const message = decoder(expand(vector['msgpack']), vector['raw'] as number);
      assert.deepEqual(shown(message) as Shown, vector['fields'], vector.name);
    });
});
