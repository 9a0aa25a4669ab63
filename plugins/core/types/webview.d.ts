export interface Commands {
  get_all_webviews: { args: {}; result: { windowLabel: string; label: string }[] };
  webview_size: { args: { label?: string }; result: { width: number; height: number } };
  internal_toggle_devtools: { args: {}; result: null };
}
