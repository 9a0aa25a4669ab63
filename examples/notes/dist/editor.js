// The note at hand: its title, its text, and whether what is seen here is also on disk.
import { nearest } from './search.js';
import { renameNote, save, titleProblem } from './store.js';
import { count, explain, timeOf } from './words.js';

const $ = (id) => document.getElementById(id);
const QUIET_MS = 300;

export class Editor {
  #timer = 0;
  #failed = new Map(); // note: the error that kept it from being saved

  /** `changed(note)`: its text or title is another, or it has been saved. `taken(name)`: another note is called so. */
  constructor({ changed, taken }) {
    this.changed = changed;
    this.taken = taken;
    this.note = null;
    $('body').addEventListener('input', () => this.#typed());
    $('title').addEventListener('change', () => this.#rename());
    $('title').addEventListener('keydown', (event) => this.#titleKey(event));
    $('note').addEventListener('submit', (event) => event.preventDefault());
    addEventListener('blur', () => this.flush());
    addEventListener('pagehide', () => this.flush());
  }

  show(note, words = []) {
    if (note !== this.note) this.flush();
    this.note = note;
    $('note').hidden = !note;
    $('delete').hidden = !note;
    $('title').value = note?.name ?? '';
    $('title-problem').textContent = '';
    $('body').value = note?.text ?? '';
    $('body').readOnly = Boolean(note?.locked);
    $('body').placeholder = note?.locked || 'Write…';
    document.title = note ? `${note.name} – Notes` : 'Notes';
    const hit = note && nearest(note.text.toLocaleLowerCase(), words);
    $('body').setSelectionRange(hit?.start ?? 0, hit?.end ?? 0);
    this.#tell();
  }

  #typed() {
    this.note.text = $('body').value;
    this.changed(this.note);
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), QUIET_MS);
  }

  /** Saves at once what is not saved yet. After a conflict only where the user has `asked` for it. */
  async flush(asked = false) {
    clearTimeout(this.#timer);
    const { note } = this;
    const conflict = this.#failed.get(note)?.code === 'conflict';
    if (!note || note.locked || note.gone || note.text === note.saved || (conflict && !asked)) return;
    this.#tell('saving');
    try {
      await save(note, conflict);
      this.#failed.delete(note);
    } catch (error) {
      this.#failed.set(note, error);
    }
    this.changed(note);
    this.#tell();
  }

  /** Gives the title back, or takes the new one. True: the note is called as the field says. */
  async #rename() {
    const { note } = this;
    const name = $('title').value.trim();
    if (name === note.name) return true;
    const problem = titleProblem(name) || (this.taken(name) ? `There is a note called “${name}” already.` : '');
    $('title-problem').textContent = problem;
    if (problem) return false;
    try {
      await renameNote(note, name);
    } catch (error) {
      $('title-problem').textContent = explain(error);
      return false;
    }
    this.changed(note);
    if (note === this.note) document.title = `${name} – Notes`;
    return true;
  }

  async #titleKey(event) {
    if (event.key === 'Escape') {
      $('title').value = this.note.name;
      $('title-problem').textContent = '';
    }
    if (event.key === 'Enter' && (await this.#rename())) $('body').focus();
  }

  #tell(state = this.#state()) {
    const texts = { none: '', locked: 'Read only', edited: 'Edited', saving: 'Saving…' };
    const { note } = this;
    $('save-state').dataset.state = state;
    if (state === 'failed') $('save-state').textContent = `Not saved. ${explain(this.#failed.get(note))}`;
    else if (state === 'saved') $('save-state').textContent = `Saved ${timeOf(note.changed)} · ${count(note.text.split(/\s+/).filter(Boolean).length, 'word')}`;
    else $('save-state').textContent = texts[state];
  }

  #state() {
    if (!this.note) return 'none';
    if (this.note.locked) return 'locked';
    if (this.note.text === this.note.saved) return 'saved';
    return this.#failed.has(this.note) ? 'failed' : 'edited';
  }
}
