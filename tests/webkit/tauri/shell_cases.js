// One case for each export of @tauri-apps/plugin-shell, by its name, and some for what they share.
// The programs are those of test_tauri_shell.py; every one of them may be called as written here and not otherwise.

const { Child, Command, EventEmitter, open } = tauri.shell;
const SCOPE = /policy|may be started|sidecar|env_allow/;
const bytes = (...values) => Array.from(Uint8Array.of(...values));

/** What a program said until its end: [stdout, stderr, {code, signal}]. */
async function toTheEnd(command, act = async () => undefined) {
  const said = { stdout: [], stderr: [], error: [] };
  command.stdout.on('data', (data) => said.stdout.push(data));
  command.stderr.on('data', (data) => said.stderr.push(data));
  command.on('error', (message) => said.error.push(message));
  const closed = new Promise((resolve) => command.on('close', resolve));
  const child = await command.spawn();
  await act(child, said);
  return { ...said, ...(await closed) };
}

/** Emitters that count, and what they have counted. */
function counting() {
  const seen = [];
  return { emitter: new EventEmitter(), seen, see: (name) => (value) => seen.push(`${name} ${value}`) };
}

const cases = {
  async Command() {
    const command = Command.create('echo', 'one');
    ok(command instanceof Command && command instanceof EventEmitter, 'a command that tells of events');
    same((await command.execute()).stdout, 'one\n');
    same((await command.execute()).stdout, 'one\n', 'again');
  },

  async 'Command.create'() {
    same((await Command.create('echo', ['two words']).execute()).stdout, 'two words\n');
    for (const refusedOne of [Command.create('echo'), Command.create('echo', ['a', 'b']), Command.create('/usr/bin/echo', ['a']), Command.create('sh', ['-c', 'id'])])
      await refused(refusedOne.execute(), SCOPE);
  },

  async 'Command.sidecar'() {
    same((await Command.sidecar('binaries/say', ['beside']).execute()).stdout, 'beside\n');
    await refused(Command.sidecar('echo', ['a']).execute(), SCOPE);
    await refused(Command.create('binaries/say', ['a']).execute(), SCOPE);
  },

  async 'Command.execute'() {
    same(await Command.create('seq', '3').execute(), { code: 0, signal: null, stdout: '1\n2\n3\n', stderr: '' });
    const missing = await Command.create('missing').execute();
    same([missing.code, missing.signal, missing.stdout], [2, null, '']);
    ok(missing.stderr.includes('No such file or directory') || missing.stderr.includes('ermission denied'), 'its own words');
  },

  async 'arguments that are none'() {
    for (const argument of ['-n', '--help', 'a\nb', 'a\0b'])
      await refused(Command.create('echo', [argument]).execute(), /./);
    await refused(Command.create('seq', ['1; id']).execute(), SCOPE);
    await refused(Command.create('seq', ['3\n']).execute(), /./);
    await refused(Command.create('seq', [3]).execute(), /./);
  },

  async 'Command.spawn'() {
    const told = await toTheEnd(Command.create('seq', '3'), async (child) => {
      ok(child instanceof Child && Number.isInteger(child.pid), 'a child with a number');
    });
    same(told, { stdout: told.stdout, stderr: [], error: [], code: 0, signal: null });
    same(told.stdout.map((line) => line.trimEnd()), ['1', '2', '3']);
    await refused(Command.create('seq', 'x').spawn(), SCOPE);
  },

  async 'stderr of a program that goes on'() {
    const { stdout, stderr, code } = await toTheEnd(Command.create('missing'));
    same([stdout, stderr.length > 0, code], [[], true, 2]);
  },

  async 'many lines'() {
    const { stdout, code } = await toTheEnd(Command.create('seq', '20000'));
    same([stdout.length, Number(stdout[0]), Number(stdout.at(-1)), code], [20000, 1, 20000, 0]);
  },

  async 'raw bytes'() {
    const options = { encoding: 'raw' };
    const executed = await Command.create('latin', [], options).execute();
    ok(executed.stdout instanceof Uint8Array && executed.stderr instanceof Uint8Array, 'Uint8Arrays');
    same([Array.from(executed.stdout), executed.stderr.length], [bytes(0xe4, 0x0a), 0]);
    const { stdout } = await toTheEnd(Command.create('latin', [], options));
    ok(stdout.every((part) => part instanceof Uint8Array), 'Uint8Arrays');
    same(stdout.flatMap((part) => Array.from(part)), bytes(0xe4, 0x0a));
  },

  async 'raw bytes without a line among them'() {
    const sent = noise(200_000);
    const { stdout } = await toTheEnd(Command.create('cat', [], { encoding: 'raw' }), async (child, said) => {
      await child.write(sent);
      await until(() => said.stdout.reduce((n, { length }) => n + length, 0) === sent.length);
      await child.kill();
    });
    same(await sha256(new Uint8Array(await new Blob(stdout).arrayBuffer())), await sha256(sent));
  },

  async 'other encodings'() {
    same((await Command.create('latin', [], { encoding: 'windows-1252' }).execute()).stdout, 'ä\n');
    const { stdout } = await toTheEnd(Command.create('latin', [], { encoding: 'iso-8859-1' }));
    same(stdout.map((line) => line.trimEnd()), ['ä']);
    await refused(Command.create('latin', [], { encoding: 'none-such' }).execute(), /./);
  },

  async 'bytes that are no text'() {
    await refused(Command.create('latin').execute(), /encoding/);
    const { stdout, error, code } = await toTheEnd(Command.create('latin'));
    same([stdout, error.length, code], [[], 1, 0]);
  },

  async 'the working directory'() {
    const here = await tauri.path.resourceDir();
    same((await Command.create('pwd').execute()).stdout, `${here}\n`);
    same((await Command.create('pwd', [], { cwd: `${here}/data` }).execute()).stdout, `${here}/data\n`);
    for (const cwd of ['/', '/etc', `${here}/data/../..`, `${here}/absent`])
      await refused(Command.create('pwd', [], { cwd }).execute(), /./);
  },

  async 'the environment'() {
    same((await Command.create('env').execute()).stdout, 'FIXED=yes\n');
    const asked = await Command.create('env', [], { env: { GREETING: 'hello' } }).execute();
    same(asked.stdout.trimEnd().split('\n').sort(), ['FIXED=yes', 'GREETING=hello']);
    for (const env of [{ GREETING: 'HELLO' }, { OTHER: 'x' }, { FIXED: 'no' }, { LD_PRELOAD: '/x' }, { PATH: '/tmp' }])
      await refused(Command.create('env', [], { env }).execute(), SCOPE);
  },

  async Child() {
    same(new Child(7).pid, 7);
    // As Tauri's: nobody is there, and nothing is said.
    same([await new Child(7).kill(), await new Child(7).write('x')], [null, null]);
  },

  async 'Child.write'() {
    const lines = (said, n) => until(() => said.stdout.length === n);
    const { stdout, code, signal } = await toTheEnd(Command.create('cat'), async (child, said) => {
      await child.write('a text: ä€\n');
      await lines(said, 1);
      await child.write(Uint8Array.of(0x62, 0x0a));
      await lines(said, 2);
      await child.write([0x63, 0x0a]);
      await lines(said, 3);
      await child.kill();
    });
    same(stdout.map((line) => line.trimEnd()), ['a text: ä€', 'b', 'c']);
    same([code, signal], [null, 9]);
  },

  async 'Child.write of much'() {
    const sent = noise(3 * 1048576 + 5);
    let n = 0;
    const command = Command.create('cat', [], { encoding: 'raw' });
    command.stdout.on('data', (part) => { n += part.length; });
    const closed = new Promise((resolve) => command.on('close', resolve));
    const child = await command.spawn();
    await child.write(sent);
    await until(() => n === sent.length);
    await child.kill();
    await closed;
  },

  async 'Child.kill'() {
    const { code, signal } = await toTheEnd(Command.create('sleep'), (child) => child.kill());
    same([code, signal], [null, 9]);
    const child = await Command.create('sleep').spawn();
    await child.kill();
    same([await child.kill(), await child.write('x')], [null, null], 'nobody is there any more');
  },

  async 'a program that writes for ever'() {
    let n = 0;
    const command = Command.create('yes');
    command.stdout.on('data', (line) => { n += line.trimEnd() === 'y'; });
    const closed = new Promise((resolve) => command.on('close', resolve));
    const child = await command.spawn();
    await until(() => n > 1000);
    await child.kill();
    same((await closed).signal, 9);
  },

  async open() {
    await open('https://example.org/a%20page');
    for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x', 'smb://host/share', '/etc/passwd', 'https:/\0/x'])
      await refused(open(url), /./);
    await refused(open('https://example.org', '/usr/bin/id'), /./);
  },

  async EventEmitter() {
    const { emitter, seen, see } = counting();
    emitter.on('a', see('on'));
    same([emitter.emit('a', 1), emitter.emit('b', 2), seen], [true, false, ['on 1']]);
  },

  async 'EventEmitter.addListener'() {
    const { emitter, seen, see } = counting();
    same(emitter.addListener('a', see('added')), emitter);
    emitter.emit('a', 1);
    same(seen, ['added 1']);
  },

  async 'EventEmitter.removeListener'() {
    const { emitter, seen, see } = counting();
    const listener = see('removed');
    emitter.on('a', listener).removeListener('a', listener).emit('a', 1);
    same(seen, []);
  },

  async 'EventEmitter.on'() {
    const { stdout } = await toTheEnd(Command.create('echo', 'x'));
    same(stdout.map((line) => line.trimEnd()), ['x']);
  },

  async 'EventEmitter.once'() {
    const command = Command.create('seq', '5');
    const seen = [];
    command.stdout.once('data', (line) => seen.push(line.trimEnd()));
    await toTheEnd(command);
    same(seen, ['1']);
  },

  async 'EventEmitter.off'() {
    const { emitter, seen, see } = counting();
    const listener = see('off');
    emitter.on('a', listener).off('a', listener).emit('a', 1);
    same(seen, []);
  },

  async 'EventEmitter.removeAllListeners'() {
    const { emitter, seen, see } = counting();
    emitter.on('a', see('a')).on('b', see('b')).removeAllListeners('a').emit('b', 1);
    emitter.removeAllListeners().emit('b', 2);
    same(seen, ['b 1']);
  },

  async 'EventEmitter.emit'() {
    const { emitter, seen, see } = counting();
    emitter.on('a', see('first')).on('a', see('second'));
    same([emitter.emit('a', 1), seen], [true, ['first 1', 'second 1']]);
  },

  async 'EventEmitter.listenerCount'() {
    const { emitter, see } = counting();
    emitter.on('a', see('a')).on('a', see('a'));
    same([emitter.listenerCount('a'), emitter.listenerCount('b')], [2, 0]);
  },

  async 'EventEmitter.prependListener'() {
    const { emitter, seen, see } = counting();
    emitter.on('a', see('last')).prependListener('a', see('first')).emit('a', 1);
    same(seen, ['first 1', 'last 1']);
  },

  async 'EventEmitter.prependOnceListener'() {
    const { emitter, seen, see } = counting();
    emitter.on('a', see('last')).prependOnceListener('a', see('first')).emit('a', 1);
    emitter.emit('a', 2);
    same(seen, ['first 1', 'last 1', 'last 2']);
  },
};

return await run(cases);
