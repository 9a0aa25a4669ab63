// The list of notes: what is shown follows from the notes, the query and the selection.
import { count, dateOf } from './words.js';
import { excerpt, finds, pieces, wordsOf } from './search.js';

const $ = (id) => document.getElementById(id);

function marked(text, words) {
  const parts = pieces(text, words).map(([piece, hit]) => {
    if (!hit) return piece;
    const mark = document.createElement('mark');
    mark.textContent = piece;
    return mark;
  });
  const fragment = document.createDocumentFragment();
  fragment.append(...parts);
  return fragment;
}

function line(tag, className, ...content) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
}

export class List {
  #shown = [];
  #words = [];

  /** `choose(note, how)` is called with the note that the user goes to; how is '' or 'write'. */
  constructor(choose) {
    this.choose = choose;
    this.element = $('list');
    this.element.addEventListener('click', (event) => this.#clicked(event));
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  get words() {
    return this.#words;
  }

  show(notes, selected, query) {
    this.#words = wordsOf(query);
    this.#shown = notes.filter((note) => finds(note, this.#words)).sort((a, b) => b.changed - a.changed || a.name.localeCompare(b.name));
    this.selected = selected;
    this.element.replaceChildren(...this.#shown.map((note, i) => this.#option(note, i)));
    this.element.hidden = !this.#shown.length;
    $('count').textContent = this.#words.length ? `${this.#shown.length} of ${notes.length}` : `${notes.length}`;
    $('count').setAttribute('aria-label', this.#words.length ? `${count(this.#shown.length, 'note')} found` : count(notes.length, 'note'));
    this.#empty(notes.length, query);
    this.#activate();
  }

  #option(note, i) {
    const option = line('li', '', line('span', 'name', marked(note.name, this.#words)),
      line('time', 'quiet', dateOf(note.changed)),
      line('span', 'excerpt', marked(note.locked || excerpt(note, this.#words) || 'No text yet', this.#words)));
    option.id = `option-${i}`;
    option.role = 'option';
    option.ariaSelected = String(note === this.selected);
    option.dataset.name = note.name;
    return option;
  }

  #activate() {
    const i = this.#shown.indexOf(this.selected);
    if (i < 0) return this.element.removeAttribute('aria-activedescendant');
    this.element.setAttribute('aria-activedescendant', `option-${i}`);
    this.element.children[i].scrollIntoView({ block: 'nearest' });
  }

  #empty(n, query) {
    $('list-empty').hidden = this.#shown.length > 0;
    $('list-empty-text').textContent = n ? `No note has “${query.trim()}”.` : 'There are no notes yet.';
    $('list-empty-action').textContent = n ? 'Show all notes' : 'Write the first one';
  }

  #clicked(event) {
    const option = event.target.closest('[role=option]');
    if (option) this.choose(this.#shown[[...this.element.children].indexOf(option)], '');
  }

  /** Goes that many lines down, or up. */
  move(by) {
    const i = this.#shown.indexOf(this.selected);
    const to = i < 0 ? 0 : Math.min(Math.max(i + by, 0), this.#shown.length - 1);
    if (this.#shown[to]) this.choose(this.#shown[to], '');
  }

  /** The note to go to when this one leaves. */
  neighbour(note) {
    const i = this.#shown.indexOf(note);
    return this.#shown[i + 1] ?? this.#shown[i - 1] ?? null;
  }

  #key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in steps) this.move(steps[event.key]);
    else if (event.key === 'Enter' && this.selected) this.choose(this.selected, 'write');
    else return;
    event.preventDefault();
  }
}
