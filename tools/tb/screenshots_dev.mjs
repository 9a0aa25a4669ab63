// The notes example in Chromium: node screenshots_dev.mjs PROGRAM APP IMAGES

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../tests/dev/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const [program, app, images] = process.argv.slice(2);

const dev = spawn(program, ['dev', app], { stdio: ['ignore', 'pipe', 'ignore'] });
const [line] = await once(createInterface(dev.stdout), 'line');
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});
const page = await browser.newPage({ viewport: { width: 1200, height: 780 } });
const picture = async (name) => {
  await page.screenshot({ path: `${images}/${name}.png` });
  console.log(`docs/images/${name}.png`);
};
/** Parts of ours lie in a closed tree, which Chromium's own protocol sees. */
const protocol = await page.context().newCDPSession(page);
const shown = async (text) => {
  for (;;) {
    const { root } = await protocol.send('DOM.getDocument', { depth: -1, pierce: true });
    if (JSON.stringify(root).includes(text)) return;
  }
};

await page.goto(line.split(' ')[1]);
await page.waitForFunction(() => document.body.dataset.state === 'ready');
await page.keyboard.press('Control+Alt+b');
await shown('Calls of this page');
await page.evaluate(async () => {
  const ask = (name, args) => window.trollbridge.invoke(name, args).catch(() => undefined);
  await ask('plugin:fs|read_text_file', { path: 'data/private/secret.txt' });
  await ask('plugin:shell|execute', { program: 'sh' });
});
await shown('asked for without a handle');
await picture('dev-panel');
await page.keyboard.press('Control+Alt+b');
const file = `${app}/capabilities/main.json`;
writeFileSync(file, readFileSync(file, 'utf8').replace('"permissions"', '"permisions"'));
await shown('permisions');
await picture('dev-errors');
await browser.close();
dev.kill();
