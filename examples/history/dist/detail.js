// One commit: what it says, and what it changes.
import { show } from './git.js';
import { explain } from './words.js';

const MOST = 5000;
const DIFF = /^diff /;
const LOOKS = [[/^(diff |index |--- |\+\+\+ |new file|deleted file|old mode|new mode|rename |similarity )/, 'head'], [/^@@/, 'place'], [/^\+/, 'added'], [/^-/, 'removed']];

export class Detail {
  #element;
  #stop = null;
  #changes = false; // in front of the first change stands what the commit says

  constructor(element) {
    this.#element = element;
  }

  clear() {
    this.#stop?.abort();
    this.#stop = null;
    this.#changes = false;
    this.#element.replaceChildren();
    this.#element.dataset.state = '';
  }

  async show(folder, commit) {
    this.clear();
    const stop = (this.#stop = new AbortController());
    const take = (text) => this.#take(text, stop);
    this.#element.dataset.state = 'reading';
    try {
      await show(folder, commit.hash, stop.signal, take);
      if (this.#stop === stop) this.#element.dataset.state = 'read';
    } catch (error) {
      if (this.#stop === stop) this.#fail(error);
    }
  }

  #take(text, stop) {
    if (this.#stop !== stop) return;
    const line = document.createElement('span');
    line.className = this.#look(text);
    line.textContent = `${text}\n`;
    this.#element.append(line);
    if (this.#element.children.length === MOST) stop.abort();
  }

  #look(text) {
    this.#changes ||= DIFF.test(text);
    return (this.#changes && LOOKS.find(([pattern]) => pattern.test(text))?.[1]) || '';
  }

  #fail(error) {
    this.#element.dataset.state = 'read';
    if (error.code === 'cancelled') return void this.#element.append('…');
    this.#element.dataset.state = 'failed';
    this.#element.textContent = explain(error);
  }
}
