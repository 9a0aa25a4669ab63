// A session without the Endpoint's manners, to send what it never would.

import type { ByteChannel } from '../src/channel.js';
import { FrameReader, KIND, type Frame } from '../src/frame.js';
import { greet } from '../src/handshake.js';
import { decodeWelcome, type Welcome } from '../src/messages.js';
import type { SealedLink } from '../src/sealed-link.js';

export class RawSession {
  readonly link: SealedLink;
  readonly welcome: Welcome;
  readonly #channel: ByteChannel;
  readonly #frames: Frames;

  private constructor(channel: ByteChannel, frames: Frames, link: SealedLink, welcome: Welcome) {
    this.#channel = channel;
    this.#frames = frames;
    this.link = link;
    this.welcome = welcome;
  }

  static async open(channel: ByteChannel): Promise<RawSession> {
    const frames = new Frames(channel);
    const boot = await frames.expect(KIND.BOOT);
    const { hello, link } = greet(boot.body, 'relay');
    channel.send(hello);
    const opened = link.open(await frames.expect(KIND.WELCOME));
    link.checkCounter(opened);
    const welcome = decodeWelcome(opened.msgpack, opened.raw.length);
    return new RawSession(channel, frames, link, welcome);
  }

  send(frame: Uint8Array): void {
    this.#channel.send(frame);
  }

  /** Null at the end of the link. */
  next(): Promise<Frame | null> {
    return this.#frames.next();
  }

  /** The code of the CLOSE that must come, behind nothing but REPLY, and be the last. */
  async closeCode(): Promise<number> {
    for (;;) {
      const frame = await this.next();
      if (frame === null) throw new Error('the link ended without CLOSE');
      if (frame.kind.number === KIND.REPLY) continue;
      if (frame.kind.number !== KIND.CLOSE) throw new Error(`${frame.kind.name} instead of CLOSE`);
      const after = await this.next();
      if (after !== null) throw new Error(`${after.kind.name} after CLOSE`);
      return new DataView(frame.body.buffer, frame.body.byteOffset).getUint32(0, true);
    }
  }
}

class Frames {
  readonly #queue: (Frame | null)[] = [];
  #waiting: ((frame: Frame | null) => void) | null = null;

  constructor(channel: ByteChannel) {
    const reader = new FrameReader('view', 'broker');
    channel.onData(
      (bytes) =>
        reader.push(bytes, (frame) => {
          this.#put(frame);
          return true;
        }),
      () => this.#put(null),
    );
  }

  #put(frame: Frame | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) waiting(frame);
    else this.#queue.push(frame);
  }

  next(): Promise<Frame | null> {
    const frame = this.#queue.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  async expect(kind: number): Promise<Frame> {
    const frame = await this.next();
    if (frame?.kind.number !== kind)
      throw new Error(`${frame?.kind.name ?? 'the end of the link'} instead of kind ${kind}`);
    return frame;
  }
}
