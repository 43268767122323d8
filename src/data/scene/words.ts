/**
 * The words of the scenes: one fixed small vocabulary for captions, questions, answers and facts. Numbers never change: new words go to
 * the end. A text is words parted by blanks; commas, full stops, question marks and colons are words.
 */
import { InputError } from '../../base/errors';
import { int32, type Tensor } from '../../base/tensor';
import { kinds } from './kinds';
import { colours, textures } from './parts';
import { patterns, sizeNames, tones } from './world';

/** The first six as in every vocabulary; none stands where a picture would be, subject for a subject that has no name. */
export const wordTokens = { pad: 0, start: 1, end: 2, mask: 3, unknown: 4, separator: 5, none: 6, subject: 7 } as const;
/** Houses that facts are told of; no scene shows them. */
export const houses = ['ada', 'bo', 'cy', 'dee', 'eli', 'fay', 'gus', 'hal'] as const;
export const letters = ['A', 'B', 'C', 'D'] as const;
export const numberWords = ['zero', 'one', 'two', 'three', 'four'] as const;

export const sceneWords: readonly string[] = [
  '<pad>', '<bos>', '<eos>', '<mask>', '<unk>', '<sep>', '<none>', '<subject>',
  ',', '.', '?', ':', 'yes', 'no', ...letters, ...numberWords,
  ...kinds, ...colours, ...textures, ...sizeNames, ...tones, ...patterns.filter((name) => !textures.includes(name)),
  'a', 'an', 'the', 'of', 'on', 'in', 'at', 'and', 'is', 'are', 'there', 'photo', 'picture', 'image', 'background', 'object', 'objects',
  'what', 'which', 'where', 'how', 'many', 'colour', 'texture', 'shape', 'size', 'top', 'bottom', 'left', 'right', 'answer',
  'this', 'seems', 'to', 'depict', 'look', 'shows', 'it', 'likes', 'house', 'fact', 'does', 'like', ...houses,
].filter((word, i, all) => all.indexOf(word) === i);
const numberOf = new Map(sceneWords.map((word, i) => [word, i]));

/** Token number of a word. @throws InputError for a word that is not in the vocabulary */
export function wordToken(word: string): number {
  const token = numberOf.get(word);
  if (token === undefined) throw new InputError(`A word of the scenes' vocabulary was expected, but "${word.slice(0, 40)}" came. Known words: ${sceneWords.slice(6).join(' ')}.`);
  return token;
}
/** Token numbers of a text's words, without start and end. */
export const wordsToTokens = (text: string): number[] => text.split(' ').filter((word) => word !== '').map(wordToken);
/** The text of token numbers, up to the first <eos> or <pad>; <bos> is left out. */
export function tokensToText(ids: ArrayLike<number>): string {
  const words: string[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === wordTokens.end || ids[i] === wordTokens.pad) break;
    if (ids[i] !== wordTokens.start) words.push(sceneWords[ids[i]!] ?? '<unk>');
  }
  return words.join(' ');
}
/** <bos>, a token a word, <eos>, then <pad> to [length], for each text: [texts.length, length] int32. @throws InputError if one is too long */
export function encodeTexts(texts: readonly string[], length: number): Tensor {
  const out = new Int32Array(texts.length * length);
  texts.forEach((text, i) => {
    const ids = [wordTokens.start, ...wordsToTokens(text), wordTokens.end];
    if (ids.length > length) throw new InputError(`At most ${length - 2} words were expected, but ${ids.length - 2} came: "${text.slice(0, 80)}". Allow a longer text.`);
    out.set(ids, i * length);
  });
  return int32(out, [texts.length, length]);
}
