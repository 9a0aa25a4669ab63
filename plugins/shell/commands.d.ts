interface Options {
  /** An absolute path that the policy lets the program run in. */
  cwd?: string | null;
  /** Variables that the policy leaves to the page. */
  env?: Record<string, string> | null;
  /** `raw`, or a label of the Encoding Standard; UTF-8 without one. */
  encoding?: string | null;
  sidecar?: boolean | null;
}

interface Program {
  /** The `name` of an entry of the scope. */
  program: string;
  args?: string | string[] | null;
  options?: Options | null;
}

interface End {
  /** Null where a signal ended it. */
  code: number | null;
  signal: number | null;
}

type Output = string | Uint8Array;

type ProgramEvent =
  | { event: 'Stdout' | 'Stderr'; payload: Output }
  | { event: 'Error'; payload: string }
  | { event: 'Terminated'; payload: End };

export interface Commands {
  execute: { args: Program; result: End & { stdout: Output; stderr: Output } };
  /** The result is what `stdin_write` and `kill` take as `pid`. */
  spawn: { args: Program & { onEvent: Receiver<ProgramEvent> }; result: number };
  stdin_write: { args: { pid: number; buffer: string | Uint8Array | number[] }; result: null };
  kill: { args: { pid: number }; result: null };
}
