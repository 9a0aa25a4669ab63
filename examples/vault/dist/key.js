// The chosen key: what it is, and what can be done with it.
import { ask } from './ask.js';
import { enclave } from './enclave.js';
import { changePassphrase, whileOpen } from './opening.js';
import { $, dateOf, element, grouped, nameOf } from './words.js';

export class KeyPanel {
  #keyring;

  constructor(keyring, doing) {
    this.#keyring = keyring;
    const work = { publish: () => this.#publish(), change: () => this.#change(), export: () => this.#export(), trust: () => this.#trust(), revoke: () => this.#revoke(), delete: () => this.#delete() };
    for (const [id, act] of Object.entries(work)) $(id).addEventListener('click', () => doing(act));
  }

  show() {
    const key = this.#keyring.chosen;
    if (!key) return;
    const facts = {
      Fingerprint: grouped(key.fingerprint),
      'Also known as': key.user_ids.slice(1).join(', '),
      Algorithm: key.algorithm,
      Made: dateOf(key.created),
      Expires: key.expires ? dateOf(key.expires) : 'never',
      State: key.revoked ? 'revoked' : key.expired ? 'expired' : 'in use',
    };
    const rows = Object.entries(facts).filter(([, value]) => value);
    $('facts').replaceChildren(...rows.map(([name, value]) => element('div', '', element('dt', '', name), element('dd', name === 'Fingerprint' ? 'mono' : '', value))));
    $('key-name').textContent = key.user_ids[0] ?? nameOf(key);
    for (const id of ['change', 'export', 'revoke']) $(id).hidden = !key.secret || (id === 'revoke' && key.revoked);
    $('trust').hidden = key.secret;
    $('trust').textContent = key.trust === 'verified' ? 'Not verified after all' : 'I have compared it';
    $('key-note').textContent = key.secret || key.trust === 'verified' ? '' : 'Have them read their fingerprint to you, over the phone or face to face. If it is this one, say so here.';
    this.showText('');
  }

  showText(text) {
    $('key-text').value = text;
    $('key-text').hidden = !text;
    return '';
  }

  async #publish() {
    this.showText(await enclave.exportPublicKey(this.#keyring.chosen));
    return 'This is for everybody: send it to those who write to you.';
  }

  async #change() {
    return (await changePassphrase(this.#keyring.chosen)) ? 'The passphrase is another one now.' : '';
  }

  async #export() {
    this.showText(await enclave.exportKey(this.#keyring.chosen, { purpose: 'a copy for gpg or sq' }));
    return 'This is for nobody else. It opens with the passphrase that you typed.';
  }

  async #trust() {
    const key = this.#keyring.chosen;
    await enclave.trust(key, key.trust === 'verified' ? 'unknown' : 'verified');
    await this.#keyring.refresh();
    return '';
  }

  async #revoke() {
    const key = this.#keyring.chosen;
    const reason = await ask({
      title: `Revoke the key of ${nameOf(key)}?`,
      text: 'From then on nobody should use it. There is no way back.',
      fields: [{ id: 'reason', label: 'Because', value: 'none', choices: [['none', 'for no reason that is told'], ['superseded', 'another key takes its place'], ['compromised', 'somebody else may have it'], ['retired', 'it is not used any more']] }],
      ok: 'Revoke',
      work: async (values) => values.reason,
    });
    if (!reason) return '';
    const revocation = await whileOpen(this.#keyring, key, 'to revoke it', () => enclave.revoke(key, { reason }));
    await this.#keyring.refresh();
    this.showText(revocation ?? '');
    return revocation ? 'Send this to all who have your public key.' : '';
  }

  async #delete() {
    const key = this.#keyring.chosen;
    const sure = await ask({
      title: `Delete the key of ${nameOf(key)}?`,
      text: key.secret ? 'Notes that only it opens, and its passwords, can never be read again.' : 'You can add it again.',
      fields: [],
      ok: 'Delete',
      work: async () => true,
    });
    if (!sure) return '';
    const remove = async () => {
      await enclave.deleteKey(key);
      return true;
    };
    if (!(await whileOpen(this.#keyring, key.secret ? key : null, 'to delete it', remove))) return '';
    await this.#keyring.refresh();
    return 'It is gone.';
  }
}
