// The arguments of a call as plain data. What JSON.stringify would drop is dropped here too, so
// that code written for Tauri's invoke keeps its meaning; bytes stay bytes, and channels become
// their names. The page's own code (a toJSON, a getter) runs here and nowhere later.

import { alone, bytesOf } from './bytes.js';
import { endOf } from './channel.js';
import {
  apply,
  charCodeAt,
  getTime,
  hasOwn,
  isArray,
  isEnumerable,
  MapCopy,
  mapForEach,
  mapSet,
  mapSize,
  NumberCopy,
  ownKeys,
  slice,
  toISOString,
  TypeErrorCopy,
} from './intrinsics.js';
import { bare, isPlain, list, methodOf } from './safe.js';
import type { Sink } from './sink.js';

/** PROTOCOL.md, section 2. */
const DEPTH_MOST = 32;
const VALUES_MOST = 65_536;

const CHANNEL = '__CHANNEL__:';
const TO_IPC = '__TAURI_TO_IPC_KEY__';

/** The sinks that the arguments name, by their ids. */
export type Sinks = Map<number, Sink>;

/** Who has that id as a callback in Tauri's manner. */
export type FindSink = (id: number) => Sink | undefined;

/** Undefined: it is no Date. */
function dateText(value: object): string | null | undefined {
  if (isPlain(value)) return undefined;
  try {
    return getTime(value as Date) === getTime(value as Date) ? toISOString(value as Date) : null;
  } catch {
    return undefined;
  }
}

function isMap(value: object): value is Map<unknown, unknown> {
  if (isPlain(value)) return false;
  try {
    mapSize(value);
    return true;
  } catch {
    return false;
  }
}

export class Arguments {
  readonly sinks: Sinks = new MapCopy();
  readonly #find: FindSink;
  #values = 0;

  constructor(find: FindSink) {
    this.#find = find;
  }

  /** Throws a TypeError for what is nested too deeply, or holds too much. */
  plain(value: unknown, outer = 0): unknown {
    this.#values += 1;
    if (this.#values > VALUES_MOST) throw new TypeErrorCopy('more values than a call may hold');
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
      case 'bigint':
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.#object(value, outer + 1);
      default:
        return undefined;
    }
  }

  #text(text: string): string {
    if (charCodeAt(text, 0) === 0x5f && slice(text, 0, CHANNEL.length) === CHANNEL) {
      const id = NumberCopy(slice(text, CHANNEL.length));
      const sink = this.#find(id);
      if (sink !== undefined) mapSet(this.sinks, id, sink);
    }
    return text;
  }

  #object(value: object, depth: number): unknown {
    if (depth > DEPTH_MOST) throw new TypeErrorCopy('nested too deeply, or in a circle');
    if (isArray(value)) return this.#array(value, depth);
    const bytes = bytesOf(value);
    if (bytes !== undefined) return alone(bytes);
    const end = endOf(value);
    if (end !== undefined) {
      mapSet(this.sinks, end.id, end);
      return CHANNEL + end.id;
    }
    return this.#converted(value, depth);
  }

  /** What names its own form, or is known to have one; else its keys. */
  #converted(value: object, depth: number): unknown {
    const convert = methodOf(value, TO_IPC);
    if (convert !== undefined) return this.plain(apply(convert, value, []), depth);
    const date = dateText(value);
    if (date !== undefined) return date;
    const toJSON = methodOf(value, 'toJSON');
    if (toJSON !== undefined) return this.plain(apply(toJSON, value, []), depth);
    return this.#map(value, depth) ?? this.#keys(value, depth);
  }

  #array(value: unknown[], depth: number): unknown[] {
    if (value.length > VALUES_MOST) throw new TypeErrorCopy('more values than a call may hold');
    const element = (i: number): unknown => (hasOwn(value, i) ? value[i] : null);
    return list(value.length, (i) => this.plain(element(i), depth) ?? null);
  }

  /** Undefined: it is no Map. */
  #map(value: object, depth: number): object | undefined {
    if (!isMap(value)) return undefined;
    const clean = bare<unknown>();
    mapForEach(value, (element, key) => {
      if (typeof key !== 'string') throw new TypeErrorCopy('a Map with a key that is no string');
      this.#put(clean, key, element, depth);
    });
    return clean;
  }

  #keys(value: object, depth: number): object {
    const clean = bare<unknown>();
    const keys = ownKeys(value);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (typeof key !== 'string' || !isEnumerable(value, key)) continue;
      this.#put(clean, key, (value as Record<string, unknown>)[key], depth);
    }
    return clean;
  }

  #put(clean: Record<string, unknown>, key: string, value: unknown, depth: number): void {
    const plain = this.plain(value, depth);
    if (plain !== undefined) clean[key] = plain;
  }
}
