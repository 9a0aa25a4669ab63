// The keys on the left: one's own, and those of others. One of them is chosen.
import { enclave } from './enclave.js';
import { $, addressOf, element, nameOf } from './words.js';

export class Keyring {
  keys = [];
  chosen = null;
  #changed;
  /** When each key locks itself, by performance.now(). */
  #until = new Map();

  constructor(changed) {
    this.#changed = changed;
    for (const list of [$('own'), $('people')]) {
      list.addEventListener('click', (event) => this.#clicked(event));
      list.addEventListener('keydown', (event) => this.#key(event, list));
    }
  }

  get own() {
    return this.keys.filter((key) => key.secret);
  }

  get people() {
    return this.keys.filter((key) => !key.secret);
  }

  /** Whose name one writes under: the chosen key, if it is one's own. */
  get me() {
    return this.chosen?.secret ? this.chosen : (this.own[0] ?? null);
  }

  async refresh(choose = this.chosen?.fingerprint) {
    this.keys = (await enclave.keys()).sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
    this.chosen = this.keys.find((key) => key.fingerprint === choose) ?? this.own[0] ?? this.keys[0] ?? null;
    this.#show();
    this.#changed();
  }

  choose(key) {
    this.chosen = key;
    this.#show();
    this.#changed();
  }

  find(fingerprint) {
    return this.keys.find((key) => key.fingerprint === fingerprint);
  }

  /** Seconds that the key stays open. */
  left(key) {
    if (!key?.unlocked) return 0;
    return Math.max(0, Math.ceil(((this.#until.get(key.fingerprint) ?? 0) - performance.now()) / 1000));
  }

  unlocked(key, seconds) {
    this.#until.set(key.fingerprint, performance.now() + seconds * 1000);
    return this.refresh();
  }

  #show() {
    const option = (key) => {
      const state = key.revoked ? 'revoked' : key.expired ? 'expired' : key.secret ? (key.unlocked ? 'open' : 'locked') : key.trust === 'verified' ? 'verified' : '';
      const made = element('li', '', element('span', 'name', nameOf(key)), element('span', 'state', state), element('span', 'address', addressOf(key)));
      made.role = 'option';
      made.id = `key-${key.fingerprint}`;
      made.dataset.state = state;
      made.ariaSelected = String(key === this.chosen);
      return made;
    };
    $('own').replaceChildren(...this.own.map(option));
    $('people').replaceChildren(...this.people.map(option));
    $('nobody').hidden = this.people.length > 0;
  }

  #clicked(event) {
    const id = event.target.closest('[role=option]')?.id;
    const key = this.keys.find(({ fingerprint }) => `key-${fingerprint}` === id);
    if (key) this.choose(key);
  }

  #key(event, list) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = list === $('own') ? this.own : this.people;
    const next = shown[Math.min(Math.max(shown.indexOf(this.chosen) + step, 0), shown.length - 1)];
    if (next) this.choose(next);
  }
}
