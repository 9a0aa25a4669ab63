// For each reason: what to do, in words for a developer.

/** What the enclave says: every reason that it knows, as in plugins/enclave/failure.c. */
const OF_THE_ENCLAVE: Readonly<Record<string, string>> = {
  locked:
    'Call unlock(key, passphrase) first, and again when its time is over or the page was loaded anew.',
  'wrong-passphrase':
    'Ask for the passphrase again. After three in a row that were wrong, each further one has to wait.',
  wait: 'Too many passphrases were wrong. Try again after retrySeconds; until then not even the right one is looked at.',
  dismissed: 'The person closed the window that asked. Do not ask again by yourself.',
  'no-such-key':
    'Import the public key first, or look which there are with keys(). Keys are named by their whole fingerprint.',
  'no-secret-key':
    'Only the public half of this key is here: it can be encrypted to, and its signatures can be verified.',
  'no-such-value': 'The vault of this key has no value of this name: see vault(key).list().',
  'no-ticket': 'The key was not made in time, or made twice. Call generateKey again.',
  'not-openpgp':
    'This is no OpenPGP message, signature or key. Hand over the whole of it, armored or binary.',
  truncated: 'The end is missing: fetch or copy it again, with the line that begins with -----END.',
  corrupt: 'It was changed on its way, or is damaged. Have it sent again.',
  'bad-key':
    'The key is not one that OpenPGP allows, or its own signatures do not fit. Have it exported again.',
  'key-exists': 'This key is here already. Delete it first if it is to be replaced.',
  'expired-key':
    'The key has expired. Ask its owner for the certificate with a new date, or make a new key.',
  'revoked-key': 'The owner has revoked this key. Ask for the one that takes its place.',
  'not-for-us':
    'No secret key here decrypts it. Have it encrypted to one of those that keys() shows with `secret`.',
  unsigned: 'There is no signature in it. If it was signed apart, hand it over as `signature`.',
  unsupported:
    'It uses something that the enclave does not do. Have it made again with what gpg does by default.',
  'cannot-encrypt': 'This key has no part to encrypt to: see its `can`.',
  'cannot-sign': 'This key has no part to sign with: see its `can`.',
  'bad-argument': 'The message says which argument, and what it should be.',
  'too-large':
    'At most 64 MiB go in, and a value of the vault has at most 1,000,000 bytes. Cut it into parts.',
  bomb: 'A few bytes became very many, as nobody compresses by accident. Do not trust who sent it.',
  'keystore-damaged':
    'A file of the keystore was changed or torn: `trollbridge enclave check` names it. Restore a backup.',
  'keystore-io':
    'The keystore could not be read or written: look at the space and the rights of its folder.',
  'no-memory':
    'The enclave has no memory left for this. Hand over less at once, or raise memory_mib in its plugin.toml.',
  scope:
    'Policy does not allow this key or this name in the vault: see the scopes of the capability, [{ key = "…" }] and [{ vault = "…" }].',
};

const OF_OTHERS: Readonly<Record<string, string>> = {
  // What the broker says.
  'not-granted':
    'The capability of this window lacks the permission: enclave:default, enclave:vault, enclave:manage, or enclave:allow-… for this command.',
  'ask-denied':
    'A person was asked and said no, or nobody was there to ask. Do not ask again by yourself.',
  denied: 'Policy does not allow this call. `trollbridge policy explain` says why.',
  hook: 'The hook of the app (isolation.js) refused this call. The audit log has its reason.',
  rule: 'A rule of trollbridge.toml refused this call. The audit log has which.',
  limit:
    'Too many calls, or too many at once, for what trollbridge.toml allows. Wait for retrySeconds.',
  timeout: 'The call took longer than its deadline: see deadline_ms in trollbridge.toml.',
  cancelled: 'The call was aborted by its signal.',
  'invalid-args': 'The enclave does not take these arguments. The message says which.',
  'plugin-crashed':
    'The enclave ended while it worked on this. All keys are locked; what was stored is whole. Unlock, and try again.',
  'plugin-unavailable':
    'The enclave cannot be started: see `trollbridge doctor` and the audit log.',
  'session-closed': 'This page has lost its bridge. Load it again.',

  // What this module says.
  'no-bridge':
    'Open the page with `trollbridge run`, or in a host that has attached Trollbridge to its view.',
  'weak-hash':
    'The answer for the salt asks for less or more work than this module agrees to. Nothing was sent. Is there a hook that changes replies?',
  'bad-passphrase': 'A passphrase is text, or bytes of UTF-8, of 1 to 1024 bytes.',
  'not-text': 'These bytes are no UTF-8: use `data`.',
  incomplete: 'Not all of the result arrived. Call again.',
};

const HINTS: Readonly<Record<string, string>> = { ...OF_OTHERS, ...OF_THE_ENCLAVE };

export const ENCLAVE_REASONS: readonly string[] = Object.keys(OF_THE_ENCLAVE);

export function hintOf(reason: string): string {
  return Object.hasOwn(HINTS, reason) ? (HINTS[reason] as string) : 'See docs/enclave-module.md.';
}
