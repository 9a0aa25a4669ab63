// The way to the isolated world: events on a node that is in no document and that no script of the
// page is ever given. It is handed over before the document has run anything; which of the two
// worlds begins is not known, so that each greets, and each answers a greeting.

import { GREETING, NodeEvent, type DownMessage, type UpMessage } from '../port.js';
import {
  createElement,
  CustomEventCopy,
  dispatchTo,
  eventDetail,
  eventNode,
  MouseEventCopy,
} from './dom.js';
import { addListener, removeListener } from './intrinsics.js';

function handOver(node: EventTarget): void {
  const init = { __proto__: null, relatedTarget: node };
  dispatchTo(window, new MouseEventCopy(GREETING, init as MouseEventInit));
}

/** Answers how to send. */
export function bridge(
  document: Document,
  receive: (message: DownMessage) => void,
): (message: UpMessage) => void {
  const node = createElement(document, 'i');
  const greeted = (event: Event): void => {
    if (eventNode(event) === null) handOver(node);
  };
  // From then on nobody gets the node for a greeting.
  const met = (): void => removeListener(window, GREETING, greeted);
  addListener(window, GREETING, greeted);
  addListener(node, NodeEvent.met, met);
  addListener(node, NodeEvent.down, (event) => receive(eventDetail(event) as DownMessage));
  handOver(node);
  return (detail) => {
    const init = { __proto__: null, detail };
    dispatchTo(node, new CustomEventCopy(NodeEvent.up, init as CustomEventInit));
  };
}
