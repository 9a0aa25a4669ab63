// As page/intrinsics.ts, for what the parts that are shown are made of: taken while the document has
// run nothing but this.

import { getter, uncurryThis } from '../../page/intrinsics.js';

function setter<This, Value>(prototype: object, name: PropertyKey): (self: This, v: Value) => void {
  const { set } = Reflect.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  return uncurryThis(set as (this: This, value: Value) => void);
}

const shown = document;

/** In this document. */
export const element = Document.prototype.createElement.bind(shown) as (
  name: string,
) => HTMLElement;
export const topElement = getter<Document, HTMLElement | null>(
  Document.prototype,
  'documentElement',
).bind(null, shown);
export const append = uncurryThis(Node.prototype.appendChild) as (on: Node, child: Node) => Node;
export const isConnected = getter<Node, boolean>(Node.prototype, 'isConnected');
const setText = setter<Node, string>(Node.prototype, 'textContent');
export const empty = (node: Node): void => setText(node, '');
export const remove = uncurryThis(Element.prototype.remove);
export const setAttribute = uncurryThis(Element.prototype.setAttribute) as (
  on: Element,
  name: string,
  value: string,
) => void;
export const removeAttribute = uncurryThis(Element.prototype.removeAttribute);
export const attachShadow = uncurryThis(Element.prototype.attachShadow) as (
  on: Element,
  options: ShadowRootInit,
) => ShadowRoot;
export const adoptSheets = setter<ShadowRoot, CSSStyleSheet[]>(
  ShadowRoot.prototype,
  'adoptedStyleSheets',
);
export const scrollTop = getter<Element, number>(Element.prototype, 'scrollTop');
export const scrollHeight = getter<Element, number>(Element.prototype, 'scrollHeight');
export const clientHeight = getter<Element, number>(Element.prototype, 'clientHeight');
export const scrollTo = setter<Element, number>(Element.prototype, 'scrollTop');
export const focus = uncurryThis(HTMLElement.prototype.focus) as (on: HTMLElement) => void;
export const isChecked = getter<Element, boolean>(HTMLInputElement.prototype, 'checked');

export const eventData = getter<Event, unknown>(MessageEvent.prototype, 'data');
export const keyCode = getter<Event, string>(KeyboardEvent.prototype, 'code');
export const hasControl = getter<Event, boolean>(KeyboardEvent.prototype, 'ctrlKey');
export const hasAlt = getter<Event, boolean>(KeyboardEvent.prototype, 'altKey');
export const isPersisted = getter<Event, boolean>(PageTransitionEvent.prototype, 'persisted');
export const preventDefault = uncurryThis(Event.prototype.preventDefault);
export const stopEvent = uncurryThis(Event.prototype.stopImmediatePropagation);
const wasTrusted = Reflect.getOwnPropertyDescriptor(new Event('x'), 'isTrusted')?.get as () => boolean;
/** A person's: no script can make one. */
export const isTrusted = uncurryThis(wasTrusted) as (event: Event) => boolean;

/** Before any script of the page can hear them. */
export const capture = ((): ((type: string, listener: (event: Event) => void) => void) => {
  const add = EventTarget.prototype.addEventListener.bind(window);
  return (type, listener) => add(type, listener, true);
})();

type Later = (act: () => void) => unknown;
const { scheduler } = globalThis as { scheduler?: { postTask: Later } };
/** In a task of its own, in their order. A hidden document's timers wait, so that they come second. */
export const later: Later = scheduler?.postTask.bind(scheduler) ?? setTimeout.bind(window);

export const reloadDocument = location.reload.bind(location);
export const { floor } = Math;
export const postTo = uncurryThis(Worker.prototype.postMessage) as (
  worker: Worker,
  message: unknown,
) => void;
export const WorkerCopy = Worker;

export function styleSheet(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

/** The document's first script takes itself out of it. */
export function removeOwnScript(): void {
  const { currentScript } = shown;
  if (currentScript !== null) currentScript.remove();
}
