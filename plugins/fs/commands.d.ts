/** Absolute, a file URL, or relative to `baseDir`, without which it is the app's folder. */
type Path = string;

/** One of Tauri's BaseDirectory. */
interface Base {
  baseDir?: number | null;
}

interface WriteOptions extends Base {
  append?: boolean;
  /** True unless said otherwise. */
  create?: boolean;
  createNew?: boolean;
  mode?: number;
}

interface OpenOptions extends WriteOptions {
  /** True unless said otherwise. */
  read?: boolean;
  write?: boolean;
  truncate?: boolean;
}

/** Times are milliseconds since 1970. */
interface FileInfo {
  isFile: boolean;
  isDirectory: boolean;
  isSymlink: boolean;
  size: number;
  mtime: number | null;
  atime: number | null;
  birthtime: number | null;
  readonly: boolean;
  fileAttributes: null;
  dev: number;
  ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  rdev: number;
  blksize: number;
  blocks: number;
}

interface DirEntry {
  name: string;
  isFile: boolean;
  isDirectory: boolean;
  isSymlink: boolean;
}

interface WatchEvent {
  type: 'any' | 'other' | { [kind: string]: { kind: string; mode?: string } };
  paths: string[];
  attrs: unknown;
}

/** A number of something that is open. */
interface Resource {
  rid: number;
}

interface At<Options = Base> {
  path: Path;
  options?: Options | null;
}

export interface Commands {
  copy_file: {
    args: {
      fromPath: Path;
      toPath: Path;
      options?: { fromPathBaseDir?: number | null; toPathBaseDir?: number | null } | null;
    };
    result: null;
  };
  create: { args: At; result: number };
  exists: { args: At; result: boolean };
  fstat: { args: Resource; result: FileInfo };
  ftruncate: { args: Resource & { len?: number | null }; result: null };
  lstat: { args: At; result: FileInfo };
  mkdir: { args: At<Base & { recursive?: boolean; mode?: number }>; result: null };
  open: { args: At<OpenOptions>; result: number };
  /** The bytes, and their number in 8 bytes more, the highest first. */
  read: { args: Resource & { len: number }; result: Uint8Array };
  read_dir: { args: At; result: DirEntry[] };
  read_file: { args: At; result: Uint8Array };
  read_text_file: { args: At; result: Uint8Array };
  read_text_file_lines: { args: At<Base & { encoding?: string }>; result: number };
  /** A line and a byte 0; at the end a byte 1 alone. */
  read_text_file_lines_next: { args: Resource; result: Uint8Array };
  remove: { args: At<Base & { recursive?: boolean }>; result: null };
  rename: {
    args: {
      oldPath: Path;
      newPath: Path;
      options?: { oldPathBaseDir?: number | null; newPathBaseDir?: number | null } | null;
    };
    result: null;
  };
  /** `whence`: 0 from the start, 1 from here, 2 from the end. */
  seek: { args: Resource & { offset: number; whence: 0 | 1 | 2 }; result: number };
  size: { args: { path: Path; options?: Base | null }; result: number };
  start_accessing_security_scoped_resource: { args: { path: Path }; result: null };
  stat: { args: At; result: FileInfo };
  stop_accessing_security_scoped_resource: { args: { path: Path }; result: null };
  truncate: { args: At & { len?: number | null }; result: null };
  unwatch: { args: Resource; result: null };
  watch: {
    args: {
      paths: Path[];
      options?: (Base & { recursive?: boolean; delayMs?: number }) | null;
      onEvent: Receiver<WatchEvent>;
    };
    result: number;
  };
  write: { args: Resource & { data: Uint8Array | number[] }; result: number };
  write_file: { args: At<WriteOptions>; result: null; raw: true };
  write_text_file: { args: At<WriteOptions>; result: null; raw: true };
}
