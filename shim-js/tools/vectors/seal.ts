// Sealed frames: one at a time, and in sequences that test counters and handles.

import { xchacha20poly1305 } from '@noble/ciphers/chacha';

import { concat, u32, utf8Encode, view } from '../../src/bytes.js';
import { KIND, makeFrame, makeHeader } from '../../src/frame.js';
import { deriveKeys, makeBootstrap, makeHello, publicKey, sharedSecret } from '../../src/keys.js';
import { encodeCall, encodeMiss, encodeReply, encodeWant, encodeWelcome } from '../../src/messages.js';
import { sealFrame, ZERO_HANDLE, type Sealed } from '../../src/seal.js';
import { encode } from '../../src/value.js';
import { hex } from '../pattern.js';
import { bytesOf, flip, handleOf, type Vector } from './common.js';
import { bootOf } from './keys.js';

const KEY = bytesOf('seal key', 32);
const NONE: Uint8Array = new Uint8Array(0);
const EMPTY = encode({});

function parts(more: Partial<Sealed> = {}): Sealed {
  return { kind: KIND.CALL, handle: handleOf('a'), counter: 0n, msgpack: encodeCall({ n: 1 }, undefined),
           raw: NONE, clear: false, ...more };
}

function opens(name: string, frame: Sealed, mode = frame.clear ? 'direct' : 'relay'): Vector {
  return {
    name: `open_${name}`, what: 'open', mode, from: 'endpoint', key: hex(KEY), frame: hex(sealFrame(KEY, frame)),
    expect: 'ok', handle: hex(frame.handle), counter: String(frame.counter),
    msgpack: hex(frame.msgpack), raw: hex(frame.raw),
  };
}

function refused(name: string, frame: Uint8Array, mode = 'relay'): Vector {
  return { name: `open_${name}`, what: 'open', mode, from: 'endpoint', key: hex(KEY), frame: hex(frame),
           expect: 'error' };
}

const BODY = utf8Encode('raw bytes');

function good(): Vector[] {
  const withRaw = { msgpack: encodeCall({ n: 1 }, BODY.length), raw: BODY };
  return [
    opens('call', parts()),
    opens('call_on_direct', parts(), 'direct'),
    opens('call_raw', parts(withRaw)),
    opens('call_raw_on_direct', parts(withRaw), 'direct'),
    opens('call_raw_empty', parts({ msgpack: encodeCall({}, 0) })),
    opens('call_raw_clear', parts({ ...withRaw, clear: true })),
    opens('call_raw_clear_4096', parts({ msgpack: encodeCall({}, 4096), raw: bytesOf('raw', 4096),
                                         clear: true })),
    opens('counter_1', parts({ kind: KIND.CANCEL, counter: 1n, msgpack: EMPTY })),
    opens('counter_over_32_bits', parts({ kind: KIND.CANCEL, counter: 2n ** 32n + 7n,
                                          msgpack: EMPTY })),
    opens('counter_most', parts({ kind: KIND.CANCEL, counter: 2n ** 64n - 1n, msgpack: EMPTY })),
    opens('zero_handle', parts({ kind: KIND.WANT, handle: ZERO_HANDLE,
                                 msgpack: encodeWant({ command: 0, count: 4 }) })),
  ];
}

function withKind(frame: Uint8Array, kind: number): Uint8Array {
  return concat(frame.slice(0, 4), Uint8Array.of(kind), frame.slice(5));
}

function withFlags(frame: Uint8Array, flags: number): Uint8Array {
  return concat(frame.slice(0, 5), Uint8Array.of(flags), frame.slice(6));
}

function withLength(frame: Uint8Array): Uint8Array {
  return concat(u32(frame.length - 8), frame.slice(4));
}

function tampered(): Vector[] {
  const frame = sealFrame(KEY, parts());
  const cancel = sealFrame(KEY, parts({ kind: KIND.CANCEL, msgpack: EMPTY }));
  return [
    refused('tag_flipped', flip(frame, -1)),
    refused('tag_first_byte_flipped', flip(frame, -16)),
    refused('ciphertext_flipped', flip(frame, 8 + 24)),
    refused('handle_flipped', flip(frame, 8)),
    refused('handle_swapped', concat(frame.slice(0, 8), handleOf('b'), frame.slice(24))),
    refused('counter_flipped', flip(frame, 8 + 16)),
    refused('counter_top_bit_flipped', flip(frame, 8 + 23, 0x80)),
    refused('kind_cancel_as_want', withKind(cancel, KIND.WANT)),
    refused('kind_call_as_cancel', withKind(frame, KIND.CANCEL)),
    refused('kind_call_as_miss', withKind(frame, KIND.MISS)),
    refused('cut_by_one', withLength(frame.slice(0, -1))),
    refused('longer_by_one', withLength(concat(frame, Uint8Array.of(0)))),
    refused('tag_missing', withLength(frame.slice(0, -16))),
    refused('all_zero', concat(makeHeader(KIND.CALL, 0, 64), new Uint8Array(64))),
    { ...refused('other_key', frame), key: hex(bytesOf('other key', 32)) },
    refused('flag_added', withFlags(frame, 1), 'direct'),
  ];
}

/** A RAW_CLEAR frame with the numbers as given, sealed all the same. */
function clearFrame(plain: Uint8Array, n: number, tail: Uint8Array, lengthOff = 0): Uint8Array {
  const nonce = concat(handleOf('a'), new Uint8Array(8));
  const length = 24 + 4 + plain.length + 16 + tail.length + lengthOff;
  const front = concat(makeHeader(KIND.CALL, 1, length), nonce, u32(n));
  return concat(front, xchacha20poly1305(KEY, nonce, front).encrypt(plain), tail);
}

function plainOf(msgpack: Uint8Array, raw = NONE, m = msgpack.length): Uint8Array {
  return concat(u32(m), msgpack, raw);
}

function badClear(): Vector[] {
  const plain = plainOf(encodeCall({}, BODY.length));
  const n = plain.length + 16;
  const list: [string, Uint8Array][] = [
    ['n_0', clearFrame(plain, 0, BODY)],
    ['n_16', clearFrame(plain, 16, BODY)],
    ['n_one_less', clearFrame(plain, n - 1, BODY)],
    ['n_one_more', clearFrame(plain, n + 1, BODY)],
    ['n_whole_body', clearFrame(plain, 24 + 4 + n + BODY.length, BODY)],
    ['n_one_above_the_rest', clearFrame(plain, n + BODY.length + 1, BODY)],
    ['n_all_ones', clearFrame(plain, 0xffff_ffff, BODY)],
    ['n_changed', (() => {
      const frame = clearFrame(plain, n, BODY);
      view(frame).setUint32(32, n + 1, true);
      return frame;
    })()],
    ['flag_cleared', withFlags(clearFrame(plain, n, BODY), 0)],
    ['plaintext_empty', clearFrame(NONE, 16, BODY)],
    ['plaintext_of_only_m', clearFrame(u32(0), 20, BODY)],
    ['raw_cut', withLength(clearFrame(plain, n, BODY).slice(0, -1))],
    ['raw_in_both', clearFrame(plainOf(encodeCall({}, BODY.length), BODY), n + BODY.length, BODY)],
    ['raw_sealed_only', clearFrame(plainOf(encodeCall({}, BODY.length), BODY), n + BODY.length, NONE)],
    ['shorter_than_n_field', concat(makeHeader(KIND.CALL, 1, 45), new Uint8Array(45))],
  ];
  const relay = sealFrame(KEY, parts({ msgpack: encodeCall({}, BODY.length), raw: BODY, clear: true }));
  return [...list.map(([name, frame]) => refused(`raw_clear_${name}`, frame, 'direct')),
          refused('raw_clear_on_relay', relay, 'relay')];
}

function sealPlain(kind: number, plain: Uint8Array): Uint8Array {
  const nonce = concat(handleOf('a'), new Uint8Array(8));
  const front = concat(makeHeader(kind, 0, 24 + plain.length + 16), nonce);
  return concat(front, xchacha20poly1305(KEY, nonce, front).encrypt(plain));
}

function badPlain(): Vector[] {
  const call = encodeCall({}, undefined);
  return [
    refused('m_0', sealPlain(KIND.CALL, plainOf(NONE, call))),
    refused('m_one_more', sealPlain(KIND.CALL, plainOf(call, NONE, call.length + 1))),
    refused('m_all_ones', sealPlain(KIND.CALL, plainOf(call, NONE, 0xffff_ffff))),
    refused('m_one_less', sealPlain(KIND.CALL, plainOf(call, NONE, call.length - 1))),
    refused('m_with_trailing_byte', sealPlain(KIND.CALL, plainOf(concat(call, Uint8Array.of(0xc0))))),
    refused('body_44', sealPlain(KIND.CALL, new Uint8Array(4))),
  ];
}

// Sequences. Everything below belongs to one session, whose keys come from its bootstrap and two secrets.

const LABEL = 'sequence';
const ENDPOINT_SECRET = bytesOf(`endpoint secret ${LABEL}`, 32);
const BROKER_SECRET = bytesOf(`broker secret ${LABEL}`, 32);
const BOOT = bootOf(LABEL);
const KEYS = deriveKeys(BOOT, sharedSecret(BROKER_SECRET, publicKey(ENDPOINT_SECRET)),
                        publicKey(ENDPOINT_SECRET));
const ISSUED = [0, 1, 2, 3].map((i) => handleOf(`issued ${i}`));
const [H0, H1, H2, H3] = ISSUED as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
const NEXT = handleOf('next');

interface Step {
  frame?: string;
  call?: string;
  reply?: string;
  expect?: 'ok' | 'error' | 'dropped' | 'closed';
}

function sealed(key: Uint8Array, kind: number, handle: Uint8Array, counter: number,
                msgpack: Uint8Array): string {
  return hex(sealFrame(key, { kind, handle, counter: BigInt(counter), msgpack, raw: NONE,
                              clear: false }));
}

/** From the endpoint. */
function up(kind: number, handle: Uint8Array, counter: number, expect: Step['expect'] = 'ok',
            msgpack = kind === KIND.CALL ? encodeCall({}, undefined) : EMPTY): Step {
  return { frame: sealed(KEYS.toBroker, kind, handle, counter, msgpack), expect: expect as 'ok' };
}

const WANT = encodeWant({ command: 0, count: 1 });
const MISS = encodeMiss({ name: 'plugin:fs|remove' });

function sequence(name: string, receiver: 'broker' | 'endpoint', steps: Step[]): Vector {
  return {
    name: `${receiver}_${name}`, what: 'sequence', receiver, bootstrap: hex(makeBootstrap(BOOT)),
    broker_secret: hex(BROKER_SECRET), endpoint_secret: hex(ENDPOINT_SECRET),
    key_to_endpoint: hex(KEYS.toEndpoint), key_to_broker: hex(KEYS.toBroker),
    command: 'echo', issued: ISSUED.map(hex), next: hex(NEXT), expect: 'steps', steps,
  };
}

function atBroker(): Vector[] {
  const { CALL, CANCEL, CHUNK, CREDIT } = KIND;
  const call = up(CALL, H0, 0);
  const reply = { reply: hex(H0) };
  const unknown = handleOf('never issued');
  return [
    sequence('call', 'broker', [call, reply]),
    sequence('calls_in_any_order', 'broker', [up(CALL, H2, 0), up(CALL, H0, 0), up(CALL, H3, 0)]),
    sequence('call_under_next', 'broker', [call, reply, up(CALL, NEXT, 0)]),
    sequence('call_replayed_while_live', 'broker', [call, { ...call, expect: 'error' }]),
    sequence('call_replayed_after_reply', 'broker', [call, reply, { ...call, expect: 'error' }]),
    sequence('call_twice_counter_1', 'broker', [call, up(CALL, H0, 1, 'error')]),
    sequence('call_counter_1_first', 'broker', [up(CALL, H0, 1, 'error')]),
    sequence('call_never_issued', 'broker', [up(CALL, unknown, 0, 'error')]),
    sequence('call_next_before_reply', 'broker', [call, up(CALL, NEXT, 0, 'error')]),
    sequence('call_zero_handle', 'broker', [up(CALL, ZERO_HANDLE, 0, 'error')]),
    sequence('cancel', 'broker', [call, up(CANCEL, H0, 1)]),
    sequence('cancel_gap', 'broker', [call, up(CANCEL, H0, 2, 'error')]),
    sequence('cancel_counter_0', 'broker', [call, up(CANCEL, H0, 0, 'error')]),
    sequence('cancel_after_reply', 'broker', [call, reply, up(CANCEL, H0, 1, 'dropped')]),
    sequence('cancel_never_issued', 'broker', [up(CANCEL, unknown, 0, 'dropped')]),
    sequence('chunk_on_live_call', 'broker', [call, up(CHUNK, H0, 1, 'error')]),
    sequence('credit_on_live_call', 'broker', [call, up(CREDIT, H0, 1, 'error')]),
    sequence('chunk_after_reply', 'broker', [call, reply, up(CHUNK, H0, 1, 'dropped')]),
    sequence('credit_after_reply', 'broker', [call, reply, up(CREDIT, H0, 1, 'dropped')]),
    sequence('chunk_forged', 'broker', [
      { frame: hex(flip(sealFrame(KEYS.toBroker, parts({ kind: CHUNK, msgpack: EMPTY })), -1)),
        expect: 'error' }]),
    sequence('zero_handle_counts_on', 'broker', [up(KIND.WANT, ZERO_HANDLE, 0, 'ok', WANT),
      up(KIND.MISS, ZERO_HANDLE, 1, 'ok', MISS), up(KIND.WANT, ZERO_HANDLE, 2, 'ok', WANT)]),
    sequence('zero_handle_gap', 'broker', [up(KIND.WANT, ZERO_HANDLE, 0, 'ok', WANT),
      up(KIND.MISS, ZERO_HANDLE, 2, 'error', MISS)]),
    sequence('zero_handle_replay', 'broker', [up(KIND.MISS, ZERO_HANDLE, 0, 'ok', MISS),
      up(KIND.MISS, ZERO_HANDLE, 0, 'error', MISS)]),
    sequence('zero_handle_counter_1_first', 'broker', [up(KIND.MISS, ZERO_HANDLE, 1, 'error', MISS)]),
    sequence('want_under_handle', 'broker', [up(KIND.WANT, H0, 0, 'error', WANT)]),
    sequence('miss_under_handle', 'broker', [up(KIND.MISS, H0, 0, 'error', MISS)]),
    sequence('want_of_unknown_command', 'broker', [
      up(KIND.WANT, ZERO_HANDLE, 0, 'error', encodeWant({ command: 1, count: 1 }))]),
    sequence('key_of_other_direction', 'broker', [
      { frame: sealed(KEYS.toEndpoint, CALL, H0, 0, encodeCall({}, undefined)), expect: 'error' }]),
    sequence('hello_again', 'broker', [
      { frame: hex(makeFrame(KIND.HELLO, makeHello(BOOT.ticketId, publicKey(ENDPOINT_SECRET)))),
        expect: 'error' }]),
    sequence('close', 'broker', [{ frame: hex(makeFrame(KIND.CLOSE, u32(0))), expect: 'closed' }]),
  ];
}

const WELCOME = encodeWelcome({
  session: '0123456789abcdef',
  commands: [{ index: 0, name: 'echo', pool: 8, handles: concat(...ISSUED) }],
  limits: { frame: 1_052_672, in_flight: 1024, miss_per_s: 10 },
});

/** From the broker. */
function down(kind: number, handle: Uint8Array, counter: number, msgpack: Uint8Array,
              expect: Step['expect'] = 'ok'): Step {
  return { frame: sealed(KEYS.toEndpoint, kind, handle, counter, msgpack), expect: expect as 'ok' };
}

function atEndpoint(): Vector[] {
  const welcome = down(KIND.WELCOME, ZERO_HANDLE, 0, WELCOME);
  const call = { call: hex(H0) };
  const answer = encodeReply({ value: 1, next: NEXT });
  const reply = down(KIND.REPLY, H0, 0, answer);
  return [
    sequence('reply', 'endpoint', [welcome, call, reply]),
    sequence('reply_without_next', 'endpoint',
             [welcome, call, down(KIND.REPLY, H0, 0, encodeReply({ value: 1 }))]),
    sequence('reply_twice', 'endpoint', [welcome, call, reply, { ...reply, expect: 'error' }]),
    sequence('reply_counter_1', 'endpoint',
             [welcome, call, down(KIND.REPLY, H0, 1, answer, 'error')]),
    sequence('reply_without_call', 'endpoint',
             [welcome, down(KIND.REPLY, H0, 0, answer, 'error')]),
    sequence('reply_to_other_handle', 'endpoint',
             [welcome, call, down(KIND.REPLY, H1, 0, answer, 'error')]),
    sequence('reply_under_zero_handle', 'endpoint',
             [welcome, call, down(KIND.REPLY, ZERO_HANDLE, 1, answer, 'error')]),
    sequence('reply_before_welcome', 'endpoint', [down(KIND.REPLY, H0, 0, answer, 'error')]),
    sequence('welcome_twice', 'endpoint',
             [welcome, down(KIND.WELCOME, ZERO_HANDLE, 1, WELCOME, 'error')]),
    sequence('welcome_counter_1', 'endpoint',
             [down(KIND.WELCOME, ZERO_HANDLE, 1, WELCOME, 'error')]),
    sequence('welcome_under_handle', 'endpoint', [down(KIND.WELCOME, H0, 0, WELCOME, 'error')]),
    sequence('chunk_without_call', 'endpoint',
             [welcome, down(KIND.CHUNK, H0, 0, EMPTY, 'dropped')]),
    sequence('chunk_on_live_call', 'endpoint',
             [welcome, call, down(KIND.CHUNK, H0, 0, EMPTY, 'error')]),
    sequence('credit_after_reply', 'endpoint',
             [welcome, call, reply, down(KIND.CREDIT, H0, 1, EMPTY, 'dropped')]),
    sequence('key_of_other_direction', 'endpoint',
             [{ frame: sealed(KEYS.toBroker, KIND.WELCOME, ZERO_HANDLE, 0, WELCOME),
                expect: 'error' }]),
    sequence('call_from_broker', 'endpoint',
             [welcome, { frame: sealed(KEYS.toEndpoint, KIND.CALL, H0, 0,
                                       encodeCall({}, undefined)), expect: 'error' }]),
    sequence('close', 'endpoint',
             [welcome, { frame: hex(makeFrame(KIND.CLOSE, u32(2))), expect: 'closed' }]),
  ];
}

export function sealVectors(): Vector[] {
  return [...good(), ...tampered(), ...badClear(), ...badPlain(), ...atBroker(), ...atEndpoint()];
}
