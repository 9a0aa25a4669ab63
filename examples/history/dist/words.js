// What people read: dates, numbers, and errors in words that say what to do.
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const TEXTS = {
  scope: 'The policy of this app does not let git be called so.',
  invalid_args: 'The policy of this app does not let git be called so.',
  not_granted: 'The policy of this app does not grant that.',
  limit: 'Too much at once. Try again in a moment.',
  too_large: 'That is more than this app takes from git.',
  audit_unavailable: 'The audit log cannot be written, so nothing is done. Is the disk full?',
  plugin_crashed: 'The plugin that runs programs stopped. It has been started again: try once more.',
  plugin_unavailable: 'The plugin that runs programs does not start. `trollbridge doctor` says why.',
  session_closed: 'The connection to the broker has ended. Open the window again.',
};

export const dateOf = (date) => (Number.isNaN(date.getTime()) ? '' : day.format(date));

export const count = (n, one, many = `${one}s`) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

export function explain(error) {
  if (error.code === 'git') return error.message;
  return TEXTS[error.code] ?? `${error.message ?? error}`;
}
