// Whatever may break, hang or fill the host, the endpoint or the isolated world. Each returns when it has had its way; the
// twin after it says that all are alive.

const file = () => new File(["content"], "name.txt", { type: "text/plain" });
const quietly = (promise) => within(15_000, Promise.resolve(promise).then(() => "taken", () => "refused"), "endless");
// What `invoke` makes of args: an error, or an answer. Both are fine.
const tried = async (args, options) => within(20_000, code(READ, args, options), "endless");
const alive = async (...promises) => {
  for (const promise of promises) if ((await promise) === "endless") return "no answer";
  return "alive";
};

const form = () => {
  const data = new FormData();
  data.append("file", file());
  data.append("text", "text");
  return data;
};
const BODIES = {
  blob: () => new Blob(["content"]), file, form, search: () => new URLSearchParams("a=b"), bytes: () => new Uint8Array(1 << 20),
  blobOfBlobs: () => new Blob([file(), new Blob([file()])]), sliced: () => new Blob(["content"]).slice(1, 3),
};
attacks.bodies = () => each(Object.keys(BODIES), async (name) => {
    const body = BODIES[name];
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) await quietly(fetch("/index.html", { method, body: body() }));
    const request = new XMLHttpRequest();
    request.open("POST", "/index.html");
    await quietly(new Promise((resolve) => ((request.onloadend = resolve), request.send(body()))));
    await quietly((async () => navigator.sendBeacon("/index.html", body()))());
    return "alive";
});
// A form is sent as a navigation: the window would go with it.
attacks.submit = async () => {
  const frame = node("iframe", { name: "target" });
  const sent = node("form", { method: "post", enctype: "multipart/form-data", action: "/index.html", target: "target" });
  const input = node("input", { type: "file", name: "file" });
  const files = new DataTransfer();
  files.items.add(file());
  input.files = files.files;
  sent.append(input);
  document.body.append(frame, sent);
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  sent.submit();
  await within(3000, loaded);
  frame.remove();
  return "alive";
};

// ---- args ----
const deep = (n) => {
  let value = 1;
  for (let i = 0; i < n; i++) value = [value];
  return value;
};
const deepMap = (n) => {
  let value = {};
  for (let i = 0; i < n; i++) value = { a: value };
  return value;
};
const ARGS = {
  sparse: () => { const a = []; a[1e7] = 1; return { path: a }; },
  sparser: () => { const a = []; a[4294967294] = 1; return { path: a }; },
  huge: () => ({ path: new Array(3_000_000).fill(0) }),
  long: () => ({ path: "x".repeat(64 << 20) }),
  deep: () => ({ path: deep(100_000) }),
  deepMap: () => deepMap(100_000),
  depth32: () => ({ path: deep(31) }),
  cycle: () => { const a = {}; a.a = a; return a; },
  cycleArray: () => { const a = []; a.push(a); return { path: a }; },
  wide: () => Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`k${i}`, i])),
  throws: () => ({ get path() { throw new Error("mine"); } }),
  throwsNull: () => ({ get path() { throw null; } }),
  proxy: () => new Proxy({}, { ownKeys() { throw 1; } }),
  proxyEndless: () => { const p = new Proxy({}, { get: () => p, ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: p, enumerable: true, configurable: true }) }); return p; },
  revoked: () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { path: proxy }; },
  toJSON: () => ({ path: { toJSON() { return this; } } }),
  toJSONEndless: () => { const f = () => ({ toJSON: f }); return f(); },
  serialize: () => { const f = () => ({ __TAURI_TO_IPC_KEY__: f }); return { path: f() }; },
  detached: () => { const b = new Uint8Array(16); structuredClone(b.buffer, { transfer: [b.buffer] }); return { path: b }; },
  detachedView: () => { const d = new DataView(new ArrayBuffer(16)); structuredClone(d.buffer, { transfer: [d.buffer] }); return { path: d }; },
  resized: () => { const b = new ArrayBuffer(1024, { maxByteLength: 4096 }); const view = new Uint8Array(b); return { get a() { b.resize(8); return 1; }, path: view, get z() { b.resize(4096); return 1; } }; },
  lengthLies: () => { const b = new Uint8Array(4); Object.defineProperty(b, "length", { value: 1 << 30 }); Object.defineProperty(b, "byteLength", { value: 1 << 30 }); return { path: b }; },
  subclass: () => { class Bytes extends Uint8Array { static get [Symbol.species]() { return Array; } get length() { return 5e8; } } return { path: new Bytes(4) }; },
  thenable: () => ({ path: { then() {} } }),
  promise: () => ({ path: new Promise(() => {}) }),
  bigint: () => ({ path: 2n ** 70n }), symbol: () => ({ path: Symbol() }), function: () => ({ path: () => 1 }),
  window: () => ({ path: window }), document: () => ({ path: document }), node: () => ({ path: document.body }),
  blob: () => ({ path: file() }), form: () => ({ path: form() }), image: () => ({ path: new ImageData(2, 2) }),
  crypto: () => ({ path: crypto }), regexp: () => ({ path: /a/ }), error: () => ({ path: new Error("mine") }),
  date: () => ({ path: new Date(NaN) }), numbers: () => ({ path: [NaN, Infinity, -0, 2 ** 64, 1e308, 5e-324] }),
  surrogates: () => ({ path: "\ud800x\udc00", "\ud800": 1 }), nul: () => ({ path: "data/hello.txt\0" }),
  map: () => { const m = new Map(); m.set(m, m); return { path: m }; }, set: () => ({ path: new Set([{}]) }),
  weak: () => ({ path: new WeakMap() }), array: () => [], string: () => "text", number: () => 1, null: () => null,
  getterGrows: () => { const a = { get a() { for (let i = 0; i < 1000; i++) a[`x${i}`] = 1; return 1; } }; return a; },
  iteratorEndless: () => ({ path: { *[Symbol.iterator]() { for (;;) yield 1; } } }),
  proto: () => JSON.parse('{"__proto__": {"path": "data/hello.txt"}, "constructor": 1}'),
  memory: () => ({ path: new WebAssembly.Memory({ initial: 1 }).buffer }),
};
// Those of one kind in one window, one after the other.
const KINDS = {
  huge: ["sparse", "sparser", "huge", "long", "wide", "getterGrows"],
  deep: ["deep", "deepMap", "depth32"],
  cyclic: ["cycle", "cycleArray", "toJSON", "toJSONEndless", "serialize", "map"],
  throwing: ["throws", "throwsNull", "proxy", "revoked"],
  endless: ["proxyEndless", "iteratorEndless", "thenable", "promise"],
  bytes: ["detached", "detachedView", "resized", "lengthLies", "subclass", "memory"],
  strange: ["bigint", "symbol", "function", "window", "document", "node", "blob", "form", "image", "crypto", "regexp", "error", "date",
    "numbers", "surrogates", "nul", "set", "weak", "array", "string", "number", "null", "proto"],
};
const each = async (names, attempt) => {
  const codes = {};
  for (const name of names) codes[name] = await attempt(name);
  return summary(codes, "alive");
};
for (const [kind, names] of Object.entries(KINDS)) attacks[`args-${kind}`] = () => each(names, (name) => alive(tried(ARGS[name]())));

// ---- options, raw bytes ----
const RAWS = {
  blob: file, detached: () => ARGS.detached().path, number: () => 1, huge: () => new Uint8Array(300 << 20), buffer: () => new ArrayBuffer(8),
  lies: () => ARGS.lengthLies().path, stream: () => new ReadableStream(), proxy: () => new Proxy(new Uint8Array(4), {}),
  throws: () => ({ get length() { throw 1; } }), string: () => "x".repeat(1 << 20),
};
attacks.raw = () => each(Object.keys(RAWS), (name) => alive(tried({ path: "data/hello.txt" }, { raw: RAWS[name]() })));

attacks.options = async () => {
  const odd = [null, 1, "x", [], new Proxy({}, { get() { throw 1; } }), { signal: 1 }, { signal: { aborted: 1, addEventListener() { throw 1; } } },
    { signal: AbortSignal.abort() }, { most: -1 }, { most: NaN }, { most: 1e300 }, { headers: new Proxy({}, { ownKeys() { throw 1; } }) }];
  for (const options of odd) if ((await tried({ path: "data/hello.txt" }, options)) === "endless") return "no answer";
  return "alive";
};

// ---- amounts ----
attacks.many = async () => {
  const calls = Array.from({ length: 100_000 }, () => code(READ, { path: "data/hello.txt" }));
  const ends = await within(100_000, Promise.all(calls), null);
  return ends && ends.every((end) => end === "done" || end === "limit") ? "alive" : "no answer";
};
attacks.manyUnknown = async () => {
  const calls = Array.from({ length: 100_000 }, (_, i) => code(`plugin:none|c${i}`, {}));
  const ends = await within(100_000, Promise.all(calls), null);
  return ends && ends.every((end) => end === "not_granted") ? "alive" : "no answer";
};
attacks.abort = async () => {
  const calls = Array.from({ length: 20_000 }, () => {
    const stop = new AbortController();
    const call = code(READ, { path: "data/hello.txt" }, { signal: stop.signal });
    stop.abort();
    return call;
  });
  return (await within(100_000, Promise.all(calls), null)) ? "alive" : "no answer";
};
attacks.listeners = async () => {
  const calls = Array.from({ length: 5_000 }, (_, i) => trollbridge.listen(`event-${i}`, () => {}).then(() => 1, () => 0));
  return (await within(100_000, Promise.all(calls), null)) ? "alive" : "no answer";
};
attacks.emits = async () => {
  await trollbridge.listen("flood", () => {}).catch(() => {});
  const calls = Array.from({ length: 20_000 }, () => trollbridge.emit("flood", "x".repeat(100)).catch(() => {}));
  return (await within(100_000, Promise.all(calls), null)) ? "alive" : "no answer";
};
attacks.channels = async () => {
  const channels = Array.from({ length: 20_000 }, () => new trollbridge.Channel(() => {}));
  await tried({ path: "data/hello.txt", channels });
  return "alive";
};
attacks.channelThrows = async () => {
  const stop = trollbridge.listen("echo", () => { throw new Error("mine"); });
  await stop.catch(() => {});
  await trollbridge.emit("echo", 1).catch(() => {});
  return "alive";
};
attacks.endlessPromises = async () => {
  const end = performance.now() + 1500;
  const spin = () => performance.now() < end && Promise.resolve().then(spin);
  const calls = Array.from({ length: 500 }, () => code(READ, { path: "data/hello.txt" }));
  await spin();
  return (await within(30_000, Promise.all(calls), null)) ? "alive" : "no answer";
};
attacks.busy = async () => {
  const calls = Array.from({ length: 500 }, () => code(READ, { path: "data/hello.txt" }));
  for (const end = performance.now() + 2000; performance.now() < end;);
  return (await within(30_000, Promise.all(calls), null)) ? "alive" : "no answer";
};
attacks.recursion = async () => {
  const dive = async (n) => { try { return await dive(n + 1); } catch { return await code(READ, { path: "data/hello.txt" }); } };
  return (await within(30_000, dive(0), null)) ? "alive" : "no answer";
};
attacks.names = async () => {
  const odd = ["", " ", "\0", `${READ}\0`, READ.toUpperCase(), `${READ} `, "__proto__", "constructor", "toString", "hasOwnProperty", "x".repeat(1e6),
    "\ud800", "plugin:fs|", "|", "plugin:fs|read_text_file|x", "plugin:../fs|read", "\u001b[31m", "then", "0", "-1", "length"];
  const codes = {};
  for (const name of odd) codes[JSON.stringify(name.slice(0, 20))] = await within(5000, code(name, {}), "endless");
  for (const name of [null, undefined, 1, {}, [], Symbol(), () => 1, { toString() { throw 1; } }]) {
    const end = await within(5000, code(name, {}).catch(() => "thrown"), "endless");
    if (end === "done" || end === "endless") codes[typeof name] = end;
  }
  return Object.values(codes).some((seen) => seen === "done" || seen === "endless") ? JSON.stringify(codes) : "alive";
};
