import { defineConfig } from 'vite';

export default defineConfig({
  // Trollbridge serves dist/ at tauri://localhost/.
  base: '/',
  // As `dev_url` in trollbridge.toml says.
  server: { port: 5173, strictPort: true },
  // The web view is WebKitGTK's of the same machine: nothing old has to be catered for.
  build: { target: 'safari16', modulePreload: { polyfill: false } },
});
