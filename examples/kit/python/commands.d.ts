// What an author ships beside plugin.toml, so that `trollbridge types` can say how the commands are
// called. A command that is left out takes and answers anything.
export interface Commands {
  greet: { args: { name: string }; result: string };
  fail: { args: { code: string; errno?: number }; result: never };
  /** Numbers from 0 on, as messages. */
  count: { args: { to: number; channel: Receiver<number> }; result: null };
  open: { args: {}; result: number };
  wait: { args: { rid: number }; result: null };
  emit: { args: { event: string; payload: unknown }; result: null };
}
