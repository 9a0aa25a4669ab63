// Bytes that came back, and the text that they are.

import { EnclaveError } from './error.js';
import type { Content } from './types.js';

export function textOf(data: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new EnclaveError('not-text', `${data.length} bytes that are no UTF-8`);
  }
}

export function withContent<T extends object>(rest: T, data: Uint8Array): T & Content {
  return { ...rest, data, text: () => textOf(data) };
}
