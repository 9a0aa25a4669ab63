// A line over a channel of bytes: the whole protocol in JavaScript, for a page or a program that
// has no native endpoint (PROTOCOL.md, sections 3 to 6).

import type { ByteChannel } from './channel.js';
import { u32, view } from './bytes.js';
import { CLOSE, closeName, Violation } from './error.js';
import { FrameReader, KIND, makeFrame, type Frame } from './frame.js';
import { greet } from './handshake.js';
import type { EndedBy, Line, LineHandlers } from './line.js';
import type { LineCall } from './line-call.js';
import { decodeCall, packCall, packError } from './messages.js';
import { realClock, type Clock } from './miss.js';
import type { ErrorCode } from './page/error.js';
import { Kind } from './port.js';
import type { Mode } from './seal.js';
import type { SealedLink } from './sealed-link.js';
import { Session, WAITING_MOST, type Counts } from './session.js';

export interface SealedOptions {
  /** Absent: it is the first frame of the channel, BOOT. */
  bootstrap?: Uint8Array | undefined;
  /** `direct` allows raw bytes in clear; only for a link that the kernel keeps private. */
  mode?: Mode | undefined;
  /** For tests with fixed keys. */
  secretKey?: Uint8Array | undefined;
  clock?: Clock | undefined;
}

const NO_RAW: Uint8Array = new Uint8Array(0);

const NO_COUNTS: Counts = {
  calls: 0,
  replies: 0,
  errors: 0,
  cancels: 0,
  wants: 0,
  misses: 0,
  streams: 0,
  dropped: 0,
};

export class SealedLine implements Line {
  readonly #channel: ByteChannel;
  readonly #options: SealedOptions;
  readonly #reader = new FrameReader('view', 'broker');
  readonly #early = new Map<number, LineCall>();
  #handlers: LineHandlers | null = null;
  #link: SealedLink | null = null;
  #session: Session | null = null;
  #ended = false;

  constructor(channel: ByteChannel, options: SealedOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  get counts(): Readonly<Counts> {
    return this.#session?.counts ?? NO_COUNTS;
  }

  get commands(): string[] {
    return this.#session?.commands ?? [];
  }

  get #tell(): LineHandlers {
    return this.#handlers as LineHandlers;
  }

  attach(handlers: LineHandlers): boolean {
    if (this.#handlers !== null) return false;
    this.#handlers = handlers;
    const { bootstrap } = this.#options;
    if (bootstrap !== undefined) this.#guard(() => this.#greet(bootstrap));
    if (this.#ended) return true;
    this.#channel.onData(
      (bytes) => this.#received(bytes),
      () => this.#finish('link', null, 'the link ended'),
    );
    return true;
  }

  // ---- calls ----

  call(id: number, name: string, args: Uint8Array, raw: Uint8Array | null, more: boolean): void {
    const msgpack = packCall(args, raw?.length, more ? true : undefined);
    try {
      // What we would not take ourselves would be a violation, and end the session.
      decodeCall(msgpack, raw?.length ?? 0);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return this.#fail(
        id,
        name,
        'invalid_args',
        `arguments that cannot be sent: ${error.message}`,
      );
    }
    // It may wait for a handle, and its owner may change it meanwhile.
    const call = { id, name, msgpack, raw: raw?.slice() ?? NO_RAW, more, handle: null };
    if (this.#session !== null) return this.#session.submit(call);
    if (this.#early.size < WAITING_MOST) this.#early.set(id, call);
    else this.#fail(id, name, 'limit', 'too many calls wait');
  }

  #fail(id: number, command: string, code: ErrorCode, message: string): void {
    this.#tell.done(id, Kind.error, packError(code, message, command), null);
  }

  send(id: number, bytes: Uint8Array, last: boolean): boolean {
    return this.#session?.part(id, bytes, last) ?? false;
  }

  consumed(id: number, cost: number): void {
    this.#session?.consumed(id, cost);
  }

  cancel(id: number): void {
    const early = this.#early.get(id);
    if (early === undefined) return this.#session?.cancel(id);
    this.#early.delete(id);
    this.#fail(id, early.name, 'cancelled', 'aborted before it was sent');
  }

  // ---- frames ----

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#finish('endpoint', CLOSE.violation, error.message);
    }
  }

  #received(bytes: Uint8Array): void {
    this.#guard(() =>
      this.#reader.push(bytes, (frame) => {
        this.#frame(frame);
        return !this.#ended;
      }),
    );
  }

  #frame(frame: Frame): void {
    if (frame.kind.number === KIND.CLOSE) return this.#closed(frame.body);
    if (this.#session !== null) return this.#session.receive(frame);
    if (this.#link !== null) return this.#welcome(this.#link, frame);
    if (frame.kind.number !== KIND.BOOT) throw new Violation(`${frame.kind.name} instead of BOOT`);
    this.#greet(frame.body);
    frame.body.fill(0);
  }

  #greet(bootstrap: Uint8Array): void {
    const { mode = 'relay', secretKey } = this.#options;
    const { hello, link } = greet(bootstrap, mode, secretKey);
    this.#link = link;
    this.#channel.send(hello);
  }

  #welcome(link: SealedLink, frame: Frame): void {
    if (frame.kind.number !== KIND.WELCOME)
      throw new Violation(`${frame.kind.name} instead of WELCOME`);
    const send = (bytes: Uint8Array): void => this.#channel.send(bytes);
    const clock = this.#options.clock ?? realClock;
    const session = new Session({ link, frame, send, clock, tell: this.#tell });
    this.#session = session;
    this.#tell.ready(session.name, session.commands);
    for (const call of this.#early.values()) session.submit(call);
    this.#early.clear();
  }

  // ---- the end ----

  #closed(body: Uint8Array): void {
    const code = view(body).getUint32(0, true);
    this.#finish('broker', code, closeName(code));
  }

  /** The document goes away. */
  close(): void {
    this.#finish('endpoint', CLOSE.bye, closeName(CLOSE.bye));
  }

  #finish(by: EndedBy, code: number | null, message: string): void {
    if (this.#ended) return;
    this.#ended = true;
    // Before WELCOME the end of the link says it all.
    if (by === 'endpoint' && this.#session !== null)
      this.#channel.send(makeFrame(KIND.CLOSE, u32(code ?? CLOSE.bye)));
    this.#channel.close();
    this.#session?.end();
    if (this.#session === null) this.#link?.erase();
    this.#early.clear();
    this.#tell.ended(by, code, message);
  }
}
