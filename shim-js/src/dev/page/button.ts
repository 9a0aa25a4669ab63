// A button that a person presses: a script's click is none.

import { addListener } from '../../page/intrinsics.js';
import { isTrusted, setAttribute } from './dom.js';
import { make } from './shade.js';

export function button(on: Node, text: string, pressed: () => void): HTMLElement {
  const made = make('button', on, text);
  setAttribute(made, 'type', 'button');
  addListener(made, 'click', (event) => {
    if (isTrusted(event)) pressed();
  });
  return made;
}
