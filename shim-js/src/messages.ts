// The messages of a view link, typed (PROTOCOL.md, section 5). Each decoder takes the msgpack
// part as it came, scans it, and accepts exactly the keys of its message.

import { concat, utf8Decode, utf8Encode, wellFormed } from './bytes.js';
import { pack } from './core/pack.js';
import { Violation } from './error.js';
import {
  checkKeys,
  noRaw,
  oneOf,
  open,
  read,
  readBytes,
  readHandles,
  readNext,
  readStr,
  readTrue,
  readUint,
  U32_MOST,
  type Fields,
} from './fields.js';
import { splitArray, splitMap } from './msgpack.js';
import { ERROR_CODES, type ErrorCode, type WireError } from './page/error.js';

export const NAME_MOST = 128;
export const WANT_MOST = 1024;
const COMMANDS_MOST = 4096;
const POOL_LEAST = 2;
const POOL_MOST = 1024;
const MESSAGE_MOST = 512;
const ERRNO_MOST = 4095;

export interface Command {
  index: number;
  name: string;
  pool: number;
  handles: Uint8Array[];
}

export interface Limits {
  frame: number;
  in_flight: number;
  streams: number;
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
  /** CHUNKs bring the rest of the body. */
  more?: true;
}

export type Reply = { next?: Uint8Array } & (
  | { type: 'value'; value: Uint8Array }
  | { type: 'bytes'; bytes: number; total?: number }
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
  const fields = checkKeys(splitMap(bytes), ['frame', 'in_flight', 'streams', 'miss_per_s'], []);
  return {
    frame: readUint(fields, 'frame', 0, U32_MOST),
    in_flight: readUint(fields, 'in_flight', 1, U32_MOST),
    streams: readUint(fields, 'streams', 0, U32_MOST),
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
  return pack(welcome);
}

export function decodeCall(msgpack: Uint8Array, rawLength: number): Call {
  const fields = open(msgpack, ['args'], ['bytes', 'more']);
  const call: Call = { args: read(fields, 'args', 'map'), ...readBytes(fields, rawLength) };
  if (readTrue(fields, 'more')) call.more = true;
  return call;
}

/** `args` is the msgpack of a map. */
export function packCall(args: Uint8Array, bytes?: number, more?: true): Uint8Array {
  const rest: Uint8Array[] = [];
  if (bytes !== undefined) rest.push(pack('bytes'), pack(bytes));
  if (more !== undefined) rest.push(pack('more'), pack(more));
  return concat(Uint8Array.of(0x81 + rest.length / 2), pack('args'), args, ...rest);
}

export function encodeCall(args: object, bytes?: number, more?: true): Uint8Array {
  return packCall(pack(args), bytes, more);
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

/** What the parts before and this one bring together. */
function readTotal(fields: Fields, bytes: number): { total?: number } {
  return fields.has('total') ? { total: readUint(fields, 'total', bytes) } : {};
}

export function decodeReply(msgpack: Uint8Array, rawLength: number): Reply {
  const fields = open(msgpack, [], ['value', 'bytes', 'error', 'total', 'next']);
  oneOf(fields, ['value', 'bytes', 'error']);
  const next = readNext(fields);
  const { bytes } = readBytes(fields, rawLength);
  if (bytes !== undefined) return { type: 'bytes', bytes, ...readTotal(fields, bytes), ...next };
  if (fields.has('total')) throw new Violation('total without bytes');
  const value = fields.get('value');
  if (value !== undefined) return { type: 'value', value, ...next };
  return { type: 'error', error: decodeError(read(fields, 'error', 'map')), ...next };
}

export function encodeReply(
  reply: { next?: Uint8Array | undefined } & (
    | { value: unknown }
    | { bytes: number; total?: number | undefined }
    | { error: WireError }
  ),
): Uint8Array {
  return pack(reply);
}

/** An error of the line's own, as the map of a REPLY: the page may name a command by any text. */
export function packError(code: ErrorCode, message: string, command: string): Uint8Array {
  return pack({ code, message: wellFormed(message), command: wellFormed(command) });
}

export function decodeCancel(msgpack: Uint8Array, rawLength: number): Record<string, never> {
  open(msgpack, []);
  noRaw(rawLength);
  return {};
}

export function encodeCancel(): Uint8Array {
  return pack({});
}

export function decodeWant(msgpack: Uint8Array, rawLength: number): Want {
  const fields = open(msgpack, ['command', 'count']);
  noRaw(rawLength);
  return { command: readUint(fields, 'command'), count: readUint(fields, 'count', 1, WANT_MOST) };
}

export function encodeWant(want: Want): Uint8Array {
  return pack(want);
}

export function decodeHandles(msgpack: Uint8Array, rawLength: number): Handles {
  const fields = open(msgpack, ['command', 'handles']);
  noRaw(rawLength);
  return { command: readUint(fields, 'command'), handles: readHandles(fields, 'handles') };
}

export function encodeHandles(handles: { command: number; handles: Uint8Array }): Uint8Array {
  return pack(handles);
}

export function decodeMiss(msgpack: Uint8Array, rawLength: number): Miss {
  const fields = open(msgpack, ['name'], ['count']);
  noRaw(rawLength);
  const miss: Miss = { name: readStr(fields, 'name', NAME_MOST) };
  if (fields.has('count')) miss.count = readUint(fields, 'count', 0, U32_MOST);
  return miss;
}

export function encodeMiss(miss: { name: string; count?: number | undefined }): Uint8Array {
  return pack(miss);
}

/** A page may ask for anything; what does not fit a MISS is cut between two characters. */
export function missName(name: string): string {
  const bytes = utf8Encode(name);
  if (bytes.length <= NAME_MOST) return utf8Decode(bytes);
  let end = NAME_MOST;
  while (((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return utf8Decode(bytes.subarray(0, end));
}
