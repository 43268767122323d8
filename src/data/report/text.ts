/** Texts: characters, words, lines, and lines that stand in several splits. */
import { log } from '../../base/math';
import type { Preview } from '../../spec/dataset';
import { entriesOf, type LoadedText } from '../files/loaded';
import { ngramBaselines, ngramLimits } from '../ngram';
import type { Found } from '../report';
import { many, percent } from './numbers';

export interface TextStatistics {
  readonly characters: number;
  readonly bytes: number;
  readonly lines: number;
  readonly words: number;
  /** Different characters, most frequent first, with their counts. */
  readonly alphabet: readonly (readonly [string, number])[];
  readonly differentWords: number;
}
/** Characters are code points; words are runs of letters, digits and apostrophes, without regard to case. */
export function textStatistics(text: string): TextStatistics {
  const counts = new Map<string, number>();
  let [characters, bytes] = [0, 0];
  for (const character of text) {
    characters++;
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const vocabulary = new Set<string>();
  let words = 0;
  for (const [word] of text.matchAll(/[\p{L}\p{N}'’]+/gu)) {
    words++;
    vocabulary.add(word.toLowerCase());
  }
  const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return { characters, bytes, lines, words, differentWords: vocabulary.size, alphabet: [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)) };
}
const named: Readonly<Record<string, string>> = { ' ': 'space', '\n': 'line end', '\t': 'tab', '\r': 'carriage return', '\u00a0': 'no-break space', '\ufeff': 'byte order mark', '\ufffd': 'replacement character' };
const longLine = 40;

export function reportText({ splits }: LoadedText): Found {
  const all = entriesOf(splits).map(([name, text]) => ({ name, text, statistics: textStatistics(text) }));
  const { statistics: train, text } = all[0]!;
  const warnings: string[] = [];
  const odd = train.alphabet.find(([character]) => character === '\ufffd');
  if (odd) warnings.push(`The text holds ${many(odd[1], 'replacement character')}: it was once read in another encoding, and those letters are lost.`);
  const known = new Set(train.alphabet.map(([character]) => character));
  for (const { name, statistics } of all.slice(1)) {
    const strange = statistics.alphabet.filter(([character]) => !known.has(character));
    if (strange.length > 0) warnings.push(`${name} holds ${many(strange.length, 'character')} that train does not (${strange.slice(0, 5).map(([character]) => JSON.stringify(character)).join(', ')}): a model has never seen them.`);
  }
  const own = new Set(longLines(text));
  for (const { name, text: other } of all.slice(1)) {
    const lines = longLines(other);
    const shared = lines.filter((line) => own.has(line));
    if (shared.length > 0) warnings.push(`${shared.length} of ${many(lines.length, 'long line')} of ${name} ${shared.length === 1 ? 'stands' : 'stand'} in train, too, such as ${JSON.stringify(shared[0]!.slice(0, 60))}.`);
  }
  return {
    warnings,
    previews: [
      { title: 'Text', picture: { kind: 'table', columns: ['split', 'characters', 'bytes (UTF-8)', 'different characters', 'words', 'different words', 'lines'], rows: all.map(({ name, statistics: s }) => [name, s.characters, s.bytes, s.alphabet.length, s.words, s.differentWords, s.lines]) } },
      { title: 'Beginning', picture: { kind: 'table', columns: ['text'], rows: text.slice(0, 2000).split('\n').slice(0, 12).map((line) => [line.slice(0, 120)]) } },
      { title: 'Characters', says: 'The most frequent.', picture: { kind: 'table', columns: ['character', 'count', 'share'], rows: train.alphabet.slice(0, 40).map(([character, count]) => [named[character] ?? character, count, percent(count, train.characters)]) } },
      ...baselines(text, train),
    ],
  };
}
/** Characters that n-grams are tried on: about three seconds of them. */
const judgedCharacters = 1_000_000;
/** How well n-grams foretell the last tenth of a text from the rest of it. Nothing for a text too short to tell, or with more different characters than they take. */
function baselines(text: string, { characters, alphabet }: TextStatistics): readonly Preview[] {
  if (characters < 200 || alphabet.length > ngramLimits.symbols) return [];
  const { symbols, nats, trainCharacters, validationCharacters } = ngramBaselines(text.slice(0, judgedCharacters));
  const orders = Object.keys(nats).map(Number);
  const uniform = log(symbols);
  return [{
    title: 'What a model must beat',
    says: `Cross-entropy of ${validationCharacters} characters under n-grams learned on the ${trainCharacters} before them (interpolated modified Kneser-Ney): ${(Math.min(...Object.values(nats))).toFixed(3)} nats a character at best; a uniform guess has ${uniform.toFixed(3)}.`,
    picture: { kind: 'lines', xLabel: 'order', yLabel: 'nats a character', series: [{ label: 'n-grams', x: Float32Array.from(orders), y: Float32Array.from(orders, (order) => nats[order]!) }, { label: 'uniform guess', dashed: true, x: Float32Array.of(1, 6), y: Float32Array.of(uniform, uniform) }] },
  }];
}
const longLines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line.length >= longLine);
