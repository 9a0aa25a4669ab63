// The cryptography against published vectors, so that our own do not only agree with themselves.

import assert from 'node:assert/strict';
import test from 'node:test';

import { xchacha20poly1305 } from '@noble/ciphers/chacha';
import { x25519 } from '@noble/curves/ed25519';
import { blake2b } from '@noble/hashes/blake2';

import { utf8Encode } from '../src/bytes.js';
import { publicKey, sharedSecret } from '../src/keys.js';
import { expand, hex } from '../tools/pattern.js';

test('X25519: RFC 7748, section 5.2', () => {
  const vectors = [
    [
      'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    [
      '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
  ] as const;
  for (const [scalar, u, out] of vectors)
    assert.equal(hex(sharedSecret(expand(scalar), expand(u))), out);
});

test('X25519: RFC 7748, section 5.2, after 1 and 1,000 rounds', () => {
  let k = expand('09 (00)*31');
  let u = k;
  for (let i = 1; i <= 1000; i++) {
    [k, u] = [x25519.scalarMult(k, u), k];
    if (i === 1)
      assert.equal(hex(k), '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
  }
  assert.equal(hex(k), '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
});

test('X25519: RFC 7748, section 6.1', () => {
  const alice = expand('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const bob = expand('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const secret = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
  assert.equal(
    hex(publicKey(alice)),
    '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  );
  assert.equal(
    hex(publicKey(bob)),
    'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
  );
  assert.equal(hex(sharedSecret(alice, publicKey(bob))), secret);
  assert.equal(hex(sharedSecret(bob, publicKey(alice))), secret);
});

test('AEAD_XChaCha20_Poly1305: draft-irtf-cfrg-xchacha, A.3.1', () => {
  const plain = utf8Encode(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one " +
      'tip for the future, sunscreen would be it.',
  );
  const key = expand('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
  const nonce = expand('404142434445464748494a4b4c4d4e4f5051525354555657');
  const sealed = xchacha20poly1305(key, nonce, expand('50515253c0c1c2c3c4c5c6c7')).encrypt(plain);
  assert.equal(
    hex(sealed),
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb' +
      '731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452' +
      '2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
      '21f9664c97637da9768812f615c68b13b52e' +
      'c0875924c1c7987947deafd8780acf49',
  );
});

test('BLAKE2b: RFC 7693, appendix A', () => {
  assert.equal(
    hex(blake2b(utf8Encode('abc'))),
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1' +
      '7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  );
});

/** The generator of RFC 7693, appendix E. */
function sequence(length: number, seed: number): Uint8Array {
  const out = new Uint8Array(length);
  let a = Math.imul(0xdead4bad, seed) >>> 0;
  let b = 1;
  for (let i = 0; i < length; i++) {
    const t = (a + b) >>> 0;
    a = b;
    b = t;
    out[i] = t >>> 24;
  }
  return out;
}

test('BLAKE2b, keyed and not: RFC 7693, appendix E', () => {
  const total = blake2b.create({ dkLen: 32 });
  for (const dkLen of [20, 32, 48, 64]) {
    for (const length of [0, 3, 128, 129, 255, 1024]) {
      const message = sequence(length, length);
      total.update(blake2b(message, { dkLen }));
      total.update(blake2b(message, { dkLen, key: sequence(dkLen, dkLen) }));
    }
  }
  assert.equal(
    hex(total.digest()),
    'c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475',
  );
});
