#!/usr/bin/env node
// A host without a WebView, in JavaScript: `host.mjs APP [CALLS.json]` makes calls in the view `main` and prints
// what comes of each, a line of JSON at a time, in the form of `trollbridge call --json --follow`. A call is
// {"command", "args"?, "text"? or "base64"? (the body), "abort"? (cancelled at that message)}.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Channel, Endpoint, TrollbridgeError } from '../../shim-js/dist/src/index.js'; // 'trollbridge'
import { childChannel } from '../../shim-js/dist/src/node.js'; // 'trollbridge/node'

const [app, file] = process.argv.slice(2);
const calls = file === undefined
  ? [{ command: 'plugin:fs|read_text_file', args: { path: 'data/hello.txt' } }]
  : JSON.parse(await readFile(file, 'utf8'));

const { TROLLBRIDGE: program = 'trollbridge' } = process.env;
const relay = spawn(program, ['relay', app, '--view', 'main'], { stdio: ['pipe', 'pipe', 'inherit'] });
relay.once('error', (error) => process.stderr.write(`host: ${program}: ${error.message}\n`));
const endpoint = new Endpoint(childChannel(relay));

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

function shown(value, key) {
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : { [key]: value };
}

/** The arguments with a Channel wherever they name one, as a page would have put it there. */
function withChannels(args, onMessage) {
  const found = [];
  const replaced = JSON.parse(JSON.stringify(args), (_key, value) => {
    const [, id] = /^__CHANNEL__:(\d+)$/.exec(value) ?? [];
    if (id === undefined) return value;
    found.push(new Channel((message) => onMessage(Number(id), message)));
    return found.at(-1);
  });
  return { args: replaced, channels: found };
}

async function make({ command, args = {}, text, base64, abort: left = Infinity }) {
  const controller = new AbortController();
  const given = withChannels(args, (channel, message) => {
    print({ channel, ...shown(message, 'message') });
    if (--left <= 0) controller.abort();
  });
  const raw = base64 === undefined ? text : Buffer.from(base64, 'base64');
  const body = typeof raw === 'string' ? new TextEncoder().encode(raw) : raw;
  try {
    const value = await endpoint.invoke(command, given.args, { raw: body, signal: controller.signal });
    await Promise.all(given.channels.map(({ done }) => done));
    print({ ok: true, ...shown(value, 'value') });
  } catch (error) {
    if (!(error instanceof TrollbridgeError)) throw error;
    const { code, message, retry_ms, errno } = error;
    print({ ok: false, error: { code, message, command, retry_ms, errno } });
  }
}

for (const call of calls) await make(call);
endpoint.close();
process.exitCode = (await endpoint.ended).by === 'endpoint' ? 0 : 1;
