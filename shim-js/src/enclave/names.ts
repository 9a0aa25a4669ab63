// How keys and their owners are named.

import { EnclaveError } from './error.js';
import type { KeyName } from './types.js';

/** Upper case. Short ids of keys are not taken: others can make a key that has the same. */
export function fingerprintOf(key: KeyName): string {
  const named = typeof key === 'string' ? key : key?.fingerprint;
  const digits = String(named).replace(/^0x/i, '').replaceAll(' ', '').toUpperCase();
  if (!/^[0-9A-F]{40}$/.test(digits))
    throw new EnclaveError(
      'bad-argument',
      `a key is named by the 40 digits of its fingerprint, not by ${JSON.stringify(named)}`,
    );
  return digits;
}

export function fingerprintsOf(keys: KeyName | readonly KeyName[]): string[] {
  const all = (Array.isArray(keys) ? keys : [keys]) as KeyName[];
  return all.map(fingerprintOf);
}

// A name with a < or a line of its own could pass for somebody else's address.
const PART = /^[^<>\p{Cc}]+$/u;

/** `Name <address>`, as OpenPGP has it by custom. */
export function userIdOf(name = '', email = ''): string {
  const parts = [name.trim(), email.trim()].filter((part) => part !== '');
  if (parts.length === 0 || !parts.every((part) => PART.test(part)))
    throw new EnclaveError(
      'bad-argument',
      'a key needs a name or an email, without < > and line breaks',
    );
  if (email.trim() === '' || name.trim() === '') return parts[0] as string;
  return `${parts[0]} <${parts[1]}>`;
}

/** From now on; 0: never. */
export function secondsUntil(expires: Date | 'never' | undefined): number | undefined {
  if (expires === undefined) return undefined;
  if (expires === 'never') return 0;
  const seconds = Math.ceil((expires.getTime() - Date.now()) / 1000);
  if (!(seconds > 0))
    throw new EnclaveError('bad-argument', 'expires is a Date to come, or "never"');
  return seconds;
}
