// Copies of all of the language and the DOM that the page's half uses, taken when the document has
// run nothing yet. Afterwards nothing is reached by a name or through a prototype that a script of
// the page could change: see tools/lint-page.ts, which holds the other files of this folder to it.

const { bind, call } = Function.prototype;

type Method<This, Args extends unknown[], Result> = (this: This, ...args: Args) => Result;
type Uncurried<This, Args extends unknown[], Result> = (self: This, ...args: Args) => Result;

export const uncurryThis = bind.bind(call) as <This, Args extends unknown[], Result>(
  method: Method<This, Args, Result>,
) => Uncurried<This, Args, Result>;

export function getter<This, Result>(prototype: object, name: PropertyKey): (self: This) => Result {
  const { get } = Reflect.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  return uncurryThis(get as Method<This, [], Result>);
}

// ---- the language ----

export const {
  apply,
  defineProperty,
  deleteProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
} = Reflect;
export const { freeze, isFrozen } = Object;
export const { isSafeInteger } = Number;
export const { isArray, from: arrayFrom } = Array;
export const { parse: jsonParse } = JSON;
export const decodePercent = decodeURIComponent;
export const ITERATOR: typeof Symbol.iterator = Symbol.iterator;
export const ASYNC_ITERATOR: typeof Symbol.asyncIterator = Symbol.asyncIterator;
export const ArrayCopy = Array;
export const ErrorCopy = Error;
export const MapCopy = Map;
export const NumberCopy = Number;
export const PromiseCopy = Promise;
export const StringCopy = String;
export const TypeErrorCopy = TypeError;
export const WeakMapCopy = WeakMap;

/** Where the search for a value's own methods ends: what stands here is anybody's. */
export const BASES = [Object.prototype, Array.prototype, Function.prototype, null] as const;

export const hasOwn = uncurryThis(Object.prototype.hasOwnProperty);
export const isEnumerable = uncurryThis(Object.prototype.propertyIsEnumerable);
export const then = uncurryThis(Promise.prototype.then) as (
  promise: Promise<unknown>,
  ok: (value: unknown) => void,
  bad: (error: unknown) => void,
) => unknown;
export const slice = uncurryThis(String.prototype.slice);
export const charCodeAt = uncurryThis(String.prototype.charCodeAt);
export const toLowerCase = uncurryThis(String.prototype.toLowerCase);
export const toISOString = uncurryThis(Date.prototype.toISOString);
export const getTime = uncurryThis(Date.prototype.getTime);

type AnyMap = Map<unknown, unknown>;
const mapProto = Map.prototype as AnyMap;
export const mapGet = uncurryThis(mapProto.get) as <K, V>(map: Map<K, V>, key: K) => V | undefined;
export const mapSet = uncurryThis(mapProto.set) as <K, V>(map: Map<K, V>, k: K, v: V) => unknown;
export const mapHas = uncurryThis(mapProto.has) as <K>(map: Map<K, unknown>, key: K) => boolean;
export const mapDelete = uncurryThis(mapProto.delete) as <K>(m: Map<K, unknown>, k: K) => boolean;
export const mapForEach = uncurryThis(mapProto.forEach) as <K, V>(
  map: Map<K, V>,
  act: (value: V, key: K) => void,
) => void;
/** Throws a TypeError for what is no Map. */
export const mapSize = getter<unknown, number>(mapProto, 'size');

const weakProto = WeakMap.prototype as WeakMap<object, unknown>;
export const weakGet = uncurryThis(weakProto.get) as <V>(
  map: WeakMap<object, V>,
  key: object,
) => V | undefined;
export const weakSet = uncurryThis(weakProto.set) as <V>(
  map: WeakMap<object, V>,
  key: object,
  value: V,
) => unknown;

// ---- bytes ----

export const Uint8ArrayCopy = Uint8Array;
export const { isView } = ArrayBuffer;

const arrays = getPrototypeOf(Uint8Array.prototype) as object;
const views = DataView.prototype;

/** The name of the class of a typed array; undefined for anything else. */
export const arrayClass = getter<unknown, string | undefined>(arrays, Symbol.toStringTag);
export const arrayBuffer = getter<ArrayBufferView, ArrayBuffer>(arrays, 'buffer');
export const arrayOffset = getter<ArrayBufferView, number>(arrays, 'byteOffset');
export const arrayBytes = getter<ArrayBufferView, number>(arrays, 'byteLength');
export const viewBuffer = getter<ArrayBufferView, ArrayBuffer>(views, 'buffer');
export const viewOffset = getter<ArrayBufferView, number>(views, 'byteOffset');
export const viewBytes = getter<ArrayBufferView, number>(views, 'byteLength');
/** Throws a TypeError for what is no ArrayBuffer. */
export const bufferBytes = getter<unknown, number>(ArrayBuffer.prototype, 'byteLength');
export const setBytes = uncurryThis(Uint8Array.prototype.set);

// ---- what browsers and Node have beyond the language ----

export const enqueueMicrotask = queueMicrotask;
const { crypto, Math } = globalThis as { crypto?: Crypto; Math: typeof globalThis.Math };
const { floor, random } = Math;
const one = new Uint32Array(1);
const fill = crypto?.getRandomValues.bind(crypto) as ((into: Uint32Array) => unknown) | undefined;

/** Below 2^32. Node 18 has no global crypto, and nobody there to hide a number from. */
export function randomNumber(): number {
  if (fill === undefined) return floor(random() * 2 ** 32);
  fill(one);
  return one[0] as number;
}

export const addListener = uncurryThis(EventTarget.prototype.addEventListener) as (
  target: EventTarget,
  type: string,
  listener: (event: Event) => void,
) => void;
export const removeListener = uncurryThis(EventTarget.prototype.removeEventListener) as (
  target: EventTarget,
  type: string,
  listener: (event: Event) => void,
) => void;
export const isAborted = getter<AbortSignal, boolean>(AbortSignal.prototype, 'aborted');

/** Throws a TypeError for what is no Blob. */
export const blobSize = getter<unknown, number>(Blob.prototype, 'size');
export const blobSlice = uncurryThis(Blob.prototype.slice);
export const blobBytes = uncurryThis(Blob.prototype.arrayBuffer);

export const ReadableStreamCopy = ReadableStream;
/** Throws a TypeError for what is no ReadableStream. */
export const isLocked = getter<unknown, boolean>(ReadableStream.prototype, 'locked');
export const getReader = uncurryThis(ReadableStream.prototype.getReader) as (
  stream: ReadableStream,
) => ReadableStreamDefaultReader;
export const readStream = uncurryThis(ReadableStreamDefaultReader.prototype.read);
export const cancelStream = uncurryThis(ReadableStreamDefaultReader.prototype.cancel);
export const enqueuePart = uncurryThis(ReadableStreamDefaultController.prototype.enqueue);
export const closeStream = uncurryThis(ReadableStreamDefaultController.prototype.close);

/** Throws a TypeError for what is no Headers. */
export const headersForEach = uncurryThis(Headers.prototype.forEach);
