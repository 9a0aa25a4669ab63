// What people read: times, sizes, and errors in words that say what to do.
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const TEXTS = {
  scope: 'This app may not touch that file.',
  denied: 'The policy of this app does not allow that.',
  not_granted: 'The policy of this app does not grant that.',
  not_found: 'The file is no longer there.',
  io: 'The file system refused',
  conflict: 'Another program has changed this note. Ctrl+S writes over it.',
  limit: 'Too much at once. Try again in a moment.',
  timeout: 'It took too long. Try again.',
  audit_unavailable: 'The audit log cannot be written, so nothing is done. Is the disk full?',
  plugin_crashed: 'The file plugin stopped. It has been started again: try once more.',
  plugin_unavailable: 'The file plugin does not start. `trollbridge doctor` says why.',
  session_closed: 'The connection to the broker has ended. Open the window again.',
};

export const timeOf = (ms) => clock.format(ms);

export function dateOf(ms, now = new Date()) {
  const date = new Date(ms);
  if (date.toDateString() === now.toDateString()) return clock.format(date);
  return (date.getFullYear() === now.getFullYear() ? day : dayAndYear).format(date);
}

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function durationOf(ns) {
  const ms = ns / 1e6;
  return ms < 10 ? `${ms.toFixed(2)} ms` : `${Math.round(ms).toLocaleString('en-GB')} ms`;
}

export function explain(error) {
  if (error.code === 'io') return `${TEXTS.io}: ${error.message}.`;
  return TEXTS[error.code] ?? `${error.message ?? error}`;
}
