// What a promise of the enclave rejects with: what it is, and what to do about it.

import { ENCLAVE_REASONS, hintOf } from './hints.js';

/** As the bridge rejects: TrollbridgeError, of whatever copy of this package. */
interface BridgeError {
  readonly code: string;
  readonly message: string;
  readonly command?: string | undefined;
  readonly retry_ms?: number | undefined;
}

export class EnclaveError extends Error {
  override readonly name: string = 'EnclaveError';
  /** What happened, in a word that stays: `wrong-passphrase`, `locked`, … */
  readonly reason: string;
  /** Of the bridge: `denied`, `not_found`, … */
  readonly code: string;
  /** What to do, in words for a developer. */
  readonly hint: string;
  readonly command: string | undefined;
  /** When it makes sense to try again. */
  readonly retrySeconds: number | undefined;

  constructor(reason: string, message: string, of: Partial<BridgeError> = {}) {
    super(message, of instanceof Error ? { cause: of } : undefined);
    this.reason = reason;
    this.code = of.code ?? 'invalid_args';
    this.hint = hintOf(reason);
    this.command = of.command;
    this.retrySeconds = secondsOf(reason, message, of.retry_ms);
  }
}

function secondsOf(reason: string, message: string, retryMs?: number): number | undefined {
  if (retryMs !== undefined) return Math.ceil(retryMs / 1000);
  const found = reason === 'wait' ? /(\d+) s/.exec(message)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

function isBridgeError(error: unknown): error is BridgeError {
  return error instanceof Error && typeof (error as Partial<BridgeError>).code === 'string';
}

/**
 * Of the enclave: `REASON: text`. Of others, a code alone, which is the reason then: their text may
 * look alike, as `key: expected …` does, where `key` is an argument.
 */
export function enclaveError(error: unknown): unknown {
  if (error instanceof EnclaveError || !isBridgeError(error)) return error;
  const [, reason, text] = /^([a-z]+(?:-[a-z]+)*): (.*)$/s.exec(error.message) ?? [];
  if (reason !== undefined && text !== undefined && ENCLAVE_REASONS.includes(reason))
    return new EnclaveError(reason, text, error);
  return new EnclaveError(error.code.replaceAll('_', '-'), error.message, error);
}
