// An enclave that answers what a test tells it to, and keeps what it was called with.

import type { Bridge } from '../src/enclave/bridge.js';
import { Enclave } from '../src/enclave/enclave.js';
import { hashHere, type Work } from '../src/enclave/hash.js';

export const FINGERPRINT = '0123456789ABCDEF0123456789ABCDEF01234567';
export const OTHER = 'FEDCBA9876543210FEDCBA9876543210FEDCBA98';
export const SALT = {
  salt: '000102030405060708090a0b0c0d0e0f',
  algorithm: 'argon2id',
  passes: 2,
  memory_kib: 19_456,
  lanes: 1,
};

type Values = Record<string, unknown>;

export interface Seen {
  readonly name: string;
  /** As they were when the call was made. */
  readonly args: Values;
  /** The very hashes that were handed over. */
  readonly hashes: readonly Uint8Array[];
  readonly raw: unknown;
}

/** What a command answers; with `parts`, which go through its channel. */
export type Answer = (args: Values, raw: unknown) => unknown;

class FakeChannel {
  done: Promise<void> = Promise.resolve();
  readonly onmessage: (message: unknown) => unknown;

  constructor(onmessage: (message: unknown) => unknown) {
    this.onmessage = onmessage;
  }
}

export class BridgeError extends Error {
  readonly code: string;
  readonly command = 'plugin:enclave|x';
  readonly retry_ms: number | undefined;

  constructor(code: string, message: string, retry_ms?: number) {
    super(message);
    this.code = code;
    this.retry_ms = retry_ms;
  }
}

export class FakeEnclave implements Bridge {
  readonly Channel = FakeChannel;
  readonly seen: Seen[] = [];
  readonly passphrases: Uint8Array[] = [];
  readonly answers: Record<string, Answer> = {
    salt: () => SALT,
    new_salt: () => ({ ...SALT, ticket: 'ticket' }),
  };

  last(): Seen {
    return this.seen[this.seen.length - 1] as Seen;
  }

  /** What a page gets, with a hash that is made at once. */
  page(): Enclave {
    const hasher = (work: Work): Promise<Uint8Array> => {
      this.passphrases.push(work.passphrase);
      return Promise.resolve(hashHere(work));
    };
    return new Enclave(() => this, hasher);
  }

  async invoke(name: string, args: object, options: { raw?: unknown }): Promise<unknown> {
    const command = name.replace(/^plugin:enclave\|/, '');
    const given = args as Values;
    const hashes = Object.values(given).filter((value) => value instanceof Uint8Array);
    // As the bridge does it: undefined is left out.
    const sent = Object.entries(given).filter(([, value]) => value !== undefined);
    this.seen.push({
      name: command,
      args: structuredClone(Object.fromEntries(sent.filter(([key]) => key !== 'output'))),
      hashes,
      raw: options.raw,
    });
    const answer = this.answers[command];
    if (answer === undefined) throw new BridgeError('not_granted', `${name} is not granted`);
    const channel = given['output'] as FakeChannel | undefined;
    return this.#through(channel, answer(given, options.raw));
  }

  #through(channel: FakeChannel | undefined, result: unknown): unknown {
    const { parts, ...rest } = (result ?? {}) as { parts?: Uint8Array[] };
    if (parts === undefined) return result;
    if (channel === undefined) throw new Error('parts, and no channel for them');
    // The answer is early: the parts come after it.
    channel.done = (async () => {
      for (const part of parts) await channel.onmessage(part);
    })();
    return { bytes: parts.reduce((sum, part) => sum + part.length, 0), ...rest };
  }
}
