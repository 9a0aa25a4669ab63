// Cases for @tauri-apps/api/window, in the window `main`. Two other windows do what an event tells them
// (page.js). What this host does not serve is refused, and answers 'no'.

const { Window, getCurrentWindow, getAllWindows, ...module } = tauri.window;
const { LogicalPosition, LogicalSize, PhysicalPosition, PhysicalSize } = module;
const { UserAttentionType, ProgressBarStatus, Effect, EffectState, CloseRequestedEvent } = module;
const own = getCurrentWindow();
const labels = async () => (await getAllWindows()).map(({ label }) => label).sort();

/** What can be asked for, and is up to a window manager. */
const asked = (...calls) => async () => {
  for (const call of calls) await own[call]();
};

const told = (name) => async () => {
  same(typeof (await own[name]()), 'boolean');
};

const set = (name) => async () => {
  for (const value of [true, false]) await own[name](value);
};

const heard = (name) => async () => {
  (await own[name](() => undefined))();
};

/** Another window goes. */
const goes = (label, how) => async () => {
  ok((await labels()).includes(label), `${label} is there`);
  while ((await labels()).includes(label)) {
    await tauri.event.emitTo(label, 'go', ['window', how]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const position = new LogicalPosition(10, 20);
const size = new LogicalSize(300, 200);

const cases = {
  async 'window.UserAttentionType'() {
    same([UserAttentionType.Critical, UserAttentionType.Informational], [1, 2]);
  },
  async 'window.ProgressBarStatus'() {
    same(ProgressBarStatus.Normal, 'normal');
  },
  async 'window.Effect'() {
    same(Effect.Blur, 'blur');
  },
  async 'window.EffectState'() {
    same(EffectState.Active, 'active');
  },
  async 'window.LogicalPosition'() {
    same([position.x, position.y], [10, 20]);
  },
  async 'window.LogicalPosition.toPhysical'() {
    same(position.toPhysical(2), new PhysicalPosition(20, 40));
  },
  async 'window.LogicalPosition.toJSON'() {
    same(position.toJSON(), { x: 10, y: 20 });
  },
  async 'window.LogicalPosition.__TAURI_TO_IPC_KEY__'() {
    same(position[tauri.core.SERIALIZE_TO_IPC_FN](), { x: 10, y: 20 });
  },
  async 'window.PhysicalPosition'() {
    same(new PhysicalPosition(1, 2).y, 2);
  },
  async 'window.PhysicalPosition.toLogical'() {
    same(new PhysicalPosition(20, 40).toLogical(2), position);
  },
  async 'window.PhysicalPosition.toJSON'() {
    same(new PhysicalPosition(1, 2).toJSON(), { x: 1, y: 2 });
  },
  async 'window.PhysicalPosition.__TAURI_TO_IPC_KEY__'() {
    same(new PhysicalPosition(1, 2)[tauri.core.SERIALIZE_TO_IPC_FN](), { x: 1, y: 2 });
  },
  async 'window.LogicalSize'() {
    same([size.width, size.height], [300, 200]);
  },
  async 'window.LogicalSize.toPhysical'() {
    same(size.toPhysical(2), new PhysicalSize(600, 400));
  },
  async 'window.LogicalSize.toJSON'() {
    same(size.toJSON(), { width: 300, height: 200 });
  },
  async 'window.LogicalSize.__TAURI_TO_IPC_KEY__'() {
    same(size[tauri.core.SERIALIZE_TO_IPC_FN](), { width: 300, height: 200 });
  },
  async 'window.PhysicalSize'() {
    same(new PhysicalSize(1, 2).height, 2);
  },
  async 'window.PhysicalSize.toLogical'() {
    same(new PhysicalSize(600, 400).toLogical(2), size);
  },
  async 'window.PhysicalSize.toJSON'() {
    same(new PhysicalSize(1, 2).toJSON(), { width: 1, height: 2 });
  },
  async 'window.PhysicalSize.__TAURI_TO_IPC_KEY__'() {
    same(new PhysicalSize(1, 2)[tauri.core.SERIALIZE_TO_IPC_FN](), { width: 1, height: 2 });
  },
  async 'window.CloseRequestedEvent'() {
    same(new CloseRequestedEvent({ event: 'e', id: 1 }).event, 'e');
  },
  async 'window.CloseRequestedEvent.isPreventDefault'() {
    same(new CloseRequestedEvent({ event: 'e', id: 1 }).isPreventDefault(), false);
  },
  async 'window.CloseRequestedEvent.preventDefault'() {
    const event = new CloseRequestedEvent({ event: 'e', id: 1 });
    event.preventDefault();
    same(event.isPreventDefault(), true);
  },

  async 'window.getCurrentWindow'() {
    same(own.label, 'main');
  },
  async 'window.getAllWindows'() {
    same(await labels(), ['closes', 'destroyed', 'main']);
  },
  async 'window.Window'() {
    same((await Window.getByLabel('closes')).label, 'closes');
    await refused((await Window.getByLabel('closes')).setTitle('mine'), /own window/);
    const made = new Window('another');
    const error = await new Promise((resolve) => made.once('tauri://error', resolve));
    ok(/create/.test(error.payload) || error.payload !== '', 'a page makes no windows');
  },
  async 'window.Window.getByLabel'() {
    same([(await Window.getByLabel('main')).label, await Window.getByLabel('none')], ['main', null]);
  },
  async 'window.Window.getCurrent'() {
    same(Window.getCurrent().label, 'main');
  },
  async 'window.Window.getAll'() {
    same((await Window.getAll()).map(({ label }) => label).sort(), await labels());
  },
  async 'window.Window.getFocusedWindow'() {
    await refused(Window.getFocusedWindow(), /own window/);
    return 'no';
  },
  async 'window.Window.title'() {
    same(await own.title(), 'First');
  },
  async 'window.Window.setTitle'() {
    await own.setTitle('Renamed');
    same(await own.title(), 'Renamed');
    await refused(own.setTitle('two\nlines'), /line/);
  },
  async 'window.Window.scaleFactor'() {
    same(await own.scaleFactor(), 1);
  },
  async 'window.Window.setSize'() {
    for (const to of [new LogicalSize(420, 320), new PhysicalSize(430, 330)]) {
      await own.setSize(to);
      await until(() => innerWidth === to.width && innerHeight === to.height);
    }
  },
  async 'window.Window.innerSize'() {
    await own.setSize(size);
    await until(() => innerWidth === 300);
    same((await own.innerSize()).toJSON(), { width: 300, height: 200 });
  },
  async 'window.Window.outerSize'() {
    ok((await own.outerSize()).width >= 300, 'a width');
  },
  async 'window.Window.innerPosition'() {
    same(typeof (await own.innerPosition()).x, 'number');
  },
  async 'window.Window.outerPosition'() {
    same(typeof (await own.outerPosition()).y, 'number');
  },
  async 'window.Window.setMinSize'() {
    await own.setMinSize(new LogicalSize(350, 250));
    await own.setSize(size);
    await until(() => innerWidth === 350 && innerHeight === 250);
    await own.setMinSize(null);
  },
  async 'window.Window.setMaxSize'() {
    await own.setMaxSize(new LogicalSize(500, 400));
    await own.setSize(new LogicalSize(800, 700));
    await until(() => innerWidth === 500 && innerHeight === 400);
    await own.setMaxSize(null);
  },
  async 'window.Window.setResizable'() {
    await own.setResizable(false);
    same(await own.isResizable(), false);
    await own.setResizable(true);
    same(await own.isResizable(), true);
  },
  async 'window.Window.theme'() {
    ok(['light', 'dark'].includes(await own.theme()), 'light or dark');
  },
  async 'window.Window.hide'() {
    await own.hide();
    same(await own.isVisible(), false);
  },
  async 'window.Window.show'() {
    await own.show();
    same(await own.isVisible(), true);
  },
  'window.Window.isFullscreen': told('isFullscreen'),
  'window.Window.isMinimized': told('isMinimized'),
  'window.Window.isMaximized': told('isMaximized'),
  'window.Window.isFocused': told('isFocused'),
  'window.Window.isDecorated': told('isDecorated'),
  'window.Window.isResizable': told('isResizable'),
  'window.Window.isClosable': told('isClosable'),
  'window.Window.isVisible': told('isVisible'),
  'window.Window.isAlwaysOnTop': told('isAlwaysOnTop'),
  'window.Window.setFullscreen': set('setFullscreen'),
  'window.Window.setAlwaysOnTop': set('setAlwaysOnTop'),
  'window.Window.center': asked('center'),
  'window.Window.setFocus': asked('setFocus'),
  'window.Window.maximize': asked('maximize'),
  'window.Window.unmaximize': asked('unmaximize'),
  'window.Window.toggleMaximize': asked('toggleMaximize', 'toggleMaximize'),
  'window.Window.minimize': asked('minimize'),
  'window.Window.unminimize': asked('unminimize'),
  'window.Window.close': goes('closes', 'close'),
  'window.Window.destroy': goes('destroyed', 'destroy'),

  async 'window.Window.listen'() {
    const seen = [];
    const stop = await own.listen('mine', ({ payload }) => seen.push(payload));
    await own.emit('mine', 1);
    await own.emitTo('main', 'mine', 2);
    await until(() => seen.length === 2);
    stop();
    same(seen, [1, 2]);
  },
  async 'window.Window.once'() {
    const seen = new Promise((resolve) => own.once('once-mine', resolve));
    while (!(await Promise.race([seen, own.emit('once-mine', 3)])));
    same((await seen).payload, 3);
  },
  async 'window.Window.emit'() {
    await own.emit('unheard');
    let local;
    await own.listen('tauri://created', (event) => { local = event; });
    await own.emit('tauri://created', 4);
    same(local.payload, 4);
  },
  async 'window.Window.emitTo'() {
    await refused(own.emitTo('elsewhere', 'unheard'), /scope/);
  },
  async 'window.Window._handleTauriEvent'() {
    same(own._handleTauriEvent('an-event-of-others', () => undefined), false);
  },
  async 'window.Window.onResized'() {
    const seen = [];
    const stop = await own.onResized(({ payload }) => seen.push(payload.toJSON()));
    await own.setSize(new LogicalSize(444, 333));
    await until(() => seen.some(({ width }) => width === 444));
    stop();
  },
  'window.Window.onMoved': heard('onMoved'),
  'window.Window.onFocusChanged': heard('onFocusChanged'),
  'window.Window.onThemeChanged': heard('onThemeChanged'),
};

/** Listened to as anything else can be, and never sent by this host. */
for (const name of ['onCloseRequested', 'onDragDropEvent', 'onScaleChanged'])
  cases[`window.Window.${name}`] = async () => {
    (await own[name](() => undefined))();
    return 'silent';
  };

const NOT_SERVED = {
  activityName: [], clearEffects: [], isEnabled: [], isMaximizable: [], isMinimizable: [], requestUserAttention: [null],
  sceneIdentifier: [], setBackgroundColor: ['#fff'], setBadgeCount: [1], setBadgeLabel: ['1'], setClosable: [true],
  setContentProtected: [true], setCursorGrab: [true], setCursorIcon: ['default'], setCursorPosition: [position],
  setCursorVisible: [true], setDecorations: [true], setEffects: [{ effects: [] }], setEnabled: [true], setFocusable: [true],
  setFullscreenOnMonitor: [position], setIcon: ['icon.png'], setIgnoreCursorEvents: [true], setMaximizable: [true],
  setMinimizable: [true], setOverlayIcon: [], setPosition: [position], setProgressBar: [{ progress: 1 }], setShadow: [true],
  setSimpleFullscreen: [true], setSizeConstraints: [{}], setSkipTaskbar: [true], setAlwaysOnBottom: [true],
  setTheme: ['dark'], setTitleBarStyle: ['visible'], setVisibleOnAllWorkspaces: [true], startDragging: [],
  startResizeDragging: ['North'],
};
for (const [name, args] of Object.entries(NOT_SERVED))
  cases[`window.Window.${name}`] = notServed(() => own[name](...args));
for (const name of ['availableMonitors', 'currentMonitor', 'cursorPosition', 'primaryMonitor'])
  cases[`window.${name}`] = notServed(() => module[name]());
cases['window.monitorFromPoint'] = notServed(() => module.monitorFromPoint(1, 1));

return await run(cases);
