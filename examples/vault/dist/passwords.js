// Passwords: values of the chosen key's vault, shown one at a time and for as long as the key is open.
import { enclave } from './enclave.js';
import { unlock, whileOpen } from './opening.js';
import { $, element, nameOf } from './words.js';

const FOLDER = 'passwords/';
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Without those that look alike: 20 of 55 letters are 115 bits. */
function invent() {
  const letters = [];
  while (letters.length < 20) {
    const [number] = crypto.getRandomValues(new Uint8Array(1));
    if (number < LETTERS.length * 4) letters.push(LETTERS[number % LETTERS.length]);
  }
  return letters.join('').replace(/(.{5})(?=.)/g, '$1-');
}

export class Passwords {
  #keyring;
  #doing;

  constructor(keyring, doing) {
    this.#keyring = keyring;
    this.#doing = doing;
    $('invent').addEventListener('click', () => {
      $('secret').value = invent();
    });
    $('open-vault').addEventListener('click', () => doing(() => this.#open()));
    $('keep').addEventListener('submit', (event) => {
      event.preventDefault();
      doing(() => this.#keep());
    });
  }

  #vault() {
    return enclave.vault(this.#keyring.me);
  }

  async show() {
    const me = this.#keyring.me;
    const open = me?.unlocked ?? false;
    const names = open ? await this.#vault().list(FOLDER) : [];
    $('passwords').replaceChildren(...names.sort().map((name) => this.#row(name)));
    $('no-passwords').hidden = names.length > 0;
    $('open-vault').hidden = open || !me;
    $('no-passwords-title').textContent = open ? 'No passwords yet' : 'Locked';
    $('no-passwords-text').textContent = open ? 'Keep the first one above.' : `Passwords can be seen while the key of ${me ? nameOf(me) : 'somebody'} is unlocked.`;
  }

  async #open() {
    await unlock(this.#keyring, this.#keyring.me, 'to see passwords');
    return '';
  }

  async #keep() {
    const [site, secret] = [$('site').value.trim(), $('secret').value];
    if (!site || !secret) throw { message: 'Both are needed', hint: 'What is it for, and what is the password?' };
    const put = async () => {
      await this.#vault().put(FOLDER + site, secret);
      return true;
    };
    if (!(await whileOpen(this.#keyring, this.#keyring.me, 'to keep a password', put))) return '';
    $('keep').reset();
    await this.show();
    return `The password for ${site} is in the vault.`;
  }

  #row(name) {
    const shown = element('code', 'secret', '••••••••••••');
    const reveal = element('button', '', 'Show');
    const remove = element('button', 'risky', 'Delete');
    const site = name.slice(FOLDER.length);
    for (const [button, act] of [[reveal, 'show'], [remove, 'remove']]) {
      button.type = 'button';
      button.id = `${act}-${site}`;
    }
    reveal.addEventListener('click', () => this.#doing(async () => {
      const secret = reveal.textContent === 'Show' ? await this.#vault().getText(name, { purpose: `to show the password for ${site}` }) : null;
      shown.textContent = secret ?? '••••••••••••';
      reveal.textContent = secret === null ? 'Show' : 'Hide';
      return '';
    }));
    remove.addEventListener('click', () => this.#doing(async () => {
      await this.#vault().delete(name);
      await this.show();
      return `The password for ${site} is gone.`;
    }));
    return element('li', '', element('span', 'name', site), shown, reveal, remove);
  }
}
