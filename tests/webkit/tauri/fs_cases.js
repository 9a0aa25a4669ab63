// One case for each export of @tauri-apps/plugin-fs, by its name, and some for what they share.
// `data/` is in the scope, `data/private/` is not. Paths are relative to the app's folder.

const { fs, path } = tauri;
const text = (bytes) => new TextDecoder().decode(bytes);
const SECRET = 'data/private/secret.txt';
const SCOPE = /scope/;
const MISSING = /No such file|not found|ENOENT/i;
const MIB = 1048576;

/** Refused outside the scope, and where there is nothing. */
async function refusals(act) {
  await refused(act(SECRET), SCOPE);
  await refused(act('data/absent/file.txt'), MISSING);
}

async function collect(iterable) {
  const all = [];
  for await (const one of iterable) all.push(one);
  return all;
}

const cases = {
  async BaseDirectory() {
    same(fs.BaseDirectory.AppData, path.BaseDirectory.AppData);
    const baseDir = fs.BaseDirectory.AppData;
    await fs.mkdir('', { baseDir, recursive: true });
    await fs.writeTextFile('base.txt', 'there', { baseDir });
    same(await fs.readTextFile('base.txt', { baseDir }), 'there');
    same(await fs.readTextFile(await path.join(await path.appDataDir(), 'base.txt')), 'there');
  },

  async SeekMode() {
    same([fs.SeekMode.Start, fs.SeekMode.Current, fs.SeekMode.End], [0, 1, 2]);
  },

  async readTextFile() {
    same(await fs.readTextFile('data/hello.txt'), 'Hello from inside the scope.');
    await refusals(fs.readTextFile);
  },

  async readFile() {
    const bytes = await fs.readFile('data/hello.txt');
    ok(bytes instanceof Uint8Array, 'a Uint8Array');
    same(text(bytes), 'Hello from inside the scope.');
    await refusals(fs.readFile);
  },

  async writeTextFile() {
    await fs.writeTextFile('data/ü ein.txt', 'Grüße €😀');
    same(await fs.readTextFile('data/ü ein.txt'), 'Grüße €😀');
    await fs.writeTextFile('data/ü ein.txt', '!', { append: true });
    same(await fs.readTextFile('data/ü ein.txt'), 'Grüße €😀!');
    await refused(fs.writeTextFile('data/new.txt', '', { create: false }), MISSING);
    await fs.writeTextFile('data/new.txt', '', { createNew: true });
    await refused(fs.writeTextFile('data/new.txt', '', { createNew: true }), /exist/i);
    await refusals((file) => fs.writeTextFile(file, 'x'));
  },

  async writeFile() {
    await fs.writeFile('data/bytes.bin', Uint8Array.of(0, 255, 128));
    same(Array.from(await fs.readFile('data/bytes.bin')), [0, 255, 128]);
    await fs.writeFile('data/empty.bin', new Uint8Array(0));
    same((await fs.readFile('data/empty.bin')).length, 0);
    await fs.writeFile('data/view.bin', Uint8Array.of(1, 2, 3, 4).subarray(1, 3));
    same(Array.from(await fs.readFile('data/view.bin')), [2, 3]);
    const url = new URL(`file://${await path.resolve(await path.resourceDir(), 'data/by url.bin')}`);
    await fs.writeFile(url, Uint8Array.of(9));
    same(Array.from(await fs.readFile(url)), [9]);
    await refusals((file) => fs.writeFile(file, Uint8Array.of(1)));
  },

  async 'writeFile of a stream'() {
    const bytes = noise(3 * MIB + 7);
    await fs.writeFile('data/stream.bin', new Blob([bytes]).stream());
    const back = await fs.readFile('data/stream.bin');
    same([back.length, await sha256(back)], [bytes.length, await sha256(bytes)]);
    const one = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    await fs.writeFile('data/stream.bin', one);
    same(await sha256(await fs.readFile('data/stream.bin')), await sha256(bytes));
  },

  async readTextFileLines() {
    await fs.writeTextFile('data/lines.txt', 'one\ntwo\n\nfour');
    const lines = await fs.readTextFileLines('data/lines.txt');
    same(await collect(lines), ['one', 'two', '', 'four']);
    for await (const line of await fs.readTextFileLines('data/lines.txt')) {
      same(line, 'one');
      break;
    }
    const next = async (file) => (await fs.readTextFileLines(file)).next();
    await refusals(next);
  },

  async mkdir() {
    await fs.mkdir('data/made');
    await fs.mkdir('data/made/a/b', { recursive: true });
    ok((await fs.stat('data/made/a/b')).isDirectory, 'a folder');
    await refused(fs.mkdir('data/made'), /exist/i);
    await refusals((file) => fs.mkdir(`${file}/sub`));
  },

  async readDir() {
    await fs.mkdir('data/listed/folder', { recursive: true });
    await fs.writeTextFile('data/listed/file', '');
    const entries = await fs.readDir('data/listed');
    entries.sort((a, b) => a.name.localeCompare(b.name));
    same(entries.map(({ name, isFile, isDirectory, isSymlink }) => [name, isFile, isDirectory, isSymlink]),
         [['file', true, false, false], ['folder', false, true, false]]);
    await refused(fs.readDir('data/private'), SCOPE);
    await refused(fs.readDir('data/absent'), MISSING);
  },

  async stat() {
    const info = await fs.stat('data/hello.txt');
    same([info.isFile, info.isDirectory, info.size], [true, false, 28]);
    ok(info.mtime instanceof Date && Math.abs(Date.now() - info.mtime) < 3600e3, 'a time');
    await refusals(fs.stat);
  },

  async lstat() {
    same((await fs.lstat('data/hello.txt')).size, 28);
    ok((await fs.lstat('data/link')).isSymlink, 'a link');
    await refused(fs.stat('data/link'), /symbolic link/);
    await refusals(fs.lstat);
  },

  async exists() {
    same([await fs.exists('data/hello.txt'), await fs.exists('data/absent')], [true, false]);
    await refused(fs.exists(SECRET), SCOPE);
  },

  async size() {
    await fs.mkdir('data/sized', { recursive: true });
    await fs.writeFile('data/sized/a', new Uint8Array(1000));
    await fs.writeFile('data/sized/b', new Uint8Array(500));
    same([await fs.size('data/sized/a'), await fs.size('data/sized')], [1000, 1500]);
    await refusals(fs.size);
  },

  async copyFile() {
    await fs.copyFile('data/hello.txt', 'data/copy.txt');
    same(await fs.readTextFile('data/copy.txt'), 'Hello from inside the scope.');
    await refused(fs.copyFile(SECRET, 'data/stolen.txt'), SCOPE);
    await refused(fs.copyFile('data/hello.txt', SECRET), SCOPE);
    await refused(fs.copyFile('data/absent.txt', 'data/copy2.txt'), MISSING);
  },

  async rename() {
    await fs.writeTextFile('data/before.txt', 'x');
    await fs.rename('data/before.txt', 'data/after.txt');
    same([await fs.exists('data/before.txt'), await fs.exists('data/after.txt')], [false, true]);
    await refused(fs.rename(SECRET, 'data/stolen.txt'), SCOPE);
    await refused(fs.rename('data/after.txt', 'data/private/hidden.txt'), SCOPE);
    await refused(fs.rename('data/absent.txt', 'data/other.txt'), MISSING);
  },

  async remove() {
    await fs.mkdir('data/gone/deep', { recursive: true });
    await fs.writeTextFile('data/gone/deep/file', '');
    await refused(fs.remove('data/gone'), /not empty/i);
    await fs.remove('data/gone', { recursive: true });
    same(await fs.exists('data/gone'), false);
    await refusals(fs.remove);
  },

  async truncate() {
    await fs.writeTextFile('data/long.txt', 'a long text');
    await fs.truncate('data/long.txt', 6);
    same(await fs.readTextFile('data/long.txt'), 'a long');
    await fs.truncate('data/long.txt');
    same((await fs.stat('data/long.txt')).size, 0);
    await refusals((file) => fs.truncate(file, 1));
  },

  async open() {
    const file = await fs.open('data/hello.txt', { read: true });
    const room = new Uint8Array(5);
    same([await file.read(room), text(room)], [5, 'Hello']);
    await file.close();
    await refusals((name) => fs.open(name, { read: true }));
  },

  async create() {
    const file = await fs.create('data/created.txt');
    same(await file.write(new TextEncoder().encode('new')), 3);
    await file.close();
    same(await fs.readTextFile('data/created.txt'), 'new');
    await refusals(fs.create);
  },

  async FileHandle() {
    const file = await fs.open('data/hello.txt');
    ok(file instanceof fs.FileHandle && typeof file.rid === 'number', 'a handle with an id');
    await file.close();
    await refused(file.read(new Uint8Array(1)), /./);
    await refused(file.close(), /./);
  },

  async 'FileHandle.read'() {
    const bytes = noise(2 * MIB);
    await fs.writeFile('data/handle.bin', bytes);
    const file = await fs.open('data/handle.bin');
    const all = new Uint8Array(bytes.length);
    for (let at = 0; at < all.length; ) at += await file.read(all.subarray(at));
    same(await sha256(all), await sha256(bytes));
    same(await file.read(new Uint8Array(1)), null);
    await file.close();
  },

  async 'FileHandle.seek'() {
    const file = await fs.open('data/hello.txt');
    same(await file.seek(6, fs.SeekMode.Start), 6);
    same(await file.seek(-1, fs.SeekMode.Current), 5);
    same(await file.seek(-6, fs.SeekMode.End), 22);
    const room = new Uint8Array(6);
    await file.read(room);
    same(text(room), 'scope.');
    await refused(file.seek(-1, fs.SeekMode.Start), /./);
    await file.close();
  },

  async 'FileHandle.stat'() {
    const file = await fs.open('data/hello.txt');
    same((await file.stat()).size, 28);
    await file.close();
  },

  async 'FileHandle.truncate'() {
    const file = await fs.open('data/cut.txt', { write: true, create: true });
    await file.write(new TextEncoder().encode('Hello World'));
    await file.truncate(7);
    same(await fs.readTextFile('data/cut.txt'), 'Hello W');
    await file.truncate();
    same((await file.stat()).size, 0);
    await file.close();
  },

  async 'FileHandle.write'() {
    const bytes = noise(3 * MIB + 11);
    const file = await fs.open('data/written.bin', { write: true, create: true });
    same(await file.write(Uint8Array.of(1, 2)), 2);
    same(await file.write(bytes), bytes.length);
    await file.close();
    const back = await fs.readFile('data/written.bin');
    same([back.length, await sha256(back.slice(2))], [bytes.length + 2, await sha256(bytes)]);
  },

  async watch() {
    await fs.mkdir('data/watched', { recursive: true });
    const seen = [];
    const stop = await fs.watch('data/watched', (event) => seen.push(event), { delayMs: 20 });
    await fs.writeTextFile('data/watched/file', 'x');
    await until(() => seen.length > 0);
    ok(JSON.stringify(seen).includes('/data/watched/file'), 'the path');
    stop();
    await refused(fs.watch('data/private', () => undefined), SCOPE);
    await refused(fs.watch('data/absent', () => undefined), MISSING);
  },

  async watchImmediate() {
    await fs.mkdir('data/watched2', { recursive: true });
    const seen = [];
    const stop = await fs.watchImmediate(['data/watched2'], (event) => seen.push(event));
    await fs.writeTextFile('data/watched2/file', 'x');
    await until(() => seen.some(({ type }) => JSON.stringify(type).includes('create')));
    stop();
  },

  async startAccessingSecurityScopedResource() {
    await fs.startAccessingSecurityScopedResource('data/hello.txt');
  },

  async stopAccessingSecurityScopedResource() {
    await fs.stopAccessingSecurityScopedResource('data/hello.txt');
  },
};

return await run(cases);
