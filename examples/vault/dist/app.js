// Wires the keys, the panels and the notices together. The only thing here that knows all of them.
import { startAsk } from './ask.js';
import { enclave } from './enclave.js';
import { KeyPanel } from './key.js';
import { Keyring } from './keyring.js';
import { Messages } from './messages.js';
import { addPerson, makeKey, unlock } from './opening.js';
import { Passwords } from './passwords.js';
import { $, explain, minutes, nameOf } from './words.js';

const TABS = ['write', 'read', 'passwords', 'key'];
let tab = 'write';
let working = false;

function say(text, look) {
  $('notice').textContent = text;
  $('notice').dataset.look = look;
  $('notice').hidden = !text;
}

/** One thing at a time. What it answers is said, and so is what goes wrong. */
async function doing(work) {
  if (working) return;
  working = true;
  document.body.dataset.state = 'working';
  say('', '');
  try {
    say(await work(), 'good');
  } catch (error) {
    say(explain(error), 'bad');
    // The time is over, or the page is another one than the enclave knows.
    if (error.reason === 'locked' || error.reason === 'plugin-crashed') await keyring.refresh().catch(() => {});
  } finally {
    working = false;
    document.body.dataset.state = 'ready';
  }
}

function showTab(name) {
  tab = name;
  for (const other of TABS) {
    $(`panel-${other}`).hidden = other !== name || !keyring.keys.length;
    $(`tab-${other}`).ariaSelected = String(other === name);
    $(`tab-${other}`).tabIndex = other === name ? 0 : -1;
  }
}

function showLock() {
  const me = keyring.me;
  const left = keyring.left(me);
  $('lock-state').textContent = !me ? '' : left ? `${nameOf(me)} is open for ${minutes(left)}` : `${nameOf(me)} is locked`;
  $('lock').textContent = left ? 'Lock' : 'Unlock';
  $('lock').hidden = !me;
  return left;
}

const keyring = new Keyring(async () => {
  $('welcome').hidden = keyring.keys.length > 0;
  showTab(tab);
  showLock();
  messages.show();
  panel.show();
  await passwords.show().catch((error) => say(explain(error), 'bad'));
});
const messages = new Messages(keyring, doing);
const passwords = new Passwords(keyring, doing);
const panel = new KeyPanel(keyring, doing);

async function lockOrUnlock() {
  const me = keyring.me;
  if (me.unlocked) {
    await enclave.lock(me);
    await keyring.refresh();
  } else {
    await unlock(keyring, me, 'to sign, to read, and to see passwords');
  }
  return '';
}

async function make() {
  const key = await makeKey(keyring);
  if (!key) return '';
  showTab('key');
  panel.showText(key.revocation);
  return 'Keep this somewhere else, on paper for example: whoever publishes it revokes the key, also if you have lost it.';
}

function wire() {
  startAsk();
  for (const name of TABS) $(`tab-${name}`).addEventListener('click', () => showTab(name));
  document.querySelector('[role=tablist]').addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    showTab(TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length]);
    $(`tab-${tab}`).focus();
  });
  for (const id of ['new', 'first']) $(id).addEventListener('click', () => doing(make));
  $('add').addEventListener('click', () => doing(async () => ((await addPerson(keyring)) ? 'Added. Compare the fingerprint with them.' : '')));
  $('lock').addEventListener('click', () => doing(lockOrUnlock));
  let open = false;
  setInterval(() => {
    const left = showLock();
    if (open && !left) keyring.refresh().catch(() => {});
    open = left > 0;
  }, 1000);
}

async function start() {
  wire();
  try {
    await keyring.refresh();
    document.body.dataset.state = 'ready';
  } catch (error) {
    document.body.dataset.state = 'failed';
    say(explain(error), 'bad');
  }
}

start();
