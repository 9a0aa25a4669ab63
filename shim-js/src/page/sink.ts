// Who gets the messages of a call: a Channel, a callback in Tauri's manner, or a listener.

import { fillRandom, Uint32ArrayCopy } from './intrinsics.js';

export interface Sink {
  /** A call has it. */
  busy: boolean;
  /** The promise that it answers is waited for before the next message comes. */
  handle(message: unknown): unknown;
  /** The call has ended, and the last message was dealt with. */
  finish(error: Error | undefined, cancelled: boolean): void;
}

/** Of channels and callbacks. Random, as Tauri's: who does not hold one cannot name it. */
export function newId(): number {
  const one = new Uint32ArrayCopy(1);
  fillRandom(one);
  return one[0] as number;
}
