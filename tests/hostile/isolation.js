// The hook of the rows `isolation-*`: it does to a call what `deed` of its args, or the end of its path, says, and is
// otherwise an honest one.
const SECRET = 'data/private/secret.txt';
let held = () => {};
let n = 0;

function spin(ms) {
  for (const end = Date.now() + ms; Date.now() < end; );
}

function cyclic(args) {
  args.self = args;
  return args;
}

function deep(levels) {
  let value = 1;
  for (let i = 0; i < levels; i++) value = { value };
  return value;
}

function many(count) {
  const made = {};
  for (let i = 0; i < count; i++) made[i] = i;
  return made;
}

function sparse() {
  const list = [];
  list.length = 2 ** 32 - 1;
  return { list };
}

function pollute() {
  const planted = { value: SECRET, writable: true, configurable: true };
  for (const place of [Object, Array, String, Function, Uint8Array])
    for (const name of ['path', 'args', 'raw', 'command', 'length_'])
      Object.defineProperty(place.prototype, name, planted);
  Object.defineProperty(Object.prototype, 'toJSON', { value: () => ({ path: SECRET }), configurable: true });
  Object.defineProperty(Object.prototype, '__proto__', { set() { throw 1; }, get: () => SECRET, configurable: true });
  Object.keys = () => ['path'];
  Object.getOwnPropertyNames = Reflect.ownKeys = () => ['path'];
  Array.isArray = () => true;
  Array.prototype[Symbol.iterator] = function* () { yield SECRET; };
  Promise.prototype.then = function (done) { return done({ path: SECRET }); };
  JSON.stringify = String.raw = () => SECRET;
}

const deeds = {
  // ends by itself, and denies
  throw: () => { throw new Error('what the page is not told'); },
  reject: async () => { throw new Error('what the page is not told'); },
  never: () => new Promise(() => {}),
  nothing: () => undefined,
  list: (args) => [args],
  text: (args) => args.path,
  function: () => () => 1,
  cyclic,
  deep: () => deep(40),
  huge: () => ({ path: 'x'.repeat(2 << 20) }),
  many: () => many(70000),
  key: () => ({ ['k'.repeat(257)]: 1 }),
  sparse,
  symbol: () => ({ path: Symbol('x') }),
  bigint: () => ({ path: 1n << 64n }),
  instance: () => ({ path: new Date(0) }),
  surrogate: () => ({ '\ud800': 1 }),
  getter: () => ({ get path() { throw new Error('no'); } }),
  proxy: () => new Proxy({}, { ownKeys() { throw new Error('no'); } }),
  thenable: () => ({ then() { throw new Error('no'); } }),
  nothrow: () => { throw null; },
  unspeakable: () => { throw { toString() { throw this; } }; },
  recursion: function again() { return again() + 1; },
  raw: (args, message) => { message.raw = 'bytes'; return args; },
  wide: (args, message) => { message.raw = new Uint8Array(2 << 20); return args; },
  // does not end by itself
  loop: () => { for (;;); },
  regex: () => /^(a+)+$/.test('a'.repeat(60) + '!'),
  jobs: async () => { for (;;) await 0; },
  memory: () => { for (const all = []; ; ) all.push(new Uint8Array(1 << 20).fill(1)); },
  strings: () => { for (const all = []; ; ) all.push('x'.repeat(1 << 20) + all.length + [...'ab'].join('')); },
  // would do what is not granted
  widen: () => ({ path: SECRET }),
  climb: () => ({ path: '../outside/secret.txt' }),
  rule: (args) => ({ ...args, path: 'data/new.txt' }),
  schema: () => ({ path: 'data/../outside' }),
  body: (args, message) => { message.raw = new Uint8Array(1); return { path: 'data' }; },
  // meddles with other calls
  hold: (args) => new Promise((resolve) => { held = () => resolve(args); }),
  free: () => { held(); return { path: 'data/hello.txt' }; },
  pollute: () => { pollute(); return { path: 'data/hello.txt' }; },
  remember: () => { n++; return { path: 'data/hello.txt' }; },
  count: () => { throw new Error(`counted ${n}`); },
  slow: () => { spin(5); throw new Error('slow'); },
};

function redact(text) {
  return text.replaceAll('Hello', '*****');
}

export function onRequest(message) {
  const { view, args } = message;
  const deed = args.deed ?? /\/deed\/([a-z]+)$/.exec(args.path)?.[1];
  if (deed !== undefined) return deeds[deed](args, message);
  if (args.admin && view !== 'bystander') throw new Error(`${view} is no admin`);
  if (({}).admin) throw new Error('polluted');
  if (message.command === 'plugin:fs|stat' && args.path === undefined) throw new Error('it names nothing');
  if (message.raw?.length === 1000) args.path = `data/sub/${message.raw.constructor.name}`;
  return args;
}

export function onReply({ result, raw }) {
  if (raw) return new TextEncoder().encode(redact(new TextDecoder().decode(raw)));
  return typeof result === 'string' ? redact(result) : result;
}

export function onChunk({ message, raw }) {
  return raw ?? (typeof message === 'string' ? redact(message) : 'redacted');
}
