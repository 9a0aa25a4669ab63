// A page whose calls go through the hook of isolation.js.
const STAT = "plugin:fs|stat";
const PATH = "data/hello.txt";

// What a call that the hook denies comes to: its code, or what else the page was told.
async function denied(deed) {
  const answer = await call(STAT, { path: PATH, deed }, {}, 15_000);
  if (!("error" in answer)) return "done";
  return /page is not told|isolation\.js/.test(`${answer.error?.message} ${answer.error?.stack}`) ? "told" : answer.error?.code ?? String(answer.error);
}

attacks.rejected = async () => {
  const deeds = ["throw", "reject", "never", "nothrow", "unspeakable", "nothing", "cyclic", "huge"];
  const codes = {};
  await OwnPromise.all(Array.from({ length: 64 }, async (_, n) => (codes[n] = await denied(deeds[n % deeds.length]))));
  return summary(codes, "hook");
};

attacks.replaced = async () => {
  const pass = (message) => message?.payload ?? message?.args ?? message;
  const names = ["__TAURI_ISOLATION_HOOK__", "onRequest", "onReply", "onError", "onChunk"];
  for (const place of [window, trollbridge, Object.prototype, Function.prototype, document, navigator])
    for (const name of names) Reflect.defineProperty(place, name, { value: pass, writable: true, configurable: true });
  const codes = { before: await denied("throw") };
  const frame = document.body.appendChild(node("iframe"));
  for (const name of names) frame.contentWindow[name] = pass;
  codes.after = await denied("throw");
  return summary(codes, "hook");
};

attacks.text = async () => {
  const texts = [document.documentElement.outerHTML];
  for (const path of ["isolation.js", "../isolation.js", "/%2e%2e/isolation.js", "/..%2fisolation.js"])
    texts.push(await within(2000, fetch(path).then((response) => (response.ok ? response.text() : ""), () => "")));
  for (const path of ["isolation.js", "data/../isolation.js"]) texts.push(JSON.stringify(await call(READ, { path }, {}, 15_000)));
  for (const place of walk().found.keys())
    if (typeof place === "function" && place !== attacks.text && place !== denied) texts.push(apply(Function.prototype.toString, place, []));
  return texts.some((text) => text.includes("function spin(")) ? "the text" : await denied("throw");
};
