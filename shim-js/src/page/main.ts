// Entry of page.js, which the host runs in the main world before any script of the page. The host
// wraps it in a function that gives it TROLLBRIDGE_CONFIG.

import type { UpMessage } from '../port.js';
import { bridge } from './bridge.js';
import { install, type Config } from './install.js';
import { Page } from './page.js';

declare const TROLLBRIDGE_CONFIG: Config;

function begin(): void {
  const page: Page = new Page((message: UpMessage) => send(message));
  const send = bridge(document, (message) => page.receive(message));
  install(window, page, TROLLBRIDGE_CONFIG);
}

// Once in a document: tools/bundle.mjs.
begin();
