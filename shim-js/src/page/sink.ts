// Who gets the messages of a call: a Channel, a callback in Tauri's manner, or a listener.

export interface Sink {
  /** A call has it. */
  busy: boolean;
  /** The promise that it answers is waited for before the next message comes. */
  handle(message: unknown): unknown;
  /** The call has ended, and the last message was dealt with. */
  finish(error: Error | undefined, cancelled: boolean): void;
}
