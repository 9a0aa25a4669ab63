// What runs in a hook's world before the app's text: the few globals beside ECMAScript's own, and
// how a function of the app's is called. It copies what it uses, and nothing of it can be reached
// from the app's text but what it puts on the global object.
//
// native: encode(string), decode(bytes, fatal, keepsMark), log(string).
(function (global, encode, decode, log) {
  'use strict';
  const { String, Error, RangeError, TypeError } = global;
  const { stringify } = global.JSON;
  const { defineProperty, freeze } = global.Object;
  const [PENDING, DONE, THROWN] = [0, 1, 2];

  const define = (name, value) =>
    defineProperty(global, name, { value, writable: true, enumerable: false, configurable: true });

  function shown(value) {
    if (typeof value !== 'object' || value === null) return String(value);
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  }

  function say(...values) {
    let line = '';
    for (let i = 0; i < values.length; i++) line += (i ? ' ' : '') + shown(values[i]);
    log(line);
  }

  define('window', global);
  define('console', freeze({ log: say, info: say, warn: say, error: say, debug: say }));
  define(
    'TextEncoder',
    class TextEncoder {
      get encoding() {
        return 'utf-8';
      }
      encode(text = '') {
        return encode(String(text));
      }
    },
  );
  define(
    'TextDecoder',
    class TextDecoder {
      #fatal;
      #keepsMark;
      constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
        if (label !== 'utf-8' && label !== 'utf8') throw new RangeError('a hook decodes utf-8 alone');
        this.#fatal = !!fatal;
        this.#keepsMark = !!ignoreBOM;
      }
      get encoding() {
        return 'utf-8';
      }
      decode(bytes) {
        if (bytes === undefined) return '';
        const text = decode(bytes, this.#fatal, this.#keepsMark);
        if (text === undefined) throw new TypeError('not a Uint8Array of UTF-8');
        return text;
      }
    },
  );
  delete global.Atomics;

  // Tauri's form: one function for requests alone.
  async function tauri(hook, message) {
    const payload = { cmd: message.command, callback: 0, error: 0, payload: message.args, options: {} };
    if (message.raw !== undefined) payload.raw = message.raw;
    const back = await hook(payload);
    if (typeof back !== 'object' || back === null)
      throw new TypeError('__TAURI_ISOLATION_HOOK__ has to return the payload that it was given');
    if (back.cmd !== message.command) throw new Error('the hook changed the command');
    message.raw = back.raw;
    return back.payload;
  }

  async function settle(box, answer) {
    try {
      box.value = await answer();
      box.state = DONE;
    } catch (thrown) {
      box.value = thrown;
      box.state = THROWN;
    }
  }

  // What the box holds once the engine's queue of jobs is empty is what came of it: nothing else
  // could settle a promise later.
  return function run(hook, message, isTauri) {
    const box = { __proto__: null, state: PENDING, value: undefined };
    settle(box, () => (isTauri ? tauri(hook, message) : hook(message)));
    return box;
  };
})
