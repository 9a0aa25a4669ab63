// What a call can fail with, as its caller sees it (PROTOCOL.md, section 5).

import { own, deepFreeze } from './safe.js';

export const ERROR_CODES = [
  'denied',
  'not_granted',
  'scope',
  'hook',
  'rule',
  'limit',
  'ask_denied',
  'invalid_args',
  'not_found',
  'io',
  'unimplemented',
  'timeout',
  'cancelled',
  'plugin_crashed',
  'plugin_unavailable',
  'audit_unavailable',
  'too_large',
  'violation',
  'session_closed',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The error map of a REPLY. */
export interface WireError {
  code: ErrorCode;
  message: string;
  command: string;
  retry_ms?: number | undefined;
  errno?: number | undefined;
}

/** What `invoke` rejects with. `code` is stable, `message` is for people. */
export class TrollbridgeError extends Error {
  override readonly name: string = 'TrollbridgeError';
  readonly code: ErrorCode;
  readonly command: string;
  readonly retry_ms: number | undefined;
  readonly errno: number | undefined;

  constructor(error: WireError) {
    super(error.message);
    this.code = error.code;
    this.command = error.command;
    this.retry_ms = own(error, 'retry_ms') as number | undefined;
    this.errno = own(error, 'errno') as number | undefined;
  }
}
deepFreeze(TrollbridgeError);
