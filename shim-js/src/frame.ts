// Frames: an 8-byte header and a body (PROTOCOL.md, section 1).

import { concat, u32, view } from './bytes.js';
import { Violation } from './error.js';
import { FRAME_MOST, PART_MOST } from './limits.js';

export const HEADER_SIZE = 8;
export const RAW_CLEAR = 1;

export type Link = 'view' | 'control' | 'plugin';
export type Sender = 'broker' | 'endpoint' | 'host' | 'plugin';

export interface Kind {
  name: string;
  number: number;
  link: Link;
  from: Sender | 'both';
  least: number;
  most: number;
  flags: number;
}

function row(
  name: string,
  number: number,
  link: Link,
  from: Kind['from'],
  least: number,
  most: number,
  flags = 0,
): Kind {
  return { name, number, link, from, least, most, flags };
}

const BULK_MOST = PART_MOST + 4_096;

export const KINDS: readonly Kind[] = [
  row('BOOT', 1, 'view', 'broker', 130, 1024),
  row('HELLO', 2, 'view', 'endpoint', 52, 52),
  row('WELCOME', 3, 'view', 'broker', 45, FRAME_MOST),
  row('CALL', 4, 'view', 'endpoint', 45, FRAME_MOST, RAW_CLEAR),
  row('REPLY', 5, 'view', 'broker', 45, FRAME_MOST, RAW_CLEAR),
  row('CHUNK', 6, 'view', 'both', 45, BULK_MOST, RAW_CLEAR),
  row('CREDIT', 7, 'view', 'both', 45, 256),
  row('CANCEL', 8, 'view', 'endpoint', 45, 256),
  row('WANT', 9, 'view', 'endpoint', 45, 256),
  row('MISS', 10, 'view', 'endpoint', 45, 512),
  row('HANDLES', 11, 'view', 'broker', 45, BULK_MOST),
  row('CLOSE', 12, 'view', 'both', 4, 4),
  row('OPEN', 64, 'control', 'host', 1, 65_536),
  row('OPENED', 65, 'control', 'broker', 1, 65_536),
  row('SHUT', 66, 'control', 'host', 1, 65_536),
  row('RESET', 67, 'control', 'host', 1, 65_536),
  row('ALERT', 68, 'control', 'broker', 1, 65_536),
  row('RELOAD', 69, 'control', 'host', 1, 65_536),
  row('RELOADED', 70, 'control', 'broker', 1, 65_536),
  row('EMIT', 71, 'control', 'host', 1, BULK_MOST),
  row('ASK', 72, 'control', 'broker', 1, 65_536),
  row('ANSWER', 73, 'control', 'host', 1, 65_536),
  row('ASK_OVER', 74, 'control', 'broker', 1, 65_536),
  row('SECRET', 75, 'control', 'broker', 1, 2048),
  row('SECRET_ANSWER', 76, 'control', 'host', 1, 2048),
  row('PICK', 77, 'control', 'host', 1, 8192),
  row('PICKED', 78, 'control', 'broker', 1, 8192),
  row('INIT', 96, 'plugin', 'broker', 5, FRAME_MOST),
  row('CALL', 97, 'plugin', 'broker', 5, FRAME_MOST),
  row('REPLY', 98, 'plugin', 'plugin', 5, FRAME_MOST),
  row('CANCEL', 99, 'plugin', 'broker', 5, FRAME_MOST),
  row('CHUNK', 100, 'plugin', 'both', 5, BULK_MOST),
  row('CREDIT', 101, 'plugin', 'both', 5, 256),
  row('RELEASE', 102, 'plugin', 'both', 5, 256),
  row('EMIT', 103, 'plugin', 'plugin', 5, BULK_MOST),
  row('SECRET', 104, 'plugin', 'plugin', 5, 2048),
  row('SECRET_ANSWER', 105, 'plugin', 'broker', 5, 2048),
  row('PICKED', 106, 'plugin', 'broker', 5, 8192),
];

/** Kinds of a view link, by name. */
export const KIND = {
  BOOT: 1,
  HELLO: 2,
  WELCOME: 3,
  CALL: 4,
  REPLY: 5,
  CHUNK: 6,
  CREDIT: 7,
  CANCEL: 8,
  WANT: 9,
  MISS: 10,
  HANDLES: 11,
  CLOSE: 12,
} as const;

export interface Frame {
  kind: Kind;
  flags: number;
  /** As it stood on the wire: it is additional data of what is sealed. */
  header: Uint8Array;
  body: Uint8Array;
}

export function makeHeader(kind: number, flags: number, length: number): Uint8Array {
  return concat(u32(length), Uint8Array.of(kind, flags, 0, 0));
}

export function makeFrame(kind: number, body: Uint8Array): Uint8Array {
  return concat(makeHeader(kind, 0, body.length), body);
}

export interface Header {
  kind: Kind;
  flags: number;
  length: number;
}

/**
 * Everything that a header can be refused for, before the body is looked at or room made for it.
 */
export function checkHeader(link: Link, sender: Sender, header: Uint8Array): Header {
  const fields = view(header);
  const length = fields.getUint32(0, true);
  const number = fields.getUint8(4);
  const flags = fields.getUint8(5);
  const kind = KINDS.find((known) => known.number === number && known.link === link);
  if (kind === undefined || (kind.from !== 'both' && kind.from !== sender))
    throw new Violation(`kind ${number} is not for this link and direction`);
  if (fields.getUint16(6, true) !== 0) throw new Violation('reserved bits are set');
  if ((flags & ~kind.flags) !== 0) throw new Violation(`flags ${flags} on ${kind.name}`);
  if (length < kind.least || length > kind.most)
    throw new Violation(`${kind.name} of ${length} bytes`);
  return { kind, flags, length };
}

/** Cuts a byte stream into frames. */
export class FrameReader {
  readonly #link: Link;
  readonly #sender: Sender;
  #head = new Uint8Array(HEADER_SIZE);
  #headSize = 0;
  #header: Header | null = null;
  #body = new Uint8Array(0);
  #bodySize = 0;

  constructor(link: Link, sender: Sender) {
    this.#link = link;
    this.#sender = sender;
  }

  /** Calls `take` for each frame that `chunk` completes, until it answers false. */
  push(chunk: Uint8Array, take: (frame: Frame) => boolean): void {
    let at = 0;
    while (at < chunk.length || this.#complete()) {
      at += this.#header === null ? this.#fillHead(chunk, at) : this.#fillBody(chunk, at);
      if (this.#complete() && !take(this.#finish())) return;
    }
  }

  #fillHead(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + HEADER_SIZE - this.#headSize);
    this.#head.set(part, this.#headSize);
    this.#headSize += part.length;
    if (this.#headSize === HEADER_SIZE) {
      this.#header = checkHeader(this.#link, this.#sender, this.#head);
      this.#body = new Uint8Array(this.#header.length);
    }
    return part.length;
  }

  #fillBody(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + this.#body.length - this.#bodySize);
    this.#body.set(part, this.#bodySize);
    this.#bodySize += part.length;
    return part.length;
  }

  #complete(): boolean {
    return this.#header !== null && this.#bodySize === this.#body.length;
  }

  #finish(): Frame {
    const header = this.#header as Header;
    const frame = { kind: header.kind, flags: header.flags, header: this.#head, body: this.#body };
    this.#head = new Uint8Array(HEADER_SIZE);
    this.#headSize = 0;
    this.#header = null;
    this.#body = new Uint8Array(0);
    this.#bodySize = 0;
    return frame;
  }
}
