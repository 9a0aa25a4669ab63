// Every function of @tauri-apps/api's path.js, unmodified, over `trollbridge call`: path_api.mjs PROGRAM APP PATH_JS CASES. CASES is JSON:
// from a function's name to what it is called with and answers, or the error that it rejects with.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const [program, app, module, cases] = process.argv.slice(2);
const run = promisify(execFile);

async function invoke(command, args) {
  try {
    const { stdout } = await run(program, ['call', app, command, JSON.stringify(args)]);
    return JSON.parse(stdout);
  } catch (error) {
    throw error.stderr.trim().split(': ').slice(3).join(': ');
  }
}

globalThis.window = { __TAURI_INTERNALS__: { invoke, plugins: { path: { sep: '/', delimiter: ':' } } } };
const path = await import(module);
const found = {};
for (const [name, calls] of Object.entries(JSON.parse(cases)))
  found[name] = await Promise.all(
    calls.map(async (args) => {
      try {
        return await path[name](...args);
      } catch (error) {
        return { error };
      }
    }),
  );
const functions = Object.keys(path).filter((name) => typeof path[name] === 'function');
console.log(JSON.stringify({ functions, numbers: path.BaseDirectory, found }));
