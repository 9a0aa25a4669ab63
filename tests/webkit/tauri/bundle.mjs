// node bundle.mjs OUT: the page's script, of the packages that shim-js/package-lock.json names.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bundle } from '../../../shim-js/tools/bundle.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const nodePaths = [path('../../../shim-js/node_modules')];
const { bytes } = await bundle(path('page.js'), { nodePaths, minify: false });
writeFileSync(process.argv[2], bytes);
