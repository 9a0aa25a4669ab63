// The package as npm packs it, in the hands of somebody who has nothing else of this tree.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';

import type { ByteChannel } from '../src/channel.js';
import { echo } from './connect.js';
import { FakeBroker } from './fake-broker.js';
import { makePair } from './pair.js';

const SHIM = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = join(SHIM, 'node_modules');
const TSC = join(MODULES, 'typescript/bin/tsc');

const CONSUMER = `
import { Channel, connect, Endpoint, invoke, invokeStream, isTrollbridge, listen, TrollbridgeError } from 'trollbridge';
import type { Api, ByteChannel, ErrorCode, Unlisten } from 'trollbridge';

export async function read(path: string): Promise<string> {
  const bytes = await invoke<Uint8Array>('plugin:fs|read_file', { path }, { most: 1000 });
  return new TextDecoder().decode(bytes);
}
export async function watch(act: (message: { n: number }) => void): Promise<Unlisten> {
  const channel: Channel<{ n: number }> = new Channel<{ n: number }>(act);
  await invoke('watch', { channel }, { raw: new Blob(['x']), signal: new AbortController().signal });
  await channel.done;
  return listen('saved', ({ payload, source }) => console.log(payload, source?.length));
}
export async function parts(): Promise<number> {
  let size = 0;
  for await (const part of invokeStream('plugin:fs|read_file')) size += part.length;
  return size;
}
export const code = (error: unknown): ErrorCode | undefined =>
  error instanceof TrollbridgeError ? error.code : undefined;
export const begin = (channel: ByteChannel): Endpoint => connect(channel, { label: 'main' });
export const here: boolean = isTrollbridge();
export const api: Api | undefined = globalThis.trollbridge;
// @ts-expect-error a command's name is a string
void invoke(7);
`;

let folder: string;

function run(program: string, ...words: string[]): string {
  return execFileSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trollbridge-pack-'));
  run('npm', 'pack', SHIM, '--silent', '--ignore-scripts', '--pack-destination', folder);
  await mkdir(join(folder, 'node_modules/trollbridge'), { recursive: true });
  run(
    'tar',
    '-xzf',
    'trollbridge-0.1.0.tgz',
    '-C',
    'node_modules/trollbridge',
    '--strip-components=1',
  );
  await symlink(join(MODULES, '@noble'), join(folder, 'node_modules/@noble'));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
});

after(async () => rm(folder, { recursive: true, force: true }));

test('the package holds what it exports, and no tests', async () => {
  const files = run('tar', '-tzf', 'trollbridge-0.1.0.tgz').split('\n');
  for (const file of [
    'package/dist/trollbridge.js',
    'package/dist/src/index.d.ts',
    'package/README.md',
  ])
    assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter((file) => /test|tools|\.ts$/.test(file) && !file.endsWith('.d.ts')),
    [],
  );
});

test('it is imported, and says that there is no broker', () => {
  const script = `import { connect, invoke, isTrollbridge, Endpoint } from 'trollbridge';
    import { childChannel } from 'trollbridge/node';
    let said = '';
    try { invoke('x'); } catch (error) { said = error.message; }
    console.log(JSON.stringify([isTrollbridge(), said, typeof Endpoint, typeof connect, typeof childChannel]));`;
  const [there, said, ...types] = JSON.parse(
    run(process.execPath, '--input-type=module', '-e', script),
  ) as unknown[];
  assert.equal(there, false);
  assert.match(String(said), /no Trollbridge in this page/);
  assert.deepEqual(types, ['function', 'function', 'function']);
});

test('its types hold under strict rules, for bundlers and for Node', async () => {
  await writeFile(join(folder, 'consumer.ts'), CONSUMER);
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: 'es2022', types: [], verbatimModuleSyntax: true },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
  };
  for (const how of [{ module: 'esnext', moduleResolution: 'bundler' }, { module: 'nodenext' }]) {
    const config = { compilerOptions: { ...compilerOptions, ...how }, files: ['consumer.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout } = spawnSync(process.execPath, [TSC, '-p', folder], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  }
});

type Connect = (
  channel: ByteChannel,
  options: object,
) => { invoke(name: string, args: object): Promise<object> };

test('the one script makes a page of any document', async () => {
  // A browser has it; Node 18 has not.
  globalThis.crypto ??= webcrypto as Crypto;
  runInThisContext(
    await readFile(join(folder, 'node_modules/trollbridge/dist/trollbridge.js'), 'utf8'),
  );
  const connect = runInThisContext('trollbridgeConnect') as Connect;
  const [ours, theirs] = makePair();
  new FakeBroker(theirs, { commands: [echo] });
  const endpoint = connect(ours, { label: 'other' });
  assert.equal(JSON.stringify(await endpoint.invoke('echo', { a: 1 })), '{"a":1}');
  const label = '__TAURI_INTERNALS__.metadata.currentWindow.label';
  assert.equal(runInThisContext(label), 'other');
  assert.throws(() => connect(ours, {}), /connected already/);
});
