import { expect, test } from 'vitest';
import { characterVocabulary, decode, decodeCharacters, encode, encodeCharacters, joinVocabularies, makeVocabulary, special, stackRows, toRow } from './tokens';
import { belongsTo, drawFor } from './split-by-words';

const vocabulary = makeVocabulary(['the', 'fox', 'sees', '.']);

test('special tokens have the same ids everywhere, and words follow in their order', () => {
  expect(vocabulary.words.slice(0, 6)).toEqual(['<pad>', '<bos>', '<eos>', '<mask>', '<unk>', '<sep>']);
  for (const [name, id] of Object.entries(special)) expect(vocabulary.words[id]).toBe(`<${name}>`);
  expect(vocabulary.id('the')).toBe(6);
  expect(vocabulary.size).toBe(10);
});
test('text goes to ids and back; unknown words become <unk>, padding is left out', () => {
  expect(encode(vocabulary, 'the  fox sees\nthe owl .')).toEqual([6, 7, 8, 6, special.unk, 9]);
  expect(decode(vocabulary, [1, 6, 7, 2, 0, 0])).toBe('<bos> the fox <eos>');
  expect(() => decode(vocabulary, [10])).toThrow(/ids from 0 to 9, but 10/);
  expect(() => vocabulary.need('owl')).toThrow(/'owl' came/);
});
test('rows begin with bos, end with eos where it fits, and are padded; the mask is 1 on tokens', () => {
  expect([...toRow([6, 7], 5)]).toEqual([1, 6, 7, 2, 0]);
  expect([...toRow([6, 7, 8], 4)]).toEqual([1, 6, 7, 8]);
  expect([...toRow([6, 7, 8, 9], 4)]).toEqual([1, 6, 7, 8]);
  const { tokens, mask } = stackRows([toRow([6], 4), toRow([7, 8], 4)], 4);
  expect([tokens.shape, mask.shape]).toEqual([[2, 4], [2, 4]]);
  expect([...mask.data]).toEqual([1, 1, 1, 0, 1, 1, 1, 1]);
});
test('joined vocabularies hold every word once and keep the first one\'s ids', () => {
  const joined = joinVocabularies(vocabulary, makeVocabulary(['fox', 'owl']));
  expect(joined.words).toEqual([...vocabulary.words, 'owl']);
});
test('characters go to ids in the order of code points and back, also beyond the basic plane', () => {
  const text = 'to be, 🦊 é';
  const characters = characterVocabulary(text);
  expect(characters.words.slice(6)).toEqual([' ', ',', 'b', 'e', 'o', 't', 'é', '🦊']);
  expect(decodeCharacters(characters, encodeCharacters(characters, text))).toBe(text);
  expect([...encodeCharacters(characters, 'x')]).toEqual([special.unk]);
});
test('words that cannot be are refused', () => {
  expect(() => makeVocabulary(['a', 'a'])).toThrow(/'a' came twice/);
  expect(() => makeVocabulary(['two words'])).toThrow(/without spaces/);
});
test('every sentence belongs to one of the named splits, in the stated shares', () => {
  const names = ['train', 'validation', 'test', 'ood', 'pool', 'any other name'];
  const counts = names.map(() => 0);
  for (let i = 0; i < 8000; i++) {
    const owners = names.flatMap((name, k) => (belongsTo(name, [i, 3 * i + 1, 7]) ? [k] : []));
    if (owners.length !== 1) throw new Error(`${i} belongs to ${owners.length} splits`);
    counts[owners[0]!]!++;
  }
  counts.forEach((count, k) => expect(Math.abs(count / 8000 - [8, 2, 2, 1, 1, 2][k]! / 16)).toBeLessThan(0.02));
  expect(() => drawFor('test', () => [1, 2, 3], () => 0) === 0 && drawFor('train', () => [1, 2, 3], () => 0)).toThrow(/too few different ones/);
});
