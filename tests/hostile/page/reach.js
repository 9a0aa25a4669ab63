// Looking for what is not the page's: keys, handles, native functions, the link, the isolated world's objects.

const API = /^window\.(trollbridge|__TAURI_INTERNALS__|__TAURI_EVENT_PLUGIN_INTERNALS__|isTauri)(?=$|[. ])/;
const PLAIN = new Set(["function", "object Object", "object Array", "object Map", "string", "number", "boolean", "undefined"]);

// What an app's page has that a page without Trollbridge does not have, outside of the API, or that is no plain script
// object inside of it: a native function, bytes, a node, an object of another world.
attacks.walk = async () => {
  const before = new Set(await (await fetch("/baseline.json")).json());
  await call(READ, { path: "data/hello.txt" });
  const { found, paths } = walk();
  const strange = [...paths].filter(([path, kind]) => !before.has(`${path} ${kind}`) && !(API.test(path) && PLAIN.has(kind)));
  const foreign = [...found].filter(([value, path]) => API.test(path) && !ofThisWorld(value)).map(([, path]) => [path, "foreign"]);
  return [...strange, ...foreign].map((entry) => entry.join(" ")).slice(0, 5).join("; ") || "nothing";
};

function ofThisWorld(value) {
  let last = value;
  for (let next = value; next !== null; next = getPrototypeOf(next)) last = next;
  return last === Object.prototype || getPrototypeOf(value) === null;
}

// Whatever the API gives away of its insides when it fails.
const OF_AN_ERROR = new Set(["code", "message", "command", "retry_ms", "errno", "name", "stack", "line", "column", "sourceURL", "cause"]);
attacks.errors = async () => {
  const seen = [];
  const tries = [
    () => trollbridge.invoke(), () => trollbridge.invoke(Symbol()), () => trollbridge.invoke(READ, 1),
    () => trollbridge.invoke(READ, { get path() { throw new Error("mine"); } }), () => trollbridge.invoke(READ, { path: "none" }),
    () => trollbridge.invoke(READ, {}, { signal: {} }), () => trollbridge.listen(), () => trollbridge.emit(),
    () => new trollbridge.Channel(1), () => __TAURI_INTERNALS__.invoke(), () => __TAURI_INTERNALS__.transformCallback(),
    () => new Proxy(trollbridge.invoke, {})(READ, { path: 1n }), () => trollbridge.invoke("plugin:fs|remove", {}),
  ];
  for (const attempt of tries) {
    const error = await (async () => attempt())().then(() => null, (thrown) => thrown);
    if (error === null || typeof error !== "object") continue;
    if (!ofThisWorld(error)) seen.push(`an error of another world: ${error}`);
    seen.push(...ownKeys(error).filter((key) => !OF_AN_ERROR.has(key)).map((key) => `an error has ${String(key)}`));
  }
  return [...new Set(seen)].join("; ") || "nothing";
};

// A function of the page's that the shim calls, looking up at its callers and at what they were given.
attacks.callers = async () => {
  const seen = [];
  const look = function () {
    let at = look.caller;
    for (let depth = 0; at && depth < 50; depth++) {
      seen.push(`it is called by ${String(at).slice(0, 60)}`);
      at = at.caller;
    }
    return "data/hello.txt";
  };
  const args = {};
  defineProperty(args, "path", { get: look, enumerable: true });
  await call(READ, args);
  await call(READ, { path: { toJSON: look } });
  await call(READ, { path: { __TAURI_TO_IPC_KEY__: look } });
  return seen.join("; ") || "nothing";
};

// What waits for an answer runs while the event that brought it is still under way.
attacks.event = async () => {
  const seen = [];
  const look = () => {
    if (window.event) seen.push(`${window.event.type} on ${window.event.target}`);
  };
  look();
  await call(READ, { path: "data/hello.txt" });
  look();
  await trollbridge.invoke("plugin:fs|remove", {}).then(look, look);
  look();
  const stop = await trollbridge.listen("seen", look);
  look();
  await trollbridge.emit("seen", 1).catch(look);
  look();
  await stop();
  look();
  return seen.join("; ") || "nothing";
};

// Script messages reach the host from any frame, and carry neither frame nor origin: there must be none.
attacks.messages = async () => {
  const seen = [];
  if (globalThis.webkit?.messageHandlers) seen.push(...ownKeys(webkit.messageHandlers).map(String), "messageHandlers");
  if (globalThis.external) for (const key of ownKeys(external)) seen.push(String(key));
  return seen.join("; ") || "nothing";
};

// The isolated world by the names that it has for the engine.
attacks.names = async () => {
  const seen = NAMES.filter((name) => name.includes("Native") && (name in globalThis || (0, eval)(`typeof ${name}`) !== "undefined"));
  return seen.join(" ") || "nothing";
};
