/** A label, or what Tauri calls an EventTarget. */
type Target =
  | string
  | { kind: 'Any' | 'App' }
  | { kind: 'AnyLabel' | 'Window' | 'Webview' | 'WebviewWindow'; label: string };

export interface Commands {
  /** `listen` of the page's API is what handles events; its `handler` is made there. */
  listen: { args: { event: string; target?: Target; handler?: unknown }; result: number };
  unlisten: { args: { event: string; eventId: number }; result: null };
  emit: { args: { event: string; payload?: unknown }; result: null };
  emit_to: { args: { target: Target; event: string; payload?: unknown }; result: null };
}
