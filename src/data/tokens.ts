/**
 * Words as numbers: a fixed small vocabulary, sentences as rows of token ids with padding, and plain text character by character.
 * The six special tokens have the same ids in every vocabulary, so that vocabularies can be joined and losses need not ask.
 */
import { InputError } from '../base/errors';
import { int32, tensor, type Tensor } from '../base/tensor';

/** Ids of the special tokens: padding, begin, end, masked, unknown, separator. */
export const special = { pad: 0, bos: 1, eos: 2, mask: 3, unk: 4, sep: 5 } as const;
const specialWords = ['<pad>', '<bos>', '<eos>', '<mask>', '<unk>', '<sep>'] as const;

export interface Vocabulary {
  /** Token id -> word; the first six are the special tokens. */
  readonly words: readonly string[];
  readonly size: number;
  /** Word -> id; `special.unk` for a word that is not there. */
  readonly id: (word: string) => number;
  /** Word -> id. @throws InputError for a word that is not there */
  readonly need: (word: string) => number;
}

/** The special tokens, then these words in their order. @throws InputError for a word that comes twice, is empty or holds a space */
export function makeVocabulary(words: readonly string[]): Vocabulary {
  const all = [...specialWords, ...words];
  const ids = new Map<string, number>();
  for (const [id, word] of all.entries()) {
    if (word === '' || (word.length > 1 && /\s/.test(word))) throw new InputError(`A vocabulary holds words without spaces, but ${JSON.stringify(word)} came. Split it.`);
    if (ids.has(word)) throw new InputError(`A vocabulary holds each word once, but '${word}' came twice. Take one out.`);
    ids.set(word, id);
  }
  const need = (word: string): number => {
    const id = ids.get(word);
    if (id === undefined) throw new InputError(`Expected a word of the vocabulary (${all.length} words), but '${word}' came. Join the vocabularies first.`);
    return id;
  };
  return { words: all, size: all.length, id: (word) => ids.get(word) ?? special.unk, need };
}
/** All words of several vocabularies, each once, in the order of first appearance. Ids of the first vocabulary stay as they are. */
export const joinVocabularies = (...vocabularies: readonly Vocabulary[]): Vocabulary =>
  makeVocabulary([...new Set(vocabularies.flatMap(({ words }) => words.slice(specialWords.length)))]);

/** 'a b c' -> its words. */
export const wordList = (words: string): readonly string[] => words.split(' ');
/** Words between spaces -> ids; unknown words become `special.unk`. */
export const encode = (vocabulary: Vocabulary, text: string): number[] =>
  text.split(/\s+/).flatMap((word) => (word === '' ? [] : [vocabulary.id(word)]));
/** Ids -> words with spaces between; padding is left out. @throws InputError for an id that the vocabulary does not have */
export const decode = (vocabulary: Vocabulary, ids: ArrayLike<number>): string =>
  Array.from(ids).filter((id) => id !== special.pad).map((id) => vocabulary.words[id] ?? refuse(id, vocabulary)).join(' ');
function refuse(id: number, { size }: Vocabulary): never {
  throw new InputError(`Expected token ids from 0 to ${size - 1}, but ${id} came. Decode with the vocabulary that encoded.`);
}

/** n rows of token ids, each begun with `bos`, and ended with `eos` where it fits. */
export interface TokenRows {
  /** [n, T] int32; `special.pad` after a row's end. */
  readonly tokens: Tensor;
  /** [n, T] float32: 1 on tokens, 0 on padding. */
  readonly mask: Tensor;
}
/** bos, the ids, eos, padding: T numbers. What does not fit is cut off at the end, and `eos` with it. */
export function toRow(ids: ArrayLike<number>, length: number): Int32Array {
  const row = new Int32Array(length);
  row[0] = special.bos;
  for (let t = 0; t < Math.min(ids.length, length - 1); t++) row[t + 1] = ids[t]!;
  if (ids.length + 1 < length) row[ids.length + 1] = special.eos;
  return row;
}
/** Rows of one length, stacked. */
export function stackRows(rows: readonly Int32Array[], length: number): TokenRows {
  const tokens = new Int32Array(rows.length * length);
  rows.forEach((row, i) => tokens.set(row, i * length));
  return { tokens: int32(tokens, [rows.length, length]), mask: tensor(Float32Array.from(tokens, (id) => (id === special.pad ? 0 : 1)), [rows.length, length]) };
}
/** 1 where a cell of [n, T] satisfies `test(row, position)`: float32 [n, T]. */
export const cellMask = (n: number, length: number, test: (row: number, position: number) => boolean): Tensor =>
  tensor(Float32Array.from({ length: n * length }, (_, c) => (test(Math.floor(c / length), c % length) ? 1 : 0)), [n, length]);

/** A text's characters as ids of a vocabulary of its own, in the order of code points: for text that a user drops. */
export function characterVocabulary(text: string): Vocabulary {
  return makeVocabulary([...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!));
}
/** Character by character (code points); unknown ones become `special.unk`. */
export const encodeCharacters = (vocabulary: Vocabulary, text: string): Int32Array => Int32Array.from(text, (character) => vocabulary.id(character));
export const decodeCharacters = (vocabulary: Vocabulary, ids: ArrayLike<number>): string => Array.from(ids, (id) => vocabulary.words[id] ?? refuse(id, vocabulary)).join('');
