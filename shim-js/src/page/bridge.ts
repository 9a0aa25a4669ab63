// The way to the isolated world: events on a node that is in no document and that no script of the
// page is ever given. It is handed over before the document has run anything; which of the two
// worlds begins is not known, so that each greets, and each answers a greeting.
//
// The node is the root of a shadow tree. What waits for a call's promise runs while the event that
// brought the answer is still under way, and window.event would be that event, target and all, but
// for events inside of shadow trees. The tree's host is what is handed over.

import { GREETING, NodeEvent, type DownMessage, type UpMessage } from '../port.js';
import {
  attachShadow,
  createElement,
  CustomEventCopy,
  dispatchTo,
  eventDetail,
  eventNode,
  MouseEventCopy,
} from './dom.js';
import { addListener, removeListener } from './intrinsics.js';

function handOver(host: Element): void {
  const init = { __proto__: null, relatedTarget: host };
  dispatchTo(window, new MouseEventCopy(GREETING, init as MouseEventInit));
}

/** Answers how to send. */
export function bridge(
  document: Document,
  receive: (message: DownMessage) => void,
): (message: UpMessage) => void {
  const host = createElement(document, 'div');
  const node = attachShadow(host, { __proto__: null, mode: 'open' } as ShadowRootInit);
  const greeted = (event: Event): void => {
    if (eventNode(event) === null) handOver(host);
  };
  // From then on nobody gets the node for a greeting.
  const met = (): void => removeListener(window, GREETING, greeted);
  addListener(window, GREETING, greeted);
  addListener(node, NodeEvent.met, met);
  addListener(node, NodeEvent.down, (event) => receive(eventDetail(event) as DownMessage));
  handOver(host);
  return (detail) => {
    const init = { __proto__: null, detail };
    dispatchTo(node, new CustomEventCopy(NodeEvent.up, init as CustomEventInit));
  };
}
