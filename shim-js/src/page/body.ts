// The body of a request as the page may give it: whole, or in pieces that are asked for one after
// the other, each when the one before has been sent.

import { bytesOf, copyOf, sizeOf } from './bytes.js';
import {
  apply,
  ASYNC_ITERATOR,
  blobBytes,
  blobSize,
  blobSlice,
  cancelStream,
  getReader,
  isArray,
  isLocked,
  ITERATOR,
  readStream,
} from './intrinsics.js';
import { callMethod, settled } from './promise.js';
import { isObject, methodOf, own } from './safe.js';

export type Bytes = Uint8Array | ArrayBuffer | ArrayBufferView;

/** Pieces are bytes, of any size. */
export type Source = Bytes | Blob | ReadableStream<Bytes> | AsyncIterable<Bytes> | Iterable<Bytes>;

/** The page gave something else for bytes. */
export class NotBytes extends TypeError {}

/** Takes what comes next: bytes, or null at the end. */
type Take = (piece: unknown) => void;
type Fail = (error: unknown) => void;

export interface Pieces {
  next(take: Take, fail: Fail): void;
  /** No more is wanted. */
  close(): void;
}

const PIECE_MOST = 262_144;
/** What may be handed over in one: more than a frame may hold is cut into pieces. */
const WHOLE_MOST = 1_052_672;

const nothing = (): void => undefined;

class BufferPieces implements Pieces {
  readonly #bytes: Uint8Array;
  readonly #size: number;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#size = sizeOf(bytes);
  }

  next(take: Take): void {
    const from = this.#at;
    if (from >= this.#size) return take(null);
    this.#at = from + PIECE_MOST < this.#size ? from + PIECE_MOST : this.#size;
    take(copyOf(this.#bytes, from, this.#at));
  }

  close(): void {
    this.#at = this.#size;
  }
}

class BlobPieces implements Pieces {
  readonly #blob: Blob;
  readonly #size: number;
  #at = 0;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.#size = blobSize(blob);
  }

  next(take: Take, fail: Fail): void {
    const from = this.#at;
    if (from >= this.#size) return take(null);
    this.#at = from + PIECE_MOST;
    settled(blobBytes(blobSlice(this.#blob, from, this.#at)), take, fail);
  }

  close(): void {
    this.#at = this.#size;
  }
}

/** The stream is not touched, and so not locked, before the call is under way. */
class StreamPieces implements Pieces {
  readonly #stream: ReadableStream;
  #opened: ReadableStreamDefaultReader | undefined;

  constructor(stream: ReadableStream) {
    this.#stream = stream;
  }

  #reader(): ReadableStreamDefaultReader {
    return (this.#opened ??= getReader(this.#stream));
  }

  next(take: Take, fail: Fail): void {
    const got = (result: unknown): void =>
      take(own(result, 'done') === true ? null : own(result, 'value'));
    settled(readStream(this.#reader()), got, fail);
  }

  close(): void {
    settled(cancelStream(this.#reader()), nothing, nothing);
  }
}

class ArrayPieces implements Pieces {
  readonly #pieces: readonly unknown[];
  #at = 0;

  constructor(pieces: readonly unknown[]) {
    this.#pieces = pieces;
  }

  next(take: Take): void {
    if (this.#at >= this.#pieces.length) return take(null);
    this.#at += 1;
    // A hole is no bytes, and refused as such; null would be the end.
    take(this.#pieces[this.#at - 1] ?? undefined);
  }

  close(): void {
    this.#at = this.#pieces.length;
  }
}

type Method = (...args: never) => unknown;

/** The methods are the page's own; what they answer is looked at as the language does. */
class IteratorPieces implements Pieces {
  readonly #source: object;
  readonly #begin: Method;
  #opened: object | undefined;

  constructor(source: object, begin: Method) {
    this.#source = source;
    this.#begin = begin;
  }

  #iterator(): object {
    return (this.#opened ??= apply(this.#begin, this.#source, []) as object);
  }

  next(take: Take, fail: Fail): void {
    const iterator = this.#iterator() as { next: Method };
    const got = (result: unknown): void => {
      const { done, value } = result as IteratorResult<unknown>;
      take(done === true ? null : (value ?? undefined));
    };
    settled(callMethod(iterator.next, iterator), got, fail);
  }

  close(): void {
    if (this.#opened === undefined) return;
    const end = methodOf(this.#opened, 'return');
    if (end !== undefined) settled(callMethod(end, this.#opened), nothing, nothing);
  }
}

function isBrand(probe: (value: unknown) => unknown, value: object): boolean {
  try {
    probe(value);
    return true;
  } catch {
    return false;
  }
}

/** The bytes, or their pieces. Throws NotBytes for what is no source of bytes. */
export function bodyOf(source: unknown): Uint8Array | Pieces {
  const bytes = bytesOf(source);
  if (bytes !== undefined) return sizeOf(bytes) <= WHOLE_MOST ? bytes : new BufferPieces(bytes);
  if (!isObject(source)) throw new NotBytes('a body that is not bytes');
  if (isArray(source)) return new ArrayPieces(source as readonly unknown[]);
  if (isBrand(blobSize, source)) return new BlobPieces(source as Blob);
  if (isBrand(isLocked, source)) return new StreamPieces(source as ReadableStream);
  const begin = methodOf(source, ASYNC_ITERATOR) ?? methodOf(source, ITERATOR);
  if (begin === undefined) throw new NotBytes('a body that is not bytes');
  return new IteratorPieces(source, begin);
}
