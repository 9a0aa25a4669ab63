// Opening a session: bootstrap, HELLO and the two keys (PROTOCOL.md, section 3).

import { x25519 } from '@noble/curves/ed25519';
import { blake2b } from '@noble/hashes/blake2';

import { concat, isZero, u16, u32, u64, utf8Decode, utf8Encode, view } from './bytes.js';
import { Violation } from './error.js';

export const VERSION = 1;
export const KEY_SIZE = 32;

const TICKET_ID = 16;
const LABEL_MOST = 64;
const ORIGIN_MOST = 512;
const FIXED_SIZE = 4 + TICKET_ID + 3 * KEY_SIZE + 8;

/** The peer speaks a version that is not ours. */
export class UnknownVersion extends Violation {
  constructor(version: number) {
    super(`version ${version} of the protocol`);
    this.name = 'UnknownVersion';
  }
}

export interface Bootstrap {
  version: number;
  ticketId: Uint8Array;
  ticketSecret: Uint8Array;
  brokerPublic: Uint8Array;
  policyDigest: Uint8Array;
  document: bigint;
  label: string;
  origin: string;
}

export interface Hello {
  ticketId: Uint8Array;
  endpointPublic: Uint8Array;
}

export interface SessionKeys {
  toEndpoint: Uint8Array;
  toBroker: Uint8Array;
}

function checkVersion(body: Uint8Array): void {
  const fields = view(body);
  const version = fields.getUint16(0, true);
  if (version !== VERSION) throw new UnknownVersion(version);
  if (fields.getUint16(2, true) !== 0) throw new Violation('reserved bits are set');
}

/** Cuts `u16 length | text` at `at`. */
function readText(body: Uint8Array, at: number, most: number): { text: string; end: number } {
  if (at + 2 > body.length) throw new Violation('the bootstrap is too short');
  const size = view(body).getUint16(at, true);
  const end = at + 2 + size;
  if (size === 0 || size > most || end > body.length)
    throw new Violation(`a text of ${size} bytes in the bootstrap`);
  return { text: utf8Decode(body.subarray(at + 2, end)), end };
}

export function parseBootstrap(body: Uint8Array): Bootstrap {
  if (body.length < FIXED_SIZE) throw new Violation('the bootstrap is too short');
  checkVersion(body);
  const label = readText(body, FIXED_SIZE, LABEL_MOST);
  const origin = readText(body, label.end, ORIGIN_MOST);
  if (!/^[A-Za-z0-9_/:-]+$/.test(label.text)) throw new Violation('a view label of other letters');
  if (!/^[!-~]+$/.test(origin.text)) throw new Violation('an origin of other letters');
  if (origin.end !== body.length) throw new Violation('bytes after the bootstrap');
  return {
    version: VERSION,
    ticketId: body.slice(4, 20),
    ticketSecret: body.slice(20, 52),
    brokerPublic: body.slice(52, 84),
    policyDigest: body.slice(84, 116),
    document: view(body).getBigUint64(116, true),
    label: label.text,
    origin: origin.text,
  };
}

export function makeBootstrap(boot: Bootstrap): Uint8Array {
  const label = utf8Encode(boot.label);
  const origin = utf8Encode(boot.origin);
  return concat(
    u16(boot.version),
    u16(0),
    boot.ticketId,
    boot.ticketSecret,
    boot.brokerPublic,
    boot.policyDigest,
    u64(boot.document),
    u16(label.length),
    label,
    u16(origin.length),
    origin,
  );
}

export function makeHello(ticketId: Uint8Array, endpointPublic: Uint8Array): Uint8Array {
  return concat(u16(VERSION), u16(0), ticketId, endpointPublic);
}

export function parseHello(body: Uint8Array): Hello {
  if (body.length !== 4 + TICKET_ID + KEY_SIZE) throw new Violation('a HELLO of another length');
  checkVersion(body);
  return { ticketId: body.slice(4, 20), endpointPublic: body.slice(20, 52) };
}

export function newSecretKey(): Uint8Array {
  return x25519.utils.randomPrivateKey();
}

export function publicKey(secretKey: Uint8Array): Uint8Array {
  return x25519.getPublicKey(secretKey);
}

/** A key of small order gives zeros whatever the secret is: such a peer has agreed to nothing. */
export function sharedSecret(secretKey: Uint8Array, peerPublic: Uint8Array): Uint8Array {
  let shared: Uint8Array;
  try {
    shared = x25519.getSharedSecret(secretKey, peerPublic);
  } catch {
    throw new Violation('the peer sent a public key of small order');
  }
  if (isZero(shared)) throw new Violation('the shared secret is zero');
  return shared;
}

function lp(bytes: Uint8Array): Uint8Array {
  return concat(u32(bytes.length), bytes);
}

/** Both directions' keys. Erases `shared`. */
export function deriveKeys(
  boot: Bootstrap,
  shared: Uint8Array,
  endpointPublic: Uint8Array,
): SessionKeys {
  const message = concat(
    lp(utf8Encode('trollbridge 1')),
    lp(shared),
    lp(endpointPublic),
    lp(boot.brokerPublic),
    lp(u16(boot.version)),
    lp(boot.ticketId),
    lp(utf8Encode(boot.label)),
    lp(utf8Encode(boot.origin)),
    lp(u64(boot.document)),
    lp(boot.policyDigest),
  );
  const okm = blake2b(message, { key: boot.ticketSecret, dkLen: 2 * KEY_SIZE });
  const keys = { toEndpoint: okm.slice(0, KEY_SIZE), toBroker: okm.slice(KEY_SIZE) };
  for (const secret of [message, shared, okm]) secret.fill(0);
  return keys;
}
