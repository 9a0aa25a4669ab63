// Watching and changing what the endpoint and the isolated world do, from the page's own world.

// Events by which one world could tell another something, and every name that a handler property has.
function eventNames(found) {
  const names = new Set(HELLOS);
  for (const [object] of found) {
    for (const key of typeof object === "object" ? ownKeys(object) : []) {
      if (typeof key === "string" && key.startsWith("on")) names.add(key.slice(2));
    }
  }
  return names;
}

// Calls while everything is watched; `alter` is what a use of a patched function comes to.
async function underSabotage(alter, { reopen = false, polluted = false } = {}) {
  const { found } = walk();
  const args = { path: "data/hello.txt" };
  const watch = watcher(found, [args]);
  let quiet = true; // what this function does itself is of no interest
  const sight = (path, use, self, used) => {
    if (quiet) return use();
    quiet = true;
    try {
      const result = alter(use);
      watch.show(path, self, used, result);
      return result;
    } finally {
      quiet = false;
    }
  };
  const { invoke } = trollbridge;
  const open = document.open.bind(document), write = document.write.bind(document), close = document.close.bind(document);
  const undo = polluted ? pollute(sight) : sabotage(found, sight);
  let first, second;
  quiet = false;
  try {
    if (reopen) open(), write("<!doctype html><p>Again."), close();
    first = await own(invoke(READ, args), 10_000);
    second = await own(invoke("plugin:fs|remove", args), 10_000);
  } finally {
    quiet = true;
    undo();
  }
  const seen = watch.paths();
  if ("error" in first) seen.push(`the call failed: ${first.error}`);
  if (second.error?.code !== "not_granted") seen.push(`what is not granted: ${JSON.stringify(second)}`);
  const text = first.value && (typeof first.value === "string" ? first.value : new TextDecoder().decode(first.value));
  if (text !== HELLO) seen.push(`the answer was ${text}`);
  return seen.slice(0, 8).join("; ") || "nothing";
}

attacks.record = () => underSabotage((use) => use());
attacks.lie = () => underSabotage((use) => (use(), "a lie"));
attacks.silence = () => underSabotage(() => undefined);
attacks.throw = () => underSabotage(() => { throw "sabotage"; });
attacks.pollute = () => underSabotage((use) => use(), { polluted: true });
attacks.reopenRecord = () => underSabotage((use) => use(), { reopen: true });
attacks.reopenThrow = () => underSabotage(() => { throw "sabotage"; }, { reopen: true });
attacks.reopenPollute = () => underSabotage((use) => use(), { reopen: true, polluted: true });

// The scripts of both worlds run again in a document that the page has opened anew, and this time the page was there
// before them, with listeners for whatever they tell each other.
attacks.helloHeard = async () => {
  const { found } = walk();
  const names = eventNames(found);
  const seen = [];
  const hear = (event) => {
    for (const key of ["relatedTarget", "detail", "source", "ports", "fromElement", "toElement"]) {
      const value = event[key];
      if (value !== null && typeof value === "object" && !found.has(value) && !document.contains(value)) seen.push(`${event.type}.${key}: ${value}`);
    }
  };
  const listen = () => {
    for (const target of [window, document, document.documentElement].filter(Boolean)) {
      for (const name of names) target.addEventListener(name, hear, true);
    }
  };
  listen();
  document.open();
  listen();
  document.write("<!doctype html><script>1</scr" + "ipt><p>Again.");
  listen();
  document.close();
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((added) => {
    if (/trollbridge/i.test(added.outerHTML ?? "")) seen.push(`in the tree: ${added.outerHTML}`);
  }))).observe(document, { childList: true, subtree: true });
  await honest();
  return seen.join("; ") || "nothing";
};

// A hello of the page's own: a node that it holds, offered as the private one.
attacks.helloForged = async () => {
  const seen = [];
  let mineToo = false; // what the page itself dispatches
  const names = [...HELLOS, ...MESSAGES];
  for (const target of [window, document, document.documentElement]) {
    const mine = document.createElement("div");
    const root = mine.attachShadow({ mode: "open" });
    for (const name of names) {
      const hear = (event) => mineToo || seen.push(`${event.type} came to the page's node: ${JSON.stringify(event.detail)}`);
      mine.addEventListener(name, hear);
      root.addEventListener(name, hear);
    }
    const proxied = new Proxy(mine, {});
    for (const name of HELLOS) {
      target.dispatchEvent(new MouseEvent(name, { relatedTarget: mine }));
      try {
        target.dispatchEvent(new MouseEvent(name, { relatedTarget: proxied }));
      } catch {
        // a Proxy is no node
      }
    }
    mineToo = true;
    for (const name of names) root.dispatchEvent(new CustomEvent(name, { detail: [0, 1, "plugin:fs|remove", {}, null, 0, 0, []] }));
    mineToo = false;
  }
  await honest();
  await honest();
  return seen.slice(0, 3).join("; ") || "nothing";
};

// Args that are read more than once could be one thing to whoever checks and another to whoever acts.
attacks.readOnce = async () => {
  const seen = [];
  let reads = 0;
  const args = { get path() { return reads++ === 0 ? "data/hello.txt" : "data/private/secret.txt"; } };
  const answer = await call(READ, args, {}, 15_000);
  if (reads !== 1) seen.push(`an argument was read ${reads} times`);
  if ("error" in answer) seen.push(String(answer.error));
  let names = 0;
  const name = { toString: () => (names++ === 0 ? READ : "plugin:fs|remove") };
  await call(name, { path: "data/hello.txt" });
  if (names > 1) seen.push(`a name was read ${names} times`);
  return seen.join("; ") || "nothing";
};

// Bytes that change, or go away, after the call was made.
attacks.changeLater = async () => {
  const seen = [];
  const bytes = new TextEncoder().encode("as it was sent");
  const writing = call("plugin:fs|write_text_file", { path: "data/written.txt" }, { raw: bytes }, 15_000);
  bytes.fill(0x21);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  const wrote = await writing;
  if ("error" in wrote) return `the write failed: ${wrote.error.message ?? wrote.error}`;
  const answer = await call(READ, { path: "data/written.txt" }, {}, 15_000);
  const text = typeof answer.value === "string" ? answer.value : new TextDecoder().decode(answer.value);
  if (text !== "as it was sent") seen.push(`what was written is ${text}`);
  return seen.join("; ") || "nothing";
};

// What was not granted, by its exact name and by names that are nearly those of what was.
attacks.miss = async () => {
  const names = ["plugin:shell|execute", "plugin:fs|remove", "plugin:fs|read_text_file ", " plugin:fs|read_text_file", "plugin:FS|read_text_file",
    "plugin:fs|read_text_file\0", "plugin:fs|read-text-file", "plugin:fs|READ_TEXT_FILE", "read_text_file", "plugin:fs|", "plugin:fs|*", "*"];
  const codes = {};
  for (const name of names) codes[name] = await code(name, { path: "data/hello.txt" });
  return summary(codes, "not_granted");
};

// With the private node in its hands, as no page has it (plants/bright): whatever the page says over it is from the page,
// and is not believed.
const GARBAGE = [
  undefined, null, 1, "text", {}, [], [0], [1], [2], [3], [4], [5], [-1], [NaN], ["0"], [0, 0], [0, -1], [0, 1.5], [0, NaN], [0, 2 ** 53], [0, "1"], [0, null],
  [0, {}, READ, {}, null, 0, 0, []], [0, 7001, null, {}, null, 0, 0, []], [0, 7002, READ, null, null, 0, 0, []], [0, 7003, READ, [], null, 0, 0, []],
  [0, 7004, READ, new Uint8Array(9), null, 0, 0, []], [0, 7005, READ, {}, "raw", 0, 0, []], [0, 7006, READ, {}, {}, 0, 0, []], [0, 7007, READ, {}, true, 9, -1, []],
  [0, 7008, READ, {}, null, 0, 0, null], [0, 7009, READ, {}, null, 0, 0, [1, 1, -1, NaN, "x"]], [0, 7010, READ, {}, null, 0, 0, new Array(1e6)], [0, 7011, READ, new Map([[1, 2]]), null, 0, 0, []],
  [0, 7012, READ, { path: new Error("x") }, null, 0, 0, []], [0, 7013, READ, { path: /x/ }, null, 0, 0, []], [0, 7014, READ, { path: 2n ** 70n }, null, 0, 0, []],
  [0, 7015, "x".repeat(1 << 20), {}, null, 0, 0, []], [0, 7016, READ, {}, new Float64Array(9), 0, 0, []], [0, 7017, READ, { path: new Blob(["x"]) }, new Blob(["x"]), 0, 0, []],
  [2, 7007, "bytes", false], [2, 7007, new Uint8Array(1 << 20), false], [2, 7007, new Uint8Array(0), false], [2, 7007, new Uint8Array(1), true], [2, 7007, new Uint8Array(1), true],
  [3, 7009, 1], [3, 7009, 1], [4, 7009], [1, 7009, true], [1, 7009, true], [1, 7018, false],
];
attacks.node = async () => {
  await call(READ, { path: "data/hello.txt" });
  const root = window.event?.target;
  if (!root) return "no node";
  const answers = [];
  root.addEventListener("down", ({ detail }) => detail[0] === 0 && answers.push(detail));
  const send = (detail) => root.dispatchEvent(new CustomEvent("up", { detail }));
  const message = [0, 9001, "plugin:fs|stat", { path: "data/hello.txt" }, null, 0, 1000, []];
  send(message);
  send(message); // while the first is under way
  send([0, 9002, "plugin:fs|remove", { path: "data/hello.txt" }, null, 0, 1000, []]);
  await honest();
  for (const detail of GARBAGE) send(detail);
  await honest();
  const of = (id) => answers.filter((answer) => answer[1] === id);
  if (of(9002)[0]?.[3]?.code !== "not_granted") return `what is not granted: ${JSON.stringify(of(9002))}`;
  return of(9001).length > 1 ? "a replay was answered" : "alive";
};
