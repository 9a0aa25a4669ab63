// The WebSocket to the program: two channels in one, of which a message's first byte says which.

import { Violation } from '../../error.js';

/** Behind the first byte. */
export const MESSAGE_MOST = 65_536;

const LINK = 0;
const TALK = 1;

export interface SocketHandlers {
  /** Bytes of the view's link. */
  link(bytes: Uint8Array): void;
  /** One control message. */
  talk(bytes: Uint8Array): void;
  /** `opened`: it had been open before. `violation`: what the program said that it must not. Called
   * once, and nothing else after it. */
  ended(opened: boolean, violation: string): void;
}

/** What there is of a WebSocket here. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(bytes: Uint8Array): void;
  close(): void;
}

const OPEN = 1;

export class DevSocket {
  readonly #socket: WebSocketLike;
  readonly #handlers: SocketHandlers;
  /** What was to be sent before it was open. */
  #early: Uint8Array[] = [];
  #opened = false;
  #ended = false;

  constructor(socket: WebSocketLike, handlers: SocketHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#open();
    socket.onmessage = ({ data }) => this.#message(data);
    socket.onclose = () => this.#end('');
  }

  #open(): void {
    this.#opened = true;
    for (const message of this.#early) this.#socket.send(message);
    this.#early = [];
  }

  #message(data: unknown): void {
    if (this.#ended) return;
    try {
      if (!(data instanceof ArrayBuffer) || data.byteLength === 0)
        throw new Violation('a message that is not of bytes');
      if (data.byteLength > 1 + MESSAGE_MOST) throw new Violation('a message that is too long');
      const bytes = new Uint8Array(data);
      const rest = bytes.subarray(1);
      if (bytes[0] === LINK) this.#handlers.link(rest);
      else if (bytes[0] === TALK) this.#handlers.talk(rest);
      else throw new Violation('a message on no channel that there is');
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#socket.close();
      this.#end(error.message);
    }
  }

  #end(violation: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#early = [];
    this.#handlers.ended(this.#opened, violation);
  }

  #send(channel: number, bytes: Uint8Array): void {
    const message = new Uint8Array(1 + bytes.length);
    message[0] = channel;
    message.set(bytes, 1);
    if (this.#socket.readyState === OPEN) this.#socket.send(message);
    else if (!this.#opened && !this.#ended) this.#early.push(message);
  }

  link(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MESSAGE_MOST)
      this.#send(LINK, bytes.subarray(at, at + MESSAGE_MOST));
  }

  talk(message: object): void {
    this.#send(TALK, new TextEncoder().encode(JSON.stringify(message)));
  }
}
