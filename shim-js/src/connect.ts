// For the page of a host that only relays bytes: the endpoint, and the names that pages look for.

import type { ByteChannel } from './channel.js';
import { Endpoint } from './endpoint.js';
import { install, type Config } from './page/install.js';
import type { SealedOptions } from './sealed-line.js';

export interface ConnectOptions extends SealedOptions {
  /** The label of the view, `main` if left out. */
  label?: string | undefined;
  /** The label of the webview, where it is another. */
  webview?: string | undefined;
}

/** Once in a document, before any script of the page that is not to be trusted. */
export function connect(channel: ByteChannel, options: ConnectOptions = {}): Endpoint {
  if (globalThis.trollbridge !== undefined)
    throw new Error('this page is connected already: it keeps its endpoint until it goes away');
  const { label = 'main', webview = label, ...sealed } = options;
  const endpoint = new Endpoint(channel, sealed);
  const config: Config = { label, webview };
  install(globalThis, endpoint.page, config);
  return endpoint;
}
