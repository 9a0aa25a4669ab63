// A call under way: which frames may come under its handle, what each does, and what it cost
// (PROTOCOL.md, section 5, Streams).

import type { PendingCall } from './call.js';
import { TrollbridgeError, Violation } from './error.js';
import { KIND } from './frame.js';
import type { HandlePool } from './handle-pool.js';
import { encodeCancel, type Reply } from './messages.js';
import { decode } from './msgpack.js';
import { NotBytes } from './source.js';
import { CREDIT_FIRST, encodeCredit, type Chunk, type Credit } from './stream-messages.js';
import { Upload } from './upload.js';

/** Credit goes back in steps of this size: one frame for many small messages. */
const CREDIT_STEP = 65_536;

type Message = Exclude<Chunk, { type: 'value' }>;

/** Seals and sends under the call's handle. */
export type SendUnder = (kind: number, msgpack: Uint8Array, raw?: Uint8Array) => void;

export class LiveCall {
  readonly call: PendingCall;
  readonly pool: HandlePool;
  readonly #send: SendUnder;
  readonly #upload: Upload;
  /** Nothing goes out any more: CANCEL has, REPLY has come, or the session is over. */
  #silent = false;
  #answered = false;
  #stream = false;
  #valued = false;
  #parted = false;
  #total = 0;
  /** What the broker may still send. */
  #window = CREDIT_FIRST;
  /** What the page has taken and the broker has not been told. */
  #taken = 0;

  constructor(call: PendingCall, pool: HandlePool, send: SendUnder) {
    this.call = call;
    this.pool = pool;
    this.#send = send;
    this.#upload = new Upload(call.pieces, (msgpack, raw) => send(KIND.CHUNK, msgpack, raw));
  }

  get isStream(): boolean {
    return this.#stream;
  }

  /** CALL is on its way: the rest of the body may follow. */
  begin(): void {
    this.#upload.run().catch((error: Error) => this.call.abandon(this.#bodyError(error)));
  }

  /** What the page's own source throws stays as it is. */
  #bodyError(error: Error): Error {
    if (!(error instanceof NotBytes)) return error;
    const { message } = error;
    return new TrollbridgeError({ code: 'invalid_args', message, command: this.call.name });
  }

  /** The broker's first frame may bring `next`, and no other. True: this is the first. */
  answered(next: Uint8Array | undefined): boolean {
    const first = !this.#answered;
    if (!first && next !== undefined) throw new Violation('next in a later frame');
    this.#answered = true;
    return first;
  }

  /** False: nobody takes it, and it was dropped. */
  chunk(chunk: Chunk, raw: Uint8Array, size: number): boolean {
    this.#stream = true;
    this.#window -= size;
    if (this.#window < 0) throw new Violation('a CHUNK above its credit');
    const taken = (): void => this.#give(size);
    if (chunk.type === 'value') return this.#early(chunk.value, taken);
    if (chunk.type === 'bytes' && chunk.channel === undefined) return this.#part(raw, taken);
    return this.#message(chunk, raw, taken);
  }

  #message(chunk: Message, raw: Uint8Array, taken: () => void): boolean {
    const end = chunk.channel === undefined ? this.call : this.call.channel(chunk.channel);
    const wanted = !this.call.over && !this.call.cancelled;
    if (wanted && end?.deliver !== undefined)
      end.deliver(chunk.type === 'bytes' ? raw.slice() : decode(chunk.message), taken);
    else taken();
    return end !== undefined;
  }

  #early(value: Uint8Array, taken: () => void): true {
    if (this.#valued || this.#parted) throw new Violation('a second result');
    this.#valued = true;
    this.call.early(decode(value));
    taken();
    return true;
  }

  #part(raw: Uint8Array, taken: () => void): true {
    if (this.#valued) throw new Violation('parts of a body beside a value');
    this.#parted = true;
    this.#total += raw.length;
    if (!this.call.over) this.call.taker.part(raw.slice(), taken);
    return true;
  }

  credit(credit: Credit, first: boolean): void {
    this.#stream = true;
    if (credit.bytes === 0 && !first) throw new Violation('CREDIT of nothing');
    this.#upload.grant(credit.bytes);
  }

  #give(size: number): void {
    if (this.#silent) return;
    this.#taken += size;
    if (this.#taken < CREDIT_STEP) return;
    this.#window += this.#taken;
    this.#send(KIND.CREDIT, encodeCredit(this.#taken));
    this.#taken = 0;
  }

  /** False: it is too late for that. */
  cancel(): boolean {
    if (this.#silent) return false;
    this.#send(KIND.CANCEL, encodeCancel());
    this.silence();
    return true;
  }

  silence(): void {
    this.#silent = true;
    this.#upload.stop();
  }

  /** The one end. */
  reply(reply: Reply, raw: Uint8Array): void {
    this.#checkEnd(reply);
    this.silence();
    this.call.handle = null;
    if (reply.type === 'error') this.call.reject(new TrollbridgeError(reply.error));
    else if (reply.type === 'value') this.call.succeed(decode(reply.value));
    else this.call.succeed(this.call.taker.finish(raw.slice()));
  }

  /** The result must be what the frames before it began. */
  #checkEnd(reply: Reply): void {
    if (reply.type === 'error') return;
    const total = reply.type === 'bytes' ? reply.total : undefined;
    if (this.#parted !== (total !== undefined)) throw new Violation('total with no parts, or none');
    if (reply.type === 'bytes' && total !== undefined && total !== this.#total + reply.bytes)
      throw new Violation(`a total of ${total} for ${this.#total + reply.bytes} bytes`);
    if (this.#valued && !(reply.type === 'value' && decode(reply.value) === null))
      throw new Violation('a second result');
  }
}
