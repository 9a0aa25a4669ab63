// One call of the enclave, and results that come in parts.

import type { Source } from '../page/body.js';
import type { Bridge } from './bridge.js';
import { enclaveError, EnclaveError } from './error.js';
import type { Data } from './types.js';

export interface Request {
  readonly name: string;
  readonly args?: object;
  readonly data?: Data | undefined;
  readonly signal?: AbortSignal | undefined;
}

function rawOf(data: Data): Source {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}

/** What is undefined is left out. */
export async function call<T>(bridge: Bridge, request: Request): Promise<T> {
  const { name, args = {}, data, signal } = request;
  try {
    return (await bridge.invoke(`plugin:enclave|${name}`, args, {
      ...(data === undefined ? {} : { raw: rawOf(data) }),
      ...(signal === undefined ? {} : { signal }),
    })) as T;
  } catch (error) {
    throw enclaveError(error);
  }
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The same, with its data through a channel: whatever its size is. */
export async function callForData<T extends object>(
  bridge: Bridge,
  request: Request,
): Promise<[T, Uint8Array]> {
  const parts: Uint8Array[] = [];
  const output = new bridge.Channel((part) => void parts.push(part as Uint8Array));
  const args = { ...request.args, output };
  const result = await call<T & { bytes: number }>(bridge, { ...request, args });
  try {
    await output.done;
  } catch (error) {
    throw enclaveError(error);
  }
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (size !== result.bytes)
    throw new EnclaveError('incomplete', `${size} of ${result.bytes} bytes arrived`, {
      code: 'io',
    });
  return [result, join(parts, size)];
}
