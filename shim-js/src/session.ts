// An open session of an endpoint: what WELCOME named, and the calls that wait or are live.

import { bytesToHex } from '@noble/hashes/utils';

import { equal } from './bytes.js';
import { Violation } from './error.js';
import { KIND, type Frame } from './frame.js';
import { HandlePool } from './handle-pool.js';
import { FRAME_MOST } from './limits.js';
import type { LineHandlers } from './line.js';
import type { LineCall } from './line-call.js';
import { LiveCall } from './live-call.js';
import {
  decodeHandles,
  decodeReply,
  decodeWelcome,
  encodeWant,
  packError,
  type Limits,
  type Welcome,
} from './messages.js';
import { MissReporter, type Clock } from './miss.js';
import type { ErrorCode } from './page/error.js';
import { Kind } from './port.js';
import { bodySize, ZERO_HANDLE, type Opened } from './seal.js';
import type { SealedLink } from './sealed-link.js';
import { cost, decodeChunk, decodeCredit } from './stream-messages.js';

/** Calls of one command that may wait for a handle. */
export const WAITING_MOST = 16_384;

export interface Counts {
  calls: number;
  replies: number;
  errors: number;
  cancels: number;
  wants: number;
  misses: number;
  /** Calls that became streams. */
  streams: number;
  /** CHUNK and CREDIT that crossed a REPLY, and messages for channels that their call lacks. */
  dropped: number;
}

export interface SessionParts {
  readonly link: SealedLink;
  /** WELCOME. */
  readonly frame: Frame;
  readonly send: (frame: Uint8Array) => void;
  readonly clock: Clock;
  readonly tell: LineHandlers;
}

export class Session {
  readonly name: string;
  readonly limits: Limits;
  readonly counts: Counts = {
    calls: 0,
    replies: 0,
    errors: 0,
    cancels: 0,
    wants: 0,
    misses: 0,
    streams: 0,
    dropped: 0,
  };
  readonly #link: SealedLink;
  readonly #send: (frame: Uint8Array) => void;
  readonly #tell: LineHandlers;
  readonly #pools: HandlePool[];
  readonly #byName: Map<string, HandlePool>;
  /** Pools with calls that wait. */
  readonly #hungry = new Set<HandlePool>();
  readonly #live = new Map<string, LiveCall>();
  readonly #byId = new Map<number, LiveCall>();
  readonly #waiting = new Map<number, { call: LineCall; pool: HandlePool }>();
  /** How many of them are streams: they have left their pool. */
  #streams = 0;
  /** Every handle that was issued and not answered. The same nonce must not be used twice. */
  readonly #issued = new Set<string>();
  readonly #wanted: { pool: HandlePool; count: number }[] = [];
  readonly #missed: MissReporter;

  constructor({ link, frame, send, clock, tell }: SessionParts) {
    const welcome = Session.#readWelcome(link, frame);
    for (const command of welcome.commands) this.#issue(command.handles);
    this.name = welcome.session;
    this.limits = welcome.limits;
    this.#link = link;
    this.#send = send;
    this.#tell = tell;
    this.#pools = welcome.commands.map((command) => new HandlePool(command));
    this.#byName = new Map(this.#pools.map((pool) => [pool.name, pool]));
    this.#missed = new MissReporter(
      welcome.limits.miss_per_s,
      (msgpack) => {
        this.counts.misses += 1;
        this.#sendSealed(KIND.MISS, ZERO_HANDLE, msgpack);
      },
      clock,
    );
  }

  static #readWelcome(link: SealedLink, frame: Frame): Welcome {
    const opened = link.open(frame);
    if (!equal(opened.handle, ZERO_HANDLE)) throw new Violation('WELCOME under a handle');
    link.checkCounter(opened);
    return decodeWelcome(opened.msgpack, opened.raw.length);
  }

  #issue(handles: Uint8Array[]): void {
    for (const key of handles.map(bytesToHex)) {
      if (this.#issued.has(key)) throw new Violation('a handle was issued twice');
      this.#issued.add(key);
    }
  }

  get commands(): string[] {
    return this.#pools.map((pool) => pool.name);
  }

  get live(): number {
    return this.#live.size;
  }

  #sendSealed(kind: number, handle: Uint8Array, msgpack: Uint8Array, raw?: Uint8Array): void {
    this.#send(this.#link.seal(kind, handle, msgpack, raw));
  }

  submit(call: LineCall): void {
    const pool = this.#byName.get(call.name);
    if (pool === undefined) return this.#miss(call);
    if (this.#frameSize(call) > Math.min(this.limits.frame, FRAME_MOST))
      return this.#fail(call, 'too_large', 'the arguments are larger than a frame may hold');
    if (pool.waiting >= WAITING_MOST) return this.#fail(call, 'limit', 'too many calls wait');
    pool.enqueue(call);
    this.#waiting.set(call.id, { call, pool });
    this.#pump(pool);
  }

  #frameSize(call: LineCall): number {
    return bodySize(
      call.msgpack.length,
      call.raw.length,
      this.#link.mode === 'direct' && call.raw.length > 0,
    );
  }

  #fail(call: LineCall, code: ErrorCode, message: string): void {
    this.#waiting.delete(call.id);
    this.#tell.done(call.id, Kind.error, packError(code, message, call.name), null);
  }

  #miss(call: LineCall): void {
    this.#missed.report(call.name);
    this.#fail(call, 'not_granted', `${call.name} is not granted to this view`);
  }

  /** Of a call that is live its REPLY is still to come: the result, if that was on its way. */
  cancel(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      waiting.pool.remove(waiting.call);
      this.#fail(waiting.call, 'cancelled', 'aborted before it was sent');
    } else if (this.#byId.get(id)?.cancel() === true) this.counts.cancels += 1;
  }

  /** The next part of a call's body. False: there is no room, as long as the call waits too. */
  part(id: number, bytes: Uint8Array, last: boolean): boolean {
    if (this.#waiting.has(id)) return false;
    return this.#byId.get(id)?.part(bytes, last) ?? true;
  }

  consumed(id: number, cost: number): void {
    this.#byId.get(id)?.consumed(cost);
  }

  #pump(pool: HandlePool): void {
    while (this.#live.size - this.#streams < this.limits.in_flight) {
      const call = pool.take();
      if (call === null) break;
      this.#dispatch(pool, call);
    }
    this.#replenish(pool);
    if (pool.waiting > 0) this.#hungry.add(pool);
    else this.#hungry.delete(pool);
  }

  #dispatch(pool: HandlePool, call: LineCall): void {
    const handle = call.handle as Uint8Array;
    const send = (kind: number, msgpack: Uint8Array, raw?: Uint8Array): void =>
      this.#sendSealed(kind, handle, msgpack, raw);
    const live = new LiveCall(call, pool, send, this.#tell);
    this.#waiting.delete(call.id);
    this.#live.set(bytesToHex(handle), live);
    this.#byId.set(call.id, live);
    this.counts.calls += 1;
    send(KIND.CALL, call.msgpack, call.raw);
    if (call.more) this.#tell.room(call.id);
  }

  #replenish(pool: HandlePool): void {
    const count = pool.want();
    if (count > 0) {
      this.#wanted.push({ pool, count });
      this.counts.wants += 1;
      this.#sendSealed(KIND.WANT, ZERO_HANDLE, encodeWant({ command: pool.index, count }));
    } else if (pool.dry) {
      this.#starve(pool);
    }
  }

  #starve(pool: HandlePool): void {
    for (const call of pool.drain())
      this.#fail(
        call,
        pool.revoked ? 'denied' : 'limit',
        'the broker gives no handle for this command',
      );
  }

  /** Takes a frame that came after WELCOME. */
  receive(frame: Frame): void {
    switch (frame.kind.number) {
      case KIND.REPLY:
        return this.#reply(this.#link.open(frame));
      case KIND.HANDLES:
        return this.#handles(this.#link.open(frame));
      case KIND.CHUNK:
        return this.#chunk(this.#link.open(frame));
      case KIND.CREDIT:
        return this.#credit(this.#link.open(frame));
      default:
        throw new Violation(`${frame.kind.name} in an open session`);
    }
  }

  /** The call that a CHUNK or CREDIT belongs to; null: it crossed the REPLY. */
  #addressed(opened: Opened): LiveCall | null {
    const live = this.#live.get(bytesToHex(opened.handle));
    if (live === undefined) this.counts.dropped += 1;
    else this.#link.checkCounter(opened);
    return live ?? null;
  }

  /** The handle that comes with the first frame takes the place of the one that is spent. */
  #answered(live: LiveCall, next: Uint8Array | undefined): boolean {
    if (!live.answered(next)) return false;
    if (next !== undefined) this.#issue([next]);
    live.pool.replied(next);
    return true;
  }

  /** It was the broker's first frame: the call has become a stream, and another may be sent. */
  #streamed(live: LiveCall, first: boolean): void {
    if (!first) return;
    this.counts.streams += 1;
    this.#streams += 1;
    this.#pumpAll(live.pool);
  }

  #chunk(opened: Opened): void {
    const live = this.#addressed(opened);
    if (live === null) return;
    const chunk = decodeChunk(opened.msgpack, opened.raw.length);
    const first = this.#answered(live, chunk.next);
    live.chunk(chunk, opened.raw, cost(opened.msgpack, opened.raw.length));
    this.#streamed(live, first);
  }

  #credit(opened: Opened): void {
    const live = this.#addressed(opened);
    if (live === null) return;
    const credit = decodeCredit(opened.msgpack, opened.raw.length);
    const first = this.#answered(live, credit.next);
    live.credit(credit, first);
    this.#streamed(live, first);
  }

  #reply(opened: Opened): void {
    const key = bytesToHex(opened.handle);
    const live = this.#live.get(key);
    if (live === undefined) throw new Violation('a REPLY to no live call');
    this.#link.checkCounter(opened);
    const reply = decodeReply(opened.msgpack, opened.raw.length);
    this.#answered(live, reply.next);
    this.#issued.delete(key);
    this.#live.delete(key);
    this.#byId.delete(live.call.id);
    this.#link.forget(opened.handle);
    this.#streams -= live.isStream ? 1 : 0;
    this.counts.replies += 1;
    this.counts.errors += reply.type === 'error' ? 1 : 0;
    live.reply(reply, opened.raw);
    this.#pumpAll(live.pool);
  }

  /**
   * The command's own calls first; at the session's limit any other may have waited for this
   * place.
   */
  #pumpAll(first: HandlePool): void {
    this.#pump(first);
    for (const pool of [...this.#hungry]) if (pool !== first) this.#pump(pool);
  }

  #handles(opened: Opened): void {
    if (!equal(opened.handle, ZERO_HANDLE)) throw new Violation('HANDLES under a handle');
    this.#link.checkCounter(opened);
    const { command, handles } = decodeHandles(opened.msgpack, opened.raw.length);
    const want = this.#wanted.shift();
    if (want === undefined || want.pool.index !== command)
      throw new Violation('HANDLES that answer no WANT');
    if (handles.length > want.count) throw new Violation('more handles than were asked for');
    this.#issue(handles);
    want.pool.granted(handles);
    if (handles.length === 0 && want.pool.dry) this.#starve(want.pool);
    else this.#pump(want.pool);
  }

  /** Nothing goes out any more. */
  end(): void {
    this.#missed.stop();
    for (const live of this.#live.values()) live.silence();
    this.#live.clear();
    this.#byId.clear();
    for (const pool of this.#pools) pool.drain();
    this.#waiting.clear();
    this.#link.erase();
  }
}
