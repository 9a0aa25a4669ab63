// The structural scan that every msgpack part from a peer passes before anything decodes it
// (PROTOCOL.md, sections 2 and 4).

import { utf8Decode } from './bytes.js';
import { Violation } from './error.js';
import { payload, readItem, type Item } from './msgpack.js';

export const DEPTH_MOST = 32;
export const NODES_MOST = 65_536;
export const KEY_MOST = 256;

class Scan {
  readonly #bytes: Uint8Array;
  #nodes = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Answers where the value ends. `depth` is the number of maps and arrays around it. */
  value(offset: number, depth: number): number {
    const item = this.#item(offset);
    if (item.type === 'str') utf8Decode(payload(this.#bytes, item));
    if (item.type !== 'map' && item.type !== 'array') return item.end;
    if (depth === DEPTH_MOST) throw new Violation('nested too deeply');
    return item.type === 'map' ? this.#map(item, depth + 1) : this.#array(item, depth + 1);
  }

  #item(offset: number): Item {
    this.#nodes += 1;
    if (this.#nodes > NODES_MOST) throw new Violation('too many values');
    return readItem(this.#bytes, offset);
  }

  #array(head: Item, depth: number): number {
    let at = head.end;
    for (let i = 0; i < head.size; i++) at = this.value(at, depth);
    return at;
  }

  #map(head: Item, depth: number): number {
    const keys = new Set<string>();
    let at = head.end;
    for (let i = 0; i < head.size; i++) {
      at = this.#key(at, keys);
      at = this.value(at, depth);
    }
    return at;
  }

  #key(offset: number, keys: Set<string>): number {
    const item = this.#item(offset);
    if (item.type !== 'str') throw new Violation(`a map key of type ${item.type}`);
    if (item.size > KEY_MOST) throw new Violation('a map key is too long');
    const key = utf8Decode(payload(this.#bytes, item));
    if (keys.has(key)) throw new Violation('a map key occurs twice');
    keys.add(key);
    return item.end;
  }
}

/** Throws a Violation unless `bytes` are exactly one well-formed map within the limits. */
export function scan(bytes: Uint8Array): void {
  if (bytes.length === 0 || readItem(bytes, 0).type !== 'map')
    throw new Violation('the msgpack part is not a map');
  if (new Scan(bytes).value(0, 0) !== bytes.length) throw new Violation('bytes after the map');
}
