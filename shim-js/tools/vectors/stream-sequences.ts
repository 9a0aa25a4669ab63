// Sequences of streams: order, credit, `next`, parts and their total, and the one end.

import { encodeCall, encodeReply } from '../../src/messages.js';
import { KIND } from '../../src/frame.js';
import { PART_MOST } from '../../src/limits.js';
import { ZERO_HANDLE } from '../../src/seal.js';
import {
  CREDIT_FIRST,
  CREDIT_MOST,
  encodeChunk,
  encodeCredit,
  encodePart,
} from '../../src/stream-messages.js';
import { hex } from '../pattern.js';
import { handleOf, type Vector } from './common.js';
import { down, H0, inClear, NEXT, sequence, up, WELCOME, type Step } from './session.js';

const { CALL, CANCEL, CHUNK, CREDIT, REPLY } = KIND;
const ROOM = CREDIT_MOST - CREDIT_FIRST;

type Expect = Step['expect'];

/** From the endpoint, an empty last part: it takes no raw bytes to be a whole frame. */
function last(counter: number, expect: Expect = 'ok'): Step {
  return up(CHUNK, H0, counter, expect, encodePart(0, true));
}

function give(counter: number, bytes: number, expect: Expect = 'ok'): Step {
  return up(CREDIT, H0, counter, expect, encodeCredit(bytes));
}

function part(counter: number, bytes: number, expect: 'ok' | 'error' = 'ok'): Step {
  return inClear('endpoint', counter, encodePart(bytes), bytes, expect);
}

/** What the first credit leaves for raw bytes behind three parts of the largest size. */
function rest(encoder: (bytes: number) => Uint8Array, spent = 0): number {
  const room = CREDIT_FIRST - 3 * (PART_MOST + encoder(PART_MOST).length) - spent;
  return room - encoder(PART_MOST - 1).length;
}

export function streamsAtBroker(): Vector[] {
  const open = up(CALL, H0, 0, 'ok', encodeCall({}, undefined, true));
  const reply = { reply: hex(H0) };
  const three = [1, 2, 3].map((counter) => part(counter, PART_MOST));
  const all = rest((bytes) => encodePart(bytes));
  const at = (name: string, ...steps: Step[]): Vector => sequence(name, 'broker', steps);
  const direct = (name: string, ...steps: Step[]): Vector =>
    sequence(name, 'broker', steps, 'direct');
  return [
    at('body', open, last(1), reply),
    at('body_and_credit_share_counters', open, give(1, 1), last(2), give(3, 1), reply),
    at('body_unfinished_at_reply', open, reply),
    at('body_cancelled', open, up(CANCEL, H0, 1)),
    at('chunk_without_more', up(CALL, H0, 0), last(1, 'error')),
    at('chunk_gap', open, last(2, 'error')),
    at('chunk_counter_0', open, last(0, 'error')),
    at('chunk_replayed', open, last(1), last(1, 'error')),
    at('chunk_after_last', open, last(1), last(2, 'error')),
    at('chunk_late', open, reply, last(1, 'dropped')),
    at('chunk_empty', open, up(CHUNK, H0, 1, 'error', encodePart(0))),
    at('chunk_of_the_broker', open, up(CHUNK, H0, 1, 'error', encodeChunk({ value: 1 }))),
    at('credit_gap', open, give(2, 1, 'error')),
    at('credit_to_the_most', open, give(1, ROOM), last(2)),
    at('credit_above_the_most', open, give(1, ROOM + 1, 'error')),
    at('credit_above_the_most_in_two', open, give(1, ROOM), give(2, 1, 'error')),
    at('credit_0', open, give(1, 0, 'error')),
    at('credit_with_next', open, up(CREDIT, H0, 1, 'error', encodeCredit(1, NEXT))),
    at('credit_late', open, reply, give(1, 1, 'dropped')),
    direct('body_of_all_credit', open, ...three, part(4, all)),
    direct('body_above_credit', open, ...three, part(4, all + 1, 'error')),
    direct('body_without_credit', open, ...three, part(4, all), last(5, 'error')),
  ];
}

type Message = Parameters<typeof encodeChunk>[0];

function chunk(counter: number, message: Message, expect: Expect = 'ok'): Step {
  return down(CHUNK, H0, counter, encodeChunk(message), expect);
}

function end(counter: number, result: Parameters<typeof encodeReply>[0], expect?: Expect): Step {
  return down(REPLY, H0, counter, encodeReply(result), expect);
}

function credit(counter: number, bytes: number, next?: Uint8Array, expect?: Expect): Step {
  return down(CREDIT, H0, counter, encodeCredit(bytes, next), expect);
}

function clearPart(counter: number, bytes: number, more: object = {}, expect?: 'error'): Step {
  return inClear('broker', counter, encodeChunk({ bytes, ...more }), bytes, expect);
}

const error = { code: 'io', message: 'no', command: 'echo' } as const;
const next = NEXT;
const welcome = down(KIND.WELCOME, ZERO_HANDLE, 0, WELCOME);
const call: Step = { call: hex(H0) };

function at(name: string, ...steps: Step[]): Vector {
  return sequence(name, 'endpoint', [welcome, ...steps]);
}

function direct(name: string, ...steps: Step[]): Vector {
  return sequence(name, 'endpoint', [welcome, ...steps], 'direct');
}

function values(): Vector[] {
  const early = chunk(0, { value: 1, next });
  return [
    at('early_value', call, early, end(1, { value: null })),
    at('early_value_without_next', call, chunk(0, { value: 1 }), end(1, { value: null })),
    at('early_value_then_error', call, early, end(1, { error })),
    at('early_value_after_message', call, chunk(0, { message: 1, next }), chunk(1, { value: 1 })),
    at('early_value_twice', call, early, chunk(1, { value: 1 }, 'error')),
    at('early_value_then_value', call, early, end(1, { value: 1 }, 'error')),
    at('early_value_then_bytes', call, early, end(1, { bytes: 0 }, 'error')),
    at('early_value_then_part', call, early, chunk(1, { bytes: 0 }, 'error')),
    at(
      'early_value_after_part',
      call,
      chunk(0, { bytes: 0, next }),
      chunk(1, { value: 1 }, 'error'),
    ),
    at('message_then_value', call, chunk(0, { message: 1, next }), end(1, { value: 1 })),
    at('message_of_no_channel_passed', call, chunk(0, { message: 1, channel: 7, next }, 'dropped')),
    at('bytes_of_no_channel_passed', call, chunk(0, { bytes: 0, channel: 7, next }, 'dropped')),
  ];
}

function results(): Vector[] {
  const first = clearPart(0, 5, { next });
  const whole = (bytes: number, total: number, expect?: Expect): Step =>
    end(2, { bytes, total }, expect);
  return [
    direct('parts', call, first, clearPart(1, 5), whole(0, 10)),
    direct('parts_then_error', call, first, end(1, { error })),
    direct('parts_total_less', call, first, clearPart(1, 5), whole(0, 9, 'error')),
    direct('parts_total_more', call, first, clearPart(1, 5), whole(0, 11, 'error')),
    direct('parts_without_total', call, first, end(1, { bytes: 0 }, 'error')),
    direct('parts_then_value', call, first, end(1, { value: null }, 'error')),
    at('total_without_parts', call, end(0, { bytes: 0, total: 0, next }, 'error')),
    at(
      'total_after_a_message',
      call,
      chunk(0, { message: 1, next }),
      end(1, { bytes: 0, total: 0 }, 'error'),
    ),
    at('total_of_empty_parts', call, chunk(0, { bytes: 0, next }), end(1, { bytes: 0, total: 0 })),
  ];
}

function orders(): Vector[] {
  const first = chunk(0, { message: 1, next });
  return [
    at('chunk_gap', call, first, chunk(2, { message: 1 }, 'error')),
    at('chunk_replayed', call, first, { ...first, expect: 'error' }),
    at('chunk_counter_1_first', call, chunk(1, { message: 1 }, 'error')),
    at('chunk_late', call, end(0, { value: 1, next }), chunk(1, { message: 1 }, 'dropped')),
    at('chunk_of_the_endpoint', call, down(CHUNK, H0, 0, encodePart(0, true), 'error')),
    at('reply_counter_0_after_chunk', call, first, end(0, { value: 1 }, 'error')),
    at('reply_gap_after_chunk', call, first, end(2, { value: 1 }, 'error')),
    at('reply_twice_after_chunk', call, first, end(1, { value: 1 }), end(2, { value: 1 }, 'error')),
    at('next_in_second_chunk', call, first, chunk(1, { message: 1, next: handleOf('a') }, 'error')),
    at(
      'next_in_reply_after_chunk',
      call,
      first,
      end(1, { value: 1, next: handleOf('a') }, 'error'),
    ),
    at('next_late', call, chunk(0, { message: 1 }), end(1, { value: 1, next }, 'error')),
    at('next_is_the_call_itself', call, chunk(0, { message: 1, next: H0 }, 'error')),
  ];
}

/** Of a call without `more`, which gives its slot back while a person is asked. */
function waits(): Vector[] {
  const asked = credit(0, 0, next);
  return [
    at('asked', call, asked, end(1, { value: 1 })),
    at('asked_without_next', call, credit(0, 0), end(1, { value: 1 })),
    at('asked_and_refused', call, asked, end(1, { error })),
    at('asked_then_a_stream', call, asked, chunk(1, { value: 1 }), end(2, { value: null })),
    at('asked_twice', call, asked, credit(1, 0, undefined, 'error')),
    at('asked_later', call, chunk(0, { message: 1, next }), credit(1, 0, undefined, 'error')),
    at('next_behind_asked', call, asked, end(1, { value: 1, next: handleOf('a') }, 'error')),
  ];
}

function budgets(): Vector[] {
  const body: Step = { call: hex(H0), more: true };
  const idle: Step = { call: hex(H0), idle: true };
  const nextSize = encodeChunk({ bytes: 1, next }).length - encodeChunk({ bytes: 1 }).length;
  const all = rest((bytes) => encodeChunk({ bytes }), nextSize);
  const three = [0, 1, 2].map((i) => clearPart(i, PART_MOST, i === 0 ? { next } : {}));
  return [
    at('credit', body, credit(0, 0, next), credit(1, 1), end(2, { value: 1 })),
    at('credit_0_again', body, credit(0, 0, next), credit(1, 0, undefined, 'error')),
    at('credit_next_again', body, credit(0, 0, next), credit(1, 1, handleOf('a'), 'error')),
    at('credit_to_the_most', body, credit(0, ROOM, next)),
    at('credit_above_the_most', body, credit(0, ROOM + 1, next, 'error')),
    at(
      'credit_above_the_most_in_two',
      body,
      credit(0, ROOM, next),
      credit(1, 1, undefined, 'error'),
    ),
    at('credit_gap', body, credit(0, 0, next), credit(2, 1, undefined, 'error')),
    at('credit_late', call, end(0, { value: 1, next }), credit(1, 1, undefined, 'dropped')),
    ...waits(),
    direct('parts_of_all_credit', idle, ...three, clearPart(3, all)),
    direct('parts_above_credit', idle, ...three, clearPart(3, all + 1, {}, 'error')),
    direct(
      'message_without_credit',
      idle,
      ...three,
      clearPart(3, all),
      chunk(4, { bytes: 0 }, 'error'),
    ),
  ];
}

export function streamsAtEndpoint(): Vector[] {
  return [...values(), ...results(), ...orders(), ...budgets()];
}
