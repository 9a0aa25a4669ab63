// Assertions for cases in a page.

export function same(got, expected, what = '') {
  const [a, b] = [got, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what} ${a} instead of ${b}`);
}

export function ok(value, what) {
  if (!value) throw new Error(`not so: ${what}`);
}

/** The message that the promise is rejected with. As Tauri's own, it is a string. */
export async function refused(promise, pattern) {
  const message = await promise.then(
    () => { throw new Error('it was not refused'); },
    (error) => error,
  );
  if (typeof message !== 'string' || !pattern.test(message))
    throw new Error(`refused with ${message}, not ${pattern}`);
}

/** A case of what this host does not serve, whatever policy grants. */
export function notServed(act) {
  return async () => {
    await refused(act(), /not granted|nothing implements|host does not serve/);
    return 'no';
  };
}

/** Resolves when that holds. */
export async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Bytes that do not repeat, the same each time. */
export function noise(size) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let x = 2463534242;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}
