// The names by which a page finds us. They cannot be replaced, and what they hold cannot be changed.

import { makeApi } from './api.js';
import type { Page } from './page.js';
import { fix } from './safe.js';
import { Tauri, type TauriConfig } from './tauri.js';

/** The labels of the view; `webview` is that of the webview where the two differ. */
export type Config = TauriConfig;

export function install(window: object, page: Page, config: Config): void {
  const tauri = new Tauri(page);
  fix(window, 'trollbridge', makeApi(page));
  fix(window, 'isTauri', true);
  fix(window, '__TAURI_INTERNALS__', tauri.internals(config));
  fix(window, '__TAURI_EVENT_PLUGIN_INTERNALS__', tauri.eventInternals());
}
