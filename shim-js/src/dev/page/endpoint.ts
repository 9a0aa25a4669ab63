// The document's half: what the page calls, the worker that it leads to, and what is shown of both.

import { addListener } from '../../page/intrinsics.js';
import { install } from '../../page/install.js';
import { Page } from '../../page/page.js';
import { Notice, ToPage, ToWorker, type DevConfig, type PageMessage } from '../messages.js';
import { Bar } from './bar.js';
import { Box } from './box.js';
import {
  capture,
  eventData,
  hasAlt,
  hasControl,
  isPersisted,
  isTrusted,
  keyCode,
  later,
  postTo,
  preventDefault,
  reloadDocument,
  stopEvent,
  WorkerCopy,
} from './dom.js';
import { Panel } from './panel.js';
import { Shade } from './shade.js';

const NO_WORKER = 'The endpoint could not be loaded: load the page again.';

export class DevEndpoint {
  readonly #worker: Worker;
  readonly #page: Page;
  readonly #bar: Bar;
  readonly #box: Box;
  readonly #panel: Panel;

  constructor({ label, webview, link, worker, ticket, bootstrap }: DevConfig) {
    const shade = new Shade();
    this.#worker = new WorkerCopy(worker);
    this.#page = new Page((message) => postTo(this.#worker, [ToWorker.up, message]));
    this.#bar = new Bar(shade);
    this.#box = new Box(shade);
    this.#panel = new Panel(shade, (open) => postTo(this.#worker, [ToWorker.panel, open]));
    this.#hear('message', (event) => this.#receive(eventData(event) as PageMessage));
    this.#hear('error', () => this.#bar.tell(Notice.final, NO_WORKER));
    capture('keydown', (event) => this.#key(event));
    // A document that comes back out of the browser's memory has lost its session.
    capture('pageshow', (event) => {
      if (isTrusted(event) && isPersisted(event)) reloadDocument();
    });
    postTo(this.#worker, [ToWorker.begin, link, ticket, bootstrap]);
    install(window, this.#page, { label, webview });
  }

  /**
   * While an event of the worker is under way window.event is that event, target and all, also for
   * what waits for a promise, or observes the document: no code of the page may run by then.
   */
  #hear(type: string, act: (event: Event) => void): void {
    addListener(this.#worker, type, (event) => later(() => act(event)));
  }

  #receive(message: PageMessage): void {
    switch (message[0]) {
      case ToPage.down:
        return this.#page.receive(message[1]);
      case ToPage.reload:
        return reloadDocument();
      case ToPage.errors:
        return this.#box.show(message[1]);
      case ToPage.notice:
        return this.#bar.tell(message[1], message[2]);
      case ToPage.records:
        return this.#panel.add(message[1]);
    }
  }

  #key(event: Event): void {
    if (!isTrusted(event)) return;
    const code = keyCode(event);
    const toggles = code === 'KeyB' && hasControl(event) && hasAlt(event);
    if (toggles) this.#panel.toggle();
    else if (code === 'Escape' && this.#box.shown) this.#box.hide();
    else return;
    preventDefault(event);
    stopEvent(event);
  }
}
