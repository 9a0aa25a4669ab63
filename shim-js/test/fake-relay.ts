// `trollbridge relay APP --view main` with the FakeBroker, for tests of the byte channels and of
// the live test itself. With `--fd 3` the link is that descriptor.

import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';

import { fdChannel, streamChannel } from '../src/node.js';
import { FakeBroker, Refusal, type Answer } from './fake-broker.js';

async function readText(app: string, path: unknown): Promise<Answer> {
  if (typeof path !== 'string') throw new Refusal('invalid_args', 'path is no string');
  const clean = normalize(path);
  if (!clean.startsWith('data/') || clean.startsWith('data/private/'))
    throw new Refusal('scope', 'outside the scope of the command');
  try {
    return { raw: await readFile(join(app, clean)) };
  } catch {
    throw new Refusal('not_found', 'no such file');
  }
}

const [verb, app, ...rest] = process.argv.slice(2);
if (verb !== 'relay' || app === undefined) throw new Error('usage: relay APP');
const channel = rest.includes('--fd')
  ? fdChannel(Number(rest[rest.indexOf('--fd') + 1]))
  : streamChannel(process.stdin, process.stdout);
new FakeBroker(channel, {
  commands: [{ name: 'plugin:fs|read_text_file', run: ({ args }) => readText(app, args['path']) }],
});
