// The one dialog: a form of a few fields, and what is done with them.
import { $, element, explain } from './words.js';

let running = false;
let settle = () => {};

function field({ id, label, type = 'text', value = '', choices }) {
  const input = element(choices ? 'select' : type === 'long' ? 'textarea' : 'input', '');
  if (choices) input.append(...choices.map(([value, text]) => new Option(text, value)));
  else if (type === 'long') input.rows = 9;
  else input.type = type;
  input.id = id;
  input.value = value;
  input.spellcheck = false;
  const name = element('label', '', label);
  name.htmlFor = id;
  return element('div', 'field', name, input);
}

const inputs = () => [...$('ask-fields').querySelectorAll('input, select, textarea')];

function close(result) {
  // No passphrase stays in a field that nobody sees.
  $('ask-fields').replaceChildren();
  if ($('ask').open) $('ask').close();
  settle(result);
  settle = () => {};
}

function busy(is) {
  running = is;
  $('ask').toggleAttribute('data-busy', is);
  $('ask-ok').disabled = is;
}

/**
 * Resolves with what `work(values)` answers, or with undefined if the person cancels. What it throws is shown, and the form stays.
 */
export function ask({ title, text = '', fields, ok, work }) {
  $('ask-title').textContent = title;
  $('ask-text').textContent = text;
  $('ask-text').hidden = !text;
  $('ask-problem').textContent = '';
  $('ask-ok').textContent = ok;
  $('ask-fields').replaceChildren(...fields.map(field));
  $('ask-form').onsubmit = async (event) => {
    event.preventDefault();
    if (running) return;
    busy(true);
    $('ask-problem').textContent = '';
    try {
      close(await work(Object.fromEntries(inputs().map((input) => [input.id, input.value]))));
    } catch (error) {
      $('ask-problem').textContent = explain(error);
      for (const input of inputs()) if (input.type === 'password') input.value = '';
      inputs().find((input) => input.type === 'password')?.focus();
    } finally {
      busy(false);
    }
  };
  $('ask').showModal();
  inputs()[0]?.focus();
  return new Promise((resolve) => {
    settle = resolve;
  });
}

export function startAsk() {
  $('ask-cancel').addEventListener('click', () => running || close(undefined));
  $('ask').addEventListener('cancel', (event) => {
    event.preventDefault();
    if (!running) close(undefined);
  });
}
