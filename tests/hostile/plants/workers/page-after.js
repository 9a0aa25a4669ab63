// Planted: workers are given the API, and a service worker seems to be registered.
{
  const gift = "globalThis.trollbridge = {};";
  const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const given = (url, options) => blob(gift + (options?.type === "module" ? `await import(${JSON.stringify(String(url))});` : `importScripts(${JSON.stringify(String(url))});`));
  const absolute = (url) => new URL(url, location.href).href;
  const { Worker: Planted, SharedWorker: PlantedShared } = globalThis;
  globalThis.Worker = function (url, options) { return new Planted(given(absolute(url), options), options); };
  globalThis.SharedWorker = function (url, options) { return new PlantedShared(given(absolute(url), options), options); };
  const { addModule } = Worklet.prototype;
  Worklet.prototype.addModule = async function (url) {
    await addModule.call(this, blob(gift));
    return await addModule.call(this, url);
  };
  if (globalThis.ServiceWorkerContainer) ServiceWorkerContainer.prototype.register = async () => ({});
}
