// Notes to others, and from them.
import { enclave } from './enclave.js';
import { whileOpen } from './opening.js';
import { $, element, nameOf, verdictOf } from './words.js';

export class Messages {
  #keyring;
  #to = new Set();

  constructor(keyring, doing) {
    this.#keyring = keyring;
    $('encrypt').addEventListener('click', () => doing(() => this.#encrypt()));
    $('sign').addEventListener('click', () => doing(() => this.#sign()));
    $('decrypt').addEventListener('click', () => doing(() => this.#decrypt()));
    $('verify').addEventListener('click', () => doing(() => this.#verify()));
    $('copy').addEventListener('click', () => this.#copy());
  }

  show() {
    const usable = this.#keyring.keys.filter((key) => key.can.includes('encrypt') && !key.expired && !key.revoked);
    $('recipients').replaceChildren(...usable.map((key) => this.#recipient(key)));
  }

  #recipient(key) {
    const box = element('input', '');
    box.type = 'checkbox';
    box.id = `to-${key.fingerprint}`;
    box.checked = this.#to.has(key.fingerprint);
    box.addEventListener('change', () => (box.checked ? this.#to.add(key.fingerprint) : this.#to.delete(key.fingerprint)));
    const label = element('label', 'chip', box, key.secret ? `${nameOf(key)} (you)` : nameOf(key));
    label.title = key.user_ids[0] ?? key.fingerprint;
    return label;
  }

  async #encrypt() {
    const to = [...this.#to].filter((fingerprint) => this.#keyring.find(fingerprint));
    if (!to.length) throw { message: 'Nobody could read it', hint: 'Choose who should.' };
    const me = $('sign-too').checked ? this.#keyring.me : null;
    const purpose = `a note for ${to.length} ${to.length === 1 ? 'person' : 'people'}`;
    const options = me ? { to, signWith: me, purpose } : { to, purpose };
    const message = await whileOpen(this.#keyring, me, purpose, () => enclave.encrypt($('note').value, options));
    return this.#written(message, me ? 'Encrypted and signed.' : 'Encrypted. Nobody will know that it is from you.');
  }

  async #sign() {
    const key = this.#keyring.me;
    const purpose = 'a signed note';
    const sign = () => enclave.sign($('note').value, { key, mode: 'cleartext', purpose });
    return this.#written(await whileOpen(this.#keyring, key, purpose, sign), 'Signed. Everybody can read it.');
  }

  #written(message, notice) {
    $('copied').textContent = '';
    if (message === undefined) return '';
    $('written').value = message;
    return notice;
  }

  #copy() {
    $('written').select();
    $('copied').textContent = document.execCommand('copy') ? 'Copied.' : 'Press Ctrl+C.';
  }

  async #decrypt() {
    this.#clear();
    const purpose = 'to read a note';
    const open = () => enclave.decrypt($('received').value, { purpose });
    const opened = await whileOpen(this.#keyring, this.#keyring.me, purpose, open);
    if (!opened) return '';
    this.#opened(opened);
    return opened.signatures.length ? '' : 'It is not signed: anybody can have written it.';
  }

  async #verify() {
    this.#clear();
    this.#opened(await enclave.verify($('received').value));
    return '';
  }

  #clear() {
    $('verdict').replaceChildren();
    $('opened').hidden = true;
    $('opened').textContent = '';
  }

  #opened({ signatures, text }) {
    $('verdict').replaceChildren(...signatures.map((signature) => {
      const [look, words] = verdictOf(signature);
      const row = element('li', '', words);
      row.dataset.look = look;
      return row;
    }));
    $('opened').textContent = text();
    $('opened').hidden = false;
  }
}
