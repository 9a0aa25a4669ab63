// Tables of vectors for plaintexts, accepted and refused.

import { concat, utf8Encode } from '../../src/bytes.js';
import { pack } from '../../src/core/pack.js';
import { hex } from '../pattern.js';
import { handleOf, type Vector } from './common.js';

export type Fields = Record<string, unknown>;

export const A = handleOf('message a');
export const B = handleOf('message b');
export const TWO = concat(A, B);

function bytesOfPart(part: Fields | string): string {
  return typeof part === 'string' ? part : hex(pack(part));
}

/** Vectors of one kind: accepted ones carry their fields, refused ones do not. */
export class Table {
  readonly list: Vector[] = [];
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }

  ok(name: string, part: Fields | string, fields: Fields, raw = 0): this {
    return this.#add(name, part, raw, { expect: 'ok', fields });
  }

  bad(name: string, part: Fields | string, raw = 0): this {
    return this.#add(name, part, raw, { expect: 'error' });
  }

  #add(
    name: string,
    part: Fields | string,
    raw: number,
    outcome: { expect: 'ok' | 'error'; fields?: Fields },
  ): this {
    this.list.push({
      name: `${this.#kind}_${name}`,
      kind: this.#kind,
      msgpack: bytesOfPart(part),
      raw,
      ...outcome,
    });
    return this;
  }

  /** `key` absent, and in each type that it is not. */
  wrong(key: string, good: Fields, types: string, raw = 0): this {
    const rest = Object.fromEntries(Object.entries(good).filter(([name]) => name !== key));
    const values: Record<string, unknown> = {
      nil: null,
      bool: true,
      uint: 1,
      int: -1,
      float: 1.5,
      str: 'x',
      bin: A,
      array: [],
      map: {},
    };
    for (const [type, value] of Object.entries(values))
      if (!types.split(' ').includes(type))
        this.bad(`${key}_is_${type}`, { ...rest, [key]: value }, raw);
    return this;
  }

  missing(good: Fields, ...keys: string[]): this {
    for (const key of keys)
      this.bad(
        `without_${key}`,
        Object.fromEntries(Object.entries(good).filter(([name]) => name !== key)),
      );
    return this;
  }
}

/** The key, then the value as a pattern: for what an encoder would not write. */
export function pair(key: string, value: string): string {
  return `a${key.length.toString(16)}${hex(utf8Encode(key))} ${value} `;
}
