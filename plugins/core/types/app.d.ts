export interface Commands {
  name: { args: {}; result: string };
  version: { args: {}; result: string };
  tauri_version: { args: {}; result: string };
  identifier: { args: {}; result: string };
  bundle_type: { args: {}; result: string | null };
  supports_multiple_windows: { args: {}; result: boolean };
  set_app_theme: { args: { theme: 'light' | 'dark' | null }; result: null };
}
