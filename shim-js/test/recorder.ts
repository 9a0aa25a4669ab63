// A hostile script of the page: it puts itself in front of everything that it can reach, and notes
// what of that is used.

import type { World } from './worlds.js';

/** Names that the language looks up on objects of all kinds. */
const LOOKED_UP = [
  'then',
  'constructor',
  'toJSON',
  'toString',
  'valueOf',
  'get',
  'set',
  'value',
  'writable',
  'enumerable',
  'configurable',
  'raw',
  'signal',
  'most',
  'target',
  'detail',
  'bubbles',
  'done',
  'next',
  'return',
  'message',
  'code',
  'command',
  'retry_ms',
  'errno',
  'headers',
  'handler',
  'length',
  'index',
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '__TAURI_TO_IPC_KEY__',
];

type Found = [owner: object, key: PropertyKey, path: string];

/** Every property that is reached from the global object. */
function reach(root: object, seen: Set<object>): Found[] {
  const found: Found[] = [];
  const visit = (object: unknown, path: string): void => {
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return;
    if (seen.has(object)) return;
    seen.add(object);
    visit(Reflect.getPrototypeOf(object), `${path}.__proto__`);
    for (const key of Reflect.ownKeys(object)) {
      const place = `${path}.${String(key)}`;
      found.push([object, key, place]);
      const { value, get } = Reflect.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
      visit(value, place);
      visit(get, place);
    }
  };
  visit(root, 'window');
  return found;
}

export class Recorder {
  readonly seen: string[] = [];
  /** Off: the test itself uses the page's classes. */
  on = false;
  readonly #inPlace: 'noted' | 'broken';

  constructor(world: World, inPlace: 'noted' | 'broken') {
    this.#inPlace = inPlace;
    const root = world.run('globalThis') as object;
    // Objects that a script reaches through syntax alone.
    const more = world.run(`[(function*(){})(), (async function*(){})(), [][Symbol.iterator](),
      ''[Symbol.iterator](), new Map().entries(), (async () => {})(), /x/[Symbol.matchAll]('')]`);
    const objects = world.run('Object.prototype') as object;
    const arrays = world.run('Array.prototype') as object;
    // Of this file's realm: the classes of the DOM in worlds.ts are made in it.
    const seen = new Set<object>();
    reach(Object, seen);
    const found = [...reach(root, seen), ...reach(more as object, seen)];
    for (const [owner, key, path] of found) this.#wrap(owner, key, path);
    this.#plant(objects, 'Object.prototype');
    this.#plant(arrays, 'Array.prototype');
    this.on = true;
  }

  #note(path: string): void {
    if (!this.on) return;
    this.seen.push(path);
    if (this.#inPlace === 'broken') throw new Error(`${path} is broken`);
  }

  #wrap(owner: object, key: PropertyKey, path: string): void {
    const old = Reflect.getOwnPropertyDescriptor(owner, key);
    if (old === undefined || (!old.configurable && old.writable !== true)) return;
    const { get, value } = old;
    // Looked up, and compared: whoever reads it is seen.
    if (key === 'constructor' && old.configurable === true) {
      const note = (): unknown => (this.#note(path), value);
      return void Reflect.defineProperty(owner, key, { get: note, configurable: true });
    }
    const wrapped = typeof value === 'function' ? this.#around(value as Function, path) : undefined;
    if (wrapped !== undefined) Reflect.defineProperty(owner, key, { value: wrapped });
    else if (get !== undefined)
      Reflect.defineProperty(owner, key, { get: this.#around(get, path) as () => unknown });
  }

  #around(original: Function, path: string): Function {
    const recorder = this;
    return function (this: unknown, ...args: unknown[]): unknown {
      recorder.#note(path);
      if (new.target !== undefined) return Reflect.construct(original, args, original);
      return Reflect.apply(original, this, args) as unknown;
    };
  }

  #plant(prototype: object, name: string): void {
    for (const key of LOOKED_UP) {
      if (Reflect.getOwnPropertyDescriptor(prototype, key) !== undefined) continue;
      const note = (): undefined => void this.#note(`${name}.${key}`);
      Reflect.defineProperty(prototype, key, { get: note, set: note, configurable: true });
    }
  }
}
