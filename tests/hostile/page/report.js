// Run in a frame or a popup: says to whoever is above what it finds of ours, and what comes to a node that it offers as
// the private one.
(() => {
  const heard = [];
  const mine = document.createElement("div");
  const root = mine.attachShadow({ mode: "open" });
  for (const name of [...HELLOS, ...MESSAGES]) {
    for (const target of [mine, root]) target.addEventListener(name, () => heard.push("a hello"));
    for (const target of [window, document]) target.dispatchEvent(new MouseEvent(name, { relatedTarget: mine }));
  }
  const seen = NAMES.filter((name) => name in globalThis);
  const call = globalThis.trollbridge
    ? trollbridge.invoke(READ, { path: "data/hello.txt" }).then(() => "a call", (error) => `a call's error: ${error.code}`)
    : Promise.resolve("");
  call.then((called) => {
    const report = [...seen, ...heard, called].filter(Boolean).join(" ") || "nothing";
    (parent === window ? opener : parent)?.postMessage({ report }, "*");
  });
})();
