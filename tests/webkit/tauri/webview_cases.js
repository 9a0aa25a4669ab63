// Cases for @tauri-apps/api/webview, in the view `main`. What this host does not serve is refused, and
// answers 'no'.

const { Webview, getAllWebviews, getCurrentWebview } = tauri.webview;
const own = getCurrentWebview();
const labels = async () => (await getAllWebviews()).map(({ label }) => label).sort();
const size = new tauri.window.LogicalSize(300, 200);
const position = new tauri.window.LogicalPosition(1, 1);

const cases = {
  async 'webview.getCurrentWebview'() {
    same([own.label, own.window.label], ['main', 'main']);
  },
  async 'webview.getAllWebviews'() {
    same(await labels(), ['closes', 'destroyed', 'main']);
  },
  async 'webview.Webview'() {
    same((await Webview.getByLabel('closes')).label, 'closes');
    const made = new Webview(tauri.window.getCurrentWindow(), 'another', { url: '/', x: 0, y: 0, width: 9, height: 9 });
    ok((await new Promise((resolve) => made.once('tauri://error', resolve))).payload !== '', 'a page makes no views');
  },
  async 'webview.Webview.getByLabel'() {
    same([(await Webview.getByLabel('main')).label, await Webview.getByLabel('none')], ['main', null]);
  },
  async 'webview.Webview.getCurrent'() {
    same(Webview.getCurrent().label, 'main');
  },
  async 'webview.Webview.getAll'() {
    same((await Webview.getAll()).map(({ label }) => label).sort(), await labels());
  },
  async 'webview.Webview.size'() {
    const { width, height } = await own.size();
    same([width, height], [innerWidth, innerHeight]);
  },
  async 'webview.Webview.listen'() {
    const seen = [];
    const stop = await own.listen('mine', ({ payload }) => seen.push(payload));
    await own.emitTo('main', 'mine', 2);
    await until(() => seen.length === 1);
    stop();
    same(seen, [2]);
  },
  async 'webview.Webview.once'() {
    const seen = new Promise((resolve) => own.once('once-mine', resolve));
    while (!(await Promise.race([seen, own.emit('once-mine', 3)])));
    same((await seen).payload, 3);
  },
  async 'webview.Webview.emit'() {
    await own.emit('unheard');
  },
  async 'webview.Webview.emitTo'() {
    await refused(own.emitTo('elsewhere', 'unheard'), /scope/);
  },
  async 'webview.Webview._handleTauriEvent'() {
    same(own._handleTauriEvent('an-event-of-others', () => undefined), false);
  },
  async 'webview.Webview.close'() {
    while ((await labels()).includes('closes')) {
      await tauri.event.emitTo('closes', 'go', ['webview', 'close']);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
  async 'webview.Webview.onDragDropEvent'() {
    (await own.onDragDropEvent(() => undefined))();
    return 'silent';
  },
};

const NOT_SERVED = {
  clearAllBrowsingData: [], hide: [], position: [], reparent: ['main'], setAutoResize: [true],
  setBackgroundColor: ['#fff'], setFocus: [], setPosition: [position], setSize: [size], setZoom: [2], show: [],
};
for (const [name, args] of Object.entries(NOT_SERVED))
  cases[`webview.Webview.${name}`] = notServed(() => own[name](...args));

return await run(cases);
