// One call, behind the port: what has come of its result, and what of its messages waits.

import { FRAME_MOST } from '../limits.js';
import type { Line } from '../line.js';
import type { ErrorCode } from '../page/error.js';
import { Down, Flow, Kind, NO_CHANNEL, type CallMessage, type DownMessage } from '../port.js';
import { Inbox } from './inbox.js';
import { Collector, PartQueue, type Part } from './result.js';
import { Upload } from './upload.js';

/** What a frame holds beside arguments and body, at most. */
const FRAME_REST = 128;
const NOTHING = new Uint8Array(0);

type End = readonly [kind: Kind, value: unknown];

export interface Ports {
  readonly line: Line;
  readonly post: (message: DownMessage) => void;
  /** Nothing of the call is left. */
  readonly forget: (id: number) => void;
}

export class CoreCall {
  readonly id: number;
  readonly name: string;
  readonly #ports: Ports;
  readonly #inboxes = new Map<number, Inbox>();
  readonly #flow: Flow;
  readonly #whole: Collector;
  readonly #most: number;
  readonly #parts: PartQueue;
  readonly #upload: Upload;
  /** What the page is to be told when it has taken the parts before it. */
  #end: End | null = null;
  #told = false;
  #over = false;
  #cancelled = false;
  #closed = false;

  constructor(ports: Ports, [, id, name, , , flow, most, channels]: CallMessage) {
    this.id = id;
    this.name = name;
    this.#ports = ports;
    this.#flow = flow;
    this.#most = most;
    this.#whole = new Collector(most);
    this.#parts = new PartQueue((part) => this.#hand(part));
    this.#upload = new Upload(ports.line, id, () => ports.post([Down.pull, id]));
    for (const channel of channels) this.#inboxes.set(channel, this.#inbox(channel));
  }

  #inbox(channel: number): Inbox {
    const { post } = this.#ports;
    return new Inbox(
      (payload) => post([Down.message, this.id, channel, payload]),
      (cost) => this.#credit(cost),
    );
  }

  begin(args: Uint8Array, body: CallMessage[4]): void {
    const { line, post } = this.#ports;
    const fits = body instanceof Uint8Array && args.length + body.length + FRAME_REST <= FRAME_MOST;
    if (body === null || fits) return line.call(this.id, this.name, args, body, false);
    line.call(this.id, this.name, args, NOTHING, true);
    if (body === true) post([Down.pull, this.id]);
    else this.#upload.give(body, true);
  }

  #credit(cost: number): void {
    if (!this.#over && cost > 0) this.#ports.line.consumed(this.id, cost);
  }

  // ---- from the page ----

  cancel(drop: boolean): void {
    if (drop) this.#parts.clear();
    for (const inbox of this.#inboxes.values()) inbox.clear();
    if (!this.#cancelled && !this.#over) this.#ports.line.cancel(this.id);
    this.#cancelled = true;
    this.#settle();
  }

  piece(bytes: Uint8Array, last: boolean): void {
    if (!this.#over && !this.#cancelled) this.#upload.give(bytes, last);
  }

  room(): void {
    if (!this.#cancelled) this.#upload.pump();
  }

  taken(channel: number): void {
    this.#inboxes.get(channel)?.taken();
    this.#settle();
  }

  pull(): void {
    this.#parts.ask();
    this.#settle();
  }

  // ---- from the line ----

  early(value: unknown, cost: number): void {
    if (this.#flow === Flow.parts) this.#notBytes();
    else this.#ports.post([Down.early, this.id, value]);
    this.#credit(cost);
  }

  /** False: the page has no such channel in this call. */
  message(channel: number, payload: unknown, cost: number): boolean {
    const inbox = this.#inboxes.get(channel);
    if (inbox === undefined || this.#told || this.#cancelled) this.#credit(cost);
    else inbox.put({ payload, cost });
    return inbox !== undefined || channel === NO_CHANNEL;
  }

  part(bytes: Uint8Array, cost: number): void {
    if (this.#flow === Flow.parts) return this.#queue({ bytes, cost });
    if (this.#told) return;
    if (this.#whole.part(bytes)) this.#credit(cost);
    else this.#tooLarge();
  }

  #queue(part: Part): void {
    if (this.#told || part.bytes.length === 0) this.#credit(part.cost);
    else this.#parts.put(part);
  }

  #hand({ bytes, cost }: Part): void {
    this.#ports.post([Down.part, this.id, bytes]);
    this.#credit(cost);
  }

  /** The one end. */
  done(kind: Kind, value: unknown): void {
    this.#over = true;
    if (kind === Kind.bytes) this.#finish(value as Uint8Array);
    else if (kind === Kind.value && this.#flow === Flow.parts) this.#notBytes();
    else this.#end ??= [kind, value];
    this.#settle();
  }

  #finish(rest: Uint8Array): void {
    if (this.#flow === Flow.parts) this.#queue({ bytes: rest, cost: 0 });
    const whole = this.#flow === Flow.parts ? null : this.#whole.finish(rest);
    if (whole === undefined) this.#tooLarge();
    else this.#end ??= [Kind.bytes, whole];
  }

  fail(code: ErrorCode, message: string): void {
    this.done(Kind.error, { code, message, command: this.name });
  }

  /** The page gets the error now, and the broker CANCEL. */
  #abandon(code: ErrorCode, message: string): void {
    this.#end ??= [Kind.error, { code, message, command: this.name }];
    this.#parts.clear();
    this.cancel(false);
  }

  #tooLarge(): void {
    this.#abandon('too_large', `the result is larger than ${this.#most} bytes: take it in parts`);
  }

  #notBytes(): void {
    this.#abandon('invalid_args', 'the command answered a value, not bytes: invoke it');
  }

  /** Tells the page what it is time for. */
  #settle(): void {
    if (this.#closed) return;
    const tell = this.#end !== null && !this.#told && this.#parts.empty;
    this.#told ||= tell;
    const over = this.#told && this.#over && this.#idle();
    this.#closed = over;
    if (over) this.#ports.forget(this.id);
    if (tell) this.#ports.post([Down.done, this.id, ...(this.#end as End), over]);
    else if (over) this.#ports.post([Down.over, this.id]);
  }

  #idle(): boolean {
    for (const inbox of this.#inboxes.values()) if (!inbox.idle) return false;
    return true;
  }
}
