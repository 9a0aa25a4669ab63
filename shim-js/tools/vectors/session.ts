// The session that the sequences belong to: its keys, handles and frames.

import { concat } from '../../src/bytes.js';
import { KIND } from '../../src/frame.js';
import { deriveKeys, makeBootstrap, publicKey, sharedSecret } from '../../src/keys.js';
import { encodeCall, encodeWelcome } from '../../src/messages.js';
import { sealFrame, type Mode } from '../../src/seal.js';
import { pack } from '../../src/core/pack.js';
import { hex } from '../pattern.js';
import { bytesOf, handleOf, type Vector } from './common.js';
import { bootOf } from './keys.js';

const NONE: Uint8Array = new Uint8Array(0);
export const EMPTY = pack({});

const LABEL = 'sequence';
export const ENDPOINT_SECRET = bytesOf(`endpoint secret ${LABEL}`, 32);
const BROKER_SECRET = bytesOf(`broker secret ${LABEL}`, 32);
export const BOOT = bootOf(LABEL);
export const KEYS = deriveKeys(
  BOOT,
  sharedSecret(BROKER_SECRET, publicKey(ENDPOINT_SECRET)),
  publicKey(ENDPOINT_SECRET),
);
export const ISSUED = [0, 1, 2, 3].map((i) => handleOf(`issued ${i}`));
export const [H0, H1, H2, H3] = ISSUED as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
export const NEXT = handleOf('next');

export interface Step {
  frame?: string;
  call?: string;
  /** The call has a body, of which the page gives nothing. */
  more?: true;
  /** The page takes nothing of what comes. */
  idle?: true;
  reply?: string;
  expect?: 'ok' | 'error' | 'dropped' | 'closed';
}

export function sealed(
  key: Uint8Array,
  kind: number,
  handle: Uint8Array,
  counter: number,
  msgpack: Uint8Array,
): string {
  return hex(
    sealFrame(key, { kind, handle, counter: BigInt(counter), msgpack, raw: NONE, clear: false }),
  );
}

/** On a direct link: raw bytes in clear, all zero. */
export function inClear(
  from: 'endpoint' | 'broker',
  counter: number,
  msgpack: Uint8Array,
  raw: number,
  expect: 'ok' | 'error' = 'ok',
): Step {
  const whole = sealFrame(from === 'endpoint' ? KEYS.toBroker : KEYS.toEndpoint, {
    kind: KIND.CHUNK,
    handle: H0,
    counter: BigInt(counter),
    msgpack,
    raw: new Uint8Array(raw),
    clear: true,
  });
  return { frame: `${hex(whole.subarray(0, whole.length - raw))} (00)*${raw}`, expect };
}

/** From the endpoint. */
export function up(
  kind: number,
  handle: Uint8Array,
  counter: number,
  expect: Step['expect'] = 'ok',
  msgpack = kind === KIND.CALL ? encodeCall({}, undefined) : EMPTY,
): Step {
  return { frame: sealed(KEYS.toBroker, kind, handle, counter, msgpack), expect: expect as 'ok' };
}

export function sequence(
  name: string,
  receiver: 'broker' | 'endpoint',
  steps: Step[],
  mode: Mode = 'relay',
): Vector {
  return {
    name: `${receiver}_${name}`,
    what: 'sequence',
    receiver,
    mode,
    bootstrap: hex(makeBootstrap(BOOT)),
    broker_secret: hex(BROKER_SECRET),
    endpoint_secret: hex(ENDPOINT_SECRET),
    key_to_endpoint: hex(KEYS.toEndpoint),
    key_to_broker: hex(KEYS.toBroker),
    command: 'echo',
    issued: ISSUED.map(hex),
    next: hex(NEXT),
    expect: 'steps',
    steps,
  };
}

export const WELCOME = encodeWelcome({
  session: '0123456789abcdef',
  commands: [{ index: 0, name: 'echo', pool: 8, handles: concat(...ISSUED) }],
  limits: { frame: 1_052_672, in_flight: 1024, streams: 256, miss_per_s: 10 },
});

/** From the broker. */
export function down(
  kind: number,
  handle: Uint8Array,
  counter: number,
  msgpack: Uint8Array,
  expect: Step['expect'] = 'ok',
): Step {
  return { frame: sealed(KEYS.toEndpoint, kind, handle, counter, msgpack), expect: expect as 'ok' };
}
