// Wires list, editor, log and attacks together. The only thing here that knows all of them.
import { Arena } from './arena.js';
import { Editor } from './editor.js';
import { List } from './list.js';
import { Log } from './log.js';
import { create, discard, loadNotes, readFolder } from './store.js';
import { startTheme } from './theme.js';
import { explain } from './words.js';

const $ = (id) => document.getElementById(id);
const TOAST_MS = 10_000;
const narrow = matchMedia('(max-width: 1020px)');

let notes = [];
let undo = null;
let toastTimer = 0;

const editor = new Editor({ changed: () => render(), taken: (name) => notes.some((note) => note.name === name) });
const list = new List(open);

function render() {
  list.show(notes, editor.note, $('search').value);
  if (editor.note) return void ($('note-empty').hidden = true);
  say('Nothing is open', notes.length ? 'Choose a note in the list, or write a new one.' : 'What you write here is kept as text files in data/.', 'New note', newNote);
}

/** In place of a note: why there is none, and what can be done. */
function say(title, text, action, act) {
  $('note-empty-title').textContent = title;
  $('note-empty-text').textContent = text;
  $('note-empty-action').textContent = action;
  $('note-empty-action').hidden = !action;
  $('note-empty-action').onclick = act;
  $('note-empty').hidden = false;
}

function open(note, how = '') {
  if (note !== editor.note || list.words.length) editor.show(note, list.words);
  render();
  if (how === 'write') $('body').focus();
}

function freeName(base) {
  const taken = new Set(notes.map((note) => note.name));
  if (!taken.has(base)) return base;
  let n = 2;
  while (taken.has(`${base} ${n}`)) n += 1;
  return `${base} ${n}`;
}

async function newNote() {
  try {
    const note = await create(freeName('Untitled'));
    notes.push(note);
    $('search').value = '';
    open(note);
    $('title').select();
  } catch (error) {
    toast(`No new note. ${explain(error)}`);
  }
}

async function trash(note) {
  if (!note) return;
  const next = list.neighbour(note);
  try {
    await editor.flush();
    const restore = await discard(note);
    note.gone = true;
    notes = notes.filter((other) => other !== note);
    open(next);
    $('list').focus();
    toast(`“${note.name}” is in the trash.`, () => bringBack(note, restore));
  } catch (error) {
    toast(`Not moved to the trash. ${explain(error)}`);
  }
}

async function bringBack(note, restore) {
  const name = freeName(note.name);
  try {
    await restore(name);
    Object.assign(note, { name, gone: false });
    notes.push(note);
    open(note);
    $('list').focus();
  } catch (error) {
    toast(`It stays in the trash. ${explain(error)}`);
  }
}

function toast(text, act = null) {
  undo = act;
  $('toast-text').textContent = text;
  $('toast-action').hidden = !act;
  $('toast').hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(hideToast, TOAST_MS);
}

function hideToast() {
  $('toast').hidden = true;
  undo = null;
}

function takeBack() {
  const act = undo;
  hideToast();
  act?.();
}

function showTab(name) {
  for (const other of ['log', 'attacks']) {
    $(`tab-${other}`).ariaSelected = String(other === name);
    $(`tab-${other}`).tabIndex = other === name ? 0 : -1;
    $(`panel-${other}`).hidden = other !== name;
  }
}

function showBridge(shown) {
  $('bridge').hidden = !shown;
  $('bridge-toggle').ariaExpanded = String(shown);
}

function toggleBridge() {
  showBridge($('bridge').hidden);
  if (!$('bridge').hidden) $('bridge').querySelector('[role=tab][aria-selected=true]').focus();
  else if ($('bridge').contains(document.activeElement)) $('list').focus();
}

/** One step back: from the keys' window (by itself), the search, the bridge, the note, to the list. */
function escape() {
  if ($('keys').open) return;
  if (document.activeElement === $('search')) {
    $('search').value = '';
    render();
  } else if (narrow.matches && $('bridge').contains(document.activeElement)) {
    showBridge(false);
  }
  $('list').focus();
}

const withControl = { n: newNote, s: () => editor.flush(true), f: () => $('search').select(), b: toggleBridge };
const alone = { F1: () => $('keys').showModal(), F2: () => editor.note && $('title').select(), Escape: escape };
const inList = { Delete: () => trash(editor.note) };

function pressed(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const control = event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey;
  const here = document.activeElement === $('list');
  let act = control ? withControl[key] : alone[key];
  if (here && control && key === 'z' && undo) act = takeBack;
  if (here && !control) act ??= inList[key];
  if (!act || ($('keys').open && key !== 'F1' && key !== 'Escape')) return;
  if (key !== 'Escape') event.preventDefault();
  act();
}

function wire() {
  addEventListener('keydown', pressed);
  $('search').addEventListener('input', render);
  $('search').addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    list.move(0);
    $('list').focus();
  });
  $('list-empty-action').addEventListener('click', () => (notes.length ? escapeSearch() : newNote()));
  $('new').addEventListener('click', newNote);
  $('delete').addEventListener('click', () => trash(editor.note));
  $('toast-action').addEventListener('click', takeBack);
  $('help').addEventListener('click', () => $('keys').showModal());
  $('bridge-toggle').addEventListener('click', toggleBridge);
  for (const name of ['log', 'attacks']) $(`tab-${name}`).addEventListener('click', () => showTab(name));
  document.querySelector('[role=tablist]').addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const other = $('panel-log').hidden ? 'log' : 'attacks';
    showTab(other);
    $(`tab-${other}`).focus();
  });
}

function escapeSearch() {
  $('search').value = '';
  render();
  $('search').focus();
}

async function start() {
  const bridge = window.trollbridge;
  showBridge(!narrow.matches);
  if (!bridge) {
    document.body.dataset.state = 'alone';
    for (const part of [$('sidebar'), $('bridge'), document.querySelector('main > header')]) part.hidden = true;
    return say('There is no bridge here', 'This page reads and writes files through Trollbridge. Open it with `trollbridge run examples/notes`.', '', null);
  }
  wire();
  const log = new Log(bridge);
  new Arena(log);
  try {
    await log.started;
    const entries = await readFolder();
    [notes] = await Promise.all([loadNotes(entries), startTheme(entries, $('theme'))]);
    render();
    list.move(0);
    document.body.dataset.state = 'ready'; // what is not shown yet takes no focus
    $('list').focus();
  } catch (error) {
    document.body.dataset.state = 'failed';
    say('The notes cannot be read', explain(error), 'Try again', () => location.reload());
  }
}

editor.show(null);
start();
