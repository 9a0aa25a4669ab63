// A host without a WebView: `host.mjs APP` makes the calls that it reads from standard input in the view `main`, and
// prints what comes of them, each as a line of JSON. Read are {"id", "call": COMMAND, "args"?, "body"?: [BASE64, …]} and
// {"cancel": ID}; printed are {"id", "channel", "message" | "bytes"} for the messages of channels, {"id", "early": true,
// "value" | "bytes"} for a result before their end, and once for a call {"id", "ok": true, "value" | "bytes"} or
// {"id", "ok": false, "error": {"code", "message", "retry_ms"?, "errno"?}}.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Channel, Endpoint, TrollbridgeError } from '../../shim-js/dist/src/index.js'; // 'trollbridge'
import { childChannel } from '../../shim-js/dist/src/node.js'; // 'trollbridge/node'

const command = ['relay', ...process.argv.slice(2), '--view', 'main'];
const relay = spawn(process.env.TROLLBRIDGE ?? 'trollbridge', command, { stdio: ['pipe', 'pipe', 'inherit'] });
relay.once('error', (error) => process.stderr.write(`host: ${error.message}\n`));
const endpoint = new Endpoint(childChannel(relay));
const live = new Map(); // of each call that is not answered, by id: what aborts it, and the promise of its end
process.stdout.once('error', () => process.exit(1)); // nobody reads any more

/** Waits for whoever reads this, so that the plugin waits for them too. */
async function print(line) {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
}
const shown = (it, key) => (it instanceof Uint8Array ? { bytes: Buffer.from(it).toString('base64') } : { [key]: it });

/** In a page channels stand in the arguments; here it is their names, as on the wire. */
function parse(line) {
  const channels = [];
  const request = JSON.parse(line, (_key, value) => {
    const [name, number] = /^__CHANNEL__:(\d+)$/.exec(value) ?? [];
    if (name === undefined) return value;
    const show = (message) => print({ id: request.id, channel: Number(number), ...shown(message, 'message') });
    return channels[channels.push(new Channel(show)) - 1];
  });
  return { ...request, channels };
}

async function make({ id, call, args, body = [], channels }, { signal }) {
  const parts = body.map((part) => Buffer.from(part, 'base64'));
  let answer;
  try {
    const value = await endpoint.invoke(call, args, { raw: parts.length > 1 ? parts : parts[0], signal });
    if (channels.length > 0) await print({ id, early: true, ...shown(value, 'value') });
    await Promise.all(channels.map(({ done }) => done));
    answer = { ok: true, ...shown(value, 'value') };
  } catch (error) {
    if (!(error instanceof TrollbridgeError)) throw error;
    const { code, message, retry_ms, errno } = error;
    answer = { ok: false, error: { code, message, retry_ms, errno } };
  }
  await Promise.allSettled(channels.map(({ done }) => done)); // the last message before the answer
  await print({ id, ...answer });
  live.delete(id);
}

for await (const line of createInterface({ input: process.stdin })) {
  const [request, controller] = [parse(line), new AbortController()];
  if ('cancel' in request) live.get(request.cancel)?.controller.abort();
  else live.set(request.id, { controller, done: make(request, controller) });
}
await Promise.all(Array.from(live.values(), ({ done }) => done));
endpoint.close();
process.exitCode = (await endpoint.ended).by === 'endpoint' ? 0 : 1;
