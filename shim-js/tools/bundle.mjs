// One self-contained script of an entry and all that it imports. The same sources give the same
// bytes, on any machine.

import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const SHIM = fileURLToPath(new URL('..', import.meta.url));

// document.open runs the scripts again in the document that it empties, when a page may have patched all that page.js
// copies: not a line of it runs twice.
const ONCE = {
  'src/page/main.ts': { banner: { js: 'if(!("trollbridge"in window)){' }, footer: { js: '}' } },
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
    ...ONCE[entry],
    ...more,
  });
  return { bytes: Buffer.from(outputFiles[0].contents), sources: Object.keys(metafile.inputs) };
}
