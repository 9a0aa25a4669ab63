// An order desk: it lists, reads, writes and removes the files of orders/. Beside it stands what a script would do that does not belong
// here. Nothing in this page defends it: all that is refused is refused outside of it.
const { invoke } = trollbridge;
const $ = (id) => document.getElementById(id);

let open = '';

async function list() {
  const entries = await invoke('plugin:fs|read_dir', { path: 'orders' });
  const names = entries.map((entry) => entry.name).filter((name) => name !== '1000.txt');
  $('list').replaceChildren(...names.sort().map((name) => button(name, () => show(name))));
  return `${names.length} orders`;
}

async function show(name) {
  const bytes = await invoke('plugin:fs|read_text_file', { path: `orders/${name}` });
  $('text').value = new TextDecoder().decode(bytes);
  open = name;
  return `${name} read`;
}

async function save() {
  // No order is for others to read, and none is for all: the option goes, whatever it says.
  const raw = new TextEncoder().encode($('text').value);
  await invoke('plugin:fs|write_text_file', { path: `orders/${open}`, options: { mode: 0o666 } }, { raw });
  return `${open} saved`;
}

async function remove() {
  await invoke('plugin:fs|remove', { path: `orders/${open}` });
  $('text').value = open = '';
  return list();
}

/** Everything that an attacker would have got is told as a breach. */
const attacks = {
  'Leave the folder': () => invoke('plugin:fs|read_text_file', { path: 'orders/../trollbridge.toml' }),
  'List the app': () => invoke('plugin:fs|read_dir', { path: '.' }),
  'Write a page': () => invoke('plugin:fs|write_text_file', { path: 'dist/index.html' }, { raw: new Uint8Array([60]) }),
  'Copy all orders': () => Promise.all(Array.from({ length: 40 }, () => invoke('plugin:fs|read_text_file', { path: 'orders/1001.txt' }))),
  'Read the first order': () => invoke('plugin:fs|read_text_file', { path: 'orders/1000.txt' }),
  'Guess three orders': async () => {
    for (const name of [1, 2, 3]) await invoke('plugin:fs|read_text_file', { path: `orders/${name}.txt` }).catch(() => {});
    await list();
  },
  'Start a program': () => invoke('plugin:shell|execute', { program: 'sh' }),
};

function button(name, work) {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = name;
  element.addEventListener('click', () => tell(name, work));
  return element;
}

async function tell(name, work) {
  const row = document.createElement('li');
  try {
    const came = await work();
    row.textContent = `${name}: ${typeof came === 'string' ? came : 'answered'}`;
  } catch (error) {
    row.textContent = `${name}: ${error.code}`;
    row.dataset.code = error.code;
    row.title = error.message;
    if (error.retry_ms) row.dataset.retry = error.retry_ms;
  }
  $('log').prepend(row);
}

$('save').addEventListener('click', () => tell('Save', save));
$('remove').addEventListener('click', () => tell('Remove', remove));
$('attacks').append(...Object.entries(attacks).map(([name, attack]) => button(name, attack)));
await tell('List', list);
document.body.dataset.state = 'ready';
