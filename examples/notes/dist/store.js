// Notes are the text files of one folder. All that touches a file is here, one change after the other, so that a
// save and a rename of the same note cannot overtake each other.
const { invoke } = window.trollbridge ?? {};
const FOLDER = 'data';
const TRASH = 'data/trash';
const SETTINGS = 'settings.json';
const END = '.txt';
const LARGEST = 1 << 20;
const AT_ONCE = 8;

const encoder = new TextEncoder();
const pathOf = (name) => `${FOLDER}/${name}${END}`;
const read = (path) => invoke('plugin:fs|read_text_file', { path });
const write = (path, text, options = {}) =>
  invoke('plugin:fs|write_text_file', { path, options }, { raw: encoder.encode(text) });
const rename = (oldPath, newPath) => invoke('plugin:fs|rename', { oldPath, newPath });

let changes = Promise.resolve();

function inOrder(change) {
  const done = changes.then(change);
  changes = done.catch(() => {}); // told to who asked for the change
  return done;
}

/** What is wrong with a title that names a file; empty if nothing is. */
export function titleProblem(title) {
  if (!title) return 'A note needs a title.';
  if (/[/\u0000-\u001f\u007f]/.test(title)) return 'A title has no slash and no control characters.';
  if (title.startsWith('.')) return 'A title does not begin with a dot.';
  if (encoder.encode(title + END).length > 200) return 'This title is too long.';
  return '';
}

function decode(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** When the file of that name was last changed; 0: there is none. */
async function changedAt(name) {
  try {
    return (await invoke('plugin:fs|stat', { path: pathOf(name) })).mtime;
  } catch (error) {
    if (error.code === 'not_found') return 0;
    throw error;
  }
}

function conflict() {
  return Object.assign(new Error('the file is not as it was read'), { code: 'conflict' });
}

async function load(name) {
  const path = pathOf(name);
  const { size, mtime } = await invoke('plugin:fs|stat', { path });
  const note = { name, changed: mtime, text: '', saved: '', locked: '' };
  if (size > LARGEST) return { ...note, locked: 'This file is too large to be edited here.' };
  const text = decode(await read(path));
  return text === null ? { ...note, locked: 'This file is not text.' } : { ...note, text, saved: text };
}

/** What lies in the folder, as the plugin lists it. */
export const readFolder = () => invoke('plugin:fs|read_dir', { path: FOLDER });

/** All notes; one that goes away meanwhile is left out. */
export async function loadNotes(entries) {
  const names = entries.filter((entry) => entry.isFile && entry.name.endsWith(END)).map((entry) => entry.name.slice(0, -END.length));
  const notes = [];
  const worker = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      try {
        notes.push(await load(name));
      } catch (error) {
        if (error.code !== 'not_found') throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return notes;
}

/** Writes beside the note and renames, so that a crash leaves the old text or the new one, and no half. What another
    program has written since is not lost: that is a `conflict`, unless this is to be written `over` it. */
export function save(note, over) {
  return inOrder(async () => {
    const { name, text } = note;
    if (!over && (await changedAt(name)) !== note.changed) throw conflict();
    await write(`${pathOf(name)}~`, text);
    await rename(`${pathOf(name)}~`, pathOf(name));
    note.saved = text;
    note.changed = await changedAt(name);
  });
}

export function create(name) {
  return inOrder(async () => {
    await write(pathOf(name), '', { createNew: true });
    return { name, changed: await changedAt(name), text: '', saved: '', locked: '' };
  });
}

export function renameNote(note, name) {
  return inOrder(async () => {
    await rename(pathOf(note.name), pathOf(name));
    note.name = name;
  });
}

/** Returns what brings it back. */
export function discard(note) {
  const kept = `${TRASH}/${Date.now()} ${note.name}${END}`;
  return inOrder(async () => {
    await rename(pathOf(note.name), kept);
    return (name) => inOrder(() => rename(kept, pathOf(name)));
  });
}

export async function loadSettings(entries) {
  if (!entries.some((entry) => entry.isFile && entry.name === SETTINGS)) return {};
  try {
    return Object(JSON.parse(decode(await read(`${FOLDER}/${SETTINGS}`)) ?? '{}'));
  } catch {
    return {}; // not ours, or half written: the defaults do
  }
}

export const saveSettings = (settings) => inOrder(() => write(`${FOLDER}/${SETTINGS}`, JSON.stringify(settings)));
