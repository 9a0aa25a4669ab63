// A call from the line's caller until its handle is spent.

export interface LineCall {
  readonly id: number;
  readonly name: string;
  readonly msgpack: Uint8Array;
  /** The body, or with `more` its beginning. */
  readonly raw: Uint8Array;
  readonly more: boolean;
  /** Set while the call is live. */
  handle: Uint8Array | null;
}
