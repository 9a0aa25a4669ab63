// The module trollbridge/enclave on the real enclave, behind the real broker. The binary is in the
// environment (TROLLBRIDGE) or in the build tree. Without one this fails.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Enclave } from '../dist/src/enclave/index.js';
import { hashHere } from '../dist/src/enclave/hash.js';
import { Channel, Endpoint } from '../dist/src/index.js';
import { childChannel } from '../dist/src/node.js';

const BINARY =
  process.env['TROLLBRIDGE'] ??
  fileURLToPath(new URL('../../build/root/bin/trollbridge', import.meta.url));
const LIMIT = { timeout: 120_000 };
const PASSPHRASE = 'three goats, one bridge';
const MIB = 1_048_576;
const MANIFEST = `[app]
id = "com.example.keys"
[policy]
mode = "strict"
`;
const CAPABILITY = `identifier = "main"
windows = ["main"]
permissions = ["enclave:default", "enclave:vault", "enclave:manage"]
`;

let home;
let app;

before(async () => {
  accessSync(BINARY, constants.X_OK);
  home = await mkdtemp(join(tmpdir(), 'trollbridge-enclave-'));
  app = join(home, 'app');
  await mkdir(join(app, 'capabilities'), { recursive: true });
  await writeFile(join(app, 'trollbridge.toml'), MANIFEST);
  await writeFile(join(app, 'capabilities/main.toml'), CAPABILITY);
});

after(async () => {
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});

function relay(t) {
  const child = spawn(BINARY, ['relay', app, '--view', 'main'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: join(home, 'state') },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.stdin.end();
    child.stdout.destroy();
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  });
  return childChannel(child);
}

/** A document's enclave; all tests share the keystore. */
async function open(t) {
  const endpoint = new Endpoint(relay(t));
  await endpoint.ready;
  const invoke = (name, args, options) => endpoint.invoke(name, args, options);
  const enclave = new Enclave(
    () => ({ invoke, Channel }),
    async (work) => hashHere(work),
  );
  return { enclave, close: () => endpoint.close() };
}

async function makeKeys(enclave, ...names) {
  const keys = [];
  for (const name of names)
    keys.push(
      await enclave.generateKey({ name, email: `${name}@example.org`, passphrase: PASSPHRASE }),
    );
  return keys;
}

function withReason(reason, code) {
  return (error) => {
    assert.equal(error.name, 'EnclaveError', String(error));
    assert.equal(error.reason, reason, error.message);
    assert.equal(error.code, code);
    return true;
  };
}

test('a key is generated, listed, and deleted', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const expires = new Date(Date.now() + 86_400_000);
  const key = await enclave.generateKey({ name: 'Grendel', passphrase: PASSPHRASE, expires });
  assert.match(key.fingerprint, /^[0-9A-F]{40}$/);
  assert.match(key.public_key, /^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
  assert.match(key.revocation, /^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
  assert.deepEqual(key.user_ids, ['Grendel']);
  assert.ok(Math.abs(key.expires - expires.getTime() / 1000) < 120, String(key.expires));
  const listed = (await enclave.keys()).find(({ fingerprint }) => fingerprint === key.fingerprint);
  assert.ok(listed.secret && !listed.unlocked && !listed.expired && !listed.revoked);
  assert.deepEqual([...listed.can].sort(), ['encrypt', 'sign']);
  assert.deepEqual(await enclave.damaged(), []);
  await assert.rejects(enclave.deleteKey(key), withReason('locked', 'denied'));
  await enclave.unlock(key, PASSPHRASE);
  await enclave.deleteKey(key);
  await assert.rejects(enclave.unlock(key, PASSPHRASE), (error) => error.code === 'not_found');
  close();
});

test('a note for three, signed', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const keys = await makeKeys(enclave, 'beowulf', 'wiglaf', 'hygelac');
  const [me, ...others] = keys;
  const write = () => enclave.encrypt('At the bridge, at dawn: Grüße!', { to: keys, signWith: me });
  await assert.rejects(write(), withReason('locked', 'denied'));
  assert.ok((await enclave.unlock(me, PASSPHRASE, { seconds: 60, purpose: 'to write' })) <= 60);
  const message = await write();
  assert.match(message, /^-----BEGIN PGP MESSAGE-----/);
  await enclave.lock();
  await assert.rejects(enclave.decrypt(message), withReason('locked', 'denied'));
  for (const key of [me, ...others]) {
    await enclave.unlock(key, PASSPHRASE);
    const opened = await enclave.decrypt(message);
    assert.equal(opened.text(), 'At the bridge, at dawn: Grüße!');
    assert.equal(opened.key, key.fingerprint);
    assert.ok(opened.valid);
    assert.deepEqual(
      opened.signatures.map(({ fingerprint }) => fingerprint),
      [me.fingerprint],
    );
    await enclave.lock(key);
  }
  close();
});

test('signatures of each kind', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const [me] = await makeKeys(enclave, 'unferth');
  await enclave.unlock(me, PASSPHRASE);
  const text = 'I owe you three goats.\n';
  const inline = await enclave.verify(await enclave.sign(text, { key: me }));
  assert.ok(inline.valid);
  assert.equal(inline.text(), text);
  const binary = await enclave.sign(text, { key: me, armor: false });
  assert.ok(binary instanceof Uint8Array && (await enclave.verify(binary)).valid);
  const clear = await enclave.sign(text, { key: me, mode: 'cleartext' });
  assert.ok(clear.includes('I owe you three goats.') && (await enclave.verify(clear)).valid);
  const forged = await enclave.verify(clear.replace('three', 'seven'));
  assert.deepEqual([forged.valid, forged.signatures[0].status], [false, 'bad']);
  const detached = await enclave.sign(text, { key: me, mode: 'detached' });
  assert.ok((await enclave.verify(text, { signature: detached })).valid);
  assert.ok(!(await enclave.verify('another text', { signature: detached })).valid);
  close();
});

test('a wrong passphrase, and another one', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const [me] = await makeKeys(enclave, 'hrothgar');
  await assert.rejects(enclave.unlock(me, 'wrong'), withReason('wrong-passphrase', 'denied'));
  const changed = enclave.changePassphrase(me, 'wrong', 'another');
  await assert.rejects(changed, withReason('wrong-passphrase', 'denied'));
  await enclave.changePassphrase(me, PASSPHRASE, 'another');
  await assert.rejects(enclave.unlock(me, PASSPHRASE), withReason('wrong-passphrase', 'denied'));
  await enclave.unlock(me, 'another');
  close();
});

test('many wrong passphrases have to wait', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const [me] = await makeKeys(enclave, 'hunferth');
  const reasons = [];
  let last;
  while (last?.reason !== 'wait' && reasons.length < 8) {
    last = await enclave.unlock(me, 'wrong').catch((error) => error);
    reasons.push(last.reason);
  }
  assert.equal(last.reason, 'wait', reasons.join());
  assert.ok(last.retrySeconds >= 1, last.message);
  close();
});

test('a vault', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const [me] = await makeKeys(enclave, 'wealhtheow');
  const vault = enclave.vault(me);
  await assert.rejects(vault.put('passwords/mail', 'mead-hall'), withReason('locked', 'denied'));
  await enclave.unlock(me, PASSPHRASE);
  await vault.put('passwords/mail', 'mead-hall');
  const large = new Uint8Array(randomBytes(1_000_000));
  await vault.put('large', large);
  assert.equal(await vault.getText('passwords/mail'), 'mead-hall');
  assert.deepEqual(Buffer.compare(await vault.get('large'), large), 0);
  assert.deepEqual((await vault.list()).sort(), ['large', 'passwords/mail']);
  assert.deepEqual(await vault.list('passwords/'), ['passwords/mail']);
  await assert.rejects(
    vault.put('larger', new Uint8Array(1_000_001)),
    withReason('too-large', 'too_large'),
  );
  await vault.delete('large');
  await assert.rejects(vault.get('large'), withReason('no-such-value', 'not_found'));
  close();
  const again = await open(t);
  await assert.rejects(
    again.enclave.vault(me).get('passwords/mail'),
    withReason('locked', 'denied'),
  );
  await again.enclave.unlock(me, PASSPHRASE);
  assert.equal(await again.enclave.vault(me).getText('passwords/mail'), 'mead-hall');
  again.close();
});

test('20 MiB there and back', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const [me] = await makeKeys(enclave, 'scyld');
  await enclave.unlock(me, PASSPHRASE);
  const data = new Uint8Array(randomBytes(20 * MIB));
  const message = await enclave.encrypt(new Blob([data]), { to: me, signWith: me, armor: false });
  assert.ok(message.length > 20 * MIB);
  const opened = await enclave.decrypt(message);
  assert.ok(opened.valid);
  assert.equal(Buffer.compare(opened.data, data), 0);
  close();
});

test('what is no message', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const [me] = await makeKeys(enclave, 'modthryth');
  await assert.rejects(enclave.decrypt('no message'), withReason('not-openpgp', 'invalid_args'));
  const nobody = { to: '0'.repeat(40) };
  await assert.rejects(enclave.encrypt('text', nobody), withReason('no-such-key', 'not_found'));
  const message = await enclave.encrypt('text', { to: me });
  await enclave.unlock(me, PASSPHRASE);
  await assert.rejects(enclave.decrypt(message.slice(0, 200)), (error) => {
    assert.ok(['truncated', 'corrupt', 'not-openpgp'].includes(error.reason), error.reason);
    return true;
  });
  close();
});

test('a certificate goes out, comes back, and is revoked', LIMIT, async (t) => {
  const { enclave, close } = await open(t);
  const [me] = await makeKeys(enclave, 'hildeburh');
  const armored = await enclave.exportPublicKey(me);
  const [imported] = await enclave.importPublicKey(armored);
  assert.equal(imported.fingerprint, me.fingerprint);
  await enclave.trust(me, 'verified');
  await enclave.unlock(me, PASSPHRASE);
  assert.match(await enclave.revoke(me, { reason: 'retired' }), /^-----BEGIN PGP/);
  const [after_] = (await enclave.keys()).filter(
    ({ fingerprint }) => fingerprint === me.fingerprint,
  );
  assert.ok(after_.revoked);
  await assert.rejects(
    enclave.encrypt('text', { to: me }),
    withReason('revoked-key', 'invalid_args'),
  );
  close();
});

async function everyFile(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.map((entry) =>
    entry.isDirectory() ? everyFile(join(folder, entry.name)) : [join(folder, entry.name)],
  );
  return (await Promise.all(files)).flat();
}

// The last: after all of the above.
test('no file has what is secret', LIMIT, async () => {
  const files = await everyFile(join(home, 'state'));
  assert.ok(
    files.some((file) => file.includes('/keys/')) && files.some((file) => file.endsWith('.jsonl')),
  );
  for (const file of files) {
    const content = await readFile(file);
    for (const secret of [PASSPHRASE, 'mead-hall', 'At the bridge', 'three goats'])
      assert.ok(!content.includes(secret), `${file} has ${secret}`);
  }
});
