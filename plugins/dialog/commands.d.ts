/** At least one extension, without a dot, or `*`. */
interface DialogFilter {
  name: string;
  extensions: string[];
}

interface SaveDialogOptions {
  title?: string;
  filters?: DialogFilter[];
  /** Absolute: a folder, or a file in one, where the dialog begins. */
  defaultPath?: string;
  /** True unless said otherwise. */
  canCreateDirectories?: boolean;
}

interface OpenDialogOptions extends SaveDialogOptions {
  multiple?: boolean;
  directory?: boolean;
  /** Of a folder: all that is below it, not its own files alone. */
  recursive?: boolean;
}

type MessageDialogButtons =
  | 'Ok' | 'OkCancel' | 'YesNo' | 'YesNoCancel'
  | { OkCustom: string } | { OkCancelCustom: [string, string] } | { YesNoCancelCustom: [string, string, string] };

export interface Commands {
  /** The answer is `Ok`, `Cancel`, `Yes` or `No`, or the label of a button of the page's own. */
  message: {
    args: { message: string; title?: string | null; kind?: 'info' | 'warning' | 'error' | null; buttons?: MessageDialogButtons | null };
    result: string;
  };
  open: { args: { options: OpenDialogOptions }; result: string | string[] | null };
  save: { args: { options: SaveDialogOptions }; result: string | null };
}
