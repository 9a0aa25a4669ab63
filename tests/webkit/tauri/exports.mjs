// node exports.mjs MODULE...: what each exports, as one JSON map. Classes stand with their methods, their own and those of
// what is made of them.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../../shim-js/package.json', import.meta.url));

const functions = (value) =>
  Object.getOwnPropertyNames(value).filter((name) => typeof value[name] === 'function');

function methods(value) {
  const { prototype } = value;
  if (prototype === undefined) return [];
  const made = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  return [...functions(value), ...made];
}

const told = {};
for (const name of process.argv.slice(2)) {
  const module = await import(pathToFileURL(require.resolve(name)).href);
  told[name] = Object.entries(module.default ?? module).flatMap(([key, value]) =>
    typeof value === 'function'
      ? [key, ...methods(value).map((method) => `${key}.${method}`)]
      : [key],
  );
}
console.log(JSON.stringify(told));
