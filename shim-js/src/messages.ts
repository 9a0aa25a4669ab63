// The messages of a view link, typed (PROTOCOL.md, section 5). Each decoder takes the msgpack
// part as it came, scans it, and accepts exactly the keys of its message.

import { HANDLE_SIZE, isZero, split, utf8Decode, utf8Encode } from './bytes.js';
import { ERROR_CODES, Violation, type ErrorCode, type WireError } from './error.js';
import { payload, readItem, splitArray, splitMap, type ItemType } from './msgpack.js';
import { scan } from './scan.js';
import { encode } from './value.js';

export const NAME_MOST = 128;
export const WANT_MOST = 1024;
const COMMANDS_MOST = 4096;
const POOL_LEAST = 2;
const POOL_MOST = 1024;
const MESSAGE_MOST = 512;
const ERRNO_MOST = 4095;
const U32_MOST = 0xffff_ffff;

export interface Command {
  index: number;
  name: string;
  pool: number;
  handles: Uint8Array[];
}

export interface Limits {
  frame: number;
  in_flight: number;
  miss_per_s: number;
}

export interface Welcome {
  session: string;
  commands: Command[];
  limits: Limits;
}

export interface Call {
  /** The map of arguments, as msgpack. */
  args: Uint8Array;
  bytes?: number;
}

export type Reply = { next?: Uint8Array } & (
  | { type: 'value'; value: Uint8Array }
  | { type: 'bytes'; bytes: number }
  | { type: 'error'; error: WireError }
);

export interface Want {
  command: number;
  count: number;
}

export interface Handles {
  command: number;
  handles: Uint8Array[];
}

export interface Miss {
  name: string;
  count?: number;
}

type Fields = Map<string, Uint8Array>;

function checkKeys(map: Fields, required: readonly string[], optional: readonly string[]): Fields {
  for (const key of required) if (!map.has(key)) throw new Violation(`the key ${key} is missing`);
  for (const key of map.keys())
    if (!required.includes(key) && !optional.includes(key)) throw new Violation('an unknown key');
  return map;
}

function read(fields: Fields, key: string, type: ItemType): Uint8Array {
  const field = fields.get(key) as Uint8Array;
  const found = readItem(field, 0).type;
  if (found !== type) throw new Violation(`${key} is of type ${found}`);
  return field;
}

function readUint(fields: Fields, key: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(readItem(read(fields, key, 'uint'), 0).value);
  if (value < least || value > most) throw new Violation(`${key} is ${value}`);
  return value;
}

function readStr(fields: Fields, key: string, most: number): string {
  const field = read(fields, key, 'str');
  const bytes = payload(field, readItem(field, 0));
  if (bytes.length > most) throw new Violation(`${key} is ${bytes.length} bytes long`);
  return utf8Decode(bytes);
}

function readHandles(fields: Fields, key: string): Uint8Array[] {
  const field = read(fields, key, 'bin');
  const bytes = payload(field, readItem(field, 0));
  if (bytes.length % HANDLE_SIZE !== 0) throw new Violation(`${key} of ${bytes.length} bytes`);
  const handles = split(bytes, HANDLE_SIZE);
  if (handles.some(isZero)) throw new Violation(`the zero handle in ${key}`);
  return handles;
}

function open(
  msgpack: Uint8Array,
  required: readonly string[],
  optional: readonly string[] = [],
): Fields {
  scan(msgpack);
  return checkKeys(splitMap(msgpack), required, optional);
}

/** `bytes` states what is there; without it nothing may be there. */
function readBytes(fields: Fields, rawLength: number): { bytes?: number } {
  if (!fields.has('bytes')) {
    if (rawLength !== 0) throw new Violation('raw bytes that were not stated');
    return {};
  }
  const bytes = readUint(fields, 'bytes');
  if (bytes !== rawLength) throw new Violation(`${rawLength} raw bytes instead of ${bytes}`);
  return { bytes };
}

function noRaw(rawLength: number): void {
  if (rawLength !== 0) throw new Violation('raw bytes on a message without any');
}

function decodeCommand(bytes: Uint8Array, place: number): Command {
  const fields = checkKeys(splitMap(bytes), ['index', 'name', 'pool', 'handles'], []);
  const pool = readUint(fields, 'pool', POOL_LEAST, POOL_MOST);
  const handles = readHandles(fields, 'handles');
  if (handles.length < 2 || handles.length > pool)
    throw new Violation(`${handles.length} handles for a pool of ${pool}`);
  const name = readStr(fields, 'name', NAME_MOST);
  if (name === '') throw new Violation('a command without a name');
  return { index: readUint(fields, 'index', place, place), name, pool, handles };
}

function decodeLimits(bytes: Uint8Array): Limits {
  const fields = checkKeys(splitMap(bytes), ['frame', 'in_flight', 'miss_per_s'], []);
  return {
    frame: readUint(fields, 'frame', 0, U32_MOST),
    in_flight: readUint(fields, 'in_flight', 1, U32_MOST),
    miss_per_s: readUint(fields, 'miss_per_s', 0, U32_MOST),
  };
}

export function decodeWelcome(msgpack: Uint8Array, rawLength: number): Welcome {
  const fields = open(msgpack, ['session', 'commands', 'limits']);
  noRaw(rawLength);
  const session = readStr(fields, 'session', 16);
  if (!/^[0-9a-f]{16}$/.test(session)) throw new Violation('a session name of other letters');
  const commands = splitArray(read(fields, 'commands', 'array')).map(decodeCommand);
  if (commands.length > COMMANDS_MOST) throw new Violation('too many commands');
  if (new Set(commands.map((command) => command.name)).size !== commands.length)
    throw new Violation('a command is named twice');
  return { session, commands, limits: decodeLimits(read(fields, 'limits', 'map')) };
}

export function encodeWelcome(welcome: {
  session: string;
  commands: { index: number; name: string; pool: number; handles: Uint8Array }[];
  limits: Limits;
}): Uint8Array {
  return encode(welcome);
}

export function decodeCall(msgpack: Uint8Array, rawLength: number): Call {
  const fields = open(msgpack, ['args'], ['bytes']);
  return { args: read(fields, 'args', 'map'), ...readBytes(fields, rawLength) };
}

export function encodeCall(args: object, bytes: number | undefined): Uint8Array {
  return encode({ args, bytes });
}

function readCode(fields: Fields): ErrorCode {
  const code = readStr(fields, 'code', NAME_MOST) as ErrorCode;
  if (!ERROR_CODES.includes(code)) throw new Violation('an unknown error code');
  return code;
}

function decodeError(bytes: Uint8Array): WireError {
  const fields = checkKeys(splitMap(bytes), ['code', 'message', 'command'], ['retry_ms', 'errno']);
  const error: WireError = {
    code: readCode(fields),
    message: readStr(fields, 'message', MESSAGE_MOST),
    command: readStr(fields, 'command', NAME_MOST),
  };
  if (fields.has('retry_ms')) error.retry_ms = readUint(fields, 'retry_ms', 0, U32_MOST);
  if (fields.has('errno')) error.errno = readUint(fields, 'errno', 1, ERRNO_MOST);
  return error;
}

function readNext(fields: Fields): { next?: Uint8Array } {
  if (!fields.has('next')) return {};
  const [next, ...more] = readHandles(fields, 'next');
  if (next === undefined || more.length > 0) throw new Violation('next is not one handle');
  return { next };
}

export function decodeReply(msgpack: Uint8Array, rawLength: number): Reply {
  const fields = open(msgpack, [], ['value', 'bytes', 'error', 'next']);
  const results = ['value', 'bytes', 'error'].filter((key) => fields.has(key));
  if (results.length !== 1) throw new Violation(`a reply with ${results.length} results`);
  const next = readNext(fields);
  const { bytes } = readBytes(fields, rawLength);
  if (bytes !== undefined) return { type: 'bytes', bytes, ...next };
  const value = fields.get('value');
  if (value !== undefined) return { type: 'value', value, ...next };
  return { type: 'error', error: decodeError(read(fields, 'error', 'map')), ...next };
}

export function encodeReply(
  reply: { next?: Uint8Array | undefined } & (
    | { value: unknown }
    | { bytes: number }
    | { error: WireError }
  ),
): Uint8Array {
  return encode(reply);
}

export function decodeCancel(msgpack: Uint8Array, rawLength: number): Record<string, never> {
  open(msgpack, []);
  noRaw(rawLength);
  return {};
}

export function encodeCancel(): Uint8Array {
  return encode({});
}

export function decodeWant(msgpack: Uint8Array, rawLength: number): Want {
  const fields = open(msgpack, ['command', 'count']);
  noRaw(rawLength);
  return { command: readUint(fields, 'command'), count: readUint(fields, 'count', 1, WANT_MOST) };
}

export function encodeWant(want: Want): Uint8Array {
  return encode(want);
}

export function decodeHandles(msgpack: Uint8Array, rawLength: number): Handles {
  const fields = open(msgpack, ['command', 'handles']);
  noRaw(rawLength);
  return { command: readUint(fields, 'command'), handles: readHandles(fields, 'handles') };
}

export function encodeHandles(handles: { command: number; handles: Uint8Array }): Uint8Array {
  return encode(handles);
}

export function decodeMiss(msgpack: Uint8Array, rawLength: number): Miss {
  const fields = open(msgpack, ['name'], ['count']);
  noRaw(rawLength);
  const miss: Miss = { name: readStr(fields, 'name', NAME_MOST) };
  if (fields.has('count')) miss.count = readUint(fields, 'count', 0, U32_MOST);
  return miss;
}

export function encodeMiss(miss: { name: string; count?: number | undefined }): Uint8Array {
  return encode(miss);
}

/** A page may ask for anything; what does not fit a MISS is cut between two characters. */
export function missName(name: string): string {
  const bytes = utf8Encode(name);
  if (bytes.length <= NAME_MOST) return utf8Decode(bytes);
  let end = NAME_MOST;
  while (((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return utf8Decode(bytes.subarray(0, end));
}
