// The program's control messages, read as anything that comes from outside is: of the shapes that
// there are, within caps, and anything else is a violation.

import { Violation } from '../../error.js';
import type { AppError, LogRecord } from '../messages.js';

export type Control =
  | { readonly type: 'reload' }
  | { readonly type: 'errors'; readonly list: AppError[] }
  | { readonly type: 'bootstrap'; readonly data: Uint8Array; readonly message: string }
  | { readonly type: 'lost' | 'taken'; readonly message: string }
  | { readonly type: 'records'; readonly list: LogRecord[] };

const TEXT_MOST = 8192;
const LIST_MOST = 1024;
const BOOTSTRAP_MOST = 4096;

type Fields = Record<string, unknown>;

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Violation('a control message that is no object');
  return value as Fields;
}

function text(from: Fields, key: string): string {
  const value = from[key];
  if (typeof value !== 'string' || value.length > TEXT_MOST)
    throw new Violation(`\`${key}\` of a control message is no text`);
  return value;
}

function number(from: Fields, key: string): number {
  const value = from[key];
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new Violation(`\`${key}\` of a control message is no number`);
  return value as number;
}

function list<T>(from: Fields, read: (item: Fields) => T): T[] {
  const value = from['list'];
  if (!Array.isArray(value) || value.length > LIST_MOST)
    throw new Violation('`list` of a control message is no list');
  return value.map((item) => read(fields(item)));
}

function error(item: Fields): AppError {
  return {
    code: text(item, 'code'),
    message: text(item, 'message'),
    file: text(item, 'file'),
    line: number(item, 'line'),
  };
}

function record(item: Fields): LogRecord {
  const rule = fields(item['rule']);
  return {
    n: number(item, 'n'),
    time: text(item, 'time'),
    event: text(item, 'event'),
    command: text(item, 'command'),
    verdict: text(item, 'verdict'),
    code: text(item, 'code'),
    of: number(item, 'of'),
    dur_ns: number(item, 'dur_ns'),
    capability: text(rule, 'capability'),
    permission: text(rule, 'permission'),
    file: text(rule, 'file'),
    line: number(rule, 'line'),
    reason: text(item, 'reason'),
  };
}

export function fromBase64(encoded: string): Uint8Array {
  let bytes: string;
  try {
    bytes = encoded.length > 2 * BOOTSTRAP_MOST ? '' : atob(encoded);
  } catch {
    bytes = '';
  }
  if (bytes === '') throw new Violation('a bootstrap that is no base64');
  return Uint8Array.from(bytes, (c) => c.charCodeAt(0));
}

export function readControl(bytes: Uint8Array): Control {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Violation('a control message that is no JSON');
  }
  const message = fields(value);
  switch (message['type']) {
    case 'reload':
      return { type: 'reload' };
    case 'errors':
      return { type: 'errors', list: list(message, error) };
    case 'bootstrap':
      return {
        type: 'bootstrap',
        data: fromBase64(text(message, 'data')),
        message: text(message, 'message'),
      };
    case 'lost':
    case 'taken':
      return { type: message['type'], message: text(message, 'message') };
    case 'records':
      return { type: 'records', list: list(message, record) };
    default:
      throw new Violation('a control message of no type that is known');
  }
}
