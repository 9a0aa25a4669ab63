// What the two halves of the endpoint in a browser say to each other, and what the document's first
// script is told. docs/dev.md has what comes over the WebSocket.

import type { DownMessage, UpMessage } from '../port.js';

/** As the program has written it into the document. */
export interface DevConfig {
  readonly label: string;
  readonly webview: string;
  /** URL of the WebSocket. */
  readonly link: string;
  /** URL of the worker. */
  readonly worker: string;
  /** For the WebSocket, once. */
  readonly ticket: string;
  /** Base64. */
  readonly bootstrap: string;
}

/** To the worker. The first of all is `begin`. */
export const enum ToWorker {
  /** link, ticket, bootstrap */
  begin,
  /** a message of the page's half */
  up,
  /** whether the panel is open */
  panel,
}

export type WorkerMessage =
  | readonly [op: ToWorker.begin, link: string, ticket: string, bootstrap: string]
  | readonly [op: ToWorker.up, message: UpMessage]
  | readonly [op: ToWorker.panel, open: boolean];

/** To the page. */
export const enum ToPage {
  /** a message of the core */
  down,
  /** the document is to be loaded again */
  reload,
  /** what is wrong with the app's files; nothing: it is mended */
  errors,
  /** what a person should know of the session */
  notice,
  /** records of the log, in their order */
  records,
}

export interface AppError {
  readonly code: string;
  readonly message: string;
  /** "": none is named. */
  readonly file: string;
  readonly line: number;
}

export interface LogRecord {
  readonly n: number;
  readonly time: string;
  readonly event: string;
  readonly command: string;
  readonly verdict: string;
  readonly code: string;
  /** Of a `done`: the number of its call. */
  readonly of: number;
  readonly dur_ns: number;
  readonly capability: string;
  readonly permission: string;
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export const enum Notice {
  /** It will be all right by itself. */
  passing,
  /** It is all right again, whatever was said before. */
  mended,
  /** Nothing more will come of this document. */
  final,
}

export type PageMessage =
  | readonly [op: ToPage.down, message: DownMessage]
  | readonly [op: ToPage.reload]
  | readonly [op: ToPage.errors, list: readonly AppError[]]
  | readonly [op: ToPage.notice, kind: Notice, text: string]
  | readonly [op: ToPage.records, list: readonly LogRecord[]];
