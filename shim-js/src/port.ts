// What crosses between a page's half (page/) and the half that no page can reach (core/): tuples of
// a fixed length, of plain data and bytes, so that a structured clone carries them from one script
// world to another. docs/shim.md describes them.

/** From the page. The second element is the call's id, which the page gives, once. */
export const enum Up {
  /** id, name, args, raw, flow, most, channels */
  call,
  /** id, drop: also what has come of a result in parts is not wanted */
  cancel,
  /** id, bytes, last: the next piece of the body, which was asked for */
  piece,
  /** id, channel: the handler has dealt with the message that it was given */
  taken,
  /** id: the next part of the result is wanted */
  pull,
}

/** To the page. */
export const enum Down {
  /** id, kind, value, over: the result. Without `over` its channels still have messages. */
  done,
  /** id, value: the result of a call that goes on */
  early,
  /** id, channel, payload */
  message,
  /** id, bytes: the part that was asked for */
  part,
  /** id: the next piece of the body is wanted */
  pull,
  /** id: after a `done` without it; the last message has been dealt with */
  over,
}

export const enum Flow {
  /** A result of bytes is joined, up to `most`. */
  whole,
  /** Each part of it waits until it is asked for. */
  parts,
}

export const enum Kind {
  value,
  bytes,
  error,
}

/** Stands for the call itself where a channel's id could: `listen` gets such messages. */
export const NO_CHANNEL = -1;

/** The body: none, whole, or in pieces that the core asks for. */
export type Body = Uint8Array | null | true;

export type CallMessage = readonly [
  op: Up.call,
  id: number,
  name: string,
  args: unknown,
  raw: Body,
  flow: Flow,
  most: number,
  channels: readonly number[],
];

export type UpMessage =
  | CallMessage
  | readonly [op: Up.cancel, id: number, drop: boolean]
  | readonly [op: Up.piece, id: number, bytes: Uint8Array, last: boolean]
  | readonly [op: Up.taken, id: number, channel: number]
  | readonly [op: Up.pull, id: number];

export type DownMessage =
  | readonly [op: Down.done, id: number, kind: Kind, value: unknown, over: boolean]
  | readonly [op: Down.early, id: number, value: unknown]
  | readonly [op: Down.message, id: number, channel: number, payload: unknown]
  | readonly [op: Down.part, id: number, bytes: Uint8Array]
  | readonly [op: Down.pull, id: number]
  | readonly [op: Down.over, id: number];

/** A call of it is one listener, as long as it lasts. */
export const LISTEN = 'plugin:event|listen';

/** A MouseEvent on the window whose relatedTarget is the node between the worlds; null: asks. */
export const GREETING = 'trollbridge-hello';

/** Events on that node; the message is the detail. */
export const enum NodeEvent {
  met = 'met',
  up = 'up',
  down = 'down',
}
