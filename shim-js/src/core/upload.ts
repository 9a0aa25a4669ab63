// The body of one request on its way to the line: as far as that takes it. The next piece is asked
// for when the one before is sent, so that what the page holds back is not buffered here.

import type { Line } from '../line.js';
import { PART_MOST } from '../limits.js';

const NOTHING: Uint8Array = new Uint8Array(0);

export class Upload {
  readonly #line: Line;
  readonly #id: number;
  readonly #ask: () => void;
  #bytes = NOTHING;
  #at = 0;
  #last = false;
  #busy = false;

  constructor(line: Line, id: number, ask: () => void) {
    this.#line = line;
    this.#id = id;
    this.#ask = ask;
  }

  /** The next piece. One that was not asked for is dropped. */
  give(bytes: Uint8Array, last: boolean): void {
    if (this.#busy) return;
    this.#bytes = bytes;
    this.#at = 0;
    this.#last = last;
    this.#busy = true;
    this.pump();
  }

  /** Sends what the line takes. */
  pump(): void {
    while (this.#busy) {
      const part = this.#bytes.subarray(this.#at, this.#at + PART_MOST);
      const end = this.#at + part.length === this.#bytes.length;
      // An empty part is one only at the end.
      const needed = part.length > 0 || this.#last;
      if (needed && !this.#line.send(this.#id, part, end && this.#last)) return;
      this.#at += part.length;
      if (end) this.#sent();
    }
  }

  #sent(): void {
    this.#busy = false;
    this.#bytes = NOTHING;
    if (!this.#last) this.#ask();
  }
}
