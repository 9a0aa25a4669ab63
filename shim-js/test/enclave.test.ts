// The module trollbridge/enclave against an enclave that answers as told: what is sent, and what
// comes of the answers.

import assert from 'node:assert/strict';
import test from 'node:test';

import { EnclaveError, type Key } from '../src/enclave/index.js';
import { enclave } from '../src/enclave/index.js';
import { FINGERPRINT, FakeEnclave, OTHER } from './fake-enclave.js';

const PASSPHRASE = 'correct horse battery staple';
// By libsodium's crypto_pwhash, over the salt of the fake.
const HASH = '818259b6310026a8e0dbac5d2e6927abcfdb07b32258fac4f61b18b80f929085';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (data: unknown): string => Buffer.from(data as Uint8Array).toString('hex');

function reason(wanted: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof EnclaveError, String(error));
    assert.equal(error.reason, wanted);
    assert.notEqual(error.hint, '');
    return true;
  };
}

test('unlock sends the hash alone, and keeps nothing', async () => {
  const fake = new FakeEnclave();
  fake.answers['unlock'] = () => ({ seconds: 300 });
  const key = { fingerprint: FINGERPRINT } as Key;
  assert.equal(await fake.page().unlock(key, PASSPHRASE, { seconds: 900, purpose: 'a note' }), 300);
  assert.deepEqual(fake.seen[0]?.args, { key: FINGERPRINT });
  const { hash, ...rest } = fake.last().args;
  assert.equal(hex(hash), HASH);
  assert.deepEqual(rest, { key: FINGERPRINT, seconds: 900, purpose: 'a note' });
  const kept = [...fake.last().hashes, ...fake.passphrases];
  assert.equal(kept.length, 2);
  for (const secret of kept) assert.ok(secret.every((byte) => byte === 0));
});

test('a hash that is refused is wiped too', async () => {
  const fake = new FakeEnclave();
  await assert.rejects(fake.page().unlock(FINGERPRINT, PASSPHRASE), reason('not-granted'));
  assert.ok(fake.last().hashes[0]?.every((byte) => byte === 0));
});

test('bytes of a passphrase are the text, and stay the caller’s', async () => {
  const fake = new FakeEnclave();
  fake.answers['unlock'] = () => ({ seconds: 1 });
  const passphrase = bytes(PASSPHRASE);
  await fake.page().unlock(FINGERPRINT, passphrase);
  assert.equal(hex(fake.last().args['hash']), HASH);
  assert.deepEqual(passphrase, bytes(PASSPHRASE));
});

test('a passphrase is taken as it was typed', async () => {
  const fake = new FakeEnclave();
  fake.answers['unlock'] = () => ({ seconds: 1 });
  const hashes = [];
  for (const form of ['NFC', 'NFD']) {
    await fake.page().unlock(FINGERPRINT, 'Grüße, 🧌'.normalize(form));
    hashes.push(hex(fake.last().args['hash']));
  }
  assert.deepEqual(hashes, [
    '88d11b9058162b57de24d912bdd3bec3576e4feded4f97efde5d5b4d6c8b95d9',
    '90b343241488275b70707b9197886ba9e2748d424777e692d41278e7773cd697',
  ]);
});

for (const [what, passphrase] of Object.entries({
  empty: '',
  long: 'x'.repeat(1025),
  'half a character': 'a\ud83d',
}))
  test(`a passphrase that is no such: ${what}`, async () => {
    const fake = new FakeEnclave();
    await assert.rejects(fake.page().unlock(FINGERPRINT, passphrase), reason('bad-passphrase'));
    assert.deepEqual(
      fake.seen.map(({ name }) => name),
      ['salt'],
    );
  });

const WEAK = [
  { passes: 1 },
  { passes: 11 },
  { passes: 2.5 },
  { passes: '2' },
  { memory_kib: 19_455 },
  { memory_kib: 262_145 },
  { memory_kib: undefined },
  { lanes: 2 },
  { algorithm: 'argon2i' },
  { salt: '00' },
  { salt: 'x'.repeat(32) },
  { salt: undefined },
];

for (const change of WEAK)
  test(`a salt that asks for ${JSON.stringify(change)}`, async () => {
    const fake = new FakeEnclave();
    const salt = fake.answers['salt'] as () => object;
    fake.answers['salt'] = () => ({ ...salt(), ...change });
    await assert.rejects(fake.page().unlock(FINGERPRINT, PASSPHRASE), reason('weak-hash'));
    assert.deepEqual(
      fake.seen.map(({ name }) => name),
      ['salt'],
    );
    assert.equal(fake.passphrases.length, 0);
  });

test('more work than the least is done', async () => {
  const fake = new FakeEnclave();
  const salt = fake.answers['salt'] as () => object;
  fake.answers['salt'] = () => ({ ...salt(), passes: 3, memory_kib: 20_000 });
  fake.answers['unlock'] = () => ({ seconds: 1 });
  await fake.page().unlock(FINGERPRINT, 'troll');
  assert.equal(
    hex(fake.last().args['hash']),
    '350711f06cf7680a5ee206ac4274d300204f963b48224bfe0531340186a94be9',
  );
});

test('a key is generated', async () => {
  const fake = new FakeEnclave();
  fake.answers['generate_key'] = () => ({ fingerprint: FINGERPRINT, public_key: '-----' });
  const expires = new Date(Date.now() + 86_400_000);
  const options = { name: 'Beowulf', email: 'b@example.org', passphrase: PASSPHRASE };
  const key = await fake.page().generateKey({ ...options, expires, algorithm: 'rsa3072' });
  assert.equal(key.fingerprint, FINGERPRINT);
  const { hash, expires_s, ...rest } = fake.last().args;
  assert.equal(hex(hash), HASH);
  assert.ok((expires_s as number) > 86_000 && (expires_s as number) <= 86_400);
  assert.deepEqual(rest, {
    user_id: 'Beowulf <b@example.org>',
    ticket: 'ticket',
    algorithm: 'rsa3072',
  });
  await fake.page().generateKey({ ...options, expires: 'never' });
  assert.equal(fake.last().args['expires_s'], 0);
  await fake.page().generateKey({ name: 'Beowulf', passphrase: PASSPHRASE });
  assert.deepEqual(Object.keys(fake.last().args), ['user_id', 'ticket', 'hash']);
  assert.equal(fake.last().args['user_id'], 'Beowulf');
});

for (const wrong of [
  {},
  { name: ' ' },
  { name: 'a <b@c>' },
  { name: 'a\nb' },
  { name: 'a', email: 'b>' },
  { name: 'a', expires: new Date(0) },
  { name: 'a', expires: new Date(NaN) },
])
  test(`no key is generated of ${JSON.stringify(wrong)}`, async () => {
    const fake = new FakeEnclave();
    const made = fake.page().generateKey({ passphrase: PASSPHRASE, ...wrong });
    await assert.rejects(made, reason('bad-argument'));
    assert.equal(fake.seen.length, 0);
  });

test('keys are named by whole fingerprints', async () => {
  const fake = new FakeEnclave();
  fake.answers['lock'] = () => null;
  const spaced = '0x' + FINGERPRINT.toLowerCase().replace(/(.{4})/g, '$1 ');
  for (const name of [FINGERPRINT, spaced, { fingerprint: FINGERPRINT }]) {
    await fake.page().lock(name);
    assert.deepEqual(fake.last().args, { key: FINGERPRINT });
  }
  for (const name of ['', '01234567', 'b@example.org', undefined, null, {}, 7])
    await assert.rejects(fake.page().trust(name as string, 'verified'), reason('bad-argument'));
  await fake.page().lock();
  assert.deepEqual(fake.last().args, {});
});

test('text is encrypted to many', async () => {
  const fake = new FakeEnclave();
  fake.answers['encrypt'] = () => ({ parts: [bytes('-----BEG'), bytes('IN'), bytes('')] });
  const to = [FINGERPRINT, { fingerprint: OTHER }];
  const page = fake.page();
  const message = await page.encrypt('Grüße', { to, signWith: OTHER, purpose: 'a note' });
  assert.equal(message, '-----BEGIN');
  assert.deepEqual(fake.last().raw, bytes('Grüße'));
  const args = { to: [FINGERPRINT, OTHER], sign_with: OTHER, purpose: 'a note', armor: true };
  assert.deepEqual(fake.last().args, args);
  const binary: Uint8Array = await page.encrypt(new Blob([]), { to: OTHER, armor: false });
  assert.deepEqual(binary, bytes('-----BEGIN'));
  assert.ok(fake.last().raw instanceof Blob);
  assert.deepEqual(fake.last().args, { to: [OTHER], armor: false });
});

test('empty text is data, too', async () => {
  const fake = new FakeEnclave();
  fake.answers['sign'] = () => ({ parts: [bytes('s')] });
  assert.equal(await fake.page().sign('', { key: OTHER, mode: 'detached' }), 's');
  assert.deepEqual(fake.last().raw, new Uint8Array(0));
  assert.deepEqual(fake.last().args, { key: OTHER, mode: 'detached', armor: true });
});

test('what is lost on the way is no result', async () => {
  const fake = new FakeEnclave();
  fake.answers['decrypt'] = () => ({ parts: [bytes('half')], bytes: 8 });
  await assert.rejects(fake.page().decrypt('-----'), reason('incomplete'));
});

test('a message is decrypted, with who signed it', async () => {
  const fake = new FakeEnclave();
  const signatures = [{ status: 'unknown-key', key_id: '89ABCDEF01234567' }];
  const answer = { key: OTHER, valid: false, signatures };
  fake.answers['decrypt'] = () => ({ ...answer, parts: [bytes('Grü'), bytes('ße')] });
  const opened = await fake.page().decrypt('-----', { purpose: 'to read' });
  const { text, data, ...rest } = opened;
  assert.deepEqual(rest, answer);
  assert.equal(text(), 'Grüße');
  assert.deepEqual(data, bytes('Grüße'));
  assert.deepEqual(fake.last().args, { purpose: 'to read' });
  fake.answers['decrypt'] = () => ({ ...answer, parts: [Uint8Array.of(0xff)] });
  const binary = await fake.page().decrypt('-----');
  assert.throws(() => binary.text(), reason('not-text'));
  assert.deepEqual(binary.data, Uint8Array.of(0xff));
});

test('signatures are verified, within a message and apart', async () => {
  const fake = new FakeEnclave();
  const verdict = { valid: true, signatures: [] };
  fake.answers['verify'] = ({ signature }) =>
    signature === undefined ? { ...verdict, parts: [bytes('said')] } : verdict;
  const within = await fake.page().verify('-----');
  assert.equal(within.text(), 'said');
  assert.ok(within.valid);
  const apart = await fake.page().verify('said', { signature: '-----' });
  assert.deepEqual(apart, verdict);
  assert.deepEqual(fake.last().args, { signature: '-----' });
});

test('the other commands', async () => {
  const fake = new FakeEnclave();
  const page = fake.page();
  const keys = [{ fingerprint: OTHER }];
  const damaged = [{ file: 'keys/X', problem: 'torn' }];
  Object.assign(fake.answers, {
    list_keys: () => ({ keys, damaged }),
    import_public_key: () => ({ keys }),
    export_public_key: ({ armor }: { armor: boolean }) =>
      armor ? { armored: '---' } : { data: bytes('bin') },
    import_key: () => keys[0],
    export_key: () => ({ armored: '---' }),
    delete_key: () => null,
    revoke_key: () => ({ revocation: '---' }),
    trust: () => null,
    change_passphrase: () => null,
  });
  assert.deepEqual(await page.keys(), keys);
  assert.deepEqual(await page.damaged(), damaged);
  assert.deepEqual(await page.importPublicKey('---'), keys);
  assert.equal(await page.exportPublicKey(OTHER), '---');
  assert.deepEqual(await page.exportPublicKey(OTHER, { armor: false }), bytes('bin'));
  assert.deepEqual(await page.importKey('---', { purpose: 'move' }), keys[0]);
  assert.deepEqual(fake.last().args, { purpose: 'move' });
  assert.equal(await page.exportKey(OTHER), '---');
  assert.equal(await page.revoke(OTHER, { reason: 'retired' }), '---');
  assert.deepEqual(fake.last().args, { key: OTHER, reason: 'retired' });
  await page.trust(OTHER, 'verified');
  assert.deepEqual(fake.last().args, { key: OTHER, level: 'verified' });
  await page.deleteKey(OTHER);
  await page.changePassphrase(OTHER, PASSPHRASE, 'another');
  const { hash, new_hash: after } = fake.last().args;
  assert.equal(hex(hash), HASH);
  assert.notEqual(hex(after), HASH);
  for (const sent of fake.last().hashes) assert.ok(sent.every((byte) => byte === 0));
});

test('a new passphrase that is no such changes nothing', async () => {
  const fake = new FakeEnclave();
  const changed = fake.page().changePassphrase(OTHER, PASSPHRASE, '');
  await assert.rejects(changed, reason('bad-passphrase'));
  assert.ok(fake.seen.every(({ name }) => name === 'salt'));
});

test('the vault', async () => {
  const fake = new FakeEnclave();
  Object.assign(fake.answers, {
    vault_put: () => null,
    vault_get: () => ({ data: bytes('s3cret') }),
    vault_list: () => ({ names: ['mail/a'] }),
    vault_delete: () => null,
  });
  const vault = fake.page().vault(OTHER);
  await vault.put('mail/a', 's3cret');
  assert.deepEqual(
    [fake.last().args, fake.last().raw],
    [{ key: OTHER, name: 'mail/a' }, bytes('s3cret')],
  );
  assert.deepEqual(await vault.get('mail/a', { purpose: 'login' }), bytes('s3cret'));
  assert.deepEqual(fake.last().args, { key: OTHER, name: 'mail/a', purpose: 'login' });
  assert.equal(await vault.getText('mail/a'), 's3cret');
  assert.deepEqual(await vault.list('mail/'), ['mail/a']);
  assert.deepEqual(fake.last().args, { key: OTHER, prefix: 'mail/' });
  await vault.list();
  assert.deepEqual(fake.last().args, { key: OTHER });
  await vault.delete('mail/a');
  assert.deepEqual(fake.last().args, { key: OTHER, name: 'mail/a' });
});

test('a page without a bridge', async () => {
  await assert.rejects(enclave.keys(), reason('no-bridge'));
});
