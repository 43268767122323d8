/** Which commands a few typed letters mean, best first. Pure. */
import type { Command } from '../../store/commands-slice';

/** The longest line that can be typed: a page of pasted text means no command, and looking for it would take seconds. */
export const longestLine = 1000;
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const wordsOf = (text: string): string[] => fold(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');

/** Whether one edit (a letter too many, too few, another, or two changed places) makes `a` of the beginning of `b`. */
function nearlyBegins(a: string, b: string): boolean {
  if (a.length < 4) return false;
  for (let i = 0; i <= a.length; i++) {
    const before = a.slice(0, i);
    if (!b.startsWith(before)) return false;
    const rest = a.slice(i);
    const from = b.slice(i);
    if (from.startsWith(rest.slice(1)) || from.slice(1).startsWith(rest) || from.slice(1).startsWith(rest.slice(1))) return true;
    if (rest.length > 1 && from.startsWith(rest[1]! + rest[0]! + rest.slice(2))) return true;
  }
  return false;
}
/** How tightly the letters of `part` stand within `text` in order, in (0, 1]; 0 where they do not. */
function scattered(part: string, text: string): number {
  let [at, first] = [-1, -1];
  for (const letter of part) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return 0;
    if (first < 0) first = at;
  }
  return part.length / (at - first + 1);
}
/** How well one typed word fits, in [0, 1]. */
function fit(part: string, text: string): number {
  const words = wordsOf(text);
  if (words.includes(part)) return 1;
  if (words.some((word) => word.startsWith(part))) return 0.9;
  if (words.map((word) => word[0]).join('').startsWith(part) && part.length > 1) return 0.75;
  if (fold(text).includes(part)) return 0.7;
  if (words.some((word) => nearlyBegins(part, word))) return 0.5;
  const tight = part.length > 2 ? Math.max(0, ...words.map((word) => scattered(part, word))) : 0;
  return tight > 0.45 ? 0.4 * tight : 0;
}
/** How well a command fits what was typed: every word must be found, in its label or else in its other words; 0 where one is not. */
export function fitOf(typed: string, { label, also = '' }: Pick<Command, 'label' | 'also'>): number {
  if (typed.length > longestLine) return 0;
  const parts = wordsOf(typed);
  if (parts.length === 0) return 1;
  const fits: number[] = [];
  for (const part of parts) {
    const best = Math.max(fit(part, label), 0.8 * fit(part, also));
    if (best === 0) return 0; // the others would change nothing, and may be many
    fits.push(best);
  }
  const begins = fold(label).startsWith(fold(typed).trim()) ? 0.06 : 0;
  return fits.reduce((sum, f) => sum + f, 0) / fits.length + begins - Math.min(0.1, label.length / 1000);
}
/** Recent ones count a little more than others that fit as well. */
const forRecent = 0.08;

/** Commands that fit, best first; with nothing typed all of them, those used last before the others. */
export function ranked(typed: string, commands: readonly Command[], recent: readonly string[] = []): readonly Command[] {
  const place = (id: string): number => {
    const at = recent.indexOf(id);
    return at < 0 ? 0 : 1 - at / recent.length;
  };
  return commands
    .map((command, order) => ({ command, order, fit: fitOf(typed, command), recently: place(command.id) }))
    .filter(({ fit }) => fit > 0)
    .map((one) => ({ ...one, score: one.fit + forRecent * one.recently }))
    .sort((a, b) => (typed.trim() === '' ? b.recently - a.recently : b.score - a.score) || a.order - b.order)
    .map(({ command }) => command);
}

const most = 12;
/** Commands used last, newest first, with one more. */
export const withRecent = (recent: readonly string[], id: string): readonly string[] => [id, ...recent.filter((one) => one !== id)].slice(0, most);
/** What storage holds of them, if it holds that. */
export function readRecent(stored: string | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string' && id.length < 200).slice(0, most) : [];
  } catch {
    return [];
  }
}
