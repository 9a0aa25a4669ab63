// Entry of page.js, which the host runs in the main world before any script of the page. The host
// wraps it in a function that gives it TROLLBRIDGE_CONFIG.

import { makeApi } from './api.js';
import { bridge } from './bridge.js';
import { Page } from './page.js';
import { fix } from './safe.js';
import { Tauri, type TauriConfig } from './tauri.js';
import type { UpMessage } from '../port.js';

declare const TROLLBRIDGE_CONFIG: TauriConfig;

function begin(): void {
  const page: Page = new Page((message: UpMessage) => send(message));
  const send = bridge(document, (message) => page.receive(message));
  const tauri = new Tauri(page);
  fix(window, 'trollbridge', makeApi(page));
  fix(window, 'isTauri', true);
  fix(window, '__TAURI_INTERNALS__', tauri.internals(TROLLBRIDGE_CONFIG));
  fix(window, '__TAURI_EVENT_PLUGIN_INTERNALS__', tauri.eventInternals());
}

// document.open runs the scripts again in the document that it empties.
if (Reflect.getOwnPropertyDescriptor(window, 'trollbridge') === undefined) begin();
