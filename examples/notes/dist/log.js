// The live log: the audit records of this page's own calls. A call is one line; its second record, `done`, completes it.
import { count, durationOf, sizeOf } from './words.js';

const $ = (id) => document.getElementById(id);
const MOST = 300;
const PATIENCE_MS = 15000;
// The others mean that something was not there or did not work, not that it was refused.
const REFUSALS = new Set(['denied', 'not_granted', 'scope', 'hook', 'rule', 'limit', 'ask_denied', 'invalid_args', 'too_large', 'violation']);

function cell(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

export class Log {
  #rows = new Map(); // number of the record: its line
  #n = { calls: 0, refused: 0 };
  #last = 0;
  #waiting = new Set();
  #ended = false;

  constructor({ invoke, Channel }) {
    $('log-refused').addEventListener('change', (event) => $('log').classList.toggle('refused-only', event.target.checked));
    const channel = new Channel((record) => this.#take(record));
    /** Settles when records come, or when it is known that none will. */
    this.started = invoke('plugin:audit|follow', { onRecord: channel }).catch((error) => this.#gone(error));
  }

  get last() {
    return this.#last;
  }

  /** The number of the record that says that a call of this command, younger than `after`, was refused; null if none comes. */
  refusal(command, after) {
    return new Promise((resolve) => {
      if (this.#ended) return resolve(null);
      const waiter = { command, after, resolve };
      this.#waiting.add(waiter);
      setTimeout(() => {
        this.#waiting.delete(waiter);
        resolve(null);
      }, PATIENCE_MS);
    });
  }

  #take(record) {
    this.#last = Math.max(this.#last, record.n);
    if (record.event === 'call' || record.event === 'violation') this.#add(record);
    else if (record.event === 'done' && this.#rows.has(record.of)) this.#complete(this.#rows.get(record.of), record);
    if (record.code) this.#wake(record);
    $('log-count').textContent = `${count(this.#n.calls, 'call')} · ${this.#n.refused} refused`;
  }

  #wake(record) {
    for (const waiter of this.#waiting) {
      if (waiter.command !== record.command || record.n <= waiter.after) continue;
      waiter.resolve(record.n);
      this.#waiting.delete(waiter);
    }
  }

  #add(record) {
    const row = document.createElement('li');
    row.dataset.n = record.n;
    const command = record.command.replace(/^plugin:/, '') || record.event;
    row.append(cell('number', `#${record.n}`), cell('command', command), cell('outcome', ''), cell('detail', record.time.slice(11, 23)));
    this.#outcome(row, record.verdict === 'deny' || record.code ? record.code || 'denied' : '');
    this.#n.calls += record.event === 'call';
    this.#rows.set(record.n, row);
    $('log').prepend(row);
    $('log-empty').hidden = true;
    this.#trim();
  }

  #complete(row, record) {
    this.#outcome(row, record.code || 'ok');
    row.querySelector('.detail').textContent += ` · ${durationOf(record.dur_ns)} · ${sizeOf(record.in)} in, ${sizeOf(record.out)} out`;
  }

  #outcome(row, code) {
    row.dataset.outcome = { '': 'open', ok: 'ok' }[code] ?? (REFUSALS.has(code) ? 'refused' : 'failed');
    row.querySelector('.outcome').textContent = code || '…';
    this.#n.refused += row.dataset.outcome === 'refused';
  }

  #trim() {
    const oldest = $('log').children[MOST];
    if (!oldest) return;
    this.#rows.delete(Number(oldest.dataset.n));
    oldest.remove();
  }

  #gone(error) {
    this.#ended = true;
    for (const waiter of this.#waiting) waiter.resolve(null);
    this.#waiting.clear();
    const text = document.createElement('p');
    text.textContent = `The live log has ended: ${error.message}. The log itself goes on; trollbridge audit tail shows it.`;
    $('log-empty').replaceChildren(text);
    $('log-empty').hidden = false;
  }
}
