// The broker's side of one call and its streams, for the FakeBroker. What the test's handler does
// with it waits for the endpoint's credit.

import { Violation } from '../src/error.js';
import { KIND } from '../src/frame.js';
import type { Call, encodeReply } from '../src/messages.js';
import type { Opened } from '../src/seal.js';
import {
  cost,
  CREDIT_FIRST,
  CREDIT_MOST,
  decodeCredit,
  decodePart,
  encodeChunk,
  encodeCredit,
} from '../src/stream-messages.js';

type Send = (kind: number, msgpack: Uint8Array, raw?: Uint8Array) => void;
type Message = Parameters<typeof encodeChunk>[0];

type Result = Parameters<typeof encodeReply>[0];

function lengthOf(result: Result): number {
  return 'bytes' in result ? result.bytes : 0;
}

const NEXT_COST =
  encodeChunk({ value: 0, next: new Uint8Array(16) }).length - encodeChunk({ value: 0 }).length;

export class FakeStream {
  readonly #send: Send;
  readonly #issue: () => Uint8Array | undefined;
  readonly #more: boolean;
  /** What may still be sent to the endpoint, and what it may still send. */
  #window = CREDIT_FIRST;
  #theirs = CREDIT_FIRST;
  #answered = false;
  #total: number | undefined;
  #complete = false;
  #cancelled = false;
  #parts: Uint8Array[] = [];
  #wake: (() => void)[] = [];

  constructor(call: Call, send: Send, issue: () => Uint8Array | undefined) {
    this.#more = call.more === true;
    this.#complete = !this.#more;
    this.#send = send;
    this.#issue = issue;
  }

  /** A call with a body has its next handle at once. */
  begin(): void {
    if (this.#more) this.#give(0);
  }

  get open(): boolean {
    return this.#answered;
  }

  /** What the endpoint may still be sent. */
  get window(): number {
    return this.#window;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#awake();
  }

  #awake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #next(): { next?: Uint8Array | undefined } {
    if (this.#answered) return {};
    this.#answered = true;
    return { next: this.#issue() };
  }

  #give(bytes: number): void {
    this.#theirs += bytes;
    this.#send(KIND.CREDIT, encodeCredit(bytes, this.#next().next));
  }

  /** Sends when there is credit for it; false: CANCEL came first. */
  async #chunk(message: Message, raw?: Uint8Array): Promise<boolean> {
    const price = cost(encodeChunk(message), raw?.length ?? 0) + (this.#answered ? 0 : NEXT_COST);
    while (this.#window < price && !this.#cancelled) await this.#changed();
    if (this.#cancelled) return false;
    const msgpack = encodeChunk({ ...message, ...this.#next() });
    this.#window -= cost(msgpack, raw?.length ?? 0);
    this.#send(KIND.CHUNK, msgpack, raw);
    return true;
  }

  value(value: unknown): Promise<boolean> {
    return this.#chunk({ value });
  }

  message(message: unknown, channel?: number): Promise<boolean> {
    return this.#chunk({ message, channel });
  }

  async part(raw: Uint8Array, channel?: number): Promise<void> {
    const sent = await this.#chunk({ bytes: raw.length, channel }, raw);
    if (sent && channel === undefined) this.#total = (this.#total ?? 0) + raw.length;
  }

  /** The request's body; credit goes back for what is taken. */
  async *body(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const part = this.#parts.shift();
      if (part !== undefined) {
        this.#give(part.length);
        yield part;
      } else if (this.#complete || this.#cancelled) return;
      else await this.#changed();
    }
  }

  received(opened: Opened): void {
    this.#mute();
    const { bytes, last } = decodePart(opened.msgpack, opened.raw.length);
    if (this.#complete) throw new Violation('a CHUNK where none is due');
    this.#theirs -= cost(opened.msgpack, bytes);
    if (this.#theirs < 0) throw new Violation('a CHUNK above its credit');
    this.#complete = last === true;
    if (bytes > 0) this.#parts.push(opened.raw.slice());
    this.#awake();
  }

  credited(opened: Opened): void {
    this.#mute();
    const { bytes, next } = decodeCredit(opened.msgpack, opened.raw.length);
    if (next !== undefined || bytes === 0) throw new Violation('a CREDIT of the broker');
    this.#window += bytes;
    if (this.#window > CREDIT_MOST) throw new Violation('too much credit');
    this.#awake();
  }

  /** After CANCEL an endpoint sends nothing more. */
  #mute(): void {
    if (this.#cancelled) throw new Violation('a frame after CANCEL');
  }

  /** What belongs into a REPLY with that result. */
  ending(result: Result): Result {
    const before = 'bytes' in result ? this.#total : undefined;
    const total = before === undefined ? {} : { total: before + lengthOf(result) };
    return { ...result, ...total, ...this.#next() };
  }
}
