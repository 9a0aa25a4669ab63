/** Without a label it is the page's own window. */
interface Of {
  label?: string;
}

interface Setting<T> extends Of {
  value: T;
}

interface Size {
  width: number;
  height: number;
}

interface Place {
  x: number;
  y: number;
}

type SizeSetting = { Physical: Size } | { Logical: Size };

export interface Commands {
  title: { args: Of; result: string };
  set_title: { args: Setting<string>; result: null };
  scale_factor: { args: Of; result: number };
  inner_size: { args: Of; result: Size };
  outer_size: { args: Of; result: Size };
  inner_position: { args: Of; result: Place };
  outer_position: { args: Of; result: Place };
  set_size: { args: Setting<SizeSetting>; result: null };
  set_min_size: { args: Setting<SizeSetting | null>; result: null };
  set_max_size: { args: Setting<SizeSetting | null>; result: null };
  is_fullscreen: { args: Of; result: boolean };
  set_fullscreen: { args: Setting<boolean>; result: null };
  is_maximized: { args: Of; result: boolean };
  maximize: { args: Of; result: null };
  unmaximize: { args: Of; result: null };
  toggle_maximize: { args: Of; result: null };
  is_minimized: { args: Of; result: boolean };
  minimize: { args: Of; result: null };
  unminimize: { args: Of; result: null };
  is_focused: { args: Of; result: boolean };
  set_focus: { args: Of; result: null };
  is_visible: { args: Of; result: boolean };
  show: { args: Of; result: null };
  hide: { args: Of; result: null };
  is_resizable: { args: Of; result: boolean };
  set_resizable: { args: Setting<boolean>; result: null };
  is_decorated: { args: Of; result: boolean };
  set_decorations: { args: Setting<boolean>; result: null };
  set_always_on_top: { args: Setting<boolean>; result: null };
  theme: { args: Of; result: 'light' | 'dark' };
  set_theme: { args: Setting<'light' | 'dark' | null>; result: null };
  is_always_on_top: { args: Of; result: boolean };
  is_closable: { args: Of; result: boolean };
  center: { args: Of; result: null };
  close: { args: Of; result: null };
  destroy: { args: Of; result: null };
  get_all_windows: { args: {}; result: string[] };
}
