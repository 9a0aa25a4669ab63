// Other documents: frames of every kind, workers, popups. What they report is what they find of ours.

// REPORT and WORKER are page/report.js and page/worker.js, which app and servers also have as files.
const reportPage = () => `<!doctype html><meta charset=utf-8><script>${REPORT}</scr` + `ipt>`;

function reported(frame) {
  return new Promise((resolve) => addEventListener("message", (event) => {
    if (event.source === frame.contentWindow && event.data.report) resolve(event.data.report);
  }));
}

// A frame of that kind, and what it reports. One that never speaks was not loaded: `silent`.
async function inFrame(frame) {
  const report = reported(frame);
  document.body.append(frame);
  const seen = await within(20_000, report, "silent");
  frame.remove();
  return seen;
}

// A frame whose scripts the page can reach into: looked at from outside as well.
async function reachInto(frame) {
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
  document.body.append(frame);
  await within(20_000, loaded);
  try {
    const inside = NAMES.filter((name) => name in frame.contentWindow);
    return inside.join(" ") || "nothing";
  } finally {
    frame.remove();
  }
}

attacks.frameSame = () => inFrame(node("iframe", { src: "/frame.html" }));
attacks.frameSameReach = () => reachInto(node("iframe", { src: "/frame.html" }));
attacks.frameSrcdoc = () => inFrame(node("iframe", { srcdoc: reportPage() }));
attacks.frameSandboxed = () => inFrame(node("iframe", { sandbox: "allow-scripts", src: "/frame.html" }));
attacks.frameSandboxedSrcdoc = () => inFrame(node("iframe", { sandbox: "allow-scripts", srcdoc: reportPage() }));
attacks.frameData = () => inFrame(node("iframe", { src: `data:text/html,${encodeURIComponent(reportPage())}` }));
attacks.frameBlob = () => inFrame(node("iframe", { src: URL.createObjectURL(new Blob([reportPage()], { type: "text/html" })) }));
attacks.frameBlank = () => reachInto(node("iframe", { src: "about:blank" }));
attacks.frameEmpty = () => reachInto(node("iframe"));
attacks.frameElsewhere = () => inFrame(node("iframe", { src: `${ELSEWHERE}/frame.html` }));
attacks.frameNested = () => inFrame(node("iframe", { src: "/nested.html" }));

// The app's own files, loaded from there.
attacks.elsewhereReads = async () => {
  const frame = node("iframe", { src: `${ELSEWHERE}/reads.html` });
  const report = reported(frame);
  document.body.append(frame);
  return await within(30_000, report, "silent");
};

// Written into an empty frame: document.open runs scripts again, here in a frame.
attacks.frameWritten = async () => {
  const frame = node("iframe");
  document.body.append(frame);
  const report = reported(frame);
  frame.contentDocument.open();
  frame.contentDocument.write(reportPage());
  frame.contentDocument.close();
  const seen = await within(20_000, report, "silent");
  frame.remove();
  return seen;
};

// ---- workers ----

async function inWorker(make) {
  let worker;
  try {
    worker = make();
  } catch {
    return "silent";
  }
  const port = worker.port ?? worker;
  const report = new Promise((resolve) => {
    port.onmessage = (event) => resolve(event.data);
    worker.onerror = () => resolve("silent");
  });
  return await within(20_000, report, "silent");
}

attacks.workerFile = () => inWorker(() => new Worker("/worker.js"));
attacks.workerModule = () => inWorker(() => new Worker("/worker.js", { type: "module" }));
attacks.workerBlob = () => inWorker(() => new Worker(URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }))));
attacks.workerData = () => inWorker(() => new Worker(`data:text/javascript,${encodeURIComponent(WORKER)}`));
attacks.workerShared = () => inWorker(() => new SharedWorker("/worker.js"));
// One that stays would answer for the app's files in every later document.
attacks.workerService = async () => {
  if (!navigator.serviceWorker) return "refused";
  return await within(20_000, navigator.serviceWorker.register("/worker.js").then(() => "registered", () => "refused"), "refused");
};
attacks.worklet = async () => {
  const context = new OfflineAudioContext(1, 128, 8000);
  if (!context.audioWorklet) return "nothing";
  const text = `class Seen extends AudioWorkletProcessor { constructor() { super(); this.port.postMessage(${JSON.stringify(NAMES)}.filter((name) => name in globalThis).join(" ") || "nothing"); } process() { return true; } } registerProcessor("seen", Seen);`;
  try {
    await within(20_000, context.audioWorklet.addModule(URL.createObjectURL(new Blob([text], { type: "text/javascript" }))));
    const worklet = new AudioWorkletNode(context, "seen");
    return await within(20_000, new Promise((resolve) => (worklet.port.onmessage = (event) => resolve(event.data))));
  } catch {
    return "nothing";
  }
};

// ---- popups ----
// A second window would be a document with no view of its own in policy: there is none.
async function popup(open) {
  const opened = open();
  if (!opened) return "no window";
  await within(1500, new Promise((resolve) => opened.addEventListener?.("load", resolve)));
  let seen = "a window";
  try {
    seen = NAMES.filter((name) => name in opened).join(" ") || seen;
  } catch {
    // of another origin
  }
  opened.close?.();
  return seen;
}

attacks.popupPage = () => popup(() => window.open("/frame.html"));
attacks.popupBlank = () => popup(() => window.open("about:blank", "other", "width=200,height=200"));
attacks.popupElsewhere = () => popup(() => window.open(`${ELSEWHERE}/frame.html`));
// The window cannot be had back from these; it tells by what it loads.
const told = (open) => {
  const tells = new Promise((resolve) => (new BroadcastChannel("popup").onmessage = () => resolve("a window")));
  open();
  return within(2500, tells, "no window");
};
attacks.popupNoopener = () => told(() => window.open("/popup.html", "_blank", "noopener"));
attacks.popupLink = () => told(() => {
  const link = node("a", { href: "/popup.html", target: "_blank" });
  const form = node("form", { action: "/popup.html", target: "other" });
  document.body.append(link, form);
  link.click();
  form.submit();
});
