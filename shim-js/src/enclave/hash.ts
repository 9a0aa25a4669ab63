// The hash of a passphrase: all of it that leaves the page. The enclave chooses how much work it
// is, within bounds: an answer that somebody has tampered with must not get the page to send what
// is easily guessed from, nor to stand still.

import { argon2id } from '@noble/hashes/argon2';

import { EnclaveError } from './error.js';
import type { Passphrase, Salt } from './types.js';

const PASSPHRASE_MOST = 1024;
const PASSES = { least: 2, most: 10 };
const MEMORY_KIB = { least: 19_456, most: 262_144 };
const HASH_BYTES = 32;

export interface Work {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly passes: number;
  readonly memoryKib: number;
}

export type Hasher = (work: Work) => Promise<Uint8Array>;

/** Takes a third of a second or more, in which a page does nothing else. */
export function hashHere({ passphrase, salt, passes, memoryKib }: Work): Uint8Array {
  return argon2id(passphrase, salt, { t: passes, m: memoryKib, p: 1, dkLen: HASH_BYTES });
}

function within(value: unknown, { least, most }: { least: number; most: number }): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

function checked({ salt, algorithm, passes, memory_kib, lanes }: Salt): Omit<Work, 'passphrase'> {
  const known = algorithm === 'argon2id' && lanes === 1;
  const fits = within(passes, PASSES) && within(memory_kib, MEMORY_KIB);
  if (!known || !fits || typeof salt !== 'string' || !/^[0-9a-f]{32}$/i.test(salt))
    throw new EnclaveError(
      'weak-hash',
      `refused: ${algorithm}, ${passes} passes, ${memory_kib} KiB, ${lanes} lanes`,
    );
  return { salt: bytesOfHex(salt), passes, memoryKib: memory_kib };
}

/**
 * As it was typed: gpg and the host's own prompts take the same bytes, so nothing is normalised.
 */
function bytesOf(passphrase: Passphrase): Uint8Array {
  if (typeof passphrase !== 'string') return Uint8Array.from(passphrase);
  if (/\p{Surrogate}/u.test(passphrase))
    throw new EnclaveError('bad-passphrase', 'the passphrase has half of a character');
  return new TextEncoder().encode(passphrase);
}

export async function hashOf(
  passphrase: Passphrase,
  salt: Salt,
  hasher: Hasher,
): Promise<Uint8Array> {
  const work = checked(salt);
  const bytes = bytesOf(passphrase);
  try {
    if (bytes.length < 1 || bytes.length > PASSPHRASE_MOST)
      throw new EnclaveError('bad-passphrase', `a passphrase of ${bytes.length} bytes`);
    return await hasher({ ...work, passphrase: bytes });
  } finally {
    bytes.fill(0);
  }
}
