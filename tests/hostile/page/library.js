// What every attack of the page stands on. It is run before the attack, and keeps copies of what it uses: attacks
// patch everything else.
const { apply, construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const OwnPromise = Promise;
const { then } = Promise.prototype;
const decoder = new TextDecoder();
const { decode } = TextDecoder.prototype;
const { setTimeout, clearTimeout } = globalThis;
const attacks = {};

// Waiting for a promise such that nothing which can be patched is looked up: neither `constructor` nor `then`. After
// that many milliseconds it has failed.
function own(promise, ms) {
  defineProperty(promise, "constructor", { __proto__: null, value: undefined });
  const settled = new OwnPromise((resolve) => {
    const timer = ms && setTimeout(() => resolve({ __proto__: null, error: "no answer" }), ms);
    const end = (how) => (clearTimeout(timer), resolve(how));
    apply(then, promise, [(value) => end({ __proto__: null, value }), (error) => end({ __proto__: null, error })]);
  });
  defineProperty(settled, "constructor", { __proto__: null, value: OwnPromise });
  return settled;
}

// A call as any honest script makes it, with what it answers.
async function call(name, args, options, ms) {
  return await own(trollbridge.invoke(name, args, options), ms);
}

// The twin of an attack: what is granted works, unchanged.
async function honest() {
  const answer = await call(READ, { path: "data/hello.txt" }, {}, 15_000);
  if ("error" in answer) throw new Error(`the twin failed: ${answer.error?.message ?? answer.error}`);
  const text = typeof answer.value === "string" ? answer.value : apply(decode, decoder, [answer.value]);
  if (text !== HELLO) throw new Error(`the twin answered ${text}`);
}

// "not_granted", or what else a call ended with.
async function code(name, args, options) {
  const answer = await call(name, args, options);
  return "error" in answer ? answer.error?.code ?? String(answer.error) : "done";
}

// The first of these to happen; a promise that never settles is what many attacks hope for.
function within(ms, promise, late = "nothing") {
  return new OwnPromise((resolve, reject) => {
    const timer = setTimeout(() => resolve(late), ms);
    promise.then((value) => (clearTimeout(timer), resolve(value)), (error) => (clearTimeout(timer), reject(error)));
  });
}

// One text of many codes: the code that all have, or those that differ.
function summary(codes, wanted) {
  const others = Object.entries(codes).filter(([, seen]) => seen !== wanted);
  return others.length === 0 ? wanted : others.map(([what, seen]) => `${what}: ${seen}`).join("; ");
}

function node(tag, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

async function run(name) {
  await honest();
  const seen = await own(attacks[name]());
  if ("error" in seen) throw seen.error;
  const failed = await own(honest());
  return { code: seen.value, twins: failed.error ? 1 : 2, failed: failed.error ? String(failed.error) : "" };
}
