// What people read: names, dates, verdicts, and what went wrong.

export const $ = (id) => document.getElementById(id);

/** The name without its address. */
export function nameOf(key) {
  return (key.user_ids[0] ?? 'A key without a name').replace(/ *<[^<>]*>$/, '') || key.user_ids[0];
}

export function addressOf(key) {
  return /<([^<>]*)>$/.exec(key.user_ids[0] ?? '')?.[1] ?? '';
}

/** In groups of four, as people compare them. */
export const grouped = (fingerprint) => fingerprint.replace(/(.{4})(?=.)/g, '$1 ');

export const dateOf = (seconds) => new Date(seconds * 1000).toLocaleDateString(undefined, { dateStyle: 'medium' });

export function minutes(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Of an error of the enclave: what happened, and what can be done. */
export function explain(error) {
  const WORDS = {
    'wrong-passphrase': 'This is not the passphrase.',
    wait: `Too many wrong passphrases. Try again in ${error.retrySeconds ?? 'a few'} seconds.`,
    'ask-denied': 'You said no, so nothing was signed.',
    'not-for-us': 'This note is for somebody else: none of your keys opens it.',
    unsigned: 'There is no signature in it.',
    truncated: 'The end of it is missing. Copy all of it.',
    corrupt: 'It was damaged or changed on its way.',
    'not-openpgp': 'This is not an OpenPGP text.',
    dismissed: 'The window that asked was closed.',
  };
  return Object.hasOwn(WORDS, error.reason) ? WORDS[error.reason] : `${error.message}. ${error.hint ?? ''}`;
}

/** [how it looks, what it says] of a signature. A good one by a key that nobody compared says little. */
export function verdictOf(signature) {
  const who = signature.user_id ?? `key ${grouped(signature.fingerprint ?? signature.key_id)}`;
  if (signature.status === 'valid' && signature.trust === 'verified') return ['good', `Signed by ${who}`];
  if (signature.status === 'valid') return ['warn', `Signed by a key in the name of ${who}, which you have not verified`];
  const WHY = {
    'unknown-key': `Signed by somebody who is not in your list (${who})`,
    bad: `Changed after ${who} signed it, or not signed by them`,
    expired: `The signature of ${who} has expired`,
    'key-expired': `The key of ${who} has expired`,
    'key-revoked': `${who} has revoked the key that signed this`,
    unsupported: `Signed in a way that cannot be checked (${who})`,
  };
  return ['bad', WHY[signature.status] ?? signature.status];
}

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}
