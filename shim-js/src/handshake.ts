// The endpoint's side of opening a session (PROTOCOL.md, section 3).

import { KIND, makeFrame } from './frame.js';
import {
  deriveKeys,
  makeHello,
  newSecretKey,
  parseBootstrap,
  publicKey,
  sharedSecret,
} from './keys.js';
import type { Mode } from './seal.js';
import { SealedLink } from './sealed-link.js';

export interface Greeting {
  hello: Uint8Array;
  link: SealedLink;
}

/** Erases both secrets. `secretKey` is given by tests with fixed keys only. */
export function greet(bootstrap: Uint8Array, mode: Mode, secretKey = newSecretKey()): Greeting {
  const boot = parseBootstrap(bootstrap);
  const own = publicKey(secretKey);
  const shared = sharedSecret(secretKey, boot.brokerPublic);
  const keys = deriveKeys(boot, shared, own);
  secretKey.fill(0);
  boot.ticketSecret.fill(0);
  return {
    hello: makeFrame(KIND.HELLO, makeHello(boot.ticketId, own)),
    link: new SealedLink(keys.toBroker, keys.toEndpoint, mode),
  };
}
