// Bytes as a page may give them.

import {
  arrayBuffer,
  arrayBytes,
  arrayClass,
  arrayOffset,
  bufferBytes,
  isView,
  setBytes,
  Uint8ArrayCopy,
  viewBuffer,
  viewBytes,
  viewOffset,
} from './intrinsics.js';
import { isObject, isPlain } from './safe.js';

/** Undefined: it is no ArrayBuffer. */
function bufferSize(value: object): number | undefined {
  try {
    return bufferBytes(value);
  } catch {
    return undefined;
  }
}

/** The bytes themselves, not a copy; undefined for what holds none. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (!isObject(value) || isPlain(value)) return undefined;
  if (!isView(value))
    return bufferSize(value) === undefined ? undefined : new Uint8ArrayCopy(value as ArrayBuffer);
  if (isBytes(value)) return value;
  if (arrayClass(value) === undefined)
    return new Uint8ArrayCopy(viewBuffer(value), viewOffset(value), viewBytes(value));
  return new Uint8ArrayCopy(arrayBuffer(value), arrayOffset(value), arrayBytes(value));
}

export function isBytes(value: unknown): value is Uint8Array {
  return arrayClass(value) === 'Uint8Array';
}

export function sizeOf(bytes: Uint8Array): number {
  return arrayBytes(bytes);
}

/** A part of it, as a copy. */
export function copyOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const copy = new Uint8ArrayCopy(to - from);
  setBytes(copy, new Uint8ArrayCopy(arrayBuffer(bytes), arrayOffset(bytes) + from, to - from));
  return copy;
}

/** The same bytes alone in their buffer: who clones them clones the whole of it. A buffer that was
 * given away looks empty and cannot be cloned: a TypeError. */
export function alone(bytes: Uint8Array): Uint8Array {
  const size = arrayBytes(bytes);
  if (size === 0) return new Uint8ArrayCopy(arrayBuffer(bytes), 0, 0);
  return bufferSize(arrayBuffer(bytes)) === size ? bytes : copyOf(bytes, 0, size);
}

/** As Tauri answers bytes. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return arrayBuffer(alone(bytes));
}
