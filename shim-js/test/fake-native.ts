// What the extension gives the isolated world, answering by itself: the arguments, or the body.

import { pack } from '../src/core/pack.js';
import { ChunkKind, type Line, type LineHandlers } from '../src/line.js';
import { Kind } from '../src/port.js';

const ERROR = { code: 'io', message: 'no', command: 'fail', errno: 5 };

export class FakeNative implements Line {
  attached = 0;
  readonly calls: { id: number; name: string; raw: Uint8Array | null; more: boolean }[] = [];
  readonly consumed_: number[] = [];
  readonly cancelled: number[] = [];
  #handlers: LineHandlers | null = null;

  attach = (handlers: LineHandlers): boolean => {
    this.attached += 1;
    if (this.#handlers !== null) return false;
    this.#handlers = handlers;
    return true;
  };

  call = (
    id: number,
    name: string,
    args: Uint8Array,
    raw: Uint8Array | null,
    more: boolean,
  ): void => {
    this.calls.push({ id, name, raw, more });
    if (name !== 'never') setImmediate(() => this.#answer(id, name, args, raw));
  };

  send = (): boolean => true;
  consumed = (_id: number, cost: number): void => void this.consumed_.push(cost);
  cancel = (id: number): void => void this.cancelled.push(id);

  #answer(id: number, name: string, args: Uint8Array, raw: Uint8Array | null): void {
    const { chunk, done } = this.#handlers as LineHandlers;
    const channel = Number(/__CHANNEL__:(\d+)/.exec(Buffer.from(args).toString('latin1'))?.[1]);
    if (name === 'tell') chunk(id, ChunkKind.message, channel, pack({ n: 1 }), 7);
    if (name === 'plugin:event|listen') {
      chunk(id, ChunkKind.early, -1, pack(77), 3);
      return chunk(id, ChunkKind.message, -1, pack({ event: 'a', id: 77, payload: 1 }), 9);
    }
    if (name === 'fail') done(id, Kind.error, pack(ERROR), null);
    else if (raw !== null) done(id, Kind.bytes, null, raw.slice());
    else done(id, Kind.value, args.slice(), null);
  }
}
