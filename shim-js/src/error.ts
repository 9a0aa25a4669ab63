// What ends a session, as the wire sees it (PROTOCOL.md, section 5).

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
