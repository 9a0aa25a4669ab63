// Runs the cases as a page of the TypeScript endpoint behind `trollbridge relay`: `page.mjs APP PLUGIN CASES.json`. A line of
// JSON for each case: {"case", "ok"} and, if it went wrong, "why". All of them share one session.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Channel, Endpoint } from '../../shim-js/dist/src/index.js';
import { childChannel } from '../../shim-js/dist/src/node.js';

const [app, plugin, file] = process.argv.slice(2);
const relay = spawn(process.env.TROLLBRIDGE, ['relay', app], { stdio: ['pipe', 'pipe', 'inherit'] });
const endpoint = new Endpoint(childChannel(relay));

function series(n, from = 0) {
  return Uint8Array.from({ length: n }, (_, i) => (from + i) % 251);
}

function bodyOf(what) {
  return typeof what === 'string' ? new TextEncoder().encode(what) : series(what.n, what.from);
}

/** The whole body, or its parts as they are to be sent. */
function rawOf({ body, parts }) {
  if (parts === undefined) return body === undefined ? undefined : bodyOf(body);
  return (function* () {
    if (body !== undefined) yield bodyOf(body);
    for (let at = 0; at < parts.n; at += parts.each)
      yield series(Math.min(parts.each, parts.n - at), parts.from + at);
  })();
}

class Run {
  saved = {};
  calls = {};

  filled(value, messages) {
    if (typeof value === 'string') {
      if (/^__CHANNEL__:\d+$/.test(value)) return new Channel((message) => messages.push(message));
      return value.replace('PLUGIN://', `${plugin}://`);
    }
    if (Array.isArray(value)) return value.map((item) => this.filled(item, messages));
    if (value === null || typeof value !== 'object') return value;
    if ('saved' in value) return this.saved[value.saved];
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.filled(item, messages)]));
  }

  start(step) {
    const name = step.call.includes(':') ? step.call : `plugin:${plugin}|${step.call}`;
    const call = { messages: [], controller: new AbortController() };
    const args = this.filled(step.args ?? {}, call.messages);
    const { signal } = call.controller;
    if (name === 'plugin:event|listen') {
      call.listening = endpoint.listen(args.event, (event) => void call.messages.push(event), { signal });
      call.result = call.listening.then(({ done }) => done);
    } else {
      call.result = endpoint.invoke(name, args, { raw: rawOf(step), signal });
    }
    call.channels = Object.values(args).filter((value) => value instanceof Channel);
    call.result.catch(() => undefined);
    return call;
  }

  async check(step, call) {
    if ('error' in step) {
      const error = await call.result.then(() => assert.fail('no error'), (reason) => reason);
      assert.deepEqual({ code: error.code, errno: error.errno }, { code: step.error, errno: step.errno });
      return;
    }
    const result = await call.result;
    await Promise.all(call.channels.map(({ done }) => done));
    if (step.value?.save !== undefined) this.saved[step.value.save] = result;
    else if ('bytes' in step) assert.ok(Buffer.from(bodyOf(step.bytes)).equals(result), 'other bytes');
    else assert.deepEqual(result, step.value);
    const messages = step.messages ?? ('count' in step ? [...Array(step.count).keys()] : undefined);
    if (messages !== undefined) assert.deepEqual(call.messages, messages);
  }

  async step(step) {
    const call = this.calls[step.await ?? step.cancel ?? step.listens ?? step.hears];
    if ('call' in step) {
      const started = this.start(step);
      if ('as' in step) this.calls[step.as] = started;
      else await this.check(step, started);
    } else if ('listens' in step) {
      await call.listening;
    } else if ('hears' in step) {
      const wanted = this.filled(step.events);
      while (call.messages.length < wanted.length) await new Promise((done) => setImmediate(done));
      assert.deepEqual(call.messages.map(({ event, payload }) => [event, payload]), wanted);
    } else if ('cancel' in step) {
      call.controller.abort();
    } else if (call.listening === undefined) {
      await this.check(step, call);
    } else {
      await call.listening.then((unlisten) => unlisten.done); // stopped, which is no error here
    }
  }
}

let failed = 0;
for (const { name, steps } of JSON.parse(await readFile(file, 'utf8'))) {
  const run = new Run();
  let why;
  try {
    for (const step of steps) await run.step(step);
  } catch (error) {
    why = String(error.message);
    failed += 1;
  }
  process.stdout.write(`${JSON.stringify({ case: name, ok: why === undefined, why })}\n`);
}
endpoint.close();
process.exitCode = failed === 0 ? 0 : 1;
