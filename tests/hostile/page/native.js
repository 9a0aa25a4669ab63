// Ways to something native that do not cross the broker: files, other schemes, the host's own windows and dialogs.

const readable = {
  fetch: (url) => fetch(url).then((answer) => answer.text()),
  noCors: (url) => fetch(url, { mode: "no-cors" }).then(() => "loaded"),
  xhr: (url) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.onload = () => resolve(request.responseText);
    request.onerror = reject;
    request.send();
  }),
  script: (url) => loads("script", "src", url),
  image: (url) => loads("img", "src", url),
  style: (url) => loads("link", "href", url, { rel: "stylesheet" }),
  frame: (url) => framed(url),
  object: (url) => loads("object", "data", url),
  video: (url) => loads("video", "src", url, {}, "loadeddata"),
  import: (url) => import(url).then(() => "loaded"),
  worker: (url) => new Promise((resolve, reject) => {
    const worker = new Worker(url);
    worker.onerror = reject;
    worker.onmessage = () => resolve("loaded");
  }),
  eventSource: (url) => new Promise((resolve, reject) => {
    const source = new EventSource(url);
    source.onopen = () => resolve("loaded");
    source.onerror = reject;
  }),
  css: (url) => new Promise((resolve, reject) => {
    const style = node("style");
    style.textContent = `@import url("${url}");`;
    style.onload = () => (style.sheet.cssRules[0].styleSheet?.cssRules ? resolve("loaded") : reject());
    style.onerror = reject;
    document.head.append(style);
  }),
  font: (url) => new FontFace("x", `url(${url})`).load().then(() => "loaded"),
};

function loads(tag, key, url, attributes = {}, event = "load") {
  return new Promise((resolve, reject) => {
    const made = node(tag, attributes);
    made.addEventListener(event, () => resolve("loaded"));
    made.addEventListener("error", reject);
    made[key] = url;
    document.body.append(made);
  });
}

// A frame fires `load` for an error page too: what counts is whether it left about:blank, with text in it.
async function framed(url) {
  const frame = node("iframe", { src: url });
  document.body.append(frame);
  await within(1500, new Promise((resolve) => (frame.onload = resolve)));
  try {
    const text = frame.contentDocument?.body?.textContent;
    if (text) return text;
    throw new Error("empty");
  } finally {
    frame.remove();
  }
}

// By every way of loading: what was refused, and what came.
async function reading(url) {
  const codes = {};
  for (const [way, read] of Object.entries(readable)) {
    codes[way] = await within(2500, (async () => read(url))().then((text) => `got ${String(text).slice(0, 30)}`, () => "refused"), "refused");
  }
  return summary(codes, "refused");
}

attacks.filePasswd = () => reading("file:///etc/passwd");
attacks.fileLog = () => reading(`file://${LOG}`);
attacks.fileApp = () => reading(`file://${APP}/data/hello.txt`);

// Out of the frontend's folder by the scheme.
const OUT = ["/../trollbridge.toml", "/%2e%2e/trollbridge.toml", "/..%2ftrollbridge.toml", "/%2e%2e%2ftrollbridge.toml", "/..%5ctrollbridge.toml",
  "//trollbridge.toml", "/./../trollbridge.toml", "/x/../../trollbridge.toml", "/%252e%252e/trollbridge.toml", "/..;/trollbridge.toml",
  "/%00/../trollbridge.toml", "/index.html%00.js", "/index.html/../../trollbridge.toml", `/%2F${"etc/passwd"}`, "//etc/passwd", "/etc/passwd",
  "/link-out", "/folder-out/passwd", "/fifo", "/..%c0%af../etc/passwd", "/\u2025/trollbridge.toml", "/..%00/trollbridge.toml"];
attacks.schemeOut = async () => {
  const codes = {};
  for (const path of OUT) {
    codes[path] = await within(3000, fetch(`tauri://localhost${path}`).then(async (answer) => {
      const text = await answer.text();
      return /\[app\]|root:|must never/.test(text) ? `got ${text.slice(0, 30)}` : "refused";
    }, () => "refused"), "endless");
  }
  return summary(codes, "refused");
};
attacks.schemeHosts = async () => {
  const codes = {};
  for (const url of ["tauri://other/index.html", "tauri://localhost.evil/index.html", "tauri://localhost:80/index.html", "tauri://user@localhost/index.html",
    "tauri:///index.html", "tauri:index.html", "tauri://localhos%74/index.html", "TAURI://LOCALHOST2/index.html"]) {
    codes[url] = await within(3000, fetch(url).then(async (answer) => (answer.ok && new URL(answer.url).origin !== origin ? "got" : "refused"), () => "refused"), "refused");
  }
  return summary(codes, "refused");
};
attacks.schemeOdd = async () => {
  const calls = ["HEAD", "OPTIONS", "POST", "PUT", "TROLL"].map((method) => fetch("/index.html", { method }).catch(() => {}));
  calls.push(fetch("/index.html", { headers: { range: "bytes=5-1" } }).catch(() => {}), fetch("/index.html", { headers: { range: "bytes=-99999999999999999999" } }).catch(() => {}));
  calls.push(fetch(`/${"x".repeat(200_000)}`).catch(() => {}), fetch(`/?${"x".repeat(1_000_000)}`).catch(() => {}));
  calls.push(...Array.from({ length: 3000 }, (_, i) => fetch(`/index.html?${i}`).then((answer) => answer.text(), () => {})));
  calls.push(...Array.from({ length: 3000 }, (_, i) => fetch(`/none-${i}`).catch(() => {})));
  await within(30_000, Promise.all(calls));
  return "alive";
};

// ---- what the window itself can be made to do ----
attacks.download = () => clicked(async () => {
  for (const href of [URL.createObjectURL(new Blob(["downloaded"])), "data:application/octet-stream,downloaded", "/index.html", `${ELSEWHERE}/file.bin`]) {
    const link = node("a", { href, download: "planted.txt" });
    document.body.append(link);
    link.click();
  }
  document.body.append(node("iframe", { src: `${ELSEWHERE}/file.bin` }));
  await within(2500, new Promise(() => {}));
  return "alive";
});
attacks.dialogs = async () => {
  print();
  document.execCommand("print");
  return "alive";
};
// In a click of the user's, who is there as long as the row lasts: much is refused without one.
const clicked = (start) => new Promise((resolve, reject) => addEventListener("click", () => {
  try {
    resolve(start());
  } catch (error) {
    reject(error);
  }
}, { once: true }));
const ASKED = {
  geolocation: () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
  camera: () => navigator.mediaDevices.getUserMedia({ video: true, audio: true }),
  screen: () => navigator.mediaDevices.getDisplayMedia({ video: true }),
  devices: async () => (await navigator.mediaDevices.enumerateDevices()).some((device) => device.label),
  notifications: () => Notification.requestPermission(),
  clipboard: () => navigator.clipboard.readText().then(() => "read"),
  pointer: async () => (await document.body.requestPointerLock(), document.pointerLockElement),
};
attacks.permissions = async () => {
  const codes = {};
  const ask = async (name) => {
    const answer = (async () => ASKED[name]())().then((got) => (got === "denied" || got === "default" || !got ? "refused" : "got"), () => "refused");
    codes[name] = await within(3000, answer, "refused");
  };
  await clicked(() => Promise.all(Object.keys(ASKED).map(ask)));
  return summary(codes, "refused");
};
attacks.fullscreen = async () => {
  await within(20_000, clicked(() => document.documentElement.requestFullscreen()).catch(() => {}));
  return document.fullscreenElement ? "full screen" : "refused";
};
attacks.popup = async () => ((await clicked(() => window.open("/popup.html"))) ? "a window" : "no window");
attacks.floodTitle = async () => {
  for (let i = 0; i < 20_000; i++) document.title = `${i}${"x".repeat(1000)}`;
  return "alive";
};
attacks.floodHistory = async () => {
  for (let i = 0; i < 5000; i++) {
    try {
      history.pushState({ i }, "", `/x${i}`);
    } catch {
      break;
    }
  }
  return "alive";
};
attacks.floodConsole = async () => {
  for (let i = 0; i < 20_000; i++) console.log("x".repeat(1000), { i });
  return "alive";
};
attacks.floodFragment = async () => {
  for (let i = 0; i < 5000; i++) location.hash = `x${i}`;
  await within(300, new Promise(() => {}));
  return "alive";
};
