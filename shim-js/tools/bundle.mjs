// One self-contained script of an entry and all that it imports. The same sources give the same
// bytes, on any machine.

import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const SHIM = fileURLToPath(new URL('..', import.meta.url));

// document.open runs the scripts again in the document that it empties, when a page may have patched all that page.js
// copies: not a line of it runs twice.
const ONCE = { banner: { js: 'if(!("trollbridge"in window)){' }, footer: { js: '}' } };
// A module: pages import it, and its worker is itself.
const OPTIONS = {
  'src/page/main.ts': ONCE,
  'src/dev/page/main.ts': ONCE,
  'src/enclave/standalone.ts': { format: 'esm' },
};

/** `more` are esbuild's options beside the usual ones. Answers the bytes and the files they are of. */
export async function bundle(entry, more = {}) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: SHIM,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    target: 'safari16.4',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    ...OPTIONS[entry],
    ...more,
  });
  return { bytes: Buffer.from(outputFiles[0].contents), sources: Object.keys(metafile.inputs) };
}
