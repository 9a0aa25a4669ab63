// The lint of src/page/ finds nothing there, and finds what it is for.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const tool = new URL('../../tools/lint-page.mjs', import.meta.url);
const { lint } = (await import(tool.href)) as { lint(folder: string): string[] };

test('the page’s half uses nothing that a page can change', () => {
  assert.deepEqual(lint(fileURLToPath(new URL('../../src/page', import.meta.url))), []);
});

test('nor does the first script of the dev bridge', () => {
  assert.deepEqual(lint(fileURLToPath(new URL('../../src/dev/page', import.meta.url))), []);
});

const BAD = [
  'export const a = (x: number[]) => x.map(String);',
  'export const a = (x: Map<string, string>) => x.get("k");',
  'export const a = (x: Uint8Array) => x.length;',
  'export const a = () => new Promise(() => undefined);',
  'export const a = (x: unknown) => JSON.stringify(x);',
  'export const a = (x: unknown) => x instanceof Uint8Array;',
  'export const a = (x: number[]) => { for (const y of x) y; };',
  'export const a = (x: number[]) => [...x];',
  'export const a = ([x]: number[]) => x;',
  'export const a = (x: number[]) => { let y; [y] = x; return y; };',
  'export const a = (x: number[]) => { x[0] = 1; };',
  'export const a = async () => 1;',
  'export const a = function* () { yield 1; };',
  'export const a = (x: object) => "k" in x;',
  'export const a = (x: string) => /x/;',
  'export const a = (x: object) => `${x}`;',
  'export const a = ({ size }: Map<string, string>) => size;',
];

const GOOD = [
  'export const a = (x: number[]) => x.length + x[0]!;',
  'export const a = (x: { k: number }) => `${x.k}`;',
  'class A { #x = 1; get x() { return this.#x; } }\nexport const a = () => new A().x;',
  'export const a = (x: Record<string, number>) => { x["k"] = 1; };',
  'class E extends TypeError {}\nexport const a = (x: unknown) => x instanceof E;',
];

test('each use of what a page can change is found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trollbridge-lint-'));
  try {
    for (const [n, text] of BAD.entries()) await writeFile(join(folder, `bad${n}.ts`), text);
    for (const [n, text] of GOOD.entries()) await writeFile(join(folder, `good${n}.ts`), text);
    const found = new Set(lint(folder).map((line) => /\/(\w+)\.ts:/.exec(line)?.[1]));
    assert.deepEqual([...found].sort(), BAD.map((_, n) => `bad${n}`).sort());
  } finally {
    await rm(folder, { recursive: true });
  }
});
