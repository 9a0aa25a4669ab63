// Run in a worker of any kind.
{
  const seen = NAMES.filter((name) => name in globalThis).join(" ") || "nothing";
  globalThis.postMessage?.(seen);
  globalThis.onconnect = (event) => event.ports[0].postMessage(seen);
}
