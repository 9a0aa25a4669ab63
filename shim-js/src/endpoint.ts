// What speaks for one document: handshake, calls, and the end (PROTOCOL.md, sections 3 to 6).

import { PendingCall, type Result } from './call.js';
import type { ByteChannel } from './channel.js';
import { u32, view } from './bytes.js';
import { CLOSE, closeName, TrollbridgeError, Violation, type ErrorCode } from './error.js';
import {
  Listener,
  type EventTarget,
  type Handler,
  type ListenOptions,
  type Unlisten,
} from './events.js';
import { FrameReader, KIND, makeFrame, type Frame } from './frame.js';
import { greet } from './handshake.js';
import type { Deliver } from './inbox.js';
import { realClock, type Clock } from './miss.js';
import { NOTHING, prepare } from './request.js';
import { ResultParts, ResultStream } from './result-stream.js';
import type { Mode } from './seal.js';
import type { SealedLink } from './sealed-link.js';
import { Session, WAITING_MOST, type Counts } from './session.js';
import type { Source } from './source.js';
import { Collector, type Taker } from './taker.js';

export interface CallOptions {
  /**
   * The body, beside the arguments. An empty one and none are different things. What a frame
   * cannot hold, and what is no plain bytes, is streamed: as fast as the plugin takes it.
   */
  raw?: Source | undefined;
  /** An abort is a request: a result that was already on its way still arrives. */
  signal?: AbortSignal | undefined;
}

export interface InvokeOptions extends CallOptions {
  /** The largest result in bytes; one that is larger is cancelled, with `too_large`. */
  most?: number | undefined;
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

/** Of a result that `invoke` joins. */
const RESULT_MOST = 67_108_864;

interface Request extends CallOptions {
  name: string;
  args: object;
  taker: Taker;
  deliver?: Deliver | undefined;
}

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
   * Resolves with the value, or with a Uint8Array where the result is raw bytes. A value can come
   * while the call goes on: what its channels get, and how it ends, is told by them.
   */
  invoke(name: string, args: object = {}, options: InvokeOptions = {}): Promise<Result> {
    const { most = RESULT_MOST } = options;
    const message = `the result is larger than ${most} bytes: take it in parts`;
    const large = new TrollbridgeError({ code: 'too_large', message, command: name });
    const taker = new Collector(most, () => call.abandon(large));
    const call = this.#start({ ...options, name, args, taker });
    return call.result;
  }

  /** The result in parts, for results of raw bytes: the plugin waits until they are taken. */
  invokeStream(name: string, args: object = {}, options: CallOptions = {}): ResultStream {
    const parts = new ResultParts();
    const call = this.#start({ ...options, name, args, taker: parts });
    const message = 'the command answered a value, not bytes: invoke it';
    const odd = new TrollbridgeError({ code: 'invalid_args', message, command: name });
    Promise.all([call.result, call.done]).then(
      ([value]) => parts.end(value === undefined ? null : odd),
      (error: Error) => parts.end(error),
    );
    return new ResultStream(parts, call.cancel);
  }

  /**
   * Handles the events of that name until it is stopped. A handler that answers a promise gets
   * the next event when that has settled; what does not find room meanwhile is counted in `lost`.
   */
  listen(event: string, handler: Handler, options: ListenOptions = {}): Promise<Unlisten> {
    const { target, signal } = options;
    const listener = new Listener(handler);
    const taker = new ResultParts();
    const args = { event, target };
    const { deliver } = listener;
    return listener.start(
      this.#start({ name: 'plugin:event|listen', args, taker, deliver, signal }),
    );
  }

  /** Handles one event. */
  once(event: string, handler: Handler, options: ListenOptions = {}): Promise<Unlisten> {
    let fired = false;
    const listening = this.listen(
      event,
      (message) => {
        if (fired) return;
        fired = true;
        void listening.then((unlisten) => unlisten());
        return handler(message);
      },
      options,
    );
    return listening;
  }

  /** Settles when all listeners have been told. */
  async emit(event: string, payload?: unknown): Promise<void> {
    await this.invoke('plugin:event|emit', { event, payload });
  }

  async emitTo(target: EventTarget, event: string, payload?: unknown): Promise<void> {
    await this.invoke('plugin:event|emit_to', { target, event, payload });
  }

  /** The document goes away. */
  close(): void {
    this.#finish({ by: 'endpoint', code: CLOSE.bye, message: closeName(CLOSE.bye) });
  }

  #start(request: Request): PendingCall {
    const { args, raw, ...parts } = request;
    try {
      const call = new PendingCall({ ...parts, ...prepare(args, raw) });
      this.#submit(call);
      return call;
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof Violation)) throw error;
      const call = new PendingCall({ ...parts, ...NOTHING });
      call.fail('invalid_args', `arguments that cannot be sent: ${error.message}`);
      return call;
    }
  }

  #submit(call: PendingCall): void {
    if (this.#ending !== null) return call.reject(this.#endError(this.#ending, call.name));
    if (this.#session !== null) return this.#session.submit(call);
    if (call.cancelled) return call.fail('cancelled', 'aborted before it was sent');
    if (this.#early.length >= WAITING_MOST) return call.fail('limit', 'too many calls wait');
    this.#early.push(call);
    call.onCancel(() => {
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
