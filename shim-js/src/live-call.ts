// A call under way: which frames may come under its handle, what each does, and what it cost
// (PROTOCOL.md, section 5, Streams).

import { pack } from './core/pack.js';
import { Violation } from './error.js';
import { KIND } from './frame.js';
import type { HandlePool } from './handle-pool.js';
import { ChunkKind, type LineHandlers } from './line.js';
import type { LineCall } from './line-call.js';
import { encodeCancel, type Reply } from './messages.js';
import { readItem } from './msgpack.js';
import { Kind, NO_CHANNEL } from './port.js';
import {
  cost,
  CREDIT_FIRST,
  CREDIT_MOST,
  encodeCredit,
  encodePart,
  type Chunk,
  type Credit,
} from './stream-messages.js';

/** Credit goes back in steps of this size: one frame for many small messages. */
const CREDIT_STEP = 65_536;

/** Seals and sends under the call's handle. */
export type SendUnder = (kind: number, msgpack: Uint8Array, raw?: Uint8Array) => void;

export class LiveCall {
  readonly call: LineCall;
  readonly pool: HandlePool;
  readonly #send: SendUnder;
  readonly #tell: LineHandlers;
  /** Nothing goes out any more: CANCEL has, REPLY has come, or the session is over. */
  #silent = false;
  #answered = false;
  #stream = false;
  #valued = false;
  #parted = false;
  #total = 0;
  /** What the broker may still send. */
  #window = CREDIT_FIRST;
  /** What was taken, and the broker has not been told. */
  #taken = 0;
  /** What may still be sent of the body. */
  #credit = CREDIT_FIRST;
  /** A part of the body found no room. */
  #refused = false;

  constructor(call: LineCall, pool: HandlePool, send: SendUnder, tell: LineHandlers) {
    this.call = call;
    this.pool = pool;
    this.#send = send;
    this.#tell = tell;
  }

  get isStream(): boolean {
    return this.#stream;
  }

  /** The broker's first frame may bring `next`, and no other. True: this is the first. */
  answered(next: Uint8Array | undefined): boolean {
    const first = !this.#answered;
    if (!first && next !== undefined) throw new Violation('next in a later frame');
    this.#answered = true;
    return first;
  }

  chunk(chunk: Chunk, raw: Uint8Array, size: number): void {
    this.#stream = true;
    this.#window -= size;
    if (this.#window < 0) throw new Violation('a CHUNK above its credit');
    const { id } = this.call;
    const channel = chunk.type === 'value' ? NO_CHANNEL : (chunk.channel ?? NO_CHANNEL);
    if (chunk.type === 'value') this.#early();
    else if (chunk.type === 'bytes' && channel === NO_CHANNEL) this.#part(raw);
    if (chunk.type === 'value') this.#tell.chunk(id, ChunkKind.early, channel, chunk.value, size);
    else if (chunk.type === 'bytes')
      this.#tell.chunk(id, ChunkKind.part, channel, raw.slice(), size);
    else this.#tell.chunk(id, ChunkKind.message, channel, chunk.message, size);
  }

  #early(): void {
    if (this.#valued || this.#parted) throw new Violation('a second result');
    this.#valued = true;
  }

  #part(raw: Uint8Array): void {
    if (this.#valued) throw new Violation('parts of a body beside a value');
    this.#parted = true;
    this.#total += raw.length;
  }

  // ---- the body ----

  /** False: there is no room. What is sent after CANCEL is as good as taken. */
  part(bytes: Uint8Array, last: boolean): boolean {
    if (this.#silent) return true;
    const msgpack = encodePart(bytes.length, last ? true : undefined);
    const size = cost(msgpack, bytes.length);
    this.#refused = size > this.#credit;
    if (this.#refused) return false;
    this.#credit -= size;
    this.#send(KIND.CHUNK, msgpack, bytes);
    return true;
  }

  credit(credit: Credit, first: boolean): void {
    this.#stream = true;
    if (credit.bytes === 0 && !first) throw new Violation('CREDIT of nothing');
    this.#credit += credit.bytes;
    if (this.#credit > CREDIT_MOST) throw new Violation(`credit of ${this.#credit} bytes`);
    if (this.#refused && !this.#silent) this.#tell.room(this.call.id);
  }

  /** So much of what came has been taken. */
  consumed(size: number): void {
    if (this.#silent) return;
    this.#taken += size;
    if (this.#taken < CREDIT_STEP) return;
    this.#window += this.#taken;
    this.#send(KIND.CREDIT, encodeCredit(this.#taken));
    this.#taken = 0;
  }

  // ---- the end ----

  /** False: it is too late for that. */
  cancel(): boolean {
    if (this.#silent) return false;
    this.#send(KIND.CANCEL, encodeCancel());
    this.#silent = true;
    return true;
  }

  silence(): void {
    this.#silent = true;
  }

  /** The one end. */
  reply(reply: Reply, raw: Uint8Array): void {
    this.#checkEnd(reply);
    this.#silent = true;
    const { id } = this.call;
    if (reply.type === 'error') this.#tell.done(id, Kind.error, pack(reply.error), null);
    else if (reply.type === 'value') this.#tell.done(id, Kind.value, reply.value, null);
    else this.#tell.done(id, Kind.bytes, null, raw.slice());
  }

  /** The result must be what the frames before it began. */
  #checkEnd(reply: Reply): void {
    if (reply.type === 'error') return;
    const total = reply.type === 'bytes' ? reply.total : undefined;
    if (this.#parted !== (total !== undefined)) throw new Violation('total with no parts, or none');
    if (reply.type === 'bytes' && total !== undefined && total !== this.#total + reply.bytes)
      throw new Violation(`a total of ${total} for ${this.#total + reply.bytes} bytes`);
    const nil = reply.type === 'value' && readItem(reply.value, 0).type === 'nil';
    if (this.#valued && !nil) throw new Violation('a second result');
  }
}
