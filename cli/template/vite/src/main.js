// Tauri's own packages, unmodified: what they call native reaches the broker.
import { isTauri } from '@tauri-apps/api/core';
import { readTextFile, writeTextFile } from '@tauri-apps/plugin-fs';
import './style.css';

const note = document.querySelector('#note');
const status = document.querySelector('#status');
const path = 'data/note.txt'; // relative to the app's folder

async function load() {
  note.value = await readTextFile(path);
  return `${note.value.length} characters read.`;
}

async function save() {
  await writeTextFile(path, note.value);
  return `${note.value.length} characters saved.`;
}

// No capability allows this file: the call is refused, and the refusal is in the log.
async function beyond() {
  await readTextFile('/etc/passwd');
  return 'It was answered. That is a hole in the policy.';
}

// Says how it went. Tauri's packages reject with a string; trollbridge.invoke with an Error that has a code.
async function tell(work) {
  try {
    status.value = await work();
  } catch (error) {
    status.value = String(error);
  }
}

document.querySelector('#save').addEventListener('click', () => tell(save));
document.querySelector('#beyond').addEventListener('click', () => tell(beyond));
tell(isTauri() ? load : async () => 'This page is in a browser, which has no files: npm start opens it in its window.');
