// The commits: rows come a page at a time, and who brings them waits until somebody scrolls to the end of what is there.
import { dateOf } from './words.js';

const PAGE = 200;
const NEAR_PX = 600;

function line(className, ...content) {
  const element = document.createElement('span');
  element.className = className;
  element.append(...content);
  return element;
}

export class List {
  #element;
  #chosen;
  #room = PAGE;
  #more = null;

  /** `chosen` is told of the commit that somebody goes to. */
  constructor(element, chosen) {
    this.#element = element;
    this.#chosen = chosen;
    element.addEventListener('click', (event) => this.#choose(event.target.closest('[role=option]')));
    element.addEventListener('keydown', (event) => this.#key(event));
    element.addEventListener('scroll', () => this.#scrolled());
  }

  get size() {
    return this.#element.children.length;
  }

  /** Whether more could be had by scrolling. */
  get full() {
    return this.#more !== null;
  }

  clear() {
    this.#element.replaceChildren();
    this.#element.removeAttribute('aria-activedescendant');
    this.letGo();
  }

  /** Whoever waits for room does so no longer. */
  letGo() {
    this.#room = PAGE;
    this.#more?.();
    this.#more = null;
  }

  /** Puts a commit at the end; undefined, or a promise of the moment when there is room for the next. */
  add(commit) {
    this.#element.append(this.#row(commit));
    this.#room -= 1;
    if (this.#room > 0) return undefined;
    return new Promise((resolve) => {
      this.#more = resolve;
      this.#scrolled();
    });
  }

  #row(commit) {
    const row = document.createElement('li');
    row.id = `commit-${this.size}`;
    row.role = 'option';
    row.ariaSelected = 'false';
    row.commit = commit;
    row.append(line('subject', ...commit.refs.map((ref) => line('ref', ref)), commit.subject || 'No subject'),
      line('author', commit.author), line('date', dateOf(commit.date)));
    return row;
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.#element;
    if (!this.#more || scrollTop + clientHeight + NEAR_PX < scrollHeight) return;
    this.letGo();
  }

  #choose(row) {
    if (!row) return;
    this.#element.querySelector('[aria-selected=true]')?.setAttribute('aria-selected', 'false');
    row.ariaSelected = 'true';
    this.#element.setAttribute('aria-activedescendant', row.id);
    row.scrollIntoView({ block: 'nearest' });
    this.#chosen(row.commit);
  }

  #key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey || !this.size) return;
    const rows = [...this.#element.children];
    const at = rows.findIndex((row) => row.ariaSelected === 'true');
    this.#choose(at < 0 ? rows[0] : rows[Math.min(Math.max(at + steps[event.key], 0), rows.length - 1)]);
    event.preventDefault();
  }
}
