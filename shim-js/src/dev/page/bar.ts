// The bar at the page's edge: what a person should know of the session.

import { Notice } from '../messages.js';
import { reloadDocument } from './dom.js';
import { button } from './button.js';
import { make, say, type Part, type Shade } from './shade.js';

export class Bar {
  readonly #part: Part;
  readonly #text: HTMLElement;
  #final = false;

  constructor(shade: Shade) {
    this.#part = shade.part('bar', 'status', 'Trollbridge');
    this.#text = make('p', this.#part.section);
    button(this.#part.section, 'Reload', reloadDocument);
    button(this.#part.section, 'Dismiss', () => this.#part.show(false));
  }

  /** What is final stays, unless there is another reason for it, or another session. */
  tell(kind: Notice, text: string): void {
    if (this.#final && kind === Notice.passing) return;
    this.#final = kind === Notice.final;
    say(this.#text, text);
    this.#part.show(true);
  }
}
