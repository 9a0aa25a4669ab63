// The plaintexts of a view link, accepted and refused.

import { concat } from '../../src/bytes.js';
import { ERROR_CODES } from '../../src/page/error.js';
import { pack } from '../../src/core/pack.js';
import { expand, hex } from '../pattern.js';
import { handleOf, type Vector } from './common.js';
import { streamMessageVectors } from './stream-messages.js';
import { A, B, pair, Table, TWO, type Fields } from './table.js';

function calls(): Vector[] {
  const args = { path: 'data/hello.txt' };
  const argsHex = hex(pack(args));
  return new Table('CALL')
    .ok('plain', { args }, { args: argsHex })
    .ok('args_empty', { args: {} }, { args: '80' })
    .ok('bytes_0', { args: {}, bytes: 0 }, { args: '80', bytes: 0 })
    .ok('bytes_5', { args: {}, bytes: 5 }, { args: '80', bytes: 5 }, 5)
    .ok(
      'bytes_in_64_bits',
      `82 ${pair('args', '80')}${pair('bytes', 'cf0000000000000005')}`,
      { args: '80', bytes: 5 },
      5,
    )
    .ok(
      'bytes_in_a_signed_encoding',
      `82 ${pair('args', '80')}${pair('bytes', 'd005')}`,
      { args: '80', bytes: 5 },
      5,
    )
    .ok(
      'keys_in_other_order',
      `82 ${pair('bytes', '05')}${pair('args', '80')}`,
      { args: '80', bytes: 5 },
      5,
    )
    .ok('map_in_other_encoding', `de0001 ${pair('args', 'df00000000')}`, { args: 'df00000000' })
    .ok('more', { args: {}, more: true }, { args: '80', more: true })
    .ok('more_bytes_0', { args: {}, bytes: 0, more: true }, { args: '80', bytes: 0, more: true })
    .ok('more_bytes_5', { args: {}, bytes: 5, more: true }, { args: '80', bytes: 5, more: true }, 5)
    .bad('more_false', { args, more: false })
    .wrong('more', { args, more: true }, 'bool')
    .bad('last', { args, last: true })
    .bad('empty', {})
    .missing({ args, bytes: 0 }, 'args')
    .bad('unknown_key', { args, command: 'plugin:fs|remove' })
    .bad('unknown_key_empty', { args, '': 1 })
    .bad('args_twice', `82 ${pair('args', '80')}${pair('args', '80')}`)
    .bad('key_in_capitals', { Args: args })
    .wrong('args', { args }, 'map')
    .wrong('bytes', { args, bytes: 1 }, 'uint', 1)
    .bad('bytes_one_less', { args, bytes: 4 }, 5)
    .bad('bytes_one_more', { args, bytes: 6 }, 5)
    .bad('bytes_0_with_raw', { args, bytes: 0 }, 1)
    .bad('bytes_without_raw', { args, bytes: 1 })
    .bad('raw_without_bytes', { args }, 1)
    .bad('bytes_most', { args, bytes: 2n ** 64n - 1n }, 5)
    .bad('bytes_equal_in_low_32_bits', { args, bytes: 2n ** 32n + 5n }, 5)
    .bad('bytes_equal_in_low_53_bits', { args, bytes: 2n ** 53n + 5n }, 5).list;
}

function replies(): Vector[] {
  const error = { code: 'denied', message: 'no', command: 'plugin:fs|remove' };
  const next = hex(A);
  const table = new Table('REPLY')
    .ok('value', { value: 1 }, { type: 'value', value: '01' })
    .ok('value_nil', { value: null }, { type: 'value', value: 'c0' })
    .ok('value_map', { value: { a: [1, 'x'] } }, { type: 'value', value: '81a1619201a178' })
    .ok('value_float', `81 ${pair('value', 'cb3ff8000000000000')}`, {
      type: 'value',
      value: 'cb3ff8000000000000',
    })
    .ok('value_next', { value: 1, next: A }, { type: 'value', value: '01', next })
    .ok('bytes_0', { bytes: 0 }, { type: 'bytes', bytes: 0 })
    .ok('bytes_3', { bytes: 3, next: A }, { type: 'bytes', bytes: 3, next }, 3)
    .ok('total', { bytes: 3, total: 8 }, { type: 'bytes', bytes: 3, total: 8 }, 3)
    .ok('total_of_all', { bytes: 3, total: 3 }, { type: 'bytes', bytes: 3, total: 3 }, 3)
    .ok('total_0', { bytes: 0, total: 0 }, { type: 'bytes', bytes: 0, total: 0 })
    .ok('total_over_32_bits', { bytes: 0, total: 2n ** 32n }, {
      type: 'bytes',
      bytes: 0,
      total: 4_294_967_296,
    })
    .ok('error', { error }, { type: 'error', error })
    .ok('error_next', { error, next: A }, { type: 'error', error, next })
    .ok(
      'error_retry_ms',
      { error: { ...error, code: 'limit', retry_ms: 250 } },
      { type: 'error', error: { ...error, code: 'limit', retry_ms: 250 } },
    )
    .ok(
      'error_errno',
      { error: { ...error, code: 'io', errno: 5 } },
      { type: 'error', error: { ...error, code: 'io', errno: 5 } },
    )
    .ok(
      'error_errno_4095',
      { error: { ...error, code: 'io', errno: 4095 } },
      { type: 'error', error: { ...error, code: 'io', errno: 4095 } },
    )
    .ok(
      'error_retry_ms_most',
      { error: { ...error, code: 'limit', retry_ms: 4_294_967_295 } },
      { type: 'error', error: { ...error, code: 'limit', retry_ms: 4_294_967_295 } },
    )
    .ok(
      'error_message_empty',
      { error: { ...error, message: '' } },
      { type: 'error', error: { ...error, message: '' } },
    )
    .ok(
      'error_message_512',
      { error: { ...error, message: 'm'.repeat(512) } },
      { type: 'error', error: { ...error, message: 'm'.repeat(512) } },
    );
  for (const code of ERROR_CODES)
    table.ok(
      `error_code_${code}`,
      { error: { ...error, code } },
      { type: 'error', error: { ...error, code } },
    );
  return [...table.list, ...badReplies(error)];
}

function badReplies(error: Fields): Vector[] {
  const table = new Table('REPLY')
    .bad('empty', {})
    .bad('next_only', { next: A })
    .bad('value_and_error', { value: 1, error })
    .bad('value_and_bytes', { value: 1, bytes: 0 })
    .bad('bytes_and_error', { bytes: 0, error })
    .bad('unknown_key', { value: 1, last: true })
    .bad('value_with_raw', { value: 1 }, 1)
    .bad('error_with_raw', { error }, 1)
    .bad('bytes_without_raw', { bytes: 1 })
    .bad('bytes_one_less', { bytes: 2 }, 3)
    .bad('bytes_one_more', { bytes: 4 }, 3)
    .wrong('bytes', { bytes: 1 }, 'uint', 1)
    .bad('total_below_bytes', { bytes: 3, total: 2 }, 3)
    .bad('total_with_value', { value: 1, total: 1 })
    .bad('total_with_error', { error, total: 1 })
    .bad('total_only', { total: 1 })
    .wrong('total', { bytes: 0, total: 1 }, 'uint')
    .wrong('next', { value: 1, next: A }, 'bin')
    .bad('next_empty', { value: 1, next: new Uint8Array(0) })
    .bad('next_15', { value: 1, next: A.slice(1) })
    .bad('next_32', { value: 1, next: TWO })
    .bad('next_zero', { value: 1, next: new Uint8Array(16) })
    .wrong('error', { error }, 'map')
    .bad('error_unknown_key', { error: { ...error, path: '/etc/passwd' } })
    .bad('error_message_513', { error: { ...error, message: 'm'.repeat(513) } })
    .bad('error_retry_ms_negative', { error: { ...error, retry_ms: -1 } })
    .bad('error_retry_ms_float', { error: { ...error, retry_ms: 0.5 } })
    .bad('error_retry_ms_33_bits', { error: { ...error, retry_ms: 2n ** 32n } })
    .bad('error_errno_0', { error: { ...error, errno: 0 } })
    .bad('error_errno_negative', { error: { ...error, errno: -5 } })
    .bad('error_errno_4096', { error: { ...error, errno: 4096 } })
    .bad('error_errno_str', { error: { ...error, errno: 'EIO' } })
    .bad('error_code_uint', { error: { ...error, code: 1 } })
    .bad('error_code_unknown', { error: { ...error, code: 'no_such_code' } })
    .bad('error_message_bin', { error: { ...error, message: A } })
    .bad('error_command_nil', { error: { ...error, command: null } });
  for (const key of ['code', 'message', 'command'])
    table.bad(`error_without_${key}`, {
      error: Object.fromEntries(Object.entries(error).filter(([name]) => name !== key)),
    });
  return table.list;
}

function welcomes(): Vector[] {
  const command = { index: 0, name: 'plugin:fs|read_file', pool: 8, handles: TWO };
  const limits = { frame: 1_052_672, in_flight: 1024, streams: 256, miss_per_s: 10 };
  const welcome = { session: '0123456789abcdef', commands: [command], limits };
  const shown = { ...command, handles: [hex(A), hex(B)] };
  const second = {
    ...command,
    index: 1,
    name: 'greet',
    handles: concat(handleOf('c'), handleOf('d')),
  };
  const withCommand = (more: Fields): Fields => ({
    ...welcome,
    commands: [{ ...command, ...more }],
  });
  const withLimit = (more: Fields): Fields => ({ ...welcome, limits: { ...limits, ...more } });
  const table = new Table('WELCOME')
    .ok('plain', welcome, { ...welcome, commands: [shown] })
    .ok('no_commands', { ...welcome, commands: [] }, { ...welcome, commands: [] })
    .ok(
      'two_commands',
      { ...welcome, commands: [command, second] },
      {
        ...welcome,
        commands: [shown, { ...second, handles: [hex(handleOf('c')), hex(handleOf('d'))] }],
      },
    )
    .ok('pool_2', withCommand({ pool: 2 }), { ...welcome, commands: [{ ...shown, pool: 2 }] })
    .ok('pool_1024', withCommand({ pool: 1024 }), {
      ...welcome,
      commands: [{ ...shown, pool: 1024 }],
    })
    .ok('name_128', withCommand({ name: 'n'.repeat(128) }), {
      ...welcome,
      commands: [{ ...shown, name: 'n'.repeat(128) }],
    })
    .missing(welcome, 'session', 'commands', 'limits')
    .bad('unknown_key', { ...welcome, version: 1 })
    .bad('with_raw', welcome, 1)
    .wrong('session', welcome, 'str')
    .wrong('commands', welcome, 'array')
    .wrong('limits', welcome, 'map')
    .bad('session_15', { ...welcome, session: '0123456789abcde' })
    .bad('session_17', { ...welcome, session: '0123456789abcdef0' })
    .bad('session_no_hex', { ...welcome, session: '0123456789abcdeg' })
    .bad('session_capitals', { ...welcome, session: '0123456789ABCDEF' })
    .bad('index_1_first', withCommand({ index: 1 }))
    .bad('index_twice', { ...welcome, commands: [command, { ...second, index: 0 }] })
    .bad('index_gap', { ...welcome, commands: [command, { ...second, index: 2 }] })
    .bad('name_empty', withCommand({ name: '' }))
    .bad('name_129', withCommand({ name: 'n'.repeat(129) }))
    .bad('name_twice', { ...welcome, commands: [command, { ...second, name: command.name }] })
    .bad('name_bin', withCommand({ name: A }))
    .bad('pool_1', withCommand({ pool: 1 }))
    .bad('pool_1025', withCommand({ pool: 1025 }))
    .bad('pool_below_handles', withCommand({ pool: 2, handles: concat(TWO, handleOf('c')) }))
    .bad('handles_none', withCommand({ handles: new Uint8Array(0) }))
    .bad('handles_one', withCommand({ handles: A }))
    .bad('handles_33_bytes', withCommand({ handles: concat(TWO, Uint8Array.of(1)) }))
    .bad('handles_zero', withCommand({ handles: concat(A, new Uint8Array(16)) }))
    .bad('handles_str', withCommand({ handles: 'x'.repeat(32) }))
    .bad('command_unknown_key', withCommand({ scope: 1 }))
    .bad('command_is_str', { ...welcome, commands: ['plugin:fs|read_file'] })
    .bad('limits_unknown_key', withLimit({ calls: 1 }))
    .bad('limits_frame_float', withLimit({ frame: 1.5 }))
    .bad('limits_in_flight_0', withLimit({ in_flight: 0 }))
    .ok('limits_streams_0', withLimit({ streams: 0 }), {
      ...welcome,
      commands: [shown],
      limits: { ...limits, streams: 0 },
    })
    .bad('limits_streams_33_bits', withLimit({ streams: 2n ** 32n }))
    .bad('limits_in_flight_negative', withLimit({ in_flight: -1 }));
  for (const key of ['index', 'name', 'pool', 'handles'])
    table.bad(`command_without_${key}`, {
      ...welcome,
      commands: [Object.fromEntries(Object.entries(command).filter(([name]) => name !== key))],
    });
  for (const key of ['frame', 'in_flight', 'streams', 'miss_per_s'])
    table.bad(`limits_without_${key}`, {
      ...welcome,
      limits: Object.fromEntries(Object.entries(limits).filter(([name]) => name !== key)),
    });
  return table.list;
}

function cancels(): Vector[] {
  return new Table('CANCEL')
    .ok('plain', {}, {})
    .ok('map_in_other_encoding', 'de0000', {})
    .bad('unknown_key', { reason: 'x' })
    .bad('with_raw', {}, 1)
    .bad('nil', 'c0').list;
}

function wants(): Vector[] {
  const want = { command: 0, count: 1 };
  return new Table('WANT')
    .ok('plain', want, want)
    .ok('count_1024', { command: 4095, count: 1024 }, { command: 4095, count: 1024 })
    .bad('count_0', { command: 0, count: 0 })
    .bad('count_1025', { command: 0, count: 1025 })
    .bad('count_most', { command: 0, count: 2n ** 64n - 1n })
    .bad('count_equal_in_low_32_bits', { command: 0, count: 2n ** 32n + 1n })
    .missing(want, 'command', 'count')
    .wrong('command', want, 'uint')
    .wrong('count', want, 'uint')
    .bad('count_float_1', `82 ${pair('command', '00')}${pair('count', 'cb3ff0000000000000')}`)
    .bad('command_negative', { command: -1, count: 1 })
    .bad('unknown_key', { ...want, name: 'x' })
    .bad('with_raw', want, 1).list;
}

function handles(): Vector[] {
  const some = { command: 0, handles: TWO };
  return new Table('HANDLES')
    .ok('two', some, { command: 0, handles: [hex(A), hex(B)] })
    .ok('none', { command: 0, handles: new Uint8Array(0) }, { command: 0, handles: [] })
    .bad('of_15_bytes', { command: 0, handles: A.slice(1) })
    .bad('of_17_bytes', { command: 0, handles: concat(A, Uint8Array.of(1)) })
    .bad('zero', { command: 0, handles: new Uint8Array(16) })
    .missing(some, 'command', 'handles')
    .wrong('command', some, 'uint')
    .wrong('handles', some, 'bin')
    .bad('unknown_key', { ...some, count: 2 })
    .bad('with_raw', some, 1).list;
}

function misses(): Vector[] {
  const miss = { name: 'plugin:shell|execute' };
  return new Table('MISS')
    .ok('plain', miss, miss)
    .ok('count', { ...miss, count: 41 }, { ...miss, count: 41 })
    .ok('name_empty', { name: '' }, { name: '' })
    .ok('name_128', { name: 'n'.repeat(128) }, { name: 'n'.repeat(128) })
    .ok('name_128_bytes_of_utf8', { name: 'é'.repeat(64) }, { name: 'é'.repeat(64) })
    .bad('name_129', { name: 'n'.repeat(129) })
    .bad('name_130_bytes_of_utf8', { name: 'é'.repeat(65) })
    .missing({ ...miss, count: 1 }, 'name')
    .wrong('name', miss, 'str')
    .wrong('count', { ...miss, count: 1 }, 'uint')
    .bad('name_not_utf8', `81 ${pair('name', 'a2c0af')}`)
    .bad('unknown_key', { ...miss, view: 'main' })
    .bad('with_raw', miss, 1).list;
}

export function messageVectors(): Vector[] {
  const list = [
    ...calls(),
    ...replies(),
    ...welcomes(),
    ...cancels(),
    ...wants(),
    ...handles(),
    ...misses(),
    ...streamMessageVectors(),
  ];
  for (const vector of list) expand(vector['msgpack'] as string);
  return list;
}
