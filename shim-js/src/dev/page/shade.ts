// The tree that all that is shown lies in: closed, so that the page's scripts are not given it, and
// in the document only while there is something to see.

import {
  adoptSheets,
  append,
  attachShadow,
  element,
  isConnected,
  remove,
  removeAttribute,
  setAttribute,
  styleSheet,
  topElement,
} from './dom.js';
import { STYLE } from './style.js';

export class Shade {
  readonly #host = element('div');
  readonly #root: ShadowRoot;
  #shown = 0;

  constructor() {
    this.#root = attachShadow(this.#host, { __proto__: null, mode: 'closed' } as ShadowRootInit);
    adoptSheets(this.#root, [styleSheet(STYLE)]);
  }

  /** A part, which is not seen yet. */
  part(name: string, role: string, label: string): Part {
    const section = make('section', this.#root);
    setAttribute(section, 'class', name);
    setAttribute(section, 'role', role);
    setAttribute(section, 'aria-label', label);
    setAttribute(section, 'hidden', '');
    return new Part(section, (more) => this.#change(more));
  }

  /** By how many more are shown. A script of the page may have taken out what was. */
  #change(more: number): void {
    this.#shown += more;
    const top = topElement();
    if (this.#shown === 0) remove(this.#host);
    else if (top !== null && !isConnected(this.#host)) append(top, this.#host);
  }
}

export class Part {
  readonly section: HTMLElement;
  readonly #change: (more: number) => void;
  shown = false;

  constructor(section: HTMLElement, change: (more: number) => void) {
    this.section = section;
    this.#change = change;
  }

  show(shown: boolean): void {
    const more = (shown ? 1 : 0) - (this.shown ? 1 : 0);
    this.shown = shown;
    if (shown) removeAttribute(this.section, 'hidden');
    else setAttribute(this.section, 'hidden', '');
    this.#change(more);
  }
}

/** The text of an element: see style.ts. */
export function say(on: Element, text: string): void {
  setAttribute(on, 'data-text', text);
}

/** A new element, the last one on another. */
export function make(name: string, on: Node, text = '', className = ''): HTMLElement {
  const made = element(name);
  if (text !== '') say(made, text);
  if (className !== '') setAttribute(made, 'class', className);
  append(on, made);
  return made;
}
