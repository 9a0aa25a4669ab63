// The enclave as a page has it: OpenPGP for those who need not know it.

import { call, callForData, type Request } from './call.js';
import { textOf, withContent } from './content.js';
import type { Bridge } from './bridge.js';
import { hashOf, type Hasher } from './hash.js';
import { fingerprintOf, fingerprintsOf, secondsUntil, userIdOf } from './names.js';
import type * as T from './types.js';
import { Vault } from './vault.js';

type Armored = { readonly armored: string };

export class Enclave {
  readonly #bridge: () => Bridge;
  readonly #hasher: Hasher;

  /** Of a page there is one already: `enclave`. */
  constructor(bridge: () => Bridge, hasher: Hasher) {
    this.#bridge = bridge;
    this.#hasher = hasher;
  }

  #call<R>(name: string, args: object, { signal }: T.CallOptions = {}, data?: T.Data): Promise<R> {
    return call<R>(this.#bridge(), { name, args, data, signal });
  }

  #callForData<R extends object>(request: Request): Promise<[R, Uint8Array]> {
    return callForData<R>(this.#bridge(), request);
  }

  async #written(request: Request, armor: boolean): Promise<string | Uint8Array> {
    const args = { ...request.args, armor };
    const [, data] = await this.#callForData({ ...request, args });
    return armor ? textOf(data) : data;
  }

  // ---- keys ----

  async generateKey(options: T.GenerateOptions): Promise<T.NewKey> {
    const { name, email, passphrase, expires, algorithm, signal } = options;
    const user_id = userIdOf(name, email);
    const expires_s = secondsUntil(expires);
    const salt = await this.#call<T.NewSalt>('new_salt', {}, { signal });
    const hash = await hashOf(passphrase, salt, this.#hasher);
    const args = { user_id, expires_s, algorithm, ticket: salt.ticket, hash };
    return this.#call<T.NewKey>('generate_key', args, { signal }).finally(() => hash.fill(0));
  }

  /** All keys: those of others, and one's own, which have `secret`. */
  async keys(options: T.CallOptions = {}): Promise<T.Key[]> {
    return (await this.#call<{ keys: T.Key[] }>('list_keys', {}, options)).keys;
  }

  /** Files of the keystore that cannot be used. The others can. */
  async damaged(options: T.CallOptions = {}): Promise<T.DamagedFile[]> {
    return (await this.#call<{ damaged: T.DamagedFile[] }>('list_keys', {}, options)).damaged;
  }

  /** Certificates of others, armored or binary. */
  async importPublicKey(data: T.Data, options: T.CallOptions = {}): Promise<T.Key[]> {
    return (await this.#call<{ keys: T.Key[] }>('import_public_key', {}, options, data)).keys;
  }

  exportPublicKey(
    key: T.KeyName,
    options: T.CallOptions & { readonly armor: false },
  ): Promise<Uint8Array>;
  exportPublicKey(
    key: T.KeyName,
    options?: T.CallOptions & { readonly armor?: true },
  ): Promise<string>;
  async exportPublicKey(
    key: T.KeyName,
    options: T.CallOptions & { readonly armor?: boolean } = {},
  ): Promise<string | Uint8Array> {
    const args = { key: fingerprintOf(key), armor: options.armor ?? true };
    const result = await this.#call<Partial<Armored> & { data?: Uint8Array }>(
      'export_public_key',
      args,
      options,
    );
    return (result.armored ?? result.data) as string | Uint8Array;
  }

  /** A secret key of gpg or sq. The host itself asks the person for its passphrase. */
  importKey(data: T.Data, options: T.PurposeOptions = {}): Promise<T.Key> {
    const { purpose } = options;
    return this.#call<T.Key>('import_key', { purpose }, options, data);
  }

  /** For gpg or sq, under its own passphrase, for which the host itself asks the person. */
  async exportKey(key: T.KeyName, options: T.PurposeOptions = {}): Promise<string> {
    const args = { key: fingerprintOf(key), purpose: options.purpose };
    return (await this.#call<Armored>('export_key', args, options)).armored;
  }

  /** A secret key must be unlocked. There is no way back but an import. */
  async deleteKey(key: T.KeyName, options: T.CallOptions = {}): Promise<void> {
    await this.#call('delete_key', { key: fingerprintOf(key) }, options);
  }

  /** Answers the revocation, for all who have the certificate. The key must be unlocked. */
  async revoke(
    key: T.KeyName,
    options: T.CallOptions & { readonly reason?: T.Revocation } = {},
  ): Promise<string> {
    const args = { key: fingerprintOf(key), reason: options.reason ?? 'none' };
    return (await this.#call<{ revocation: string }>('revoke_key', args, options)).revocation;
  }

  /** What this app's person thinks of whose key it is. */
  async trust(key: T.KeyName, level: T.Trust, options: T.CallOptions = {}): Promise<void> {
    await this.#call('trust', { key: fingerprintOf(key), level }, options);
  }

  // ---- passphrases ----

  async #hash(passphrase: T.Passphrase, key: string, options: T.CallOptions): Promise<Uint8Array> {
    return hashOf(passphrase, await this.#call<T.Salt>('salt', { key }, options), this.#hasher);
  }

  /** Answers for how many seconds; also `lock`, a reload and the end of the page lock it. */
  async unlock(
    key: T.KeyName,
    passphrase: T.Passphrase,
    options: T.UnlockOptions = {},
  ): Promise<number> {
    const { seconds, purpose } = options;
    const named = fingerprintOf(key);
    const hash = await this.#hash(passphrase, named, options);
    const args = { key: named, hash, seconds, purpose };
    return this.#call<{ seconds: number }>('unlock', args, options)
      .then((unlocked) => unlocked.seconds)
      .finally(() => hash.fill(0));
  }

  /** This key, or all. */
  async lock(key?: T.KeyName, options: T.CallOptions = {}): Promise<void> {
    await this.#call('lock', key === undefined ? {} : { key: fingerprintOf(key) }, options);
  }

  async changePassphrase(
    key: T.KeyName,
    before: T.Passphrase,
    after: T.Passphrase,
    options: T.CallOptions = {},
  ): Promise<void> {
    const named = fingerprintOf(key);
    const hash = await this.#hash(before, named, options);
    const newHash = await this.#hash(after, named, options).catch((error: unknown) => {
      hash.fill(0);
      throw error;
    });
    const args = { key: named, hash, new_hash: newHash };
    await this.#call('change_passphrase', args, options).finally(() => {
      hash.fill(0);
      newHash.fill(0);
    });
  }

  // ---- messages ----

  encrypt(data: T.Data, options: T.EncryptOptions & { readonly armor: false }): Promise<Uint8Array>;
  encrypt(data: T.Data, options: T.EncryptOptions & { readonly armor?: true }): Promise<string>;
  async encrypt(data: T.Data, options: T.EncryptOptions): Promise<string | Uint8Array> {
    const { to, signWith, armor = true, purpose, signal } = options;
    const sign_with = signWith === undefined ? undefined : fingerprintOf(signWith);
    const args = { to: fingerprintsOf(to), sign_with, purpose };
    return this.#written({ name: 'encrypt', args, data, signal }, armor);
  }

  /** Look at `valid`: what was decrypted need not be signed, nor by whom it seems to be. */
  async decrypt(data: T.Data, options: T.PurposeOptions = {}): Promise<T.Decrypted> {
    const { purpose, signal } = options;
    const request = { name: 'decrypt', args: { purpose }, data, signal };
    const [result, content] = await this.#callForData<Omit<T.Decrypted, 'data' | 'text'>>(request);
    const { key, valid, signatures } = result;
    return withContent({ key, valid, signatures }, content);
  }

  sign(data: T.Data, options: T.SignOptions & { readonly armor: false }): Promise<Uint8Array>;
  sign(data: T.Data, options: T.SignOptions & { readonly armor?: true }): Promise<string>;
  async sign(data: T.Data, options: T.SignOptions): Promise<string | Uint8Array> {
    const { key, mode = 'inline', armor = true, purpose, signal } = options;
    const args = { key: fingerprintOf(key), mode, purpose };
    return this.#written({ name: 'sign', args, data, signal }, armor);
  }

  /** A message that holds what was signed, or data and their detached `signature`. */
  verify(
    data: T.Data,
    options: T.CallOptions & { readonly signature: string | Uint8Array },
  ): Promise<T.Verdict>;
  verify(data: T.Data, options?: T.CallOptions): Promise<T.Verified>;
  async verify(
    data: T.Data,
    options: T.CallOptions & { readonly signature?: string | Uint8Array } = {},
  ): Promise<T.Verdict | T.Verified> {
    const { signature, signal } = options;
    if (signature !== undefined)
      return this.#call<T.Verdict>('verify', { signature }, options, data);
    const request = { name: 'verify', data, signal };
    const [{ valid, signatures }, content] = await this.#callForData<T.Verdict>(request);
    return withContent({ valid, signatures }, content);
  }

  vault(key: T.KeyName): Vault {
    return new Vault(this.#bridge, fingerprintOf(key));
  }
}
