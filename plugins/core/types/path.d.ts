export interface Commands {
  /** `directory` is one of Tauri's BaseDirectory. */
  resolve_directory: { args: { directory: number; path?: string | null }; result: string };
  resolve: { args: { paths: string[] }; result: string };
  normalize: { args: { path: string }; result: string };
  join: { args: { paths: string[] }; result: string };
  dirname: { args: { path: string }; result: string };
  extname: { args: { path: string }; result: string };
  basename: { args: { path: string; ext?: string | null }; result: string };
  is_absolute: { args: { path: string }; result: boolean };
}
