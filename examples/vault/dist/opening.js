// What is about passphrases: keys are made, unlocked and changed. A passphrase goes to enclave.js, which sends no more than its hash.
import { ask } from './ask.js';
import { enclave } from './enclave.js';
import { nameOf } from './words.js';

const YEAR_MS = 365 * 86_400_000;
const LIFE = [['2', 'in two years'], ['5', 'in five years'], ['never', 'never']];

function agreed(values) {
  if (values.passphrase !== values.again) throw { message: 'The two passphrases differ', hint: 'Type both again.' };
  return values.passphrase;
}

export function makeKey(keyring) {
  return ask({
    title: 'A new key',
    text: 'Others see the name and the address. The passphrase stays in your head: nobody can open the key without it.',
    fields: [
      { id: 'name', label: 'Name' },
      { id: 'email', label: 'Email' },
      { id: 'passphrase', label: 'Passphrase', type: 'password' },
      { id: 'again', label: 'Once more', type: 'password' },
      { id: 'life', label: 'Expires', value: '2', choices: LIFE },
    ],
    ok: 'Make it',
    work: async ({ name, email, life, ...passphrases }) => {
      const expires = life === 'never' ? life : new Date(Date.now() + Number(life) * YEAR_MS);
      const key = await enclave.generateKey({ name, email, expires, passphrase: agreed(passphrases) });
      await keyring.refresh(key.fingerprint);
      return key;
    },
  });
}

export function unlock(keyring, key, purpose) {
  return ask({
    title: `Unlock ${nameOf(key)}`,
    text: purpose,
    fields: [{ id: 'passphrase', label: 'Passphrase', type: 'password' }],
    ok: 'Unlock',
    work: async ({ passphrase }) => {
      const seconds = await enclave.unlock(key, passphrase, { seconds: 300, purpose });
      await keyring.unlocked(key, seconds);
      return true;
    },
  });
}

/** Does it; if a key is locked, after the person has unlocked it. Undefined: they would not. */
export async function whileOpen(keyring, key, purpose, work) {
  try {
    return await work();
  } catch (error) {
    if (error.reason !== 'locked' || !key) throw error;
    return (await unlock(keyring, key, purpose)) ? work() : undefined;
  }
}

export function changePassphrase(key) {
  return ask({
    title: `Another passphrase for ${nameOf(key)}`,
    fields: [
      { id: 'before', label: 'So far', type: 'password' },
      { id: 'passphrase', label: 'From now on', type: 'password' },
      { id: 'again', label: 'Once more', type: 'password' },
    ],
    ok: 'Change it',
    work: async ({ before, ...passphrases }) => {
      await enclave.changePassphrase(key, before, agreed(passphrases));
      return true;
    },
  });
}

export function addPerson(keyring) {
  return ask({
    title: 'Add a person',
    text: 'Then compare the fingerprint with them, by another way than the one by which the key came.',
    fields: [{ id: 'certificate', label: 'Their public key', type: 'long' }],
    ok: 'Add',
    work: async ({ certificate }) => {
      const [first] = await enclave.importPublicKey(certificate);
      await keyring.refresh(first?.fingerprint);
      return true;
    },
  });
}
