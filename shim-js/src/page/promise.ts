// Promises that only those see who were given them. The language looks up `then` on a value that a
// promise is resolved with, and `constructor` on a promise whose `then` is called: both are put in
// front of what a page may have planted, for as long as that takes.

import { apply, enqueueMicrotask, PromiseCopy, then } from './intrinsics.js';
import { isObject, methodOf, shadowed } from './safe.js';

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function defer<T>(): Deferred<T> {
  let settle!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new PromiseCopy<T>((onValue, onError) => {
    settle = onValue;
    reject = onError;
  });
  const resolve = (value: T): void => {
    if (isObject(value)) shadowed(value, 'then', () => settle(value));
    else settle(value);
  };
  return { promise, resolve, reject };
}

type Act<T> = (value: T) => void;

const nothing = (): void => undefined;

function react(promise: Promise<unknown>, ok: Act<unknown>, bad: Act<unknown>): void {
  shadowed(promise, 'constructor', () => then(promise, ok, bad));
}

/** Who does not ask how it ended need not hear of it. */
export function quiet(promise: Promise<unknown>): void {
  react(promise, nothing, nothing);
}

/** For what the page's code answered, a promise or not. Never acts before it returns. */
export function settled(value: unknown, ok: Act<unknown>, bad: Act<unknown>): void {
  if (!isObject(value) || methodOf(value, 'then') === undefined)
    return enqueueMicrotask(() => ok(value));
  try {
    react(value as Promise<unknown>, ok, bad);
  } catch {
    react(new PromiseCopy((resolve) => resolve(value)), ok, bad);
  }
}

/** Calls code of the page, whose errors are reported like those of any callback. */
export function report(error: unknown): void {
  enqueueMicrotask(() => {
    throw error;
  });
}

/** Calls a method that the page wrote. */
export function callMethod(method: (...args: never) => unknown, self: object): unknown {
  return apply(method, self, []);
}
