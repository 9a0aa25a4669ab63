// What the commands of plugin:enclave take and answer, as its commands.d.ts has it. Times are
// seconds since 1970, fingerprints 40 hex digits.

import type { Source } from '../page/body.js';

export type Algorithm = 'ed25519' | 'rsa3072' | 'p256';
export type Trust = 'unknown' | 'verified' | 'never';
export type Mode = 'inline' | 'cleartext' | 'detached';
export type Revocation = 'none' | 'superseded' | 'compromised' | 'retired';

export interface Key {
  readonly fingerprint: string;
  readonly user_ids: readonly string[];
  readonly algorithm: string;
  readonly created: number;
  /** 0: never. */
  readonly expires: number;
  readonly expired: boolean;
  readonly revoked: boolean;
  /** Its secret half is in the enclave. */
  readonly secret: boolean;
  readonly unlocked: boolean;
  readonly trust: Trust;
  readonly can: readonly ('sign' | 'encrypt')[];
}

export interface NewKey extends Key {
  /** The certificate, armored: for everybody. */
  readonly public_key: string;
  /** To be kept elsewhere: whoever imports it has revoked the key. */
  readonly revocation: string;
}

export interface DamagedFile {
  readonly file: string;
  readonly problem: string;
}

export interface Signature {
  readonly status:
    | 'valid'
    | 'unknown-key'
    | 'bad'
    | 'expired'
    | 'key-expired'
    | 'key-revoked'
    | 'unsupported';
  readonly key_id: string;
  readonly fingerprint?: string;
  readonly user_id?: string;
  readonly created: number;
  readonly expires: number;
  readonly trust: Trust;
}

export interface Salt {
  readonly salt: string;
  readonly algorithm: string;
  readonly passes: number;
  readonly memory_kib: number;
  readonly lanes: number;
}

export interface NewSalt extends Salt {
  readonly ticket: string;
}

/** Text is sent as UTF-8. What is big is streamed. */
export type Data = string | Source;
/** What a person typed, or its UTF-8 bytes: those are not changed, and are yours to wipe. */
export type Passphrase = string | Uint8Array;
/** A fingerprint, or anything that has one. */
export type KeyName = string | { readonly fingerprint: string };

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PurposeOptions extends CallOptions {
  /** What it is for, in a few words: a person who is asked sees it, and the audit log has it. */
  readonly purpose?: string | undefined;
}

export interface ArmorOptions extends PurposeOptions {
  /** Text for mails and files (true), or bytes. */
  readonly armor?: boolean | undefined;
}

export interface GenerateOptions extends CallOptions {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly passphrase: Passphrase;
  /** Left out: in two years. */
  readonly expires?: Date | 'never' | undefined;
  readonly algorithm?: Algorithm | undefined;
}

export interface UnlockOptions extends PurposeOptions {
  /** At most; policy may say less. */
  readonly seconds?: number | undefined;
}

export interface EncryptOptions extends ArmorOptions {
  /** Who can read it: nobody else can, not even who wrote it. */
  readonly to: KeyName | readonly KeyName[];
  readonly signWith?: KeyName | undefined;
}

export interface SignOptions extends ArmorOptions {
  readonly key: KeyName;
  /** Left out: `inline`, a message that holds what was signed. */
  readonly mode?: Mode | undefined;
}

/** Bytes, or the text that they are. */
export interface Content {
  readonly data: Uint8Array;
  /** Throws for what is no UTF-8. */
  text(): string;
}

export interface Verdict {
  /** There is a signature, and each is valid. */
  readonly valid: boolean;
  readonly signatures: readonly Signature[];
}

export interface Decrypted extends Verdict, Content {
  /** The key that decrypted it. */
  readonly key: string;
}

/** Of a message that holds what was signed. */
export interface Verified extends Verdict, Content {}
