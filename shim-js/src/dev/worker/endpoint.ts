// The sessions of one document, one after the other: each has a line and a core of its own, and the
// page's half does not notice the change but for the calls that were under way.

import type { ByteChannel } from '../../channel.js';
import { Core } from '../../core/core.js';
import type { LineHandlers } from '../../line.js';
import type { ErrorCode } from '../../page/error.js';
import {
  Down,
  Kind,
  LISTEN,
  Up,
  type CallMessage,
  type DownMessage,
  type UpMessage,
} from '../../port.js';
import { SealedLine } from '../../sealed-line.js';

/** The view link of one session, in what carries those of all. */
class LinkChannel implements ByteChannel {
  readonly #write: (bytes: Uint8Array) => void;
  #received: ((bytes: Uint8Array) => void) | null = null;
  #ended: (() => void) | null = null;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  send(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  onData(received: (bytes: Uint8Array) => void, ended: () => void): void {
    this.#received = received;
    this.#ended = ended;
  }

  close(): void {
    this.#received = null;
    this.#ended = null;
  }

  receive(bytes: Uint8Array): void {
    this.#received?.(bytes);
  }

  end(): void {
    this.#ended?.();
  }
}

export interface EndpointParts {
  /** Bytes for the view link. */
  write(bytes: Uint8Array): void;
  /** A message for the page's half. */
  post(message: DownMessage): void;
  /** The broker, or this end, has ended the session; not the program. */
  closed(message: string): void;
}

export class Sessions {
  readonly #parts: EndpointParts;
  #channel: LinkChannel | null = null;
  #core: Core | null = null;
  /** Calls that listen go on in the next session: what was not cancelled is wanted still. */
  readonly #listening = new Map<number, CallMessage>();
  #between = false;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  /** Takes the place of the session that was. */
  begin(bootstrap: Uint8Array): void {
    this.end();
    const channel = new LinkChannel((bytes) => {
      if (this.#channel === channel) this.#parts.write(bytes);
    });
    const line = new SealedLine(channel, { bootstrap, mode: 'relay' });
    const core: Core = new Core(line, (message) => this.#post(message));
    this.#channel = channel;
    this.#core = core;
    this.#between = false;
    line.attach(this.#handlers(core));
    bootstrap.fill(0);
    for (const message of [...this.#listening.values()]) core.receive(message);
  }

  /** The session is over, and there may be another: calls under way fail, but those that listen. */
  end(): void {
    const channel = this.#channel;
    this.#between = true;
    this.#channel = null;
    channel?.end();
  }

  /** There is no other after it: those that listen fail, too, now and from now on. */
  finish(): void {
    this.end();
    this.#between = false;
    const calls = [...this.#listening.keys()];
    this.#listening.clear();
    for (const id of calls) this.#fail(id, 'session_closed', 'the session is over');
  }

  #fail(id: number, code: ErrorCode, message: string): void {
    this.#parts.post([Down.done, id, Kind.error, { code, message, command: LISTEN }, true]);
  }

  #handlers(core: Core): LineHandlers {
    const { done, chunk, room, ready } = core;
    const ended: LineHandlers['ended'] = (by, code, message) => {
      core.ended(by, code, message);
      if (!this.#between) this.#parts.closed(message);
    };
    return { done, chunk, room, ready, ended };
  }

  link(bytes: Uint8Array): void {
    this.#channel?.receive(bytes);
  }

  /** From the page's half. */
  receive(message: UpMessage): void {
    if (message[0] === Up.call && message[2] === LISTEN) this.#listening.set(message[1], message);
    if (message[0] === Up.cancel) this.#unlisten(message[1]);
    this.#core?.receive(message);
  }

  /** Between two sessions nobody else would say that it is over. */
  #unlisten(id: number): void {
    if (!this.#listening.delete(id) || !this.#between) return;
    this.#fail(id, 'cancelled', 'it listens no more');
  }

  #post(message: DownMessage): void {
    const ends = message[0] === Down.done || message[0] === Down.over;
    if (ends && this.#between && this.#listening.has(message[1])) return;
    if (ends) this.#listening.delete(message[1]);
    this.#parts.post(message);
  }
}
