// What no vector can show: what is allocated, what is erased, which encoding is written.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Violation } from '../src/error.js';
import { FrameReader, KIND, makeFrame, makeHeader } from '../src/frame.js';
import { greet } from '../src/handshake.js';
import { makeBootstrap } from '../src/keys.js';
import { readItem } from '../src/msgpack.js';
import { ZERO_HANDLE } from '../src/seal.js';
import { SealedLink } from '../src/sealed-link.js';
import { pack } from '../src/core/pack.js';
import { expand, hex } from '../tools/pattern.js';
import { bytesOf } from '../tools/vectors/common.js';
import { bootOf } from '../tools/vectors/keys.js';

test('a count is refused before anything is made for it', () => {
  for (const head of [
    'ddffffffff',
    'dfffffffff',
    'dcffff c0',
    '9f',
    '81',
    'dbffffffff',
    'c6ffffffff',
  ])
    assert.throws(() => readItem(expand(head), 0), Violation, head);
});

test('a bad header is refused before its body comes', () => {
  const reader = new FrameReader('view', 'broker');
  assert.throws(() => reader.push(makeHeader(KIND.REPLY, 0, 0xffff_ffff), () => true), Violation);
  const slow = new FrameReader('view', 'broker');
  const header = makeHeader(KIND.CALL, 0, 64);
  slow.push(header.subarray(0, 7), () => true);
  assert.throws(() => slow.push(header.subarray(7), () => true), Violation);
});

test('nothing is taken behind the frame that ends the session', () => {
  const reader = new FrameReader('view', 'broker');
  const close = makeFrame(KIND.CLOSE, new Uint8Array(4));
  let taken = 0;
  reader.push(new Uint8Array([...close, ...close, 255, 255, 255, 255, 255, 255, 255, 255]), () => {
    taken += 1;
    return false;
  });
  assert.equal(taken, 1);
});

test('whole numbers are written as such, whatever their size', () => {
  const written: [unknown, string][] = [
    [5, '05'],
    [-1, 'ff'],
    [5_000_000_000, 'cf000000012a05f200'],
    [-5_000_000_000, 'd3fffffffed5fa0e00'],
    [2 ** 53 - 1, 'cf001fffffffffffff'],
    [7n, '07'],
    [2n ** 64n - 1n, 'cfffffffffffffffff'],
    [0.5, 'cb3fe0000000000000'],
    [-0, '00'],
  ];
  for (const [value, bytes] of written) assert.equal(hex(pack(value)), bytes);
});

test('secrets are erased when they have served', () => {
  const secretKey = bytesOf('secret', 32);
  greet(makeBootstrap(bootOf('erase')), 'relay', secretKey);
  assert.equal(hex(secretKey), '00'.repeat(32));
  const [send, receive] = [bytesOf('send', 32), bytesOf('receive', 32)];
  const link = new SealedLink(send, receive, 'relay');
  link.seal(KIND.MISS, ZERO_HANDLE, pack({}));
  assert.equal(hex(send), hex(bytesOf('send', 32)));
  link.erase();
  assert.equal(hex(send) + hex(receive), '00'.repeat(64));
});
