import { frameVectors } from './frames.js';
import { keyVectors } from './keys.js';
import { messageVectors } from './messages.js';
import { scanVectors } from './scan.js';
import { sealVectors } from './seal.js';
import type { Vector } from './common.js';

export const FILES: Record<string, () => Vector[]> = {
  frames: frameVectors,
  scan: scanVectors,
  keys: keyVectors,
  seal: sealVectors,
  messages: messageVectors,
};

/** One vector a line, so that a change shows as the vectors that it touches. */
export function render(what: string): string {
  const vectors = (FILES[what] as () => Vector[])();
  const names = new Set(vectors.map((vector) => vector.name));
  if (names.size !== vectors.length) throw new Error(`a name occurs twice in ${what}`);
  const lines = vectors.map((vector) => JSON.stringify(vector));
  return `{"format":1,"vectors":[\n${lines.join(',\n')}\n]}\n`;
}
