/**
 * What carries the bytes of one view link, in order and whole. `ended` is called once, when no
 * more will come. `close` ends the link in both directions; neither callback is called after it.
 */
export interface ByteChannel {
  send(bytes: Uint8Array): void;
  onData(received: (bytes: Uint8Array) => void, ended: () => void): void;
  close(): void;
}
