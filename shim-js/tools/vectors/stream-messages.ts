// The plaintexts of streams, accepted and refused.

import { hex } from '../pattern.js';
import type { Vector } from './common.js';
import { A, pair, Table, TWO } from './table.js';

function parts(): Vector[] {
  const table = new Table('CHUNK_from_endpoint');
  return table
    .ok('part', { bytes: 5 }, { bytes: 5 }, 5)
    .ok('most', { bytes: 65_536 }, { bytes: 65_536 }, 65_536)
    .ok('last', { bytes: 5, last: true }, { bytes: 5, last: true }, 5)
    .ok('last_empty', { bytes: 0, last: true }, { bytes: 0, last: true })
    .ok('keys_in_other_order', `82 ${pair('last', 'c3')}${pair('bytes', '05')}`, {
      bytes: 5,
      last: true,
    }, 5)
    .bad('empty', {})
    .bad('bytes_0', { bytes: 0 })
    .bad('last_only', { last: true })
    .bad('last_false', { bytes: 5, last: false }, 5)
    .bad('bytes_one_less', { bytes: 4 }, 5)
    .bad('bytes_one_more', { bytes: 6 }, 5)
    .bad('bytes_65537', { bytes: 65_537 }, 65_537)
    .bad('bytes_equal_in_low_32_bits', { bytes: 2n ** 32n + 5n }, 5)
    .wrong('bytes', { bytes: 1 }, 'uint', 1)
    .wrong('last', { bytes: 1, last: true }, 'bool', 1)
    .bad('value', { value: 1 })
    .bad('message', { message: 1 })
    .bad('channel', { bytes: 1, channel: 0 }, 1)
    .bad('next', { bytes: 1, next: A }, 1).list;
}

function chunks(): Vector[] {
  const next = hex(A);
  return new Table('CHUNK_from_broker')
    .ok('value', { value: 1 }, { type: 'value', value: '01' })
    .ok('value_nil', { value: null }, { type: 'value', value: 'c0' })
    .ok('value_next', { value: [], next: A }, { type: 'value', value: '90', next })
    .ok('message', { message: { a: 1 } }, { type: 'message', message: '81a16101' })
    .ok('message_next', { message: 1, next: A }, { type: 'message', message: '01', next })
    .ok('message_of_channel', { message: 1, channel: 7 }, {
      type: 'message',
      message: '01',
      channel: 7,
    })
    .ok('channel_0', { message: 1, channel: 0 }, { type: 'message', message: '01', channel: 0 })
    .ok('channel_most', { message: 1, channel: 4_294_967_295 }, {
      type: 'message',
      message: '01',
      channel: 4_294_967_295,
    })
    .ok('bytes', { bytes: 5 }, { type: 'bytes', bytes: 5 }, 5)
    .ok('bytes_0', { bytes: 0 }, { type: 'bytes', bytes: 0 })
    .ok('bytes_most', { bytes: 65_536, next: A }, { type: 'bytes', bytes: 65_536, next }, 65_536)
    .ok('bytes_of_channel', { bytes: 5, channel: 7, next: A }, {
      type: 'bytes',
      bytes: 5,
      channel: 7,
      next,
    }, 5)
    .bad('empty', {})
    .bad('next_only', { next: A })
    .bad('channel_only', { channel: 1 })
    .bad('value_and_message', { value: 1, message: 1 })
    .bad('value_and_bytes', { value: 1, bytes: 0 })
    .bad('message_and_bytes', { message: 1, bytes: 0 })
    .bad('value_of_channel', { value: 1, channel: 1 })
    .bad('value_with_raw', { value: 1 }, 1)
    .bad('message_with_raw', { message: 1 }, 1)
    .bad('bytes_without_raw', { bytes: 1 })
    .bad('bytes_one_less', { bytes: 4 }, 5)
    .bad('bytes_one_more', { bytes: 6 }, 5)
    .bad('bytes_65537', { bytes: 65_537 }, 65_537)
    .bad('channel_33_bits', { message: 1, channel: 2n ** 32n })
    .wrong('channel', { message: 1, channel: 1 }, 'uint')
    .wrong('bytes', { bytes: 1 }, 'uint', 1)
    .wrong('next', { message: 1, next: A }, 'bin')
    .bad('next_zero', { message: 1, next: new Uint8Array(16) })
    .bad('next_15', { message: 1, next: A.slice(1) })
    .bad('next_32', { message: 1, next: TWO })
    .bad('last', { bytes: 5, last: true }, 5)
    .bad('error', { error: { code: 'io', message: '', command: '' } }).list;
}

function credits(): Vector[] {
  return new Table('CREDIT')
    .ok('plain', { bytes: 65_536 }, { bytes: 65_536 })
    .ok('most', { bytes: 4_194_304 }, { bytes: 4_194_304 })
    .ok('next', { bytes: 1, next: A }, { bytes: 1, next: hex(A) })
    .ok('next_only_in_effect', { bytes: 0, next: A }, { bytes: 0, next: hex(A) })
    .bad('empty', {})
    .bad('without_bytes', { next: A })
    .bad('above_the_most', { bytes: 4_194_305 })
    .bad('equal_in_low_32_bits', { bytes: 2n ** 32n + 1n })
    .wrong('bytes', { bytes: 1 }, 'uint')
    .wrong('next', { bytes: 1, next: A }, 'bin')
    .bad('next_zero', { bytes: 1, next: new Uint8Array(16) })
    .bad('next_empty', { bytes: 1, next: new Uint8Array(0) })
    .bad('unknown_key', { bytes: 1, channel: 1 })
    .bad('with_raw', { bytes: 1 }, 1).list;
}

export function streamMessageVectors(): Vector[] {
  return [...parts(), ...chunks(), ...credits()];
}
