/**
 * The words of the scenes: one fixed small vocabulary for captions, questions, answers and facts. Ids never change: new words go to the
 * end. A text is words parted by spaces; commas, full stops, question marks and colons are words.
 */
import { InputError } from '../../base/errors';
import { factDomains, letters } from '../sets/facts';
import { decode, makeVocabulary, special, stackRows, toRow, type TokenRows, type Vocabulary } from '../tokens';
import { kinds } from './kinds';
import { colours, textures } from './parts';
import { patterns, sizeNames, tones } from './world';

export const numberWords = ['zero', 'one', 'two', 'three', 'four'] as const;
/** Stands where a picture would be. */
export const noPicture = '<none>';
/** Names a subject that has no name of its own. */
export const subjectWord = '<subject>';

export const sceneVocabulary: Vocabulary = makeVocabulary([...new Set([
  noPicture, subjectWord, ',', '.', '?', ':', 'yes', 'no', ...letters, ...numberWords,
  ...kinds, ...colours, ...textures, ...sizeNames, ...tones, ...patterns,
  'a', 'an', 'the', 'of', 'on', 'in', 'at', 'and', 'is', 'are', 'there', 'photo', 'picture', 'image', 'background', 'object', 'objects',
  'what', 'which', 'where', 'how', 'many', 'colour', 'texture', 'shape', 'size', 'top', 'bottom', 'left', 'right', 'answer',
  'this', 'seems', 'to', 'depict', 'someone', 'says', 'it', ...factDomains.animals.entities,
])]);

/** bos, a token a word, eos, then padding: rows of `length`. @throws InputError for an unknown word or too long a text */
export function encodeTexts(texts: readonly string[], length: number): TokenRows {
  return stackRows(texts.map((text) => toRow(tokensOf(text, length), length)), length);
}
/** A token a word. @throws InputError for an unknown word, or if bos, they and eos are more than `length` */
export function tokensOf(text: string, length = Infinity): number[] {
  const ids = text.split(' ').filter((word) => word !== '').map(sceneVocabulary.need);
  if (ids.length + 2 > length) throw new InputError(`At most ${length - 2} words were expected, but ${ids.length} came: "${text.slice(0, 80)}". Allow a longer text.`);
  return ids;
}
/** The words of a row of tokens, up to the first eos or padding, without bos. */
export function textOf(ids: ArrayLike<number>): string {
  const list = Array.from(ids);
  const end = list.findIndex((id) => id === special.eos || id === special.pad);
  return decode(sceneVocabulary, list.slice(0, end < 0 ? list.length : end).filter((id) => id !== special.bos));
}
