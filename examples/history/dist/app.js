// Wires the folder, the fields, the list and the commit together.
import { Detail } from './detail.js';
import { log } from './git.js';
import { List } from './list.js';
import { count, explain } from './words.js';

const { invoke } = window.trollbridge;
const $ = (id) => document.getElementById(id);

let folder = '';
let stop = null; // what aborts the log that is under way

const detail = new Detail($('detail'));
const list = new List($('list'), (commit) => detail.show(folder, commit));

function say(state, text) {
  document.body.dataset.state = state;
  $('status').textContent = text;
  $('cancel').disabled = state !== 'reading';
}

/** A person answers, and with that has given git the folder: for this document, and for reading. */
async function choose() {
  try {
    const options = { directory: true, recursive: true, title: 'A folder with a git repository' };
    const picked = await invoke('plugin:dialog|open', { options });
    if (picked === null) return;
    folder = picked;
    $('folder').textContent = $('folder').title = folder;
    $('empty').hidden = true;
    await read();
  } catch (error) {
    say('failed', explain(error));
  }
}

const wanted = () => ({ folder, count: $('count').value.trim(), revision: $('revision').value.trim() || 'HEAD', path: $('path').value.trim() });

async function take(commit, mine) {
  if (mine !== stop) return;
  const room = list.add(commit);
  const waits = list.full ? '; scroll for more' : '';
  say('reading', `${count(list.size, 'commit')}${waits}`);
  await room;
}

/** One at a time: the log that is under way gives way to the next. */
async function read() {
  if (!folder) return;
  stop?.abort();
  const mine = (stop = new AbortController());
  list.clear();
  detail.clear();
  say('reading', 'git is starting');
  try {
    await log(wanted(), mine.signal, (commit) => take(commit, mine));
    if (mine === stop) say('read', count(list.size, 'commit'));
  } catch (error) {
    if (mine === stop) ended(error);
  }
}

function ended(error) {
  if (error.code === 'cancelled') say('cancelled', `Cancelled after ${count(list.size, 'commit')}`);
  else say('failed', explain(error));
  $('status').dataset.code = error.code;
}

/** What waits for somebody to scroll is let go, so that it hears that it is over. */
function cancel() {
  if (document.body.dataset.state !== 'reading') return;
  stop.abort();
  list.letGo();
}

$('choose').addEventListener('click', choose);
$('first').addEventListener('click', choose);
$('cancel').addEventListener('click', cancel);
$('what').addEventListener('submit', (event) => {
  event.preventDefault();
  read();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') cancel();
  else if (event.key === 'o' && event.ctrlKey) choose();
  else return;
  event.preventDefault();
});
say('ready', '');
