// Cases for the exports of @tauri-apps/api, as `module.export`. Those of docs/tauri-compat.md that do not
// work are here too: how they fail is what is tested.

const { core, event, path } = tauri;

async function rejected(act, pattern) {
  const error = await Promise.resolve().then(act).then(() => 'it was not refused', (reason) => reason);
  if (!pattern.test(String(error))) throw new Error(`refused with ${error}, not ${pattern}`);
}

/** The folder that the function answers is where `variable` is. */
async function folder(act, end) {
  const found = await act();
  ok(path.sep() === '/' && (await path.isAbsolute(found)), `${found} is absolute`);
  ok(found.endsWith(end), `${found} ends with ${end}`);
}

/** Events keep their order: when this one has come, none before it is still to come. */
const barrier = () => new Promise((resolve) =>
  event.once('barrier', resolve).then(() => event.emit('barrier')));

const heard = async (listen, tell) => {
  const seen = [];
  const unlisten = await listen((message) => seen.push(message));
  await tell();
  await until(() => seen.length > 0);
  await unlisten();
  await tell();
  await barrier();
  same(seen.length, 1);
  return seen[0];
};

const cases = {
  async 'core.invoke'() {
    const bytes = await core.invoke('plugin:fs|read_file', { path: 'data/hello.txt' });
    ok(bytes instanceof ArrayBuffer, 'bytes are an ArrayBuffer');
    same((await core.invoke('plugin:fs|stat', { path: 'data/hello.txt' })).size, 28);
    await refused(core.invoke('plugin:fs|read_file', { path: 'data/private/secret.txt' }), /scope/);
    await refused(core.invoke('no_such_command'), /not granted/);
    await refused(core.invoke('plugin:fs|stat', { path: 7 }), /path/);
    await core.invoke('plugin:fs|write_file', [1, 2, 3], { headers: { path: 'data/numbers.bin' } });
    await core.invoke('plugin:fs|write_file', Uint8Array.of(4).buffer,
                      { headers: new Headers({ path: 'data/numbers.bin', options: '{"append":true}' }) });
    same(Array.from(await tauri.fs.readFile('data/numbers.bin')), [1, 2, 3, 4]);
  },

  async 'core.isTauri'() {
    same(core.isTauri(), true);
  },

  async 'core.Channel'() {
    await tauri.fs.mkdir('data/channel', { recursive: true });
    const seen = [];
    const onEvent = new core.Channel((message) => seen.push(message));
    const options = { delayMs: undefined, recursive: false };
    const rid = await core.invoke('plugin:fs|watch', { paths: ['data/channel'], options, onEvent });
    await tauri.fs.writeTextFile('data/channel/file', 'x');
    await until(() => seen.length > 0);
    await core.invoke('plugin:resources|close', { rid });
  },

  async 'core.Channel.onmessage'() {
    const handler = () => undefined;
    const channel = new core.Channel(handler);
    same(channel.onmessage === handler, true);
    channel.onmessage = () => 1;
    same(channel.onmessage(), 1);
  },

  async 'core.Channel.cleanupCallback'() {
    const seen = [];
    const channel = new core.Channel((message) => seen.push(message));
    const { runCallback } = window.__TAURI_INTERNALS__;
    runCallback(channel.id, { index: 1, message: 'b' });
    runCallback(channel.id, { index: 0, message: 'a' });
    same(seen, ['a', 'b']);
    channel.cleanupCallback();
    runCallback(channel.id, { index: 2, message: 'c' });
    same(seen, ['a', 'b']);
  },

  async 'core.Channel.toJSON'() {
    const channel = new core.Channel();
    same(JSON.stringify({ channel }), `{"channel":"__CHANNEL__:${channel.id}"}`);
  },

  async 'core.Channel.__TAURI_TO_IPC_KEY__'() {
    const channel = new core.Channel();
    same(channel[core.SERIALIZE_TO_IPC_FN](), `__CHANNEL__:${channel.id}`);
  },

  async 'core.SERIALIZE_TO_IPC_FN'() {
    const own = { [core.SERIALIZE_TO_IPC_FN]: () => 'data/hello.txt' };
    same((await core.invoke('plugin:fs|stat', { path: own })).size, 28);
  },

  async 'core.transformCallback'() {
    const seen = [];
    const [many, one] = [false, true].map((once) => core.transformCallback((m) => seen.push(m), once));
    for (const id of [many, one, many, one]) window.__TAURI_INTERNALS__.runCallback(id, id === many);
    same(seen, [true, false, true]);
  },

  async 'core.Resource'() {
    const file = await tauri.fs.open('data/hello.txt');
    const resource = new core.Resource(file.rid);
    await resource.close();
    await refused(file.read(new Uint8Array(1)), /./);
  },

  async 'core.Resource.rid'() {
    same(new core.Resource(7).rid, 7);
  },

  async 'core.Resource.close'() {
    await refused(new core.Resource(7).close(), /./);
  },

  async 'core.convertFileSrc'() {
    await rejected(() => core.convertFileSrc('/data/hello.txt'), /asset protocol/);
    return 'no';
  },

  async 'core.PluginListener'() {
    same(new core.PluginListener('fs', 'a', 1).channelId, 1);
  },

  async 'core.PluginListener.unregister'() {
    await refused(new core.PluginListener('fs', 'a', 1).unregister(), /not granted/);
  },

  async 'core.addPluginListener'() {
    await refused(core.addPluginListener('fs', 'a', () => undefined), /not granted/);
  },

  async 'core.checkPermissions'() {
    await refused(core.checkPermissions('fs'), /not granted/);
  },

  async 'core.requestPermissions'() {
    await refused(core.requestPermissions('fs'), /not granted/);
  },

  async 'event.TauriEvent'() {
    same(event.TauriEvent.WINDOW_CLOSE_REQUESTED, 'tauri://close-requested');
  },

  async 'event.listen'() {
    const told = await heard((act) => event.listen('saved', act), () => event.emit('saved', { n: 1 }));
    same([told.event, told.payload, typeof told.id], ['saved', { n: 1 }, 'number']);
    await refused(event.listen('a name with spaces', () => undefined), /./);
  },

  async 'event.once'() {
    const seen = [];
    await event.once('once', ({ payload }) => seen.push(payload));
    for (let n = 0; n < 3; n++) await event.emit('once', n);
    await barrier();
    same(seen, [0]);
  },

  async 'event.emit'() {
    await event.emit('nobody-listens');
  },

  async 'event.emitTo'() {
    const target = { kind: 'WebviewWindow', label: 'main' };
    const listen = (act) => event.listen('to-me', act, { target: 'main' });
    for (const to of ['main', target])
      same((await heard(listen, () => event.emitTo(to, 'to-me', [to]))).payload, [to]);
    await refused(event.emitTo('elsewhere', 'to-me'), /scope/);
  },

  async 'path.BaseDirectory'() {
    same([path.BaseDirectory.Audio, path.BaseDirectory.Template], [1, 23]);
  },

  async 'path.sep'() {
    same(path.sep(), '/');
  },

  async 'path.delimiter'() {
    same(path.delimiter(), ':');
  },

  async 'path.join'() {
    same(await path.join('a', '..', 'b', 'c.txt'), 'b/c.txt');
  },

  async 'path.normalize'() {
    same(await path.normalize('/a/./b/../c'), '/a/c');
  },

  async 'path.resolve'() {
    same(await path.resolve('/a', 'b', '..', 'c'), '/a/c');
  },

  async 'path.dirname'() {
    same(await path.dirname('/a/b/c.txt'), '/a/b');
  },

  async 'path.extname'() {
    same(await path.extname('/a/b/c.txt'), 'txt');
    await refused(path.extname('/a/b/c'), /./);
  },

  async 'path.basename'() {
    same([await path.basename('/a/b.txt'), await path.basename('/a/b.txt', '.txt')], ['b.txt', 'b']);
  },

  async 'path.isAbsolute'() {
    same([await path.isAbsolute('/a'), await path.isAbsolute('a')], [true, false]);
  },

  async 'path.resolveResource'() {
    same(await path.resolveResource('x/y'), `${await path.resourceDir()}/x/y`);
  },

  async 'path.resourceDir'() {
    same(await tauri.fs.exists(await path.join(await path.resourceDir(), 'data/hello.txt')), true);
  },
};

const ID = '/com.example.page';
const FOLDERS = {
  appCacheDir: ID, appConfigDir: ID, appDataDir: ID, appLocalDataDir: ID, appLogDir: 'logs', audioDir: 'Music',
  cacheDir: '', configDir: '', dataDir: '', desktopDir: 'Desktop', documentDir: 'Documents',
  downloadDir: 'Downloads', executableDir: 'bin', fontDir: 'fonts', homeDir: '', localDataDir: '',
  pictureDir: 'Pictures', publicDir: 'Public', runtimeDir: '', tempDir: '', templateDir: 'Templates',
  videoDir: 'Videos',
};
for (const [name, end] of Object.entries(FOLDERS)) cases[`path.${name}`] = () => folder(path[name], end);

return await run(cases);
