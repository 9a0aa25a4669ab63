// Every function that a script can reach is replaced: methods, constructors, both halves of accessors, of all globals,
// their prototypes and what hangs on them. `sight` is told of each use and says what the use comes to. Returns what
// puts everything back.
const isObject = (value) => value !== null && (typeof value === "object" || typeof value === "function");

function sabotage(found, sight) {
  const replaced = new Map();
  const undo = [];
  const proxy = (path, original) => {
    if (!replaced.has(original)) {
      replaced.set(original, new Proxy(original, {
        __proto__: null,
        apply: (target, self, args) => sight(path, () => apply(target, self, args), self, args),
        construct(target, args, made) {
          const result = sight(path, () => construct(target, args, made), undefined, args);
          return isObject(result) ? result : {};
        },
      }));
    }
    return replaced.get(original);
  };
  const replace = (path, object, key) => {
    const property = getOwnPropertyDescriptor(object, key);
    if (!property || (!property.configurable && !property.writable)) return;
    const name = `${path}.${String(key)}`;
    const changed = { __proto__: null, ...property };
    if (typeof property.value === "function") changed.value = proxy(name, property.value);
    if (property.get) changed.get = proxy(`${name} get`, property.get);
    if (property.set) changed.set = proxy(`${name} set`, property.set);
    if (typeof property.value !== "function" && !property.get && !property.set) return;
    if (defineProperty(object, key, changed)) undo.push(() => defineProperty(object, key, property));
  };
  for (const [object, path] of found) {
    if (OURS.test(path)) continue;
    try {
      for (const key of ownKeys(object)) replace(path, object, key);
    } catch {
      // what cannot be looked into cannot be patched either
    }
  }
  // Walked by index: iteration is patched by now.
  return () => {
    for (let i = undo.length - 1; i >= 0; i--) undo[i]();
  };
}

// The page's own API is not sabotaged: whoever replaces it only fools the page.
const OURS = /^window\.(trollbridge|__TAURI|isTauri)/;

// Names that an option bag, a descriptor, a message or an array is asked for: they answer on every object that has
// none of its own.
const POLLUTED = [
  "bubbles", "cancelable", "composed", "detail", "view", "relatedTarget", "get", "set", "value", "writable", "enumerable",
  "configurable", "once", "passive", "capture", "signal", "type", "kind", "id", "name", "args", "raw", "more", "most", "bytes",
  "code", "message", "command", "channel", "payload", "cost", "last", "session", "commands", "then", "0", "1", "2", "3",
  "handleEvent", "label", "webview", "currentWindow",
];

function pollute(sight) {
  const undo = [];
  for (const name of POLLUTED) {
    const trap = {
      __proto__: null, configurable: true,
      get() { return sight(`Object.prototype.${name} get`, () => undefined, this, []); },
      set(value) {
        sight(`Object.prototype.${name} set`, () => undefined, this, [value]);
        defineProperty(this, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
      },
    };
    defineProperty(Object.prototype, name, trap);
    undo.push(() => delete Object.prototype[name]);
  }
  return () => {
    for (let i = undo.length - 1; i >= 0; i--) undo[i]();
  };
}

// Keeps what it is shown that did not exist before the attack and is not the attacker's own. A chain, since
// arrays can be patched too.
function watcher(found, mine = []) {
  const { has } = Map.prototype;
  let sights = null;
  const note = (path, value) => {
    if (!isObject(value) || apply(has, found, [value])) return;
    for (let i = 0; i < mine.length; i++) if (mine[i] === value) return;
    sights = { __proto__: null, path, value, before: sights };
  };
  const show = (path, self, args, result) => {
    note(path, self);
    for (let i = 0; i < args.length; i++) note(path, args[i]);
    note(path, result);
  };
  const paths = () => {
    const names = new Set();
    for (let sight = sights; sight; sight = sight.before) names.add(sight.path);
    return [...names];
  };
  return { show, paths };
}
