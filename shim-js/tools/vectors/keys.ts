// Bootstrap, HELLO, and the key schedule.

import { concat, u16, utf8Encode, view } from '../../src/bytes.js';
import {
  deriveKeys,
  makeBootstrap,
  makeHello,
  publicKey,
  sharedSecret,
  type Bootstrap,
} from '../../src/keys.js';
import { hex } from '../pattern.js';
import { bytesOf, flip, type Vector } from './common.js';

export function bootOf(label: string, more: Partial<Bootstrap> = {}): Bootstrap {
  return {
    version: 1,
    ticketId: bytesOf(`ticket id ${label}`, 16),
    ticketSecret: bytesOf(`ticket secret ${label}`, 32),
    brokerPublic: publicKey(bytesOf(`broker secret ${label}`, 32)),
    policyDigest: bytesOf(`policy ${label}`, 32),
    document: 1n,
    label: 'main',
    origin: 'local',
    ...more,
  };
}

const BOOTS: Record<string, Bootstrap> = {
  plain: bootOf('plain'),
  remote_origin: bootOf('remote', { label: 'settings', origin: 'https://example.com:8443' }),
  label_of_all_letters: bootOf('letters', { label: 'Az09-_/:' }),
  label_64: bootOf('label', { label: 'v'.repeat(64) }),
  origin_512: bootOf('origin', { origin: `https://${'o'.repeat(500)}.com` }),
  document_0: bootOf('document 0', { document: 0n }),
  document_over_53_bits: bootOf('document 53', { document: 2n ** 53n + 1n }),
  document_most: bootOf('document most', { document: 2n ** 64n - 1n }),
  zero_ticket_secret: bootOf('zero', { ticketSecret: new Uint8Array(32) }),
};

function bootFields(boot: Bootstrap): Record<string, unknown> {
  return {
    version: boot.version,
    ticket_id: hex(boot.ticketId),
    ticket_secret: hex(boot.ticketSecret),
    broker_public: hex(boot.brokerPublic),
    policy_digest: hex(boot.policyDigest),
    document: String(boot.document),
    label: boot.label,
    origin: boot.origin,
  };
}

function badBoot(name: string, bootstrap: Uint8Array): Vector {
  return { name: `boot_${name}`, what: 'bootstrap', bootstrap: hex(bootstrap), expect: 'error' };
}

/** A bootstrap whose label and origin stand as given, lengths included. */
function texts(tail: Uint8Array): Uint8Array {
  return concat(makeBootstrap(bootOf('plain')).slice(0, 124), tail);
}

function text(bytes: Uint8Array, length = bytes.length): Uint8Array {
  return concat(u16(length), bytes);
}

function badBoots(): Vector[] {
  const good = makeBootstrap(bootOf('plain'));
  const local = text(utf8Encode('local'));
  const main = text(utf8Encode('main'));
  const version = good.slice();
  view(version).setUint16(0, 2, true);
  const list = [
    badBoot('version_2', version),
    badBoot('reserved', flip(good, 2)),
    badBoot('cut', good.slice(0, -1)),
    badBoot('cut_before_label', good.slice(0, 124)),
    badBoot('trailing', concat(good, new Uint8Array(1))),
    badBoot('label_empty', texts(concat(text(utf8Encode('')), local))),
    badBoot('label_65', texts(concat(text(utf8Encode('v'.repeat(65))), local))),
    badBoot('label_too_long_for_the_body', texts(concat(text(utf8Encode('main'), 0xffff), local))),
    badBoot('origin_empty', texts(concat(main, text(utf8Encode(''))))),
    badBoot('origin_513', texts(concat(main, text(utf8Encode('o'.repeat(513)))))),
    badBoot('origin_with_space', texts(concat(main, text(utf8Encode('a b'))))),
    badBoot('origin_with_nul', texts(concat(main, text(utf8Encode('a\0'))))),
    badBoot('origin_with_e_acute', texts(concat(main, text(utf8Encode('é'))))),
    badBoot('origin_not_utf8', texts(concat(main, text(Uint8Array.of(0x6c, 0xc0, 0xaf))))),
  ];
  for (const [name, letter] of [
    ['space', ' '],
    ['dot', '.'],
    ['nul', '\0'],
    ['newline', '\n'],
    ['e_acute', 'é'],
    ['star', '*'],
  ] as const)
    list.push(badBoot(`label_with_${name}`, texts(concat(text(utf8Encode(`a${letter}`)), local))));
  return list;
}

function hellos(): Vector[] {
  const id = bytesOf('ticket id hello', 16);
  const key = bytesOf('public hello', 32);
  const good = makeHello(id, key);
  const bad = (name: string, hello: Uint8Array, close: number): Vector => ({
    name: `hello_${name}`,
    what: 'hello',
    hello: hex(hello),
    expect: 'error',
    close,
  });
  return [
    {
      name: 'hello',
      what: 'hello',
      hello: hex(good),
      expect: 'ok',
      ticket_id: hex(id),
      endpoint_public: hex(key),
    },
    bad('version_0', flip(good, 0), 4),
    bad('version_2', flip(good, 0, 3), 4),
    bad('version_257', flip(good, 1), 4),
    bad('reserved', flip(good, 2), 1),
    bad('reserved_high', flip(good, 3, 0x80), 1),
  ];
}

function schedule(name: string, boot: Bootstrap, label: string): Vector {
  const brokerSecret = bytesOf(`broker secret ${label}`, 32);
  const endpointSecret = bytesOf(`endpoint secret ${label}`, 32);
  const endpointPublic = publicKey(endpointSecret);
  const own = { ...boot, brokerPublic: publicKey(brokerSecret) };
  const shared = sharedSecret(brokerSecret, endpointPublic);
  const sharedHex = hex(shared);
  const keys = deriveKeys(own, shared, endpointPublic);
  return {
    name: `schedule_${name}`,
    what: 'schedule',
    bootstrap: hex(makeBootstrap(own)),
    broker_secret: hex(brokerSecret),
    endpoint_secret: hex(endpointSecret),
    hello: hex(makeHello(own.ticketId, endpointPublic)),
    expect: 'ok',
    shared: sharedHex,
    key_to_endpoint: hex(keys.toEndpoint),
    key_to_broker: hex(keys.toBroker),
  };
}

/**
 * Every u-coordinate of small order, with the encodings that are not reduced (RFC 7748 allows
 * them).
 */
const LOW_ORDER: Record<string, string> = {
  zero: '(00)*32',
  one: '01 (00)*31',
  order_8_a: 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  order_8_b: '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  p_minus_1: 'ec (ff)*30 7f',
  p: 'ed (ff)*30 7f',
  p_plus_1: 'ee (ff)*30 7f',
  zero_with_top_bit: '(00)*31 80',
  one_with_top_bit: '01 (00)*30 80',
  p_with_top_bit: 'ed (ff)*31',
};

function lowOrder(): Vector[] {
  const secret = hex(bytesOf('secret low order', 32));
  return Object.entries(LOW_ORDER).flatMap(([name, peer]) =>
    (['broker', 'endpoint'] as const).map(
      (side): Vector => ({
        name: `low_order_${name}_at_${side}`,
        what: 'shared',
        side,
        secret,
        peer_public: peer,
        expect: 'error',
      }),
    ),
  );
}

/** RFC 7748 has the receiver mask the top bit and take coordinates that are not reduced. */
function unusualKeys(): Vector[] {
  const secret = bytesOf('secret unusual', 32);
  const peers = {
    top_bit: flip(publicKey(bytesOf('peer', 32)), 31, 0x80),
    not_reduced: Uint8Array.of(0xf6, ...new Uint8Array(30).fill(0xff), 0x7f),
  };
  return Object.entries(peers).map(
    ([name, peer]): Vector => ({
      name: `shared_${name}`,
      what: 'shared',
      side: 'broker',
      secret: hex(secret),
      peer_public: hex(peer),
      expect: 'ok',
      shared: hex(sharedSecret(secret, peer)),
    }),
  );
}

export function keyVectors(): Vector[] {
  const boots = Object.entries(BOOTS);
  return [
    ...boots.map(
      ([name, boot]): Vector => ({
        name: `boot_${name}`,
        what: 'bootstrap',
        bootstrap: hex(makeBootstrap(boot)),
        expect: 'ok',
        ...bootFields(boot),
      }),
    ),
    ...badBoots(),
    ...hellos(),
    ...boots.map(([name, boot]) => schedule(name, boot, name)),
    ...unusualKeys(),
    ...lowOrder(),
  ];
}
