// The endpoint as one script: node tools/standalone.mjs OUT

import { writeFileSync } from 'node:fs';

import { bundle } from './bundle.mjs';

const { bytes } = await bundle('src/standalone.ts');
writeFileSync(process.argv[2], bytes);
