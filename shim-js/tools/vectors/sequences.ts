// Sequences of sealed frames: counters, handles, and what is dropped.

import { u32 } from '../../src/bytes.js';
import { KIND, makeFrame } from '../../src/frame.js';
import { makeHello, publicKey } from '../../src/keys.js';
import { encodeCall, encodeMiss, encodeReply, encodeWant } from '../../src/messages.js';
import { ZERO_HANDLE } from '../../src/seal.js';
import { expand, hex } from '../pattern.js';
import { flip, handleOf, type Vector } from './common.js';
import {
  BOOT,
  down,
  EMPTY,
  ENDPOINT_SECRET,
  H0,
  H1,
  H2,
  H3,
  KEYS,
  NEXT,
  sealed,
  sequence,
  up,
  WELCOME,
} from './session.js';

const WANT = encodeWant({ command: 0, count: 1 });
const MISS = encodeMiss({ name: 'plugin:fs|remove' });

export function atBroker(): Vector[] {
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
      {
        frame: hex(flip(expand(sealed(KEYS.toBroker, CHUNK, handleOf('a'), 0, EMPTY)), -1)),
        expect: 'error',
      },
    ]),
    sequence('zero_handle_counts_on', 'broker', [
      up(KIND.WANT, ZERO_HANDLE, 0, 'ok', WANT),
      up(KIND.MISS, ZERO_HANDLE, 1, 'ok', MISS),
      up(KIND.WANT, ZERO_HANDLE, 2, 'ok', WANT),
    ]),
    sequence('zero_handle_gap', 'broker', [
      up(KIND.WANT, ZERO_HANDLE, 0, 'ok', WANT),
      up(KIND.MISS, ZERO_HANDLE, 2, 'error', MISS),
    ]),
    sequence('zero_handle_replay', 'broker', [
      up(KIND.MISS, ZERO_HANDLE, 0, 'ok', MISS),
      up(KIND.MISS, ZERO_HANDLE, 0, 'error', MISS),
    ]),
    sequence('zero_handle_counter_1_first', 'broker', [
      up(KIND.MISS, ZERO_HANDLE, 1, 'error', MISS),
    ]),
    sequence('want_under_handle', 'broker', [up(KIND.WANT, H0, 0, 'error', WANT)]),
    sequence('miss_under_handle', 'broker', [up(KIND.MISS, H0, 0, 'error', MISS)]),
    sequence('want_of_unknown_command', 'broker', [
      up(KIND.WANT, ZERO_HANDLE, 0, 'error', encodeWant({ command: 1, count: 1 })),
    ]),
    sequence('key_of_other_direction', 'broker', [
      { frame: sealed(KEYS.toEndpoint, CALL, H0, 0, encodeCall({}, undefined)), expect: 'error' },
    ]),
    sequence('hello_again', 'broker', [
      {
        frame: hex(makeFrame(KIND.HELLO, makeHello(BOOT.ticketId, publicKey(ENDPOINT_SECRET)))),
        expect: 'error',
      },
    ]),
    sequence('close', 'broker', [{ frame: hex(makeFrame(KIND.CLOSE, u32(0))), expect: 'closed' }]),
  ];
}

export function atEndpoint(): Vector[] {
  const welcome = down(KIND.WELCOME, ZERO_HANDLE, 0, WELCOME);
  const call = { call: hex(H0) };
  const answer = encodeReply({ value: 1, next: NEXT });
  const reply = down(KIND.REPLY, H0, 0, answer);
  return [
    sequence('reply', 'endpoint', [welcome, call, reply]),
    sequence('reply_without_next', 'endpoint', [
      welcome,
      call,
      down(KIND.REPLY, H0, 0, encodeReply({ value: 1 })),
    ]),
    sequence('reply_twice', 'endpoint', [welcome, call, reply, { ...reply, expect: 'error' }]),
    sequence('reply_counter_1', 'endpoint', [
      welcome,
      call,
      down(KIND.REPLY, H0, 1, answer, 'error'),
    ]),
    sequence('reply_without_call', 'endpoint', [welcome, down(KIND.REPLY, H0, 0, answer, 'error')]),
    sequence('reply_to_other_handle', 'endpoint', [
      welcome,
      call,
      down(KIND.REPLY, H1, 0, answer, 'error'),
    ]),
    sequence('reply_under_zero_handle', 'endpoint', [
      welcome,
      call,
      down(KIND.REPLY, ZERO_HANDLE, 1, answer, 'error'),
    ]),
    sequence('reply_before_welcome', 'endpoint', [down(KIND.REPLY, H0, 0, answer, 'error')]),
    sequence('welcome_twice', 'endpoint', [
      welcome,
      down(KIND.WELCOME, ZERO_HANDLE, 1, WELCOME, 'error'),
    ]),
    sequence('welcome_counter_1', 'endpoint', [
      down(KIND.WELCOME, ZERO_HANDLE, 1, WELCOME, 'error'),
    ]),
    sequence('welcome_under_handle', 'endpoint', [down(KIND.WELCOME, H0, 0, WELCOME, 'error')]),
    sequence('chunk_without_call', 'endpoint', [
      welcome,
      down(KIND.CHUNK, H0, 0, EMPTY, 'dropped'),
    ]),
    sequence('chunk_on_live_call', 'endpoint', [
      welcome,
      call,
      down(KIND.CHUNK, H0, 0, EMPTY, 'error'),
    ]),
    sequence('credit_after_reply', 'endpoint', [
      welcome,
      call,
      reply,
      down(KIND.CREDIT, H0, 1, EMPTY, 'dropped'),
    ]),
    sequence('key_of_other_direction', 'endpoint', [
      { frame: sealed(KEYS.toBroker, KIND.WELCOME, ZERO_HANDLE, 0, WELCOME), expect: 'error' },
    ]),
    sequence('call_from_broker', 'endpoint', [
      welcome,
      {
        frame: sealed(KEYS.toEndpoint, KIND.CALL, H0, 0, encodeCall({}, undefined)),
        expect: 'error',
      },
    ]),
    sequence('close', 'endpoint', [
      welcome,
      { frame: hex(makeFrame(KIND.CLOSE, u32(2))), expect: 'closed' },
    ]),
  ];
}
