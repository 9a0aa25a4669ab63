// What speaks for one document: handshake, calls, and the end (PROTOCOL.md, sections 3 to 6).

import { PendingCall, type Result } from './call.js';
import type { ByteChannel } from './channel.js';
import { u32, view } from './bytes.js';
import { CLOSE, closeName, TrollbridgeError, Violation, type ErrorCode } from './error.js';
import { FrameReader, KIND, makeFrame, type Frame } from './frame.js';
import { greet } from './handshake.js';
import { decodeCall, encodeCall } from './messages.js';
import { realClock, type Clock } from './miss.js';
import type { Mode } from './seal.js';
import type { SealedLink } from './sealed-link.js';
import { Session, WAITING_MOST, type Counts } from './session.js';

export interface InvokeOptions {
  /** The body, beside the arguments. An empty one and none are different things. */
  raw?: Uint8Array | undefined;
  /** An abort is a request: a result that was already on its way still arrives. */
  signal?: AbortSignal | undefined;
}

export interface EndpointOptions {
  /** Absent: it is the first frame of the channel, BOOT. */
  bootstrap?: Uint8Array | undefined;
  /** `direct` allows raw bytes in clear; only for a link that the kernel keeps private. */
  mode?: Mode | undefined;
  /** For tests with fixed keys. */
  secretKey?: Uint8Array | undefined;
  clock?: Clock | undefined;
}

export interface Ending {
  by: 'broker' | 'endpoint' | 'link';
  /** The number in CLOSE; null when the link just ended. */
  code: number | null;
  message: string;
}

export interface SessionInfo {
  session: string;
  commands: string[];
}

const NO_COUNTS: Counts = {
  calls: 0,
  replies: 0,
  errors: 0,
  cancels: 0,
  wants: 0,
  misses: 0,
  dropped: 0,
};

export class Endpoint {
  /** Settles with WELCOME, or with the end of the session. */
  readonly ready: Promise<SessionInfo>;
  readonly ended: Promise<Ending>;
  readonly #channel: ByteChannel;
  readonly #mode: Mode;
  readonly #clock: Clock;
  readonly #secretKey: Uint8Array | undefined;
  readonly #reader = new FrameReader('view', 'broker');
  #link: SealedLink | null = null;
  #session: Session | null = null;
  #ending: Ending | null = null;
  #early: PendingCall[] = [];
  #onReady!: (info: SessionInfo) => void;
  #onRefused!: (error: Error) => void;
  #onEnded!: (ending: Ending) => void;

  constructor(channel: ByteChannel, options: EndpointOptions = {}) {
    this.#channel = channel;
    this.#mode = options.mode ?? 'relay';
    this.#clock = options.clock ?? realClock;
    this.#secretKey = options.secretKey;
    this.ready = new Promise((resolve, reject) => {
      this.#onReady = resolve;
      this.#onRefused = reject;
    });
    this.ready.catch(() => undefined);
    this.ended = new Promise((resolve) => (this.#onEnded = resolve));
    const { bootstrap } = options;
    if (bootstrap !== undefined) this.#guard(() => this.#greet(bootstrap));
    if (this.#ending === null)
      channel.onData(
        (bytes) => this.#received(bytes),
        () => this.#lost(),
      );
  }

  get counts(): Readonly<Counts> {
    return this.#session?.counts ?? NO_COUNTS;
  }

  /** Names of the granted commands; empty before WELCOME. */
  get commands(): string[] {
    return this.#session?.commands ?? [];
  }

  /**
   * Resolves with the value, or with a Uint8Array where the result is raw bytes. What is sent
   * passes our own decoder first: a page's odd arguments must not become a violation that ends
   * its session.
   */
  invoke(name: string, args: object = {}, options: InvokeOptions = {}): Promise<Result> {
    const { signal } = options;
    const raw = options.raw?.slice();
    const none = new Uint8Array(0);
    let call = new PendingCall({ name, msgpack: none, raw: raw ?? none, signal });
    try {
      const msgpack = encodeCall(args, raw?.length);
      decodeCall(msgpack, raw?.length ?? 0);
      call = new PendingCall({ name, msgpack, raw: raw ?? none, signal });
      this.#submit(call);
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof Violation)) throw error;
      call.fail('invalid_args', `arguments that cannot be sent: ${error.message}`);
    }
    return call.result;
  }

  /** The document goes away. */
  close(): void {
    this.#finish({ by: 'endpoint', code: CLOSE.bye, message: closeName(CLOSE.bye) });
  }

  #submit(call: PendingCall): void {
    if (this.#ending !== null) return call.reject(this.#endError(this.#ending, call.name));
    if (this.#session !== null) return this.#session.submit(call);
    if (call.aborted) return call.fail('cancelled', 'aborted before it was sent');
    if (this.#early.length >= WAITING_MOST) return call.fail('limit', 'too many calls wait');
    this.#early.push(call);
    call.onAbort(() => {
      this.#early.splice(this.#early.indexOf(call), 1);
      call.fail('cancelled', 'aborted before it was sent');
    });
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#finish({ by: 'endpoint', code: CLOSE.violation, message: error.message });
    }
  }

  #received(bytes: Uint8Array): void {
    this.#guard(() =>
      this.#reader.push(bytes, (frame) => {
        this.#frame(frame);
        return this.#ending === null;
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
    const { hello, link } = greet(bootstrap, this.#mode, this.#secretKey);
    this.#link = link;
    this.#channel.send(hello);
  }

  #welcome(link: SealedLink, frame: Frame): void {
    if (frame.kind.number !== KIND.WELCOME)
      throw new Violation(`${frame.kind.name} instead of WELCOME`);
    const send = (bytes: Uint8Array): void => this.#channel.send(bytes);
    const session = new Session(link, frame, send, this.#clock);
    this.#session = session;
    this.#onReady({ session: session.name, commands: session.commands });
    for (const call of this.#early.splice(0)) session.submit(call);
  }

  #closed(body: Uint8Array): void {
    const code = view(body).getUint32(0, true);
    this.#finish({ by: 'broker', code, message: closeName(code) });
  }

  #lost(): void {
    this.#finish({ by: 'link', code: null, message: 'the link ended' });
  }

  /** A broker that broke the protocol is told apart from a session that is over. */
  #endError(ending: Ending, command: string): TrollbridgeError {
    const broken = ending.by === 'endpoint' && ending.code === CLOSE.violation;
    const code: ErrorCode = broken ? 'violation' : 'session_closed';
    return new TrollbridgeError({
      code,
      command,
      message: `the session is over: ${ending.message}`,
    });
  }

  #finish(ending: Ending): void {
    if (this.#ending !== null) return;
    this.#ending = ending;
    // Before WELCOME the end of the link says it all.
    if (ending.by === 'endpoint' && this.#session !== null)
      this.#channel.send(makeFrame(KIND.CLOSE, u32(ending.code ?? CLOSE.bye)));
    this.#channel.close();
    const error = (name: string): Error => this.#endError(ending, name);
    for (const call of this.#early.splice(0)) call.reject(error(call.name));
    this.#session?.end(error);
    if (this.#session === null) this.#link?.erase();
    this.#onRefused(error(''));
    this.#onEnded(ending);
  }
}
