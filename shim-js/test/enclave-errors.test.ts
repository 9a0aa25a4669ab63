// What a promise of the enclave rejects with, for each thing that enclave and broker say.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { EnclaveError } from '../src/enclave/index.js';
import { ENCLAVE_REASONS, hintOf } from '../src/enclave/hints.js';
import { ERROR_CODES } from '../src/page/error.js';
import { BridgeError, FakeEnclave } from './fake-enclave.js';

/** By the code that each comes with. */
const REASONS: Record<string, string[]> = {
  denied: ['locked', 'wrong-passphrase', 'wait', 'dismissed'],
  not_found: ['no-such-key', 'no-secret-key', 'no-such-value', 'no-ticket'],
  invalid_args: [
    'not-openpgp',
    'truncated',
    'corrupt',
    'bad-key',
    'key-exists',
    'expired-key',
    'revoked-key',
    'not-for-us',
    'unsigned',
    'unsupported',
    'cannot-encrypt',
    'cannot-sign',
    'bad-argument',
  ],
  too_large: ['too-large', 'bomb'],
  io: ['keystore-damaged', 'keystore-io', 'no-memory'],
  scope: ['scope'],
};

async function thrown(error: unknown): Promise<unknown> {
  const fake = new FakeEnclave();
  fake.answers['list_keys'] = () => {
    throw error;
  };
  return fake
    .page()
    .keys()
    .then(
      () => assert.fail('no error'),
      (caught: unknown) => caught,
    );
}

for (const [code, reasons] of Object.entries(REASONS))
  for (const reason of reasons)
    test(`the enclave says ${reason}`, async () => {
      const cause = new BridgeError(code, `${reason}: what it was: in full`);
      const error = await thrown(cause);
      assert.ok(error instanceof EnclaveError);
      assert.equal(error.name, 'EnclaveError');
      assert.equal(error.reason, reason);
      assert.equal(error.code, code);
      assert.equal(error.message, 'what it was: in full');
      assert.equal(error.command, cause.command);
      assert.equal(error.cause, cause);
      assert.notEqual(error.hint, hintOf('nothing that is known'));
    });

for (const code of ERROR_CODES)
  test(`the broker says ${code}`, async () => {
    const error = await thrown(new BridgeError(code, 'the broker’s words'));
    assert.ok(error instanceof EnclaveError);
    assert.equal(error.reason, code.replaceAll('_', '-'));
    assert.equal(error.message, 'the broker’s words');
  });

test('the reasons are those of the plugin', () => {
  const source = readFileSync(
    new URL('../../../plugins/enclave/failure.c', import.meta.url),
    'utf8',
  );
  const said = [...source.matchAll(/^ +\[ENCLAVE_\w+\] = \{"([a-z-]+)", TB_CODE_/gm)].map((m) => m[1]);
  assert.ok(said.includes('ok') && said.includes('locked'));
  assert.deepEqual(said.filter((word) => word !== 'ok').sort(), [...ENCLAVE_REASONS].sort());
});

test('a word before a colon that is no reason is text', async () => {
  const error = await thrown(new BridgeError('invalid_args', 'key: expected a string'));
  assert.ok(error instanceof EnclaveError);
  assert.equal(error.reason, 'invalid-args');
  assert.equal(error.message, 'key: expected a string');
});

test('when to try again', async () => {
  const wait = await thrown(new BridgeError('denied', 'wait: 4 attempts failed, try again in 2 s'));
  assert.equal((wait as EnclaveError).retrySeconds, 2);
  const limit = await thrown(new BridgeError('limit', 'too many', 1200));
  assert.equal((limit as EnclaveError).retrySeconds, 2);
  const locked = await thrown(new BridgeError('denied', 'locked: since 9 s'));
  assert.equal((locked as EnclaveError).retrySeconds, undefined);
});

test('what is thrown by the page’s own code stays what it is', async () => {
  const own = new TypeError('of a source');
  assert.equal(await thrown(own), own);
});

test('a word that every object has is no reason with a hint', () => {
  assert.equal(hintOf('constructor'), hintOf('nothing that is known'));
});
