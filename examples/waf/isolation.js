// The hook: it runs outside of the page, in a process without files and without network, one for each view. What it keeps here lasts
// over reloads of the page, until the engine ends after half a minute without a call.
const GUESSES = 3;
const listed = new Set(); // what the page has been shown
let guesses = 0;

const steps = /(^|[/\\])\.\.([/\\]|$)/;
const cards = /\d(?:[ -]?\d){12,18}/g;

/** The path as whoever opens it could come to read it. */
function decoded(path) {
  let text = path;
  for (let i = 0; i < 3 && text.includes('%'); i++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      throw new Error('a path that cannot be decoded');
    }
  }
  return text;
}

/** Nobody who works with this page asks for what its list does not show. */
function guess(why) {
  guesses++;
  throw new Error(guesses < GUESSES ? why : `${why}; locked down`);
}

function checkPath(path) {
  if (typeof path !== 'string') throw new Error('a path that is no text');
  const text = decoded(path);
  if (steps.test(text) || text.startsWith('/') || text.startsWith('file:') || text.includes('\0')) guess('path traversal');
}

export function onRequest({ command, args }) {
  if (guesses >= GUESSES) throw new Error('locked down: three guesses');
  checkPath(args.path);
  if (command === 'plugin:fs|read_text_file' && !listed.has(args.path)) guess('an order that the list does not show');
  return args;
}

/** The check digit of card numbers: an order number of sixteen digits is left as it is. */
function isCard(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const double = digit * 2;
    sum += i % 2 === 0 ? digit : double > 9 ? double - 9 : double;
  }
  return sum % 10 === 0;
}

function redact(text) {
  return text.replace(cards, (found) => {
    const digits = found.replace(/[ -]/g, '');
    return isCard(digits) ? `[card ending in ${digits.slice(-4)}]` : found;
  });
}

export function onReply(message) {
  const { command, result, raw } = message;
  if (command === 'plugin:fs|read_dir') for (const { name } of result) listed.add(`orders/${name}`);
  if (raw !== undefined) message.raw = new TextEncoder().encode(redact(new TextDecoder().decode(raw)));
  return result;
}
