import { defineConfig } from 'vite';

export default defineConfig({
  // Trollbridge serves dist/ at tauri://localhost/.
  base: '/',
  // The web view is WebKitGTK's of the same machine: nothing old has to be catered for.
  build: { target: 'safari16', modulePreload: { polyfill: false } },
});
