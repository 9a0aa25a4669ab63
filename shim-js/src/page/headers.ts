// A raw body of Tauri's invoke leaves no room for arguments, so that its packages put them into
// headers. Broker, rules, hook and plugin judge arguments alone: headers become such here.

import {
  decodePercent,
  headersForEach,
  isArray,
  jsonParse,
  ownKeys,
  StringCopy,
  TypeErrorCopy,
} from './intrinsics.js';
import { bare, isObject, own } from './safe.js';

type Args = Record<string, unknown>;

/** What the packages put into `path` and `options` is encoded; any other header is a string. */
const ENCODED = bare<true>();
ENCODED['plugin:fs|write_file'] = true;
ENCODED['plugin:fs|write_text_file'] = true;

function decoded(name: string, key: string, value: string): unknown {
  if (ENCODED[name] !== true) return value;
  if (key === 'path') return decodePercent(value);
  if (key !== 'options') return value;
  // JSON.stringify of no options, as a header.
  return value === 'undefined' ? undefined : jsonParse(value);
}

function isHeaders(value: object): value is Headers {
  try {
    headersForEach(value as Headers, () => undefined);
    return true;
  } catch {
    return false;
  }
}

function eachHeader(headers: object, act: (value: unknown, key: string) => void): void {
  if (isHeaders(headers)) return headersForEach(headers, act);
  if (isArray(headers)) throw new TypeErrorCopy('headers as an array: give an object or Headers');
  const keys = ownKeys(headers);
  for (let i = 0; i < keys.length; i++) act(own(headers, keys[i] as string), keys[i] as string);
}

/** The arguments, and of the headers those that the arguments do not name. */
export function withHeaders(name: string, args: unknown, headers: unknown): unknown {
  if (!isObject(headers)) return args;
  const all = bare<unknown>();
  eachHeader(headers, (value, key) => {
    if (value !== undefined) all[key] = decoded(name, key, StringCopy(value));
  });
  const keys = ownKeys(args as object);
  for (let i = 0; i < keys.length; i++) all[keys[i] as string] = (args as Args)[keys[i] as string];
  return all;
}
