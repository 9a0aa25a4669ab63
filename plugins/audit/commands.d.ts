/** Texts are as the log has them between its quotes: escapes are not undone. */
interface LogRecord {
  n: number;
  time: string;
  event: string;
  command: string;
  verdict: 'allow' | 'deny' | 'rewrite';
  code: string;
  dur_ns: number;
  in: number;
  out: number;
  /** Of a `done`: the `n` of its call. */
  of: number;
}

export interface Commands {
  /** The last records of the page's own view, then each new one. Answers an id, with which it ends. */
  follow: { args: { onRecord: Receiver<LogRecord>; last?: number }; result: number };
}
