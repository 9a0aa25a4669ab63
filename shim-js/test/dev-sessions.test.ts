// The sessions of one document of the dev bridge, one after the other, each with a FakeBroker of its
// own: what goes on, and what is the end of all (dev.test.ts has the rest).

import assert from 'node:assert/strict';
import test from 'node:test';

import type { ByteChannel } from '../src/channel.js';
import { Sessions } from '../src/dev/worker/endpoint.js';
import { CLOSE } from '../src/error.js';
import { makeApi, type Api } from '../src/page/api.js';
import type { AppEvent } from '../src/page/events.js';
import { Page } from '../src/page/page.js';
import { echo, gate, refused, tick, until } from './connect.js';
import { FakeBroker, Refusal, type FakeCommand, type Request } from './fake-broker.js';
import { makePair } from './pair.js';

/** The page's half and the worker's, as the document has them. */
class Bridge {
  readonly api: Api;
  readonly closed: string[] = [];
  readonly sessions: Sessions;
  #channel: ByteChannel | null = null;

  constructor() {
    const page: Page = new Page((message) => this.sessions.receive(structuredClone(message)));
    this.api = makeApi(page);
    this.sessions = new Sessions({
      write: (bytes) => this.#channel?.send(bytes),
      post: (message) => page.receive(structuredClone(message)),
      closed: (message) => void this.closed.push(message),
    });
  }

  /** What has come of the one before comes no more, as the program promises. */
  begin(commands: FakeCommand[]): FakeBroker {
    const [ours, theirs] = makePair();
    const broker = new FakeBroker(theirs, { commands, sendBoot: false });
    this.#channel?.close();
    this.#channel = ours;
    this.sessions.begin(broker.bootstrap.slice());
    ours.onData(
      (bytes) => this.sessions.link(bytes),
      () => undefined,
    );
    return broker;
  }
}

/** A command that listens, and how an event is sent to whom. */
function events(): { command: FakeCommand; live: Request[] } {
  const live: Request[] = [];
  const run = async (request: Request): Promise<never> => {
    const { stream, signal } = request;
    live.push(request);
    await stream.value(live.length);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    live.splice(live.indexOf(request), 1);
    throw new Refusal('cancelled', 'CANCEL came first');
  };
  return { command: { name: 'plugin:event|listen', run }, live };
}

const tell = (live: Request[], payload: unknown): Promise<unknown> =>
  Promise.all(live.map(({ stream }) => stream.message({ event: 'saved', id: 1, payload })));

test('one session takes the place of another without an end between them', async () => {
  const bridge = new Bridge();
  bridge.begin([gate().command]);
  const call = bridge.api.invoke('gate' as never);
  const broker = bridge.begin([echo]);
  await assert.rejects(call, refused('session_closed'));
  assert.deepEqual(await bridge.api.invoke('echo' as never, { a: 1 }), { a: 1 });
  assert.deepEqual([broker.violations, bridge.closed], [[], []]);
});

test('a bootstrap is erased when it has been used', () => {
  const bridge = new Bridge();
  const [, theirs] = makePair();
  const { bootstrap } = new FakeBroker(theirs, { commands: [], sendBoot: false });
  bridge.sessions.begin(bootstrap);
  assert.ok(bootstrap.every((byte) => byte === 0));
});

test('who listens goes on listening', async () => {
  const bridge = new Bridge();
  const { command, live } = events();
  const seen: unknown[] = [];
  bridge.begin([command]);
  const unlisten = await bridge.api.listen('saved', ({ payload }) => void seen.push(payload));
  await tell(live, 1);
  await until(() => seen.length === 1);
  bridge.sessions.end();
  live.length = 0;
  const broker = bridge.begin([command]);
  await until(() => live.length === 1);
  assert.deepEqual(live[0]?.args, { event: 'saved' });
  await tell(live, 2);
  await until(() => seen.length === 2);
  unlisten();
  await unlisten.done;
  await until(() => live.length === 0);
  assert.deepEqual([seen, broker.cancels, broker.violations], [[1, 2], 1, []]);
});

test('a listener that is busy while the sessions change goes on, too', async () => {
  const bridge = new Bridge();
  const { command, live } = events();
  const seen: unknown[] = [];
  let go: () => void = () => undefined;
  const handler = ({ payload }: AppEvent): Promise<void> => {
    seen.push(payload);
    return new Promise((resolve) => (go = resolve));
  };
  bridge.begin([command]);
  let over = false;
  const unlisten = await bridge.api.listen('saved', handler);
  unlisten.done.then(
    () => (over = true),
    () => (over = true),
  );
  await tell(live, 1);
  await until(() => seen.length === 1);
  bridge.sessions.end();
  go();
  // That it is done with the event is told between the two.
  await tick();
  live.length = 0;
  bridge.begin([command]);
  await until(() => live.length === 1);
  await tell(live, 2);
  await until(() => seen.length === 2);
  assert.deepEqual([seen, over], [[1, 2], false]);
});

test('who begins to listen between two sessions listens in the next', async () => {
  const bridge = new Bridge();
  const { command, live } = events();
  bridge.begin([]);
  bridge.sessions.end();
  const listening = bridge.api.listen('saved', () => undefined);
  const stopped = bridge.api.listen('other', () => undefined, { signal: AbortSignal.abort() });
  await assert.rejects(stopped, refused('cancelled'));
  bridge.begin([command]);
  await listening;
  assert.equal(live.length, 1);
});

test('after the last session all fail, also who listens', async () => {
  const bridge = new Bridge();
  const { command } = events();
  bridge.begin([command]);
  const unlisten = await bridge.api.listen('saved', () => undefined);
  bridge.sessions.finish();
  await assert.rejects(unlisten.done, refused('session_closed'));
  await assert.rejects(bridge.api.listen('saved', () => undefined), refused('session_closed'));
  await assert.rejects(bridge.api.invoke('echo' as never), refused('session_closed'));
  bridge.sessions.finish();
  assert.deepEqual(bridge.closed, []);
});

test('an end that the broker made is told, and is the end of who listens', async () => {
  const bridge = new Bridge();
  const { command, live } = events();
  const broker = bridge.begin([command]);
  const unlisten = await bridge.api.listen('saved', () => undefined);
  broker.close(CLOSE.violation);
  await assert.rejects(unlisten.done, refused('session_closed'));
  assert.equal(bridge.closed.length, 1);
  live.length = 0;
  bridge.begin([command, echo]);
  await bridge.api.invoke('echo' as never);
  assert.equal(live.length, 0);
});

test('what the broker may not say ends the session, and is told', async () => {
  const bridge = new Bridge();
  const { command, waiting } = gate();
  const broker = bridge.begin([command]);
  const call = bridge.api.invoke('gate' as never);
  await until(() => waiting.length === 1);
  bridge.sessions.link(new Uint8Array(64).fill(0xff));
  await assert.rejects(call, refused('violation'));
  await until(() => broker.closes.length === 1);
  assert.deepEqual([broker.closes, bridge.closed.length], [[CLOSE.violation], 1]);
});
