// Writes proto/vectors/*.json. The same bytes come out at every run; a unit test compares them
// with the files of the repository.

import { mkdirSync, writeFileSync } from 'node:fs';

import { FILES, render } from './vectors/all.js';

const folder = new URL('../../../proto/vectors/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const what of Object.keys(FILES)) writeFileSync(new URL(`${what}.json`, folder), render(what));
