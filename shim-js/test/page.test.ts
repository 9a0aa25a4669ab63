// page.js and isolated.js as they are built, in two worlds: nothing that a script of the page puts
// in the way of a call is used by it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { types } from 'node:util';

import { FakeNative } from './fake-native.js';
import { Recorder } from './recorder.js';
import { makeWorlds, type World } from './worlds.js';

interface Build {
  onLoad(filter: { filter: RegExp }, load: (args: { path: string }) => Promise<object>): void;
}

interface Plugin {
  name: string;
  setup(build: Build): void;
}

type Bundle = (entry: string, more?: { plugins?: Plugin[] }) => Promise<{ bytes: Buffer }>;

const tool = new URL('../../tools/bundle.mjs', import.meta.url);
const { bundle } = (await import(tool.href)) as { bundle: Bundle };

async function script(entry: string, plugins: Plugin[] = []): Promise<string> {
  return (await bundle(entry, { plugins })).bytes.toString();
}

const PAGE = await script('src/page/main.ts');
const ISOLATED = await script('src/isolated.ts');

interface Setup {
  page: World;
  isolated: World;
  native: FakeNative;
}

/** A document that both scripts have run in, in that order. */
function open(order: 'page first' | 'isolated first' = 'page first', source = PAGE): Setup {
  const native = new FakeNative();
  const { page, isolated } = makeWorlds(native);
  const runPage = (): unknown =>
    page.run(`(function(TROLLBRIDGE_CONFIG){${source}})({label: 'main', webview: 'side'});`);
  const runIsolated = (): unknown => isolated.run(ISOLATED);
  if (order === 'page first') [runPage, runIsolated].map((run) => run());
  else [runIsolated, runPage].map((run) => run());
  return { page, isolated, native };
}

/** Held, so that a promise of this file does not look at what it is. */
type Outcome = { value: { held: unknown } } | { error: { held: unknown } };

type Data = Record<string, unknown>;
type Held = [Data, Data, Data, Data, Data, Data, Data, Data, Data, Data];

/** What the page's promise comes to, told without the page's own `then` being seen to be used. */
class Watch {
  readonly #then: unknown;
  readonly #shadow: unknown;

  constructor(world: World) {
    this.#then = world.run('Promise.prototype.then');
    this.#shadow = world.run('Promise');
  }

  outcome(promise: object): Promise<Outcome> {
    Object.defineProperty(promise, 'constructor', { value: this.#shadow });
    return new Promise((resolve) => {
      const args = [
        (value: unknown) => resolve({ value: { held: value } }),
        (error: unknown) => resolve({ error: { held: error } }),
      ];
      Reflect.apply(this.#then as Function, promise, args);
    });
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Every kind of call that a page makes; the functions are taken before anybody is in the way. */
const CALLS = `(({ trollbridge: t, __TAURI_INTERNALS__: i }) => {
  const { invoke, listen, Channel } = t;
  const { invoke: tauri, transformCallback } = i;
  const seen = [null, null, null, null];
  const bytes = new Uint8Array([1, 2, 3]);
  const when = new Date(0);
  const map = new Map([['k', 1]]);
  return {
    seen,
    value: () => invoke('echo', { text: 'x', list: [1, [null]], when, map, bytes }, {}),
    raw: () => invoke('echo', {}, { raw: bytes }),
    fail: () => invoke('fail'),
    tell: () => invoke('tell', { to: new Channel((m) => { seen[0] = m; }) }),
    listen: () => listen('a', (e) => { seen[1] = e; }),
    tauri: () => tauri('echo', { a: 1 }),
    tauriRaw: () => tauri('plugin:fs|write_file', bytes, { headers: { path: 'a%20b', options: '{"x":1}' } }),
    tauriFail: () => tauri('fail'),
    tauriTell: () => {
      const id = transformCallback((m) => { seen[2] = m; });
      return tauri('tell', { to: '__CHANNEL__:' + id });
    },
    tauriListen: () => tauri('plugin:event|listen', {
      event: 'a', target: { kind: 'Any' }, handler: transformCallback((e) => { seen[3] = e; }),
    }),
  };
})(window)`;

interface Calls extends Record<string, unknown> {
  seen: unknown[];
}

const NAMES = [
  'value',
  'raw',
  'fail',
  'tell',
  'listen',
  'tauri',
  'tauriRaw',
  'tauriFail',
  'tauriTell',
  'tauriListen',
];

/** Handlers run later than the calls are answered. Asks the page's array for nothing but its own. */
const waits = ({ seen }: Calls): boolean => [0, 1, 2, 3].some((n) => seen[n] === null);

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes all calls with `mode` in the way, and answers what came of them and what was seen. */
async function underAttack(
  mode: 'noted' | 'broken',
  source = PAGE,
): Promise<[string[], Outcome[], Calls]> {
  const { page } = open('page first', source);
  const watch = new Watch(page);
  const calls = page.run(CALLS) as Calls;
  const recorder = new Recorder(page, mode);
  const outcomes: Outcome[] = [];
  for (const name of NAMES) {
    const promise = (calls[name] as () => object)();
    recorder.on = false;
    const outcome = watch.outcome(promise);
    recorder.on = true;
    outcomes.push(await outcome);
  }
  for (let n = 0; n < 1000 && waits(calls); n++) await tick();
  recorder.on = false;
  return [[...new Set(recorder.seen)], outcomes, calls];
}

function check(outcomes: Outcome[], { seen }: Calls): void {
  const held = outcomes.map((outcome) => ('value' in outcome ? outcome.value : outcome.error).held);
  const [value, raw, fail, tell, listening, tauri, tauriRaw, tauriFail, tauriTell, id] =
    held as Held;
  const when = '1970-01-01T00:00:00.000Z';
  const bytes = { 0: 1, 1: 2, 2: 3 };
  assert.deepEqual(plain(value), { text: 'x', list: [1, [null]], when, map: { k: 1 }, bytes });
  assert.deepEqual(plain(raw), bytes);
  assert.deepEqual(
    ['code', 'message', 'errno'].map((key) => fail[key]),
    ['io', 'no', 5],
  );
  assert.ok('to' in tell && 'to' in tauriTell);
  assert.equal(typeof listening, 'function');
  assert.deepEqual(plain(tauri), { a: 1 });
  assert.ok(types.isArrayBuffer(tauriRaw));
  assert.deepEqual([tauriFail, id], ['no', 77]);
  const event = { event: 'a', id: 77, payload: 1 };
  assert.deepEqual(plain(seen), [{ n: 1 }, event, { index: 1, end: true }, event]);
}

test('a call works whichever world runs first', async () => {
  for (const order of ['page first', 'isolated first'] as const) {
    const { page } = open(order);
    const invoke = page.run('trollbridge.invoke') as (
      name: string,
      args: object,
    ) => Promise<object>;
    assert.deepEqual(plain(await invoke('echo', { a: 1 })), { a: 1 });
  }
});

test('no call uses what a script of the page can put in its way', async () => {
  const [seen, outcomes, calls] = await underAttack('noted');
  assert.deepEqual(seen, []);
  check(outcomes, calls);
});

test('calls work when all that a script of the page can reach is broken', async () => {
  const [seen, outcomes, calls] = await underAttack('broken');
  assert.deepEqual(seen, []);
  check(outcomes, calls);
});

/** page.js with one piece of its source replaced. */
async function planted(file: string, good: string, bad: string): Promise<string> {
  const plugin = {
    name: 'planted',
    setup: ({ onLoad }: Build): void =>
      onLoad({ filter: new RegExp(`src/page/${file}$`) }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        assert.ok(source.includes(good), `${file} does not hold ${good}`);
        return { contents: source.replace(good, bad), loader: 'ts' };
      }),
  };
  return script('src/page/main.ts', [plugin]);
}

test('the recorder sees every kind of use that would be one', async () => {
  const plants: [string, string, string, RegExp][] = [
    ['args.ts', 'toISOString(value as Date)', '(value as Date).toISOString()', /toISOString/],
    ['args.ts', 'list(value.length, (i) =>', 'value.map((_, i) =>', /prototype\.map/],
    ['args.ts', 'methodOf(value, TO_IPC)', '(value as never)[TO_IPC]', /__TAURI_TO_IPC_KEY__/],
    [
      'page.ts',
      'list(mapSize(keys), (i) => mapGet(keys, i) as number)',
      '[...keys.values()]',
      /next/,
    ],
    ['promise.ts', "shadowed(value, 'then', () => settle(value))", 'settle(value)', /\.then$/],
    [
      'promise.ts',
      "shadowed(promise, 'constructor', () => then(promise, ok, bad))",
      'then(promise, ok, bad)',
      /constructor$/,
    ],
    ['bytes.ts', 'return arrayBytes(bytes)', 'return bytes.byteLength', /byteLength/],
    ['api.ts', "own(options, 'raw')", '((options ?? {}) as never)["raw"]', /\.raw$/],
  ];
  for (const [file, good, bad, what] of plants) {
    const [seen] = await underAttack('noted', await planted(file, good, bad));
    assert.ok(
      seen.some((path) => what.test(path)),
      `${bad}: ${seen.join(' ')}`,
    );
  }
});

test('what the window has is fixed, and frozen as deep as it goes', () => {
  const { page } = open();
  page.run(`
    const fixed = ['trollbridge', 'isTauri', '__TAURI_INTERNALS__', '__TAURI_EVENT_PLUGIN_INTERNALS__'];
    const met = new Set();
    const thaw = (value, path) => {
      if (Object(value) !== value || met.has(value)) return;
      met.add(value);
      if (!Object.isFrozen(value)) throw new Error(path + ' is not frozen');
      for (const key of Reflect.ownKeys(value))
        thaw(Object.getOwnPropertyDescriptor(value, key).value, path + '.' + String(key));
    };
    for (const name of fixed) {
      const { writable, configurable, value } = Object.getOwnPropertyDescriptor(window, name);
      if (writable || configurable) throw new Error(name + ' can be replaced');
      if (name !== 'trollbridge') thaw(value, name);
    }
    const { Channel, TrollbridgeError, ...functions } = trollbridge;
    for (const one of [trollbridge, ...Object.values(functions)]) thaw(one, 'trollbridge');
    for (const one of [Channel, TrollbridgeError])
      if (![one, one.prototype].every(Object.isFrozen)) throw new Error(one.name + ' is not frozen');
  `);
});

test('the scripts that run again in a document change nothing', async () => {
  const { page, isolated, native } = open();
  const before = page.run('trollbridge');
  page.run(`(function(TROLLBRIDGE_CONFIG){${PAGE}})({label: 'other', webview: 'other'});`);
  isolated.run(ISOLATED);
  assert.equal(page.run('trollbridge'), before);
  assert.equal(page.run('__TAURI_INTERNALS__.metadata.currentWindow.label'), 'main');
  assert.equal(native.attached, 2);
  const invoke = page.run('trollbridge.invoke') as (name: string, args: object) => Promise<object>;
  assert.deepEqual(plain(await invoke('echo', { a: 1 })), { a: 1 });
  assert.equal(native.calls.length, 1);
});

test('nobody who greets later is given the node', () => {
  const { page, isolated } = open();
  for (const world of [page, isolated]) {
    const heard = world.run(`(() => {
      const heard = [];
      window.addEventListener('trollbridge-hello', (e) => heard.push(e.relatedTarget));
      window.dispatchEvent(new MouseEvent('trollbridge-hello'));
      return heard;
    })()`);
    assert.deepEqual(plain(heard), [null]);
  }
});
