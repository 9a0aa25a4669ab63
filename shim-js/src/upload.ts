// The body of one request on its way: CHUNKs as far as the broker gave credit. The next piece is
// asked for when the one before is sent, so that what the page holds back is not buffered here.

import { Violation } from './error.js';
import { bytesOf, close, NotBytes, type Pieces } from './source.js';
import { cost, CREDIT_FIRST, CREDIT_MOST, encodePart, PART_MOST } from './stream-messages.js';

/** The msgpack part of the largest CHUNK. */
const PART_COST = encodePart(PART_MOST, true).length;

export type SendPart = (msgpack: Uint8Array, raw: Uint8Array) => void;

export class Upload {
  readonly #pieces: Pieces | undefined;
  readonly #send: SendPart;
  #credit = CREDIT_FIRST;
  #stopped = false;
  #wake: (() => void) | null = null;

  /** Without `pieces` it only counts what the broker gives. */
  constructor(pieces: Pieces | undefined, send: SendPart) {
    this.#pieces = pieces;
    this.#send = send;
  }

  /** The broker lets so much more be sent. */
  grant(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit > CREDIT_MOST) throw new Violation(`credit of ${this.#credit} bytes`);
    this.#wake?.();
  }

  /** Nothing may be sent any more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#wake?.();
    if (this.#pieces !== undefined) close(this.#pieces);
  }

  /** Rejects with what the source throws, and with NotBytes for a piece that is not bytes. */
  async run(): Promise<void> {
    if (this.#pieces === undefined) return;
    // The page's code is never called from inside the reading of a frame.
    await null;
    while (!this.#stopped) {
      const { done, value } = await this.#pieces.next();
      if (this.#stopped) return;
      if (done === true) break;
      const bytes = bytesOf(value);
      if (bytes === undefined) throw new NotBytes('a piece of a body that is not bytes');
      await this.#piece(bytes);
    }
    if (await this.#room(PART_COST)) this.#part(new Uint8Array(0), true);
  }

  async #piece(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (!(await this.#room(PART_COST + 1))) return;
      const size = Math.min(PART_MOST, this.#credit - PART_COST);
      const part = bytes.subarray(at, at + size);
      this.#part(part);
      at += part.length;
    }
  }

  #part(bytes: Uint8Array, last?: true): void {
    const msgpack = encodePart(bytes.length, last);
    this.#credit -= cost(msgpack, bytes.length);
    this.#send(msgpack, bytes);
  }

  /** Waits for that much credit; false: it is over. */
  async #room(least: number): Promise<boolean> {
    while (!this.#stopped && this.#credit < least)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = null;
    return !this.#stopped;
  }
}
