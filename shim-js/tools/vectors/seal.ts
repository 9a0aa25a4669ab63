// Sealed frames, one at a time.

import { xchacha20poly1305 } from '@noble/ciphers/chacha';

import { concat, u32, utf8Encode, view } from '../../src/bytes.js';
import { KIND, makeHeader } from '../../src/frame.js';
import { encodeCall, encodeWant } from '../../src/messages.js';
import { sealFrame, ZERO_HANDLE, type Sealed } from '../../src/seal.js';
import { encodeCredit, encodePart } from '../../src/stream-messages.js';
import { pack } from '../../src/core/pack.js';
import { hex } from '../pattern.js';
import { bytesOf, flip, handleOf, type Vector } from './common.js';
import { atBroker, atEndpoint } from './sequences.js';
import { streamsAtBroker, streamsAtEndpoint } from './stream-sequences.js';

const KEY = bytesOf('seal key', 32);
const NONE: Uint8Array = new Uint8Array(0);
const EMPTY = pack({});

function parts(more: Partial<Sealed> = {}): Sealed {
  return {
    kind: KIND.CALL,
    handle: handleOf('a'),
    counter: 0n,
    msgpack: encodeCall({ n: 1 }, undefined),
    raw: NONE,
    clear: false,
    ...more,
  };
}

function opens(name: string, frame: Sealed, mode = frame.clear ? 'direct' : 'relay'): Vector {
  return {
    name: `open_${name}`,
    what: 'open',
    mode,
    from: 'endpoint',
    key: hex(KEY),
    frame: hex(sealFrame(KEY, frame)),
    expect: 'ok',
    handle: hex(frame.handle),
    counter: String(frame.counter),
    msgpack: hex(frame.msgpack),
    raw: hex(frame.raw),
  };
}

function refused(name: string, frame: Uint8Array, mode = 'relay'): Vector {
  return {
    name: `open_${name}`,
    what: 'open',
    mode,
    from: 'endpoint',
    key: hex(KEY),
    frame: hex(frame),
    expect: 'error',
  };
}

const BODY = utf8Encode('raw bytes');

function good(): Vector[] {
  const withRaw = { msgpack: encodeCall({ n: 1 }, BODY.length), raw: BODY };
  const chunk = { msgpack: encodePart(BODY.length), raw: BODY };
  return [
    opens('call', parts()),
    opens('call_on_direct', parts(), 'direct'),
    opens('call_raw', parts(withRaw)),
    opens('call_raw_on_direct', parts(withRaw), 'direct'),
    opens('call_raw_empty', parts({ msgpack: encodeCall({}, 0) })),
    opens('call_raw_clear', parts({ ...withRaw, clear: true })),
    opens(
      'call_raw_clear_4096',
      parts({ msgpack: encodeCall({}, 4096), raw: bytesOf('raw', 4096), clear: true }),
    ),
    opens('chunk', parts({ kind: KIND.CHUNK, counter: 1n, ...chunk })),
    opens('chunk_raw_clear', parts({ kind: KIND.CHUNK, counter: 1n, ...chunk, clear: true })),
    opens('credit', parts({ kind: KIND.CREDIT, counter: 1n, msgpack: encodeCredit(1) })),
    opens('counter_1', parts({ kind: KIND.CANCEL, counter: 1n, msgpack: EMPTY })),
    opens(
      'counter_over_32_bits',
      parts({ kind: KIND.CANCEL, counter: 2n ** 32n + 7n, msgpack: EMPTY }),
    ),
    opens('counter_most', parts({ kind: KIND.CANCEL, counter: 2n ** 64n - 1n, msgpack: EMPTY })),
    opens(
      'zero_handle',
      parts({
        kind: KIND.WANT,
        handle: ZERO_HANDLE,
        msgpack: encodeWant({ command: 0, count: 4 }),
      }),
    ),
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
    [
      'n_changed',
      (() => {
        const frame = clearFrame(plain, n, BODY);
        view(frame).setUint32(32, n + 1, true);
        return frame;
      })(),
    ],
    ['flag_cleared', withFlags(clearFrame(plain, n, BODY), 0)],
    ['plaintext_empty', clearFrame(NONE, 16, BODY)],
    ['plaintext_of_only_m', clearFrame(u32(0), 20, BODY)],
    ['raw_cut', withLength(clearFrame(plain, n, BODY).slice(0, -1))],
    ['raw_in_both', clearFrame(plainOf(encodeCall({}, BODY.length), BODY), n + BODY.length, BODY)],
    [
      'raw_sealed_only',
      clearFrame(plainOf(encodeCall({}, BODY.length), BODY), n + BODY.length, NONE),
    ],
    ['shorter_than_n_field', concat(makeHeader(KIND.CALL, 1, 45), new Uint8Array(45))],
  ];
  const relay = sealFrame(
    KEY,
    parts({ msgpack: encodeCall({}, BODY.length), raw: BODY, clear: true }),
  );
  const chunk = sealFrame(
    KEY,
    parts({ kind: KIND.CHUNK, msgpack: encodePart(BODY.length), raw: BODY, clear: true }),
  );
  return [
    ...list.map(([name, frame]) => refused(`raw_clear_${name}`, frame, 'direct')),
    refused('raw_clear_on_relay', relay, 'relay'),
    refused('raw_clear_chunk_on_relay', chunk, 'relay'),
  ];
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
    refused(
      'm_with_trailing_byte',
      sealPlain(KIND.CALL, plainOf(concat(call, Uint8Array.of(0xc0)))),
    ),
    refused('body_44', sealPlain(KIND.CALL, new Uint8Array(4))),
  ];
}

function sequences(): Vector[] {
  return [...atBroker(), ...streamsAtBroker(), ...atEndpoint(), ...streamsAtEndpoint()];
}

export function sealVectors(): Vector[] {
  return [...good(), ...tampered(), ...badClear(), ...badPlain(), ...sequences()];
}
