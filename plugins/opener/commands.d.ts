export interface Commands {
  /** `with` is the name of a desktop entry without `.desktop`, one of `with` in [open] of the manifest. */
  open_url: { args: { url: string; with?: string }; result: null };
  open_path: { args: { path: string; with?: string }; result: null };
  reveal_item_in_dir: { args: { paths: string[] }; result: null };
}
