// The body of a request as the page may give it, and its pieces one after the other.

export interface ReadableLike {
  getReader(): {
    read(): Promise<{ done: boolean; value?: unknown }>;
    cancel(reason?: unknown): Promise<unknown>;
  };
}

/** A Blob or File, or what has a `stream` like theirs. */
export interface BlobLike {
  stream(): ReadableLike | AsyncIterable<unknown>;
}

export type Bytes = Uint8Array | ArrayBuffer | ArrayBufferView;

/** Pieces are bytes, of any size. */
export type Source = Bytes | BlobLike | ReadableLike | AsyncIterable<Bytes> | Iterable<Bytes>;

export interface Pieces {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  /** No more is wanted. */
  return?(value?: unknown): Promise<unknown>;
}

/** The page gave something else for bytes. */
export class NotBytes extends TypeError {}

/** The bytes themselves, not a copy; undefined for what holds none. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** The stream is not touched, and so not locked, before the call is under way. */
function ofReader(stream: ReadableLike): Pieces {
  let opened: ReturnType<ReadableLike['getReader']> | undefined;
  const reader = (): ReturnType<ReadableLike['getReader']> => (opened ??= stream.getReader());
  return {
    next: async () => reader().read(),
    return: async () => reader().cancel(),
  };
}

async function* ofIterable(source: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator {
  yield* source;
}

/** Throws NotBytes for what is no source of bytes. */
export function pieces(source: unknown): Pieces {
  const bytes = bytesOf(source);
  if (bytes !== undefined) return ofIterable([bytes]);
  const refusal = new NotBytes('a body that is not bytes');
  if (typeof source !== 'object' || source === null) throw refusal;
  if ('getReader' in source) return ofReader(source as ReadableLike);
  if (Symbol.asyncIterator in source || Symbol.iterator in source)
    return ofIterable(source as AsyncIterable<unknown>);
  if ('stream' in source) return pieces((source as BlobLike).stream());
  throw refusal;
}

/** No more is wanted. The page's code runs later; what it throws then is of no use to anyone. */
export function close(source: Pieces): void {
  void Promise.resolve()
    .then(() => source.return?.())
    .catch(() => undefined);
}
