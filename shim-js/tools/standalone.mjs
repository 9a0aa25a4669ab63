// What a page loads as one file: node tools/standalone.mjs ENTRY OUT [DEPFILE]

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bundle } from './bundle.mjs';

const [entry, out, depfile] = process.argv.slice(2);
const { bytes, sources } = await bundle(entry);
writeFileSync(out, bytes);
const path = (source) =>
  fileURLToPath(new URL(`../${source}`, import.meta.url)).replaceAll(' ', '\\ ');
if (depfile !== undefined)
  writeFileSync(depfile, `${out}: ${sources.map(path).sort().join(' ')}\n`);
