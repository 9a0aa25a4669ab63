// What a page is given, in bytes: one line of JSON for each script.

import { gzipSync } from 'node:zlib';

import { bundle } from './bundle.mjs';

const SCRIPTS = {
  'page.js': 'src/page/main.ts',
  'isolated.js': 'src/isolated.ts',
  'dev page.js': 'src/dev/page/main.ts',
  'dev worker.js': 'src/dev/worker/main.ts',
  'trollbridge.js': 'src/standalone.ts',
  'enclave.js': 'src/enclave/standalone.ts',
};

for (const [name, entry] of Object.entries(SCRIPTS)) {
  const { bytes } = await bundle(entry);
  console.log(
    JSON.stringify({ name, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length }),
  );
}
