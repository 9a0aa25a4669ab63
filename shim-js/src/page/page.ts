// The page's half: what its scripts call, and the calls that are under way. Everything else is
// behind the port (core/), where no script of the page reaches.

import { Arguments, type Sinks } from './args.js';
import { bodyOf, type Pieces, type Source } from './body.js';
import { alone, isBytes } from './bytes.js';
import { PageCall, type Caller } from './call.js';
import {
  isAborted,
  MapCopy,
  mapDelete,
  mapForEach,
  mapGet,
  mapSet,
  mapSize,
  TypeErrorCopy,
  Uint8ArrayCopy,
} from './intrinsics.js';
import {
  Down,
  Flow,
  NO_CHANNEL,
  Up,
  type Body,
  type DownMessage,
  type UpMessage,
} from '../port.js';
import { list, textOf } from './safe.js';
import type { Sink } from './sink.js';
import { Parts } from './stream.js';

export interface Request {
  readonly name: string;
  readonly args: unknown;
  readonly raw: Source | undefined;
  readonly signal: AbortSignal | undefined;
  /** The largest result that is joined; null: the result is asked for part by part. */
  readonly most: number | null;
  /** For the messages of the call itself. */
  readonly sink: Sink | undefined;
}

/** Of a result that `invoke` joins. */
export const RESULT_MOST = 67_108_864;
const NOTHING = new Uint8ArrayCopy(0);

interface Prepared {
  readonly args: unknown;
  readonly sinks: Sinks;
  readonly aborted: boolean;
  readonly body: Body;
  readonly pieces: Pieces | undefined;
}

function splitBody(raw: Source | undefined): Pick<Prepared, 'body' | 'pieces'> {
  if (raw === undefined) return { body: null, pieces: undefined };
  const body = bodyOf(raw);
  if (isBytes(body)) return { body: alone(body), pieces: undefined };
  return { body: true, pieces: body };
}

/** What is no number would be compared as one behind the port, or not get there at all. */
function checkMost(most: unknown): void {
  if (most === null || (typeof most === 'number' && most >= 0)) return;
  throw new TypeErrorCopy('`most` that is no number of bytes');
}

export class Page implements Caller {
  readonly #post: (message: UpMessage) => void;
  readonly #calls = new MapCopy<number, PageCall>();
  /** Callbacks in Tauri's manner, which are named and not passed. */
  readonly #callbacks = new MapCopy<number, Sink>();
  #made = 0;

  constructor(post: (message: UpMessage) => void) {
    this.#post = post;
  }

  get callbacks(): Map<number, Sink> {
    return this.#callbacks;
  }

  /** What goes wrong is the call's result, also before it is one. */
  start(request: Request): PageCall {
    this.#made += 1;
    try {
      const prepared = this.#prepare(request);
      const call = this.#call(request, prepared);
      if (prepared.aborted) this.#unsent(call);
      else this.#send(call, request, prepared);
      return call;
    } catch (error) {
      return this.#refused(request, error);
    }
  }

  #prepare(request: Request): Prepared {
    checkMost(request.most);
    const found = new Arguments((id) => mapGet(this.#callbacks, id));
    const args = found.plain(request.args);
    const { sinks } = found;
    if (request.sink !== undefined) mapSet(sinks, NO_CHANNEL, request.sink);
    mapForEach(sinks, (sink) => {
      if (sink.busy) throw new TypeErrorCopy('a channel that another call still has');
    });
    const aborted = request.signal !== undefined && isAborted(request.signal);
    return { args, sinks, aborted, ...splitBody(request.raw) };
  }

  #call(request: Request, { sinks, pieces }: Prepared): PageCall {
    const { name, signal } = request;
    const id = this.#made;
    const parts = new Parts(() => this.#post([Up.pull, id]));
    return new PageCall(this, { id, name, sinks, pieces, parts, signal });
  }

  #send(call: PageCall, { name, most }: Request, { args, sinks, body }: Prepared): void {
    mapSet(this.#calls, call.id, call);
    const flow = most === null ? Flow.parts : Flow.whole;
    const channels = keysOf(sinks);
    this.#post([Up.call, call.id, name, args, body, flow, most ?? 0, channels]);
  }

  #unsent(call: PageCall): void {
    const message = 'aborted before it was sent';
    call.cancel();
    call.fail({ code: 'cancelled', message, command: call.name });
    call.over();
  }

  /** The arguments or the body cannot be sent. */
  #refused(request: Request, error: unknown): PageCall {
    const nothing = { args: null, sinks: new MapCopy(), body: null, pieces: undefined } as Prepared;
    const message = `arguments that cannot be sent: ${textOf(error)}`;
    const { name } = request;
    const call = this.#call({ ...request, signal: undefined }, nothing);
    call.fail({ code: 'invalid_args', message, command: name });
    return call;
  }

  cancel(call: PageCall, drop: boolean): void {
    if (mapGet(this.#calls, call.id) !== undefined) this.#post([Up.cancel, call.id, drop]);
  }

  piece(call: PageCall, bytes: Uint8Array | null): void {
    const last = bytes === null;
    this.#post([Up.piece, call.id, last ? NOTHING : alone(bytes), last]);
  }

  taken(call: PageCall, channel: number): void {
    this.#post([Up.taken, call.id, channel]);
  }

  receive(message: DownMessage): void {
    const call = mapGet(this.#calls, message[1]);
    if (call === undefined) return;
    switch (message[0]) {
      case Down.done:
        if (message[4]) mapDelete(this.#calls, call.id);
        return call.done(message[2], message[3], message[4]);
      case Down.early:
        return call.early(message[2]);
      case Down.message:
        return call.message(message[2], message[3]);
      case Down.part:
        return call.part(message[2]);
      case Down.pull:
        return call.pull();
      case Down.over:
        mapDelete(this.#calls, call.id);
        return call.over();
    }
  }
}

function keysOf(map: Map<number, unknown>): number[] {
  const keys = new MapCopy<number, number>();
  let n = 0;
  mapForEach(map, (_, key) => {
    mapSet(keys, n, key);
    n += 1;
  });
  return list(mapSize(keys), (i) => mapGet(keys, i) as number);
}
