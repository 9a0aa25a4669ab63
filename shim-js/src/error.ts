// What can go wrong, as the caller and as the wire sees it (PROTOCOL.md, sections 5 and 6).

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

export const CLOSE = {
  bye: 0,
  violation: 1,
  shut: 2,
  timeout: 3,
  version: 4,
  shutdown: 5,
  unavailable: 6,
} as const;

export function closeName(code: number): string {
  return Object.entries(CLOSE).find(([, number]) => number === code)?.[0] ?? `code ${code}`;
}

/** The error map of a REPLY. */
export interface WireError {
  code: ErrorCode;
  message: string;
  command: string;
  retry_ms?: number;
  errno?: number;
}

/** What `invoke` rejects with. `code` is stable, `message` is for people. */
export class TrollbridgeError extends Error {
  readonly code: ErrorCode;
  readonly command: string;
  readonly retry_ms: number | undefined;
  readonly errno: number | undefined;

  constructor(error: WireError) {
    super(error.message);
    this.name = 'TrollbridgeError';
    this.code = error.code;
    this.command = error.command;
    this.retry_ms = error.retry_ms;
    this.errno = error.errno;
  }
}

/**
 * The peer broke the protocol. It ends the session and never reaches a caller of `invoke` as
 * such.
 */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Violation';
  }
}
