// Tauri's own packages, unmodified, as an app's frontend would bundle them.

import * as app from '@tauri-apps/api/app';
import * as core from '@tauri-apps/api/core';
import * as event from '@tauri-apps/api/event';
import * as path from '@tauri-apps/api/path';
import * as webview from '@tauri-apps/api/webview';
import * as win from '@tauri-apps/api/window';
import * as dialog from '@tauri-apps/plugin-dialog';
import * as fs from '@tauri-apps/plugin-fs';
import * as opener from '@tauri-apps/plugin-opener';
import * as shell from '@tauri-apps/plugin-shell';

import * as assert from './assert.js';
import { run } from './run.js';

window.tauri = { app, core, dialog, event, fs, opener, path, shell, webview, window: win };
Object.assign(window, assert, { run });

// A window beside `main` does to itself what it is told.
const own = { window: win.getCurrentWindow(), webview: webview.getCurrentWebview() };
const { label } = own.window;
if (label !== 'main')
  void event.listen('go', ({ payload: [part, act] }) => own[part][act](), { target: label });
