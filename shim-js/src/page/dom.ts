// As intrinsics.ts, for what only a document has.

import { getter, uncurryThis } from './intrinsics.js';

export const CustomEventCopy = CustomEvent;
export const MouseEventCopy = MouseEvent;
export const createElement = uncurryThis(Document.prototype.createElement) as (
  document: Document,
  name: string,
) => Element;
export const attachShadow = uncurryThis(Element.prototype.attachShadow) as (
  element: Element,
  options: ShadowRootInit,
) => ShadowRoot;
export const dispatchTo = uncurryThis(EventTarget.prototype.dispatchEvent);
export const eventDetail = getter<Event, unknown>(CustomEvent.prototype, 'detail');
export const eventNode = getter<Event, EventTarget | null>(MouseEvent.prototype, 'relatedTarget');
