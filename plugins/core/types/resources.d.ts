export interface Commands {
  close: { args: { rid: number }; result: null };
}
