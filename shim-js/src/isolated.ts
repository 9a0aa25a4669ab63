// Entry of isolated.js, which the host runs in the isolated world: the native functions are there
// and nowhere else, and no script of the page sees or changes what is here.

import { Core } from './core/core.js';
import type { Line } from './line.js';
import { GREETING, NodeEvent, type UpMessage } from './port.js';

declare const trollbridgeNative: Line;

/** The first that is handed over is that of page.js, which is the host of the node (page/bridge.ts):
 * no script of the page has run yet. */
function begin(): void {
  let node: EventTarget | null = null;
  const core: Core = new Core(trollbridgeNative, (detail) =>
    node?.dispatchEvent(new CustomEvent(NodeEvent.down, { detail })),
  );
  // document.open runs the scripts again in the document that it empties.
  if (!trollbridgeNative.attach(core)) return;
  const met = (event: Event): void => {
    const shadow = ((event as MouseEvent).relatedTarget as Element | null)?.shadowRoot ?? null;
    if (shadow === null || node !== null) return;
    node = shadow;
    window.removeEventListener(GREETING, met);
    node.addEventListener(NodeEvent.up, (up) =>
      core.receive((up as CustomEvent<UpMessage>).detail),
    );
    node.dispatchEvent(new CustomEvent(NodeEvent.met));
  };
  window.addEventListener(GREETING, met);
  window.dispatchEvent(new MouseEvent(GREETING));
}

begin();
