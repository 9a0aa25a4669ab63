// What stands between a page's half (page/) and a line: values become msgpack and back, results
// are joined, messages wait for their handlers, and credit goes back when the page has taken
// something, not before. No script of a page reaches it, where it has a world of its own.

import { CLOSE } from '../error.js';
import { ChunkKind, type EndedBy, type Line, type LineHandlers } from '../line.js';
import { decode } from '../msgpack.js';
import type { ErrorCode } from '../page/error.js';
import { Kind, Up, type CallMessage, type DownMessage, type UpMessage } from '../port.js';
import { CoreCall, type Ports } from './call.js';
import { pack } from './pack.js';

interface Over {
  readonly code: ErrorCode;
  readonly message: string;
}

function packArgs(args: unknown): Uint8Array {
  const isMap = typeof args === 'object' && args !== null;
  if (!isMap || Array.isArray(args) || args instanceof Uint8Array)
    throw new TypeError('arguments are an object');
  return pack(args);
}

export class Core implements LineHandlers {
  readonly #ports: Ports;
  readonly #calls = new Map<number, CoreCall>();
  #over: Over | null = null;
  /** Messages for channels that their call does not have. */
  dropped = 0;

  constructor(line: Line, post: (message: DownMessage) => void) {
    this.#ports = { line, post, forget: (id) => void this.#calls.delete(id) };
  }

  /** From the page. */
  receive(message: UpMessage): void {
    if (message[0] === Up.call) return this.#call(message);
    const call = this.#calls.get(message[1]);
    if (call === undefined) return;
    switch (message[0]) {
      case Up.cancel:
        return call.cancel(message[2]);
      case Up.piece:
        return call.piece(message[2], message[3]);
      case Up.taken:
        return call.taken(message[2]);
      case Up.pull:
        return call.pull();
    }
  }

  #call(message: CallMessage): void {
    const call = new CoreCall(this.#ports, message);
    this.#calls.set(call.id, call);
    if (this.#over !== null) return call.fail(this.#over.code, this.#over.message);
    try {
      const args = packArgs(message[3]);
      call.begin(args, message[4]);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      call.fail('invalid_args', `arguments that cannot be sent: ${error.message}`);
    }
  }

  // ---- from the line ----

  done = (id: number, kind: Kind, msgpack: Uint8Array | null, raw: Uint8Array | null): void => {
    const value = kind === Kind.bytes ? raw : decode(msgpack as Uint8Array);
    this.#calls.get(id)?.done(kind, value);
  };

  chunk = (id: number, kind: ChunkKind, channel: number, bytes: Uint8Array, cost: number): void => {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    if (kind === ChunkKind.early) return call.early(decode(bytes), cost);
    if (kind === ChunkKind.part && channel < 0) return call.part(bytes, cost);
    const payload = kind === ChunkKind.part ? bytes : decode(bytes);
    if (!call.message(channel, payload, cost)) this.dropped += 1;
  };

  room = (id: number): void => this.#calls.get(id)?.room();

  ready = (): void => undefined;

  ended = (by: EndedBy, code: number | null, message: string): void =>
    void this.end(by, code, message);

  /**
   * What every call fails with from now on. A broker that broke the protocol is told apart from a
   * session that is over.
   */
  end(by: EndedBy, code: number | null, message: string): Over {
    const broken = by === 'endpoint' && code === CLOSE.violation;
    const over: Over = {
      code: broken ? 'violation' : 'session_closed',
      message: `the session is over: ${message}`,
    };
    this.#over = over;
    for (const call of [...this.#calls.values()]) call.fail(over.code, over.message);
    return over;
  }
}
