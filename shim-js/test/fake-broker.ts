// The broker's side of one view link, from PROTOCOL.md alone and as small as can be: for tests.

import { randomBytes } from 'node:crypto';

import { bytesToHex } from '@noble/hashes/utils';

import { concat, equal, u32 } from '../src/bytes.js';
import type { ByteChannel } from '../src/channel.js';
import { CLOSE, Violation } from '../src/error.js';
import { FrameReader, KIND, makeFrame, type Frame } from '../src/frame.js';
import { FRAME_MOST } from '../src/limits.js';
import type { ErrorCode } from '../src/page/error.js';
import {
  deriveKeys,
  makeBootstrap,
  parseHello,
  publicKey,
  sharedSecret,
  UnknownVersion,
  type Bootstrap,
} from '../src/keys.js';
import {
  decodeCall,
  decodeCancel,
  decodeMiss,
  decodeWant,
  encodeHandles,
  encodeReply,
  encodeWelcome,
  type Miss,
  type Want,
} from '../src/messages.js';
import { decode } from '../src/msgpack.js';
import { ZERO_HANDLE, type Mode, type Opened } from '../src/seal.js';
import { SealedLink } from '../src/sealed-link.js';
import { FakeStream } from './fake-stream.js';

/** What a handler answers; a thrown one becomes the error. */
export type Answer = { value: unknown } | { raw: Uint8Array };

export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly more: object = {},
  ) {
    super(message);
  }
}

export interface Request {
  args: Record<string, unknown>;
  raw: Uint8Array | undefined;
  /** Fires at CANCEL. */
  signal: AbortSignal;
  handle: string;
  stream: FakeStream;
}

export interface FakeCommand {
  name: string;
  pool?: number;
  first?: number;
  /** Handles that may be outstanding in truth, where that is less than the pool. */
  room?: number;
  /** Answers no WANT and no CALL. */
  mute?: boolean;
  run(request: Request): Promise<Answer>;
}

export interface FakeOptions {
  commands: FakeCommand[];
  mode?: Mode;
  sendBoot?: boolean;
  secretKey?: Uint8Array;
  boot?: Partial<Bootstrap>;
  newHandle?: () => Uint8Array;
  limits?: object;
}

interface Live {
  command: number;
  controller: AbortController;
  stream: FakeStream;
}

export class FakeBroker {
  readonly bootstrap: Uint8Array;
  readonly violations: string[] = [];
  readonly misses: Miss[] = [];
  readonly wants: Want[] = [];
  readonly closes: number[] = [];
  dropped = 0;
  cancels = 0;
  most = 0;
  /** Commands whose handles are no longer given. */
  readonly revoked = new Set<number>();
  link: SealedLink | null = null;
  readonly #channel: ByteChannel;
  readonly #options: FakeOptions;
  readonly #boot: Bootstrap;
  readonly #secretKey: Uint8Array;
  readonly #reader = new FrameReader('view', 'endpoint');
  readonly #issued = new Map<string, number>();
  readonly #live = new Map<string, Live>();
  #over = false;

  constructor(channel: ByteChannel, options: FakeOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#secretKey = options.secretKey ?? randomBytes(32);
    this.#boot = {
      version: 1,
      ticketId: randomBytes(16),
      ticketSecret: randomBytes(32),
      brokerPublic: publicKey(this.#secretKey),
      policyDigest: randomBytes(32),
      document: 1n,
      label: 'main',
      origin: 'local',
      ...options.boot,
    };
    this.bootstrap = makeBootstrap(this.#boot);
    channel.onData(
      (bytes) => this.#received(bytes),
      () => (this.#over = true),
    );
    if (options.sendBoot !== false) channel.send(makeFrame(KIND.BOOT, this.bootstrap));
  }

  close(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#channel.send(makeFrame(KIND.CLOSE, u32(code)));
    this.#channel.close();
    for (const { controller } of this.#live.values()) controller.abort();
  }

  /** For frames that a real broker would not send. */
  send(kind: number, handle: Uint8Array, msgpack: Uint8Array, raw?: Uint8Array): void {
    this.#channel.send((this.link as SealedLink).seal(kind, handle, msgpack, raw));
  }

  #received(bytes: Uint8Array): void {
    try {
      this.#reader.push(bytes, (frame) => {
        this.#frame(frame);
        return !this.#over;
      });
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.violations.push(error.message);
      this.close(error instanceof UnknownVersion ? CLOSE.version : CLOSE.violation);
    }
  }

  #frame(frame: Frame): void {
    const { number, name } = frame.kind;
    if (number === KIND.CLOSE) return this.#closed(frame.body);
    if (this.link === null) return this.#hello(frame);
    switch (number) {
      case KIND.CALL:
        return this.#call(this.link.open(frame));
      case KIND.CANCEL:
        return this.#cancel(this.link.open(frame));
      case KIND.CHUNK:
        return this.#streamed(this.link.open(frame), (stream, opened) => stream.received(opened));
      case KIND.CREDIT:
        return this.#streamed(this.link.open(frame), (stream, opened) => stream.credited(opened));
      case KIND.WANT:
        return this.#want(this.#onZero(this.link.open(frame)));
      case KIND.MISS:
        return this.#miss(this.#onZero(this.link.open(frame)));
      default:
        throw new Violation(`${name} in an open session`);
    }
  }

  #closed(body: Uint8Array): void {
    this.closes.push(new DataView(body.buffer, body.byteOffset).getUint32(0, true));
    this.#over = true;
    this.#channel.close();
  }

  #hello(frame: Frame): void {
    if (frame.kind.number !== KIND.HELLO) throw new Violation(`${frame.kind.name} before HELLO`);
    const hello = parseHello(frame.body);
    if (!equal(hello.ticketId, this.#boot.ticketId)) throw new Violation('another ticket');
    const shared = sharedSecret(this.#secretKey, hello.endpointPublic);
    const keys = deriveKeys(this.#boot, shared, hello.endpointPublic);
    this.link = new SealedLink(keys.toEndpoint, keys.toBroker, this.#options.mode ?? 'relay');
    this.#welcome();
  }

  #welcome(): void {
    const commands = this.#options.commands.map((command, index) => ({
      index,
      name: command.name,
      pool: command.pool ?? 64,
      handles: this.#issue(index, command.first ?? 2),
    }));
    const limits = {
      ...{ frame: FRAME_MOST, in_flight: 1024, streams: 256, miss_per_s: 10 },
      ...this.#options.limits,
    };
    this.send(
      KIND.WELCOME,
      ZERO_HANDLE,
      encodeWelcome({ session: '0123456789abcdef', commands, limits }),
    );
  }

  #issue(command: number, count: number): Uint8Array {
    const fresh = Array.from(
      { length: count },
      () => this.#options.newHandle?.() ?? new Uint8Array(randomBytes(16)),
    );
    for (const handle of fresh) this.#issued.set(bytesToHex(handle), command);
    return concat(...fresh);
  }

  /** Nothing goes out under a handle that has been answered. */
  #sendLive(
    key: string,
    kind: number,
    handle: Uint8Array,
    msgpack: Uint8Array,
    raw?: Uint8Array,
  ): void {
    if (!this.#over && this.#live.has(key)) this.send(kind, handle, msgpack, raw);
  }

  #onZero(opened: Opened): Opened {
    if (!equal(opened.handle, ZERO_HANDLE)) throw new Violation('under a handle');
    (this.link as SealedLink).checkCounter(opened);
    return opened;
  }

  #call(opened: Opened): void {
    const handle = bytesToHex(opened.handle);
    const command = this.#issued.get(handle);
    if (command === undefined) throw new Violation('a handle that was never issued, or is spent');
    this.#issued.delete(handle);
    (this.link as SealedLink).checkCounter(opened);
    const call = decodeCall(opened.msgpack, opened.raw.length);
    const controller = new AbortController();
    const stream = new FakeStream(
      call,
      (kind, msgpack, part) => this.#sendLive(handle, kind, opened.handle, msgpack, part),
      () => (this.revoked.has(command) ? undefined : this.#issue(command, 1)),
    );
    this.#live.set(handle, { command, controller, stream });
    stream.begin();
    this.most = Math.max(this.most, this.#live.size);
    const args = decode(call.args) as Record<string, unknown>;
    const raw = call.bytes === undefined ? undefined : opened.raw;
    const { signal } = controller;
    void this.#run(command, opened.handle, { args, raw, signal, handle, stream });
  }

  async #run(index: number, handle: Uint8Array, request: Request): Promise<void> {
    const command = this.#options.commands[index] as FakeCommand;
    if (command.mute === true) return;
    try {
      const answer = await command.run(request);
      if ('raw' in answer) this.#reply(handle, { bytes: answer.raw.length }, answer.raw);
      else this.#reply(handle, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message, more } = error;
      this.#reply(handle, { error: { code, message, command: command.name, ...more } });
    }
  }

  #reply(handle: Uint8Array, result: Parameters<typeof encodeReply>[0], raw?: Uint8Array): void {
    const live = this.#live.get(bytesToHex(handle));
    if (this.#over || live === undefined) return;
    this.send(KIND.REPLY, handle, encodeReply(live.stream.ending(result)), raw);
    this.#live.delete(bytesToHex(handle));
    (this.link as SealedLink).forget(handle);
  }

  #cancel(opened: Opened): void {
    const live = this.#live.get(bytesToHex(opened.handle));
    if (live === undefined) return void (this.dropped += 1);
    (this.link as SealedLink).checkCounter(opened);
    decodeCancel(opened.msgpack, opened.raw.length);
    this.cancels += 1;
    live.stream.cancel();
    live.controller.abort();
  }

  #streamed(opened: Opened, act: (stream: FakeStream, opened: Opened) => void): void {
    const live = this.#live.get(bytesToHex(opened.handle));
    if (live === undefined) return void (this.dropped += 1);
    (this.link as SealedLink).checkCounter(opened);
    act(live.stream, opened);
  }

  #want(opened: Opened): void {
    const want = decodeWant(opened.msgpack, opened.raw.length);
    const command = this.#options.commands[want.command];
    if (command === undefined) throw new Violation('an index that WELCOME did not name');
    this.wants.push(want);
    if (command.mute === true) return;
    const count = Math.min(
      want.count,
      this.#room(want.command, command.room ?? command.pool ?? 64),
    );
    const handles = this.#issue(want.command, count);
    this.send(KIND.HANDLES, ZERO_HANDLE, encodeHandles({ command: want.command, handles }));
  }

  #room(command: number, most: number): number {
    if (this.revoked.has(command)) return 0;
    const issued = [...this.#issued.values()].filter((index) => index === command).length;
    const live = [...this.#live.values()].filter(
      (call) => call.command === command && !call.stream.open,
    ).length;
    return Math.max(0, most - issued - live);
  }

  #miss(opened: Opened): void {
    this.misses.push(decodeMiss(opened.msgpack, opened.raw.length));
  }
}
