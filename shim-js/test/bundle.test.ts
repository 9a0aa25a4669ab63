// The scripts as they are built: the same from the same sources, wherever and whenever.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Bundle = (entry: string) => Promise<{ bytes: Buffer }>;

const SHIM = fileURLToPath(new URL('../..', import.meta.url));
const ENTRIES = [
  'src/page/main.ts',
  'src/isolated.ts',
  'src/dev/page/main.ts',
  'src/dev/worker/main.ts',
  'src/standalone.ts',
  'src/enclave/standalone.ts',
];

async function bundler(folder: string): Promise<Bundle> {
  const url = pathToFileURL(join(folder, 'tools/bundle.mjs')).href;
  return ((await import(url)) as { bundle: Bundle }).bundle;
}

test('another checkout builds the same bytes, and none tell where', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trollbridge-bundle-'));
  try {
    for (const name of ['src', 'tools', 'package.json', 'tsconfig.json'])
      await cp(join(SHIM, name), join(folder, name), { recursive: true });
    await symlink(join(SHIM, 'node_modules'), join(folder, 'node_modules'));
    const [here, there] = [await bundler(SHIM), await bundler(folder)];
    for (const entry of ENTRIES) {
      const { bytes } = await here(entry);
      assert.deepEqual((await there(entry)).bytes, bytes, entry);
      for (const place of [SHIM, folder]) assert.ok(!bytes.includes(place), entry);
      assert.ok(
        bytes.every((byte) => byte < 0x80),
        entry,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the one file for pages without a bundler exports what the package does', async () => {
  const { bytes } = await (await bundler(SHIM))('src/enclave/standalone.ts');
  const one = (await import(`data:text/javascript;base64,${bytes.toString('base64')}`)) as object;
  const whole = (await import('../src/enclave/index.js')) as object;
  assert.deepEqual(Object.keys(one).sort(), Object.keys(whole).sort());
});
