// Full text: a note is found if each word of the query is in its title or text.

export const wordsOf = (query) => query.toLocaleLowerCase().split(/\s+/).filter(Boolean);

export function finds(note, words) {
  const text = `${note.name}\n${note.text}`.toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

/** The text in pieces: [piece, whether a word of the query is here]. */
export function pieces(text, words) {
  const lower = text.toLocaleLowerCase();
  // A letter whose small form is longer would shift what follows: then nothing is marked.
  if (!words.length || lower.length !== text.length) return [[text, false]];
  const found = [];
  let at = 0;
  while (at < text.length) {
    const next = nearest(lower, words, at);
    if (!next) break;
    if (next.start > at) found.push([text.slice(at, next.start), false]);
    found.push([text.slice(next.start, next.end), true]);
    at = next.end;
  }
  if (at < text.length) found.push([text.slice(at), false]);
  return found;
}

/** Where the first of the words stands in the text. */
export function nearest(lower, words, at = 0) {
  let best = null;
  for (const word of words) {
    const start = lower.indexOf(word, at);
    if (start >= 0 && (!best || start < best.start)) best = { start, end: start + word.length };
  }
  return best;
}

/** A line or two of the note: around what was found, else its beginning. */
export function excerpt(note, words, length = 120) {
  const text = note.text.slice(0, 1 << 16).replace(/\s+/g, ' ').trim();
  const hit = nearest(text.toLocaleLowerCase(), words);
  if (!hit || hit.end < length / 2) return text.slice(0, length);
  return `…${text.slice(hit.start - 20, hit.start - 20 + length)}`;
}
