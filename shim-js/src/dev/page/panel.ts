// The panel: the calls of this page as the log has them.

import { addListener, mapDelete, mapGet, mapSet, MapCopy, slice } from '../../page/intrinsics.js';
import { Queue } from '../../page/queue.js';
import type { LogRecord } from '../messages.js';
import { button } from './button.js';
import {
  append,
  clientHeight,
  element,
  empty,
  floor,
  focus,
  isChecked,
  remove,
  scrollHeight,
  scrollTo,
  scrollTop,
  setAttribute,
} from './dom.js';
import { make, say, type Part, type Shade } from './shade.js';

const ROWS_MOST = 500;

interface Row {
  readonly n: number;
  readonly row: HTMLElement;
  readonly code: HTMLElement;
  readonly span: HTMLElement;
}

const HEADS = ['time', 'command', 'verdict', 'code', 'rule', 'ms'];

/** Of a time in the log, what stands between the T and the Z. */
function clock(time: string): string {
  return slice(time, 11, 23);
}

function milliseconds(ns: number): string {
  const hundredths = floor(ns / 10_000);
  const rest = hundredths % 100;
  return `${floor(hundredths / 100)}.${rest < 10 ? '0' : ''}${rest}`;
}

function ruleOf({ capability, permission, file, line, reason }: LogRecord): string {
  const names = permission === '' ? capability : `${capability} › ${permission}`;
  const place = file === '' ? '' : ` (${file}:${line})`;
  return `${names}${place}${reason === '' ? '' : ` ${reason}`}`;
}

export class Panel {
  readonly #part: Part;
  readonly #rows: HTMLElement;
  readonly #body: HTMLElement;
  readonly #close: HTMLElement;
  readonly #tell: (open: boolean) => void;
  #order = new Queue<Row>();
  #byNumber = new MapCopy<number, Row>();
  #n = 0;

  constructor(shade: Shade, tell: (open: boolean) => void) {
    this.#tell = tell;
    this.#part = shade.part('panel', 'region', 'Calls of this page');
    const header = make('header', this.#part.section);
    make('h2', header, 'Calls of this page');
    this.#addFilter(header);
    button(header, 'Clear', () => this.#clear());
    this.#close = button(header, 'Close', () => this.toggle());
    this.#rows = make('div', this.#part.section, '', 'rows');
    const table = make('table', this.#rows);
    const heads = make('tr', make('thead', table));
    for (let i = 0; i < HEADS.length; i++) make('th', heads, HEADS[i]);
    this.#body = make('tbody', table);
  }

  #addFilter(header: HTMLElement): void {
    const label = make('label', header);
    const box = make('input', label);
    setAttribute(box, 'type', 'checkbox');
    make('span', label, ' denied only');
    addListener(box, 'change', () =>
      setAttribute(this.#rows, 'class', isChecked(box) ? 'rows denied' : 'rows'),
    );
  }

  /** What is shown is asked for, and nothing else. */
  toggle(): void {
    const open = !this.#part.shown;
    if (open) this.#clear();
    this.#part.show(open);
    this.#tell(open);
    if (open) focus(this.#close);
  }

  #clear(): void {
    empty(this.#body);
    this.#order = new Queue<Row>();
    this.#byNumber = new MapCopy<number, Row>();
    this.#n = 0;
  }

  add(records: readonly LogRecord[]): void {
    const rows = this.#rows;
    const atEnd = scrollTop(rows) + clientHeight(rows) >= scrollHeight(rows) - 4;
    for (let i = 0; i < records.length; i++) this.#record(records[i] as LogRecord);
    if (atEnd) scrollTo(rows, scrollHeight(rows));
  }

  #record(record: LogRecord): void {
    if (record.event !== 'done') return this.#addRow(record);
    const row = mapGet(this.#byNumber, record.of);
    if (row === undefined) return;
    say(row.span, milliseconds(record.dur_ns));
    if (record.code === '') return;
    say(row.code, record.code);
    setAttribute(row.row, 'class', 'bad');
  }

  #addRow(record: LogRecord): void {
    const { n, time, event, command, verdict, code } = record;
    const row = element('tr');
    const good = verdict !== 'deny' && event !== 'violation';
    setAttribute(row, 'class', good ? 'good' : 'bad');
    make('td', row, clock(time), 'time');
    make('td', row, command === '' ? event : command);
    make('td', row, verdict, 'verdict');
    const codeCell = make('td', row, code, 'code');
    make('td', row, ruleOf(record), 'rule');
    const span = make('td', row, '', 'span');
    append(this.#body, row);
    this.#keep({ n, row, code: codeCell, span });
  }

  #keep(row: Row): void {
    this.#order.push(row);
    mapSet(this.#byNumber, row.n, row);
    this.#n += 1;
    if (this.#n <= ROWS_MOST) return;
    const oldest = this.#order.shift() as Row;
    remove(oldest.row);
    mapDelete(this.#byNumber, oldest.n);
    this.#n -= 1;
  }
}
