// The structural scan. All are written by hand, as patterns: nothing here comes from an encoder.

import type { Vector } from './common.js';

/** A map of one key, `a`, around the value. */
const IN_MAP = '81 a161 ';

const GOOD: Record<string, string> = {
  empty_map: '80',
  empty_map_16: 'de0000',
  empty_map_32: 'df00000000',
  nil: IN_MAP + 'c0',
  bools: '82 a161 c2 a162 c3',
  uints:
    '87 a161 00 a162 7f a163 cc05 a164 cd0005 a165 ce00000005 a166 cf0000000000000005' +
    ' a167 cfffffffffffffffff',
  ints: '86 a161 ff a162 e0 a163 d005 a164 d1ffff a165 d280000000 a166 d38000000000000000',
  floats:
    '84 a161 ca3f800000 a162 cb3ff0000000000000 a163 cb7ff0000000000000' +
    ' a164 cb7ff8000000000000',
  strings: '84 a161 a0 a162 d90161 a163 da000161 a164 db0000000161',
  bins: '83 a161 c400 a162 c50001ff a163 c600000001ff',
  bin_need_not_be_utf8: IN_MAP + 'c404 c080feff',
  array_16: IN_MAP + 'dc0002 c0c0',
  array_32: IN_MAP + 'dd00000002 c0c0',
  map_16: IN_MAP + 'de0001 a162 c0',
  map_32: IN_MAP + 'df00000001 a162 c0',
  depth_32_arrays: IN_MAP + '(91)*30 90',
  depth_32_arrays_with_scalar: IN_MAP + '(91)*31 c0',
  depth_32_maps: '(81a161)*31 80',
  nodes_65536: IN_MAP + 'dcfffd (c0)*65533',
  nodes_65536_in_maps:
    IN_MAP + 'dcffe7 (c0)*65505 86 a161c0 a162c0 a163c0 a164c0 a165c0 a166c0' + ' (92c0c0)*5',
  key_empty: '81 a0 c0',
  key_256: '81 da0100 (6b)*256 c0',
  key_32_wide: '81 db00000001 61 c0',
  key_with_nul: '81 a3610062 c0',
  key_proto: '81 a95f5f70726f746f5f5f c0',
  keys_differ_by_bom: '82 a161 c0 a4efbbbf61 c0',
  keys_differ_by_case: '82 a161 c0 a141 c0',
  keys_equal_in_other_maps: '82 a161 81a161c0 a162 81a161c0',
  string_with_nul: IN_MAP + 'a3610062',
  string_two_bytes: IN_MAP + 'a2c3a9',
  string_three_bytes: IN_MAP + 'a3e282ac',
  string_four_bytes: IN_MAP + 'a4f09f9880',
  string_last_code_point: IN_MAP + 'a4f48fbfbf',
  string_noncharacter: IN_MAP + 'a3efbfbf',
  string_bom: IN_MAP + 'a3efbbbf',
  string_long: IN_MAP + 'db00010000 (61)*65536',
};

const TRUNCATED: Record<string, string> = {
  nothing: '',
  map_without_pair: '81',
  map_without_value: '81 a161',
  string: IN_MAP + 'a261',
  uint_8: IN_MAP + 'cc',
  uint_16: IN_MAP + 'cd00',
  uint_32: IN_MAP + 'ce000000',
  uint_64: IN_MAP + 'cf00000000000000',
  int_8: IN_MAP + 'd0',
  int_16: IN_MAP + 'd100',
  int_32: IN_MAP + 'd2000000',
  int_64: IN_MAP + 'd300000000000000',
  float_32: IN_MAP + 'ca000000',
  float_64: IN_MAP + 'cb00000000000000',
  str_8_length: IN_MAP + 'd9',
  str_16_length: IN_MAP + 'da00',
  str_32_length: IN_MAP + 'db000000',
  bin_8_length: IN_MAP + 'c4',
  bin_16_length: IN_MAP + 'c500',
  bin_32_length: IN_MAP + 'c6000000',
  array_16_length: IN_MAP + 'dc00',
  array_32_length: IN_MAP + 'dd000000',
  map_16_length: 'de00',
  map_32_length: 'df000000',
};

const BOMBS: Record<string, string> = {
  depth_33_arrays: IN_MAP + '(91)*31 90',
  depth_33_arrays_with_scalar: IN_MAP + '(91)*32 c0',
  depth_33_maps: '(81a161)*32 80',
  depth_100000: IN_MAP + '(91)*100000 c0',
  nodes_65537: IN_MAP + 'dcfffe (c0)*65534',
  nodes_65537_with_keys:
    IN_MAP + 'dcffe8 (c0)*65506 86 a161c0 a162c0 a163c0 a164c0 a165c0 a166c0' + ' (92c0c0)*5',
  nodes_100000: IN_MAP + 'dd000186a0 (c0)*100000',
  array_32_of_4294967295: IN_MAP + 'ddffffffff',
  array_32_of_one_more: IN_MAP + 'dd00000004 c0c0c0',
  array_16_of_65535: IN_MAP + 'dcffff c0',
  array_fix_of_15: IN_MAP + '9f c0',
  map_32_of_4294967295: 'dfffffffff',
  map_32_of_2147483648: 'df80000000',
  map_count_above_half_of_the_bytes: 'de0003 a0c0 a161',
  map_16_of_65535: 'deffff a161c0',
  str_8_of_255: IN_MAP + 'd9ff 61',
  str_16_of_65535: IN_MAP + 'daffff 61',
  str_32_of_4294967295: IN_MAP + 'dbffffffff',
  bin_8_of_255: IN_MAP + 'c4ff 61',
  bin_16_of_65535: IN_MAP + 'c5ffff 61',
  bin_32_of_4294967295: IN_MAP + 'c6ffffffff',
};

const EXTENSIONS: Record<string, string> = {
  fixext_1: 'd4 01 00',
  fixext_2: 'd5 01 0000',
  fixext_4: 'd6 01 00000000',
  fixext_8: 'd7 01 (00)*8',
  fixext_16: 'd8 01 (00)*16',
  ext_8: 'c7 01 01 00',
  ext_8_empty: 'c7 00 01',
  ext_16: 'c8 0001 01 00',
  ext_32: 'c9 00000001 01 00',
  ext_32_of_4294967295: 'c9 ffffffff 01',
  timestamp_32: 'd6 ff 00000000',
  timestamp_64: 'd7 ff (00)*8',
  timestamp_96: 'c7 0c ff (00)*12',
  never_used_c1: 'c1',
};

const NOT_UTF8: Record<string, string> = {
  lone_continuation: '80',
  overlong_slash: 'c0af',
  overlong_two_bytes: 'c1bf',
  overlong_three_bytes: 'e080af',
  overlong_four_bytes: 'f08080af',
  surrogate_high: 'eda080',
  surrogate_low: 'edbfbf',
  surrogate_pair: 'eda080edb080',
  cut_two_bytes: 'c3',
  cut_three_bytes: 'e282',
  cut_four_bytes: 'f09f98',
  cut_then_ascii: 'e28261',
  above_last_code_point: 'f4908080',
  five_bytes: 'f888808080',
  byte_fe: 'fe',
  byte_ff: 'ff',
};

const KEYS: Record<string, string> = {
  twice: '82 a161 c0 a161 c0',
  twice_with_equal_values: '82 a161 01 a161 01',
  twice_in_other_encodings: '82 a161 c0 d90161 c0',
  twice_far_apart: '83 a161 c0 a162 c0 a161 c0',
  twice_empty: '82 a0 c0 a0 c0',
  twice_inside: '81 a161 82 a162 c0 a162 c0',
  twice_inside_array: '81 a161 91 82 a162 c0 a162 c0',
  of_257: '81 da0101 (6b)*257 c0',
  of_257_inside: '81 a161 81 da0101 (6b)*257 c0',
  nil: '81 c0 c0',
  bool: '81 c3 c0',
  uint: '81 01 c0',
  int: '81 ff c0',
  float: '81 ca3f800000 c0',
  bin: '81 c40161 c0',
  array: '81 90 c0',
  map: '81 80 c0',
  uint_inside: '81 a161 81 01 c0',
};

const OTHERS: Record<string, string> = {
  root_nil: 'c0',
  root_array: '90',
  root_string: 'a161',
  root_uint: '01',
  root_bin: 'c400',
  trailing_nil: '80 c0',
  trailing_map: '80 80',
  trailing_zero: IN_MAP + 'c0 00',
  trailing_never_used: '80 c1',
};

const NOTES: Record<string, string> = {
  nodes_65536: 'the outermost map counts as one value',
  nodes_65536_in_maps: 'keys count; the outermost map counts as one value',
  nodes_65537: 'the outermost map counts as one value',
  nodes_65537_with_keys: 'without its six inner keys this would be allowed',
};

function vector(name: string, pattern: string, expect: 'ok' | 'error'): Vector {
  const note = NOTES[name];
  return { name, msgpack: pattern, expect, ...(note === undefined ? {} : { note }) };
}

function all(
  prefix: string,
  table: Record<string, string>,
  expect: 'ok' | 'error',
  wrap = (pattern: string): string => pattern,
): Vector[] {
  return Object.entries(table).map(([name, pattern]) =>
    vector(prefix + name, wrap(pattern), expect),
  );
}

function stringOf(bytes: string): string {
  return `a${(bytes.length / 2).toString(16)}${bytes}`;
}

export function scanVectors(): Vector[] {
  return [
    ...all('', GOOD, 'ok'),
    ...all('', BOMBS, 'error'),
    ...all('cut_', TRUNCATED, 'error'),
    ...all('type_', EXTENSIONS, 'error', (pattern) => IN_MAP + pattern),
    ...all('type_in_array_', EXTENSIONS, 'error', (pattern) => IN_MAP + '91 ' + pattern),
    ...all('utf8_value_', NOT_UTF8, 'error', (bytes) => IN_MAP + stringOf(bytes)),
    ...all('utf8_key_', NOT_UTF8, 'error', (bytes) => `81 ${stringOf(bytes)} c0`),
    ...all('key_', KEYS, 'error'),
    ...all('', OTHERS, 'error'),
  ];
}
