// How the commands are called, for `trollbridge types`.
export interface Commands {
  greet: { args: { name: string; polite?: boolean }; result: string };
  count: { args: { to: number; everyMs?: number; onNumber: Receiver<number> }; result: null };
}
