// What the language does by names that a page can change, done without them.

import {
  apply,
  arrayFrom,
  ArrayCopy,
  BASES,
  defineProperty,
  deleteProperty,
  freeze,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isFrozen,
  MapCopy,
  mapHas,
  mapSet,
  ownKeys,
  StringCopy,
} from './intrinsics.js';

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** It is of no class. To ask what the others are costs an exception for each that they are not. */
export function isPlain(value: object): boolean {
  const prototype = getPrototypeOf(value);
  return prototype === null || prototype === BASES[0];
}

/** An object without a prototype, whose keys are its own. */
export function bare<Value>(): Record<string, Value> {
  return { __proto__: null } as never;
}

/** The caller's own property: what a page planted on Object.prototype is no option of this call. */
export function own(object: unknown, key: string): unknown {
  if (!isObject(object) || !hasOwn(object, key)) return undefined;
  return (object as Record<string, unknown>)[key];
}

/** For good: neither the value nor the property can be changed. */
export function fix(object: object, key: PropertyKey, value: unknown): void {
  const fixed = { __proto__: null, value, writable: false, enumerable: true, configurable: false };
  defineProperty(object, key, fixed as PropertyDescriptor);
}

/** An array of `length` elements, which no setter on Array.prototype sees being made. */
export function list<T>(length: number, element: (index: number) => T): T[] {
  const like = { __proto__: null, length };
  return apply(arrayFrom, ArrayCopy, [like, (_: unknown, index: number) => element(index)]) as T[];
}

const bases = new MapCopy<unknown, true>();
for (let i = 0; i < BASES.length; i++) mapSet(bases, BASES[i], true);

type AnyFunction = (...args: never) => unknown;

/** A method of the value's own class; not one of those that all objects share. */
export function methodOf(value: object, key: PropertyKey): AnyFunction | undefined {
  for (let at = value; !mapHas(bases, at); at = getPrototypeOf(at) as object) {
    if (!hasOwn(at, key)) continue;
    const method = (value as Record<PropertyKey, unknown>)[key];
    return typeof method === 'function' ? (method as AnyFunction) : undefined;
  }
  return undefined;
}

/** Does `act` while the value has an undefined property of its own in front of an inherited one. */
export function shadowed(value: object, key: string, act: () => void): void {
  const shadow = { __proto__: null, value: undefined, configurable: true };
  const put = !hasOwn(value, key) && defineProperty(value, key, shadow as PropertyDescriptor);
  act();
  if (put) deleteProperty(value, key);
}

/** Nobody changes it any more, or what it holds. */
export function deepFreeze<T extends object>(value: T): T {
  if (isFrozen(value)) return value;
  freeze(value);
  const keys = ownKeys(value);
  for (let i = 0; i < keys.length; i++) {
    const inner = own(getOwnPropertyDescriptor(value, keys[i] as string), 'value');
    if (isObject(inner)) deepFreeze(inner);
  }
  return value;
}

/** Code of the page may throw anything, null and what throws again when it is looked at. */
export function textOf(error: unknown): string {
  try {
    return StringCopy(isObject(error) ? (error as Error).message : error);
  } catch {
    return 'what was thrown has no text';
  }
}
