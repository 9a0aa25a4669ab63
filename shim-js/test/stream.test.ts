// Results in parts, channels and early values, against the FakeBroker.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { Channel } from '../src/page/channel.js';
import { PART_MOST } from '../src/limits.js';
import { CREDIT_FIRST } from '../src/stream-messages.js';
import { bytesOf } from '../tools/vectors/common.js';
import { channelOf, connect, echo, refused, tick, until } from './connect.js';
import { Refusal, type FakeCommand, type Request } from './fake-broker.js';

const MIB = 1_048_576;
const THROWER = fileURLToPath(new URL('./thrower.js', import.meta.url));

/** Answers `bytes` in parts, the last `tail` of them with REPLY. */
function giver(bytes: Uint8Array, tail = 0): FakeCommand & { sent: number } {
  const command = {
    name: 'give',
    sent: 0,
    async run({ stream, signal }: Request): Promise<{ raw: Uint8Array }> {
      for (let at = 0; at < bytes.length - tail; at += PART_MOST) {
        const part = bytes.subarray(at, Math.min(at + PART_MOST, bytes.length - tail));
        await stream.part(part);
        if (signal.aborted) throw new Refusal('cancelled', 'CANCEL came first');
        command.sent += part.length;
      }
      return { raw: bytes.slice(bytes.length - tail) };
    },
  };
  return command;
}

test('a result in parts arrives whole, sealed and in clear', async () => {
  const bytes = bytesOf('result', 3 * MIB + 5);
  for (const mode of ['relay', 'direct'] as const)
    for (const tail of [0, 7]) {
      const { endpoint, broker } = connect({ mode, commands: [giver(bytes, tail)] });
      assert.deepEqual(await endpoint.invoke('give'), bytes);
      assert.deepEqual(broker.violations, []);
    }
});

test('a limit that is no number of bytes is refused, not waited for', async () => {
  const { endpoint } = connect({ commands: [echo] });
  for (const most of [() => 1, Symbol('most'), {}, '5', NaN, -1])
    await assert.rejects(endpoint.invoke('echo', {}, { most: most as number }), refused('invalid_args'));
});

test('a result of empty parts is an empty result', async () => {
  const { endpoint } = connect({ commands: [giver(new Uint8Array(0)), echo] });
  assert.deepEqual(await endpoint.invoke('give'), new Uint8Array(0));
});

test('a result of many small parts is joined as it comes', async () => {
  const run = async ({ stream }: Request): Promise<{ raw: Uint8Array }> => {
    for (let n = 0; n < 30_000; n++) await stream.part(Uint8Array.of(n & 255));
    return { raw: new Uint8Array(0) };
  };
  const { endpoint } = connect({ commands: [{ name: 'small', run }] });
  const bytes = (await endpoint.invoke('small')) as Uint8Array;
  assert.equal(bytes.length, 30_000);
  assert.ok(bytes.every((byte, n) => byte === (n & 255)));
  assert.equal(bytes.buffer.byteLength, 30_000);
});

test('a result above the most that is wanted is cancelled', async () => {
  const { endpoint, broker } = connect({ commands: [giver(new Uint8Array(MIB), 1)] });
  assert.equal(((await endpoint.invoke('give', {}, { most: MIB })) as Uint8Array).length, MIB);
  for (const most of [MIB - 1, 100_000])
    await assert.rejects(endpoint.invoke('give', {}, { most }), refused('too_large'));
  await until(() => endpoint.counts.replies === 3);
  assert.ok(broker.cancels >= 1);
  assert.deepEqual(broker.violations, []);
});

test('a result is taken part by part', async () => {
  const bytes = bytesOf('parts', MIB);
  const { endpoint } = connect({ commands: [giver(bytes, 3)] });
  const parts: Uint8Array[] = [];
  for await (const part of endpoint.invokeStream('give')) parts.push(part);
  assert.deepEqual(Buffer.concat(parts), Buffer.from(bytes));
  assert.ok(parts.every((part) => part.length <= PART_MOST));
});

test('a page that stops reading stops the program that writes', async () => {
  const command = giver(new Uint8Array(2 * MIB));
  const { endpoint } = connect({ commands: [command, echo] });
  const stream = endpoint.invokeStream('give');
  await until(() => command.sent >= CREDIT_FIRST - PART_MOST);
  // Other calls go on, as often as it takes for anything still under way to arrive.
  for (let n = 0; n < 50; n++) await endpoint.invoke('echo', { n });
  assert.ok(command.sent <= CREDIT_FIRST);
  let taken = 0;
  for await (const part of stream) {
    taken += part.length;
    await tick();
    assert.ok(command.sent <= taken + CREDIT_FIRST, `${command.sent} sent, ${taken} taken`);
  }
  assert.equal(taken, 2 * MIB);
});

test('leaving the loop cancels the call', async () => {
  const { endpoint, broker } = connect({ commands: [giver(new Uint8Array(MIB)), echo] });
  for await (const part of endpoint.invokeStream('give')) {
    assert.equal(part.length, PART_MOST);
    break;
  }
  await until(() => broker.cancels === 1);
  assert.deepEqual(await endpoint.invoke('echo', { a: 1 }), { a: 1 });
  assert.deepEqual(broker.violations, []);
});

test('a result as a ReadableStream', async () => {
  const bytes = bytesOf('readable', MIB);
  const { endpoint, broker } = connect({ commands: [giver(bytes, 1)] });
  const whole = await new Response(endpoint.invokeStream('give').readable()).arrayBuffer();
  assert.deepEqual(new Uint8Array(whole), bytes);
  const reader = endpoint.invokeStream('give').readable().getReader();
  await reader.read();
  await reader.cancel();
  await until(() => broker.cancels === 1);
});

test('an error behind parts comes after them, once', async () => {
  const run = async ({ stream }: Request): Promise<never> => {
    await stream.part(Uint8Array.of(1));
    throw new Refusal('io', 'the disk is gone', { errno: 5 });
  };
  const { endpoint } = connect({ commands: [{ name: 'half', run }] });
  const stream = endpoint.invokeStream('half');
  assert.deepEqual(await stream.next(), { done: false, value: Uint8Array.of(1) });
  await assert.rejects(stream.next(), refused('io', { errno: 5 }));
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  await assert.rejects(endpoint.invoke('half'), refused('io'));
});

test('a value is no result in parts', async () => {
  const { endpoint } = connect();
  await assert.rejects(endpoint.invokeStream('echo').next(), refused('invalid_args'));
  await assert.rejects(endpoint.invokeStream('nothing').next(), refused('not_granted'));
});

test('a channel gets its messages in order, before the end', async () => {
  const run = async ({ args, stream }: Request): Promise<{ value: string }> => {
    const id = channelOf(args['inner'] as Record<string, unknown>);
    for (let n = 0; n < 1000; n++) await stream.message({ n }, id);
    await stream.part(Uint8Array.of(1, 2), id);
    return { value: 'done' };
  };
  const { endpoint, broker } = connect({ commands: [{ name: 'count', run }] });
  const seen: unknown[] = [];
  const onEvent = new Channel((message) => void seen.push(message));
  assert.equal(await endpoint.invoke('count', { inner: { onEvent } }), 'done');
  await onEvent.done;
  assert.deepEqual(
    seen.slice(0, 1000),
    Array.from({ length: 1000 }, (_, n) => ({ n })),
  );
  assert.deepEqual(seen.slice(1000), [Uint8Array.of(1, 2)]);
  assert.deepEqual(broker.violations, []);
});

test('a handler that waits holds the program that sends', async () => {
  let sent = 0;
  const run = async ({ args, stream }: Request): Promise<{ value: null }> => {
    for (; sent < 100; sent++) await stream.message('x'.repeat(10_000), channelOf(args));
    return { value: null };
  };
  const { endpoint } = connect({ commands: [{ name: 'flood', run }, echo] });
  const waiting: (() => void)[] = [];
  let handled = 0;
  const onEvent = new Channel(() => {
    handled += 1;
    return new Promise<void>((resolve) => waiting.push(resolve));
  });
  const call = endpoint.invoke('flood', { onEvent });
  await until(() => sent * 10_000 > CREDIT_FIRST - 20_000);
  for (let n = 0; n < 50; n++) await endpoint.invoke('echo', { n });
  assert.ok(sent * 10_000 <= CREDIT_FIRST);
  assert.equal(handled, 1);
  for (let n = 1; n <= 100; n++) {
    await until(() => waiting.length > 0);
    assert.equal(handled, n);
    waiting.shift()?.();
  }
  assert.equal(await call, null);
  await onEvent.done;
  assert.equal(handled, 100);
});

test('an early value resolves the call, and its channel goes on', async () => {
  let go: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (go = resolve));
  const run = async ({ args, stream }: Request): Promise<{ value: null }> => {
    await stream.value({ pid: 7 });
    await gone;
    await stream.message('late', channelOf(args));
    if (args['fail'] === true) throw new Refusal('plugin_crashed', 'it crashed');
    return { value: null };
  };
  const { endpoint } = connect({ commands: [{ name: 'spawn', run }] });
  const seen: unknown[] = [];
  const channels = [new Channel((m) => void seen.push(m)), new Channel((m) => void seen.push(m))];
  const calls = channels.map((onEvent, i) => endpoint.invoke('spawn', { onEvent, fail: i === 1 }));
  assert.deepEqual(await Promise.all(calls), [{ pid: 7 }, { pid: 7 }]);
  assert.deepEqual(seen, []);
  go();
  await channels[0]?.done;
  await assert.rejects((channels[1] as Channel).done, refused('plugin_crashed'));
  assert.deepEqual(seen, ['late', 'late']);
});

test('a channel belongs to one call at a time', async () => {
  const run = async ({ args, stream, signal }: Request): Promise<{ value: null }> => {
    await stream.message(1, channelOf(args));
    if (args['wait'] === true)
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { value: null };
  };
  const { endpoint } = connect({ commands: [{ name: 'once', run }] });
  const onEvent = new Channel();
  const controller = new AbortController();
  const first = endpoint.invoke('once', { onEvent, wait: true }, { signal: controller.signal });
  await until(() => endpoint.counts.streams === 1);
  await assert.rejects(endpoint.invoke('once', { onEvent }), refused('invalid_args'));
  controller.abort();
  await first;
  await onEvent.done;
  assert.equal(await endpoint.invoke('once', { onEvent }), null);
  await onEvent.done;
});

test('a channel that the call does not have gets nothing, and costs nothing', async () => {
  const run = async ({ stream }: Request): Promise<{ value: null }> => {
    for (let n = 0; n < 100; n++) await stream.message('x'.repeat(10_000), 1);
    return { value: null };
  };
  const { endpoint } = connect({ commands: [{ name: 'stray', run }] });
  assert.equal(await endpoint.invoke('stray', { text: '__CHANNEL__:1' }), null);
  assert.equal(endpoint.counts.dropped, 100);
});

test('what a handler throws is reported, and the next message comes', () => {
  const told = spawnSync(process.execPath, [THROWER], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(told.stdout), {
    seen: [1, 2],
    reported: ['Error: handler 1', 'Error: handler 2'],
  });
});

test('an aborted stream sends CANCEL and nothing more, and ends once', async () => {
  const run = async ({ args, stream, signal }: Request): Promise<{ value: null }> => {
    while (!signal.aborted) await stream.message('x'.repeat(1000), channelOf(args));
    throw new Refusal('cancelled', 'CANCEL came first');
  };
  const { endpoint, broker } = connect({ commands: [{ name: 'endless', run }] });
  const controller = new AbortController();
  let seen = 0;
  const onEvent = new Channel(() => {
    seen += 1;
    if (seen === 1000) controller.abort();
  });
  const call = endpoint.invoke('endless', { onEvent }, { signal: controller.signal });
  await assert.rejects(call, refused('cancelled'));
  await assert.rejects(onEvent.done, refused('cancelled'));
  assert.equal(seen, 1000);
  assert.equal(broker.cancels, 1);
  assert.deepEqual(broker.violations, []);
});

test('streams leave their command’s pool', async () => {
  const run = ({ args, stream, signal }: Request): Promise<never> =>
    new Promise((_, reject) => {
      void stream.message(1, channelOf(args));
      signal.addEventListener('abort', () => reject(new Refusal('cancelled', 'CANCEL')));
    });
  const { endpoint, broker } = connect({ commands: [{ name: 'open', pool: 2, run }, echo] });
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal);
  let opened = 0;
  const calls = Array.from({ length: 200 }, () =>
    endpoint.invoke('open', { onEvent: new Channel(() => void (opened += 1)) }, { signal }),
  );
  await until(() => opened === 200);
  assert.equal(endpoint.counts.streams, 200);
  controller.abort();
  for (const call of calls) await assert.rejects(call, refused('cancelled'));
  assert.deepEqual(broker.violations, []);
});

test('the end of the session ends streams, channels and readers', async () => {
  const run = async ({ args, stream }: Request): Promise<never> => {
    await stream.message(1, channelOf(args));
    return new Promise(() => undefined);
  };
  const { endpoint, broker } = connect({ commands: [{ name: 'open', run }] });
  const seen: unknown[] = [];
  const onEvent = new Channel((message) => void seen.push(message));
  const call = endpoint.invoke('open', { onEvent });
  const stream = endpoint.invokeStream('open', { onEvent: '__CHANNEL__:0' });
  const asked = stream.next();
  await until(() => seen.length === 1);
  broker.close(2);
  await assert.rejects(call, refused('session_closed'));
  await assert.rejects(onEvent.done, refused('session_closed'));
  await assert.rejects(asked, refused('session_closed'));
});

test('a channel is free for the next call when the one that had it has failed', async () => {
  const run = async (): Promise<never> => {
    throw new Refusal('io', 'the disk is gone');
  };
  const { endpoint } = connect({ commands: [{ name: 'fail', run }, echo] });
  const onEvent = new Channel();
  const again = endpoint
    .invoke('fail', { onEvent })
    .catch(() => endpoint.invoke('echo', { onEvent }));
  assert.deepEqual(await again, { onEvent: onEvent.toJSON() });
});
