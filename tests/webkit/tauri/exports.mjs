// node exports.mjs MODULE...: what each exports, as one JSON map. Classes stand with their methods.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../../shim-js/package.json', import.meta.url));

function methods(value) {
  const { prototype } = value;
  if (prototype === undefined) return [];
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
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
