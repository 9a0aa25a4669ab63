// The sealed half of a link: both keys, and the counters of both directions.

import { Counters } from './counters.js';
import type { Frame } from './frame.js';
import { openFrame, sealFrame, type Mode, type Opened } from './seal.js';

const NO_RAW: Uint8Array = new Uint8Array(0);

export class SealedLink {
  readonly mode: Mode;
  readonly #sendKey: Uint8Array;
  readonly #receiveKey: Uint8Array;
  readonly #sent = new Counters();
  readonly #received = new Counters();

  /** Takes both keys over. */
  constructor(sendKey: Uint8Array, receiveKey: Uint8Array, mode: Mode) {
    this.#sendKey = sendKey;
    this.#receiveKey = receiveKey;
    this.mode = mode;
  }

  seal(
    kind: number,
    handle: Uint8Array,
    msgpack: Uint8Array,
    raw: Uint8Array = NO_RAW,
  ): Uint8Array {
    const clear = this.mode === 'direct' && raw.length > 0;
    const counter = this.#sent.take(handle);
    return sealFrame(this.#sendKey, { kind, handle, counter, msgpack, raw, clear });
  }

  /** Does not check the counter: whether a handle is live is known to the caller alone. */
  open(frame: Frame): Opened {
    return openFrame(this.#receiveKey, frame, this.mode);
  }

  checkCounter(opened: Opened): void {
    this.#received.check(opened.handle, opened.counter);
  }

  forget(handle: Uint8Array): void {
    this.#sent.forget(handle);
    this.#received.forget(handle);
  }

  erase(): void {
    this.#sendKey.fill(0);
    this.#receiveKey.fill(0);
  }
}
