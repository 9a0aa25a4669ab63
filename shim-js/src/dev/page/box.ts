// The box over the page: what is wrong with the app's files, until it is mended.

import type { AppError } from '../messages.js';
import { empty } from './dom.js';
import { make, type Part, type Shade } from './shade.js';

export class Box {
  readonly #part: Part;
  readonly #list: HTMLElement;

  constructor(shade: Shade) {
    this.#part = shade.part('box', 'alert', 'What is wrong with the app');
    make('h2', this.#part.section, 'The app’s files are wrong');
    this.#list = make('ul', this.#part.section);
    make(
      'p',
      this.#part.section,
      'What was there before goes on. This goes away once it is mended; Escape hides it.',
    );
  }

  get shown(): boolean {
    return this.#part.shown;
  }

  hide(): void {
    this.#part.show(false);
  }

  show(errors: readonly AppError[]): void {
    empty(this.#list);
    for (let i = 0; i < errors.length; i++) this.#add(errors[i] as AppError);
    this.#part.show(errors.length > 0);
  }

  #add({ code, message, file, line }: AppError): void {
    const item = make('li', this.#list);
    if (file !== '') make('div', item, line > 0 ? `${file}:${line}` : file, 'place');
    make('span', item, `${code}: `, 'code');
    make('span', item, message);
  }
}
