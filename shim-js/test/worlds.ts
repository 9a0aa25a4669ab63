// A document with two script worlds, for tests without a browser: each world is a realm of its own
// with the few classes of the DOM that our scripts use, and shares nodes with the other. What an
// event carries is cloned on its way from one to the other.

import { types } from 'node:util';
import { createContext, runInContext, type Context } from 'node:vm';

interface Heard {
  world: World;
  listener: (event: object) => void;
}

/** A node, or a window, as no world sees it. */
class Target {
  readonly heard = new Map<string, Heard[]>();
  shadow: Target | null = null;
}

interface Fields {
  type: string;
  detail: unknown;
  related: Target | null;
  from: World;
}

/** Made before any test changes a class of the realm. */
const REALM = `(({ Uint8Array, Reflect: { defineProperty } }) => ({
  object: () => ({}),
  array: () => [],
  bytes: (n) => new Uint8Array(n),
  own: defineProperty,
}))(globalThis)`;

interface Realm {
  object(): object;
  array(): unknown[];
  bytes(size: number): Uint8Array;
  own: typeof Reflect.defineProperty;
}

/** Of this realm, which holds for bytes of any other. */
const { get: lengthOf } = Reflect.getOwnPropertyDescriptor(
  Reflect.getPrototypeOf(Uint8Array.prototype) as object,
  'length',
) as { get: () => number };

export class World {
  readonly context: Context;
  readonly #realm: Realm;
  readonly #targets = new WeakMap<object, Target>();
  readonly #wrappers = new WeakMap<Target, object>();
  readonly #events = new WeakMap<object, Fields>();
  readonly #classes: Record<string, { prototype: object }>;

  constructor(window: Target, globals: Record<string, unknown> = {}) {
    this.#classes = this.#makeClasses();
    this.context = createContext({ ...this.#classes, ...globals });
    this.#realm = this.run(REALM) as Realm;
    const self = this.run('globalThis') as object;
    this.#targets.set(self, window);
    this.#wrappers.set(window, self);
    const fix = (name: string, value: unknown): unknown =>
      Object.defineProperty(self, name, { value, writable: false, configurable: false });
    fix('window', self);
    const { prototype } = this.#classes['EventTarget'] as { prototype: Record<string, unknown> };
    for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent'])
      Object.defineProperty(self, name, {
        value: prototype[name],
        writable: true,
        configurable: true,
      });
    fix('document', Object.create((this.#classes['Document'] as { prototype: object }).prototype));
  }

  run(code: string): unknown {
    return runInContext(code, this.context);
  }

  #makeClasses(): Record<string, { prototype: object }> {
    // The methods run in this file's realm: what a test does to the world's own does not reach them.
    const world = this;
    class EventTarget {
      addEventListener(type: string, listener: Heard['listener']): void {
        const { heard } = world.#target(this);
        heard.set(type, [...(heard.get(type) ?? []), { world, listener }]);
      }
      removeEventListener(type: string, listener: Heard['listener']): void {
        const { heard } = world.#target(this);
        heard.set(
          type,
          (heard.get(type) ?? []).filter((one) => one.listener !== listener),
        );
      }
      dispatchEvent(event: object): boolean {
        const fields = world.#events.get(event) as Fields;
        for (const { world: to, listener } of world.#target(this).heard.get(fields.type) ?? [])
          Reflect.apply(listener, undefined, [to.#event(fields)]);
        return true;
      }
    }
    class Event {}
    class CustomEvent extends Event {
      constructor(type: string, init: { detail?: unknown } = {}) {
        super();
        world.#events.set(this, { type, detail: init.detail ?? null, related: null, from: world });
      }
      get detail(): unknown {
        const { detail, from } = world.#events.get(this) as Fields;
        return from === world ? detail : world.clone(detail);
      }
    }
    class MouseEvent extends Event {
      constructor(type: string, init: { relatedTarget?: object } = {}) {
        super();
        const { relatedTarget } = init;
        const related = relatedTarget === undefined ? null : world.#target(relatedTarget);
        world.#events.set(this, { type, detail: null, related, from: world });
      }
      get relatedTarget(): object | null {
        const { related } = world.#events.get(this) as Fields;
        return related === null ? null : world.#wrapper(related);
      }
    }
    class Element extends EventTarget {
      attachShadow(): object {
        const host = world.#target(this);
        host.shadow = new Target();
        return world.#wrapper(host.shadow);
      }
      get shadowRoot(): object | null {
        const { shadow } = world.#target(this);
        return shadow === null ? null : world.#wrapper(shadow);
      }
    }
    class Document {
      createElement(): object {
        return world.#wrapper(new Target());
      }
    }
    return { EventTarget, Event, CustomEvent, MouseEvent, Element, Document, ...unused() };
  }

  #target(wrapper: object): Target {
    return this.#targets.get(wrapper) as Target;
  }

  #wrapper(target: Target): object {
    let wrapper = this.#wrappers.get(target);
    if (wrapper === undefined) {
      wrapper = Object.create((this.#classes['Element'] as { prototype: object }).prototype);
      this.#wrappers.set(target, wrapper as object);
      this.#targets.set(wrapper as object, target);
    }
    return wrapper as object;
  }

  /** This world's own event object for one that another world, or this one, has dispatched. */
  #event(fields: Fields): object {
    const kind = fields.related === null && fields.type !== 'trollbridge-hello';
    const { prototype } = this.#classes[kind ? 'CustomEvent' : 'MouseEvent'] as {
      prototype: object;
    };
    const event = Object.create(prototype) as object;
    this.#events.set(event, fields);
    return event;
  }

  /** A structured clone into this world's realm: data, arrays and bytes. */
  clone(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'function' || typeof value === 'symbol')
        throw new Error('DataCloneError');
      return value;
    }
    const realm = this.#realm;
    if (types.isUint8Array(value)) {
      const size = lengthOf.call(value);
      const bytes = realm.bytes(size);
      for (let i = 0; i < size; i++) bytes[i] = value[i] as number;
      return bytes;
    }
    const copy = Array.isArray(value) ? realm.array() : realm.object();
    for (const key of Object.keys(value)) {
      const inner = this.clone((value as Record<string, unknown>)[key]);
      realm.own(copy, key, { value: inner, writable: true, enumerable: true, configurable: true });
    }
    return copy;
  }
}

/** Classes that must be there to be copied, and that no test here needs to work. */
function unused(): Record<string, { prototype: object }> {
  class AbortSignal {
    get aborted(): boolean {
      return false;
    }
  }
  class Blob {
    get size(): number {
      throw new TypeError('no Blob');
    }
    slice(): void {}
    arrayBuffer(): void {}
  }
  class ReadableStream {
    get locked(): boolean {
      throw new TypeError('no ReadableStream');
    }
    getReader(): void {}
  }
  class ReadableStreamDefaultReader {
    read(): void {}
    cancel(): void {}
  }
  class ReadableStreamDefaultController {
    enqueue(): void {}
    close(): void {}
  }
  class Headers {
    forEach(): void {
      throw new TypeError('no Headers');
    }
  }
  return {
    AbortSignal,
    Blob,
    Headers,
    ReadableStream,
    ReadableStreamDefaultController,
    ReadableStreamDefaultReader,
  };
}

/** The two worlds of one document. */
export function makeWorlds(native: object): { page: World; isolated: World } {
  const window = new Target();
  const common = (): Record<string, unknown> => ({
    queueMicrotask: (act: () => void) => queueMicrotask(act),
    crypto: {
      getRandomValues: (into: number[]) => (into[0] = Math.floor(Math.random() * 2 ** 32)),
    },
  });
  const page = new World(window, common());
  const isolated = new World(window, {
    ...common(),
    TextDecoder,
    TextEncoder,
    trollbridgeNative: native,
  });
  return { page, isolated };
}
