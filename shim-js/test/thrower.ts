// A page whose handler throws, in a process of its own: what it throws belongs to the process.

import { Channel } from '../src/page/channel.js';
import { channelOf, connect, until } from './connect.js';
import type { Request } from './fake-broker.js';

const seen: unknown[] = [];
const reported: string[] = [];
process.on('uncaughtException', (error) => void reported.push(String(error)));

const run = async ({ args, stream }: Request): Promise<{ value: null }> => {
  await stream.message(1, channelOf(args));
  await stream.message(2, channelOf(args));
  return { value: null };
};
const { endpoint } = connect({ commands: [{ name: 'two', run }] });
const onEvent = new Channel((message) => {
  seen.push(message);
  throw new Error(`handler ${String(message)}`);
});
await endpoint.invoke('two', { onEvent });
await onEvent.done;
await until(() => reported.length === 2);
process.stdout.write(JSON.stringify({ seen, reported }));
