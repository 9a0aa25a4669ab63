// Everything that a script can reach from its global object: own properties of any kind and order, prototypes, both
// halves of accessors, and what accessors answer for the objects that have them.
function walk(root = globalThis) {
  const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, apply } = Reflect;
  const found = new Map(); // object: the first path that leads to it
  const paths = new Map(); // path: what is there
  const queue = [];

  const kind = (value) => {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return typeof value;
    if (typeof value !== "function") return `object ${apply(Object.prototype.toString, value, []).slice(8, -1)}`;
    return /\{\s*\[native code\]\s*\}$/.test(apply(Function.prototype.toString, value, [])) ? "native" : "function";
  };
  const isObject = (value) => value !== null && (typeof value === "object" || typeof value === "function");
  const meet = (path, value) => {
    if (isObject(value)) {
      if (found.has(value)) return;
      found.set(value, path);
      queue.push([path, value]);
    }
    paths.set(path, kind(value));
  };
  const answers = (path, object, key, get) => {
    try {
      meet(`${path}.${String(key)}`, apply(get, object, []));
    } catch {
      // an accessor of another kind of object
    }
  };
  const look = (path, object) => {
    for (let holder = object; holder !== null; holder = getPrototypeOf(holder)) {
      meet(`${path}.__proto__`, getPrototypeOf(object));
      for (const key of ownKeys(holder)) {
        const property = getOwnPropertyDescriptor(holder, key);
        if (!property) continue;
        const name = `${path}.${String(key)}`;
        if (holder === object && "value" in property) meet(name, property.value);
        if (holder === object && property.get) meet(`${name} get`, property.get);
        if (holder === object && property.set) meet(`${name} set`, property.set);
        if (property.get) answers(path, object, key, property.get);
      }
    }
  };
  meet("window", root);
  while (queue.length > 0 && found.size < 200_000) {
    const [path, object] = queue.shift();
    try {
      look(path, object);
    } catch {
      // another origin's window, or a revoked proxy
    }
  }
  return { found, paths };
}
