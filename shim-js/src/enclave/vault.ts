// Values by name, under a second layer of encryption, for as long as their key is unlocked.

import { call } from './call.js';
import { textOf } from './content.js';
import type { Bridge } from './bridge.js';
import type { CallOptions, Data, PurposeOptions } from './types.js';

export class Vault {
  readonly #bridge: () => Bridge;
  readonly #key: string;

  constructor(bridge: () => Bridge, key: string) {
    this.#bridge = bridge;
    this.#key = key;
  }

  /** At most 1,000,000 bytes. A value of this name is replaced. */
  async put(name: string, data: Data, options: CallOptions = {}): Promise<void> {
    const args = { key: this.#key, name };
    await call(this.#bridge(), { name: 'vault_put', args, data, ...options });
  }

  async get(name: string, options: PurposeOptions = {}): Promise<Uint8Array> {
    const { purpose, signal } = options;
    const args = { key: this.#key, name, purpose };
    const request = { name: 'vault_get', args, signal };
    return (await call<{ data: Uint8Array }>(this.#bridge(), request)).data;
  }

  /** Of a value that was put as text. */
  async getText(name: string, options: PurposeOptions = {}): Promise<string> {
    return textOf(await this.get(name, options));
  }

  /** The names, those alone that begin so. */
  async list(prefix?: string, options: CallOptions = {}): Promise<string[]> {
    const args = { key: this.#key, prefix };
    const request = { name: 'vault_list', args, ...options };
    return (await call<{ names: string[] }>(this.#bridge(), request)).names;
  }

  async delete(name: string, options: CallOptions = {}): Promise<void> {
    const args = { key: this.#key, name };
    await call(this.#bridge(), { name: 'vault_delete', args, ...options });
  }
}
