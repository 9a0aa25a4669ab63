// `trollbridge` is there before any script of the page runs. Nothing native happens but by these calls.
const { invoke } = trollbridge;

const note = document.querySelector('#note');
const status = document.querySelector('#status');
const path = 'data/note.txt'; // relative to the app's folder

async function load() {
  // A plugin's answer is a value or, as here, bytes.
  const bytes = await invoke('plugin:fs|read_text_file', { path });
  note.value = new TextDecoder().decode(bytes);
  return `${bytes.length} bytes read.`;
}

async function save() {
  // `raw` is the call's body: bytes of any length.
  const raw = new TextEncoder().encode(note.value);
  await invoke('plugin:fs|write_text_file', { path }, { raw });
  return `${raw.length} bytes saved.`;
}

// No capability allows this file: the call is refused, and the refusal is in the log.
async function beyond() {
  await invoke('plugin:fs|read_text_file', { path: '/etc/passwd' });
  return 'It was answered. That is a hole in the policy.';
}

// Says how it went. An error has a stable `code`: scope, not_granted, not_found, …
async function tell(work) {
  try {
    status.value = await work();
  } catch (error) {
    status.value = `${error.code}: ${error.message}`;
  }
}

document.querySelector('#save').addEventListener('click', () => tell(save));
document.querySelector('#beyond').addEventListener('click', () => tell(beyond));
tell(load);
