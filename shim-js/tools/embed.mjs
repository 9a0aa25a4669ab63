// Bundles scripts and writes them as arrays of a C source, and for ninja what that depends on:
//     node tools/embed.mjs OUT DEPFILE NAME=ENTRY...

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bundle } from './bundle.mjs';

const COLUMNS = 20;
const shim = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

function rows(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += COLUMNS)
    lines.push(`    ${[...bytes.subarray(at, at + COLUMNS)].join(', ')},`);
  return lines.join('\n');
}

const [out, depfile, ...scripts] = process.argv.slice(2);
const inputs = new Set();
let source = '#include "shim-js/scripts.h"\n';
for (const script of scripts) {
  const [name, entry] = script.split('=');
  const { bytes, sources } = await bundle(entry);
  for (const path of sources) inputs.add(shim(path).replaceAll(' ', '\\ '));
  source += `\nconst size_t ${name}_size = ${bytes.length};\n`;
  // A NUL ends it: the script is a string to those who run it.
  source += `const char ${name}[] = {\n${rows(Buffer.concat([bytes, Buffer.alloc(1)]))}\n};\n`;
}
writeFileSync(out, source);
writeFileSync(depfile, `${out}: ${[...inputs].sort().join(' ')}\n`);
