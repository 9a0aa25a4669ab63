// The handles of one command, and the calls that wait for one. Every REPLY brings the next
// handle, so a page that calls one after the other lives on the two that WELCOME gave. More are
// asked for when the last one is taken: then the next call would have to wait for a reply.

import type { LineCall } from './line-call.js';
import { WANT_MOST, type Command } from './messages.js';

export class HandlePool {
  readonly index: number;
  readonly name: string;
  readonly #most: number;
  /** What the broker was last seen to allow. */
  #ceiling: number;
  readonly #free: Uint8Array[];
  #outstanding: number;
  #asked = 0;
  #revoked = false;
  /** By id, in the order in which they came. */
  readonly #waiting = new Map<number, LineCall>();

  constructor(command: Command) {
    this.index = command.index;
    this.name = command.name;
    this.#most = command.pool;
    this.#ceiling = command.pool;
    this.#free = [...command.handles];
    this.#outstanding = command.handles.length;
  }

  get free(): number {
    return this.#free.length;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  /** Nothing is left, and nothing that is under way will bring a handle. */
  get dry(): boolean {
    return this.#outstanding === 0 && this.#asked === 0;
  }

  enqueue(call: LineCall): void {
    this.#waiting.set(call.id, call);
  }

  remove(call: LineCall): boolean {
    return this.#waiting.delete(call.id);
  }

  /** The first call that waits, with its handle. */
  take(): LineCall | null {
    if (this.#free.length === 0 || this.#waiting.size === 0) return null;
    const [call] = this.#waiting.values() as IterableIterator<LineCall> & [LineCall];
    this.#waiting.delete(call.id);
    call.handle = this.#free.shift() as Uint8Array;
    return call;
  }

  drain(): LineCall[] {
    const calls = [...this.#waiting.values()];
    this.#waiting.clear();
    return calls;
  }

  /** The handle of a call came back as `next`, or not at all. */
  replied(next: Uint8Array | undefined): void {
    if (next !== undefined) this.#free.push(next);
    else this.#outstanding -= 1;
    this.#revoked = next === undefined;
  }

  /** How many handles the next WANT asks for. Doubles, so that a burst costs few frames. */
  want(): number {
    if (this.#free.length > 0 || this.#asked > 0) return 0;
    const room = this.#ceiling - this.#outstanding;
    const wish = Math.max(this.#outstanding, this.#waiting.size, 1);
    this.#asked = Math.max(0, Math.min(room, wish, WANT_MOST));
    return this.#asked;
  }

  /** The answer to the WANT. Fewer than asked for: the broker allows no more at present. */
  granted(handles: Uint8Array[]): void {
    this.#free.push(...handles);
    this.#outstanding += handles.length;
    const short = handles.length < this.#asked && this.#outstanding > 0;
    this.#ceiling = short ? this.#outstanding : this.#most;
    this.#asked = 0;
  }
}
