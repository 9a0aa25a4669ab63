// A Chromium that is driven by lines of JSON on standard input, and answers in lines of JSON: whoever writes tests does so in
// another language, and has all of playwright-core.
//
//   {"id": 1, "on": "browser", "do": "newContext", "with": [{}]}     →  {"id": 1, "is": {"$": "2"}}
//   {"id": 2, "on": "2", "do": "newPage", "with": []}                →  {"id": 2, "is": {"$": "3"}}
//   {"id": 3, "on": "3", "do": "keyboard.press", "with": ["a"]}      →  {"id": 3, "is": null}
//   {"id": 4, "on": "3", "do": "nothing", "with": []}                →  {"id": 4, "wrong": "…"}
//
// An object of playwright's is told by a number, and named by it again: {"$": "3"}. What happens in a context that was made this way
// comes as it happens: {"on": "3", "event": "console", …}. Standard input's end is the browser's.

import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

const [program, folder] = process.argv.slice(2);
const things = new Map();
const numbers = new Map();

const tell = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function numberOf(thing) {
  if (!numbers.has(thing)) {
    numbers.set(thing, String(numbers.size + 1));
    things.set(numbers.get(thing), thing);
  }
  return numbers.get(thing);
}

const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

function put(value) {
  if (value === undefined || value === null) return null;
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  if (Array.isArray(value)) return value.map(put);
  if (typeof value !== 'object') return value;
  if (!isPlain(value)) return { $: numberOf(value) };
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, put(part)]));
}

function take(value) {
  if (Array.isArray(value)) return value.map(take);
  if (value === null || typeof value !== 'object') return value;
  if ('$' in value) return things.get(value.$);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, take(part)]));
}

// ---- what happens in a context ----

function tellOfSocket(page, socket) {
  const on = numberOf(page);
  tell({ on, event: 'socket', url: socket.url() });
  socket.on('close', () => tell({ on, event: 'socketclosed', url: socket.url() }));
  socket.on('socketerror', (error) => tell({ on, event: 'socketerror', url: socket.url(), text: error }));
}

function tellOfPage(page) {
  const on = numberOf(page);
  tell({ on, event: 'page', url: page.url() });
  page.on('load', () => tell({ on, event: 'load', url: page.url() }));
  page.on('console', (message) => tell({ on, event: 'console', kind: message.type(), text: message.text() }));
  page.on('pageerror', (error) => tell({ on, event: 'error', text: String(error) }));
  page.on('websocket', (socket) => tellOfSocket(page, socket));
  page.on('close', () => tell({ on, event: 'closed' }));
}

function tellOfContext(context) {
  context.setDefaultTimeout(30_000);
  context.on('page', tellOfPage);
  context.on('response', (response) => tell({ event: 'response', url: response.url(), status: response.status() }));
  context.on('requestfailed', (request) =>
    tell({ event: 'failed', url: request.url(), text: request.failure()?.errorText ?? '' }));
}

// ---- requests ----

async function act({ on, do: path, with: given }) {
  const names = path.split('.');
  const last = names.pop();
  const target = names.reduce((thing, name) => thing[name], things.get(on));
  const made = await target[last](...take(given));
  if (on === 'browser' && last === 'newContext') tellOfContext(made);
  return made;
}

async function answer(line) {
  const request = JSON.parse(line);
  try {
    tell({ id: request.id, is: put(await act(request)) });
  } catch (error) {
    tell({ id: request.id, wrong: String(error) });
  }
}

const browser = await chromium.launch({
  executablePath: program,
  chromiumSandbox: process.getuid() !== 0,
  // The machine's own proxy, where there is one, has no part in this.
  args: ['--no-proxy-server', `--crash-dumps-dir=${folder}`],
});
things.set('browser', browser);
tell({ event: 'ready', version: browser.version() });

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void answer(line));
lines.on('close', () => void browser.close().then(() => process.exit(0)));
