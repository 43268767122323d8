import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { tokenRows } from './text';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a vocabulary of 256 or more takes bytes; rows follow one another, and what is left over is left out', () => {
  const { x, alphabet } = tokenRows(encode('abcdefgé'), 't.txt', { length: 3, vocabulary: 256 });
  expect([x.shape, [...x.data]]).toEqual([[3, 3], [97, 98, 99, 100, 101, 102, 103, 0xc3, 0xa9]]);
  expect([alphabet[97], alphabet[10], alphabet.length]).toEqual(['a', '\\x0a', 256]);
});
test('a smaller vocabulary takes the characters of the text, in the order of their code points', () => {
  const { x, alphabet } = tokenRows(encode('baéb ab'), 't.txt', { length: 3, vocabulary: 11 });
  expect([alphabet, [...x.data]]).toEqual([[' ', 'a', 'b', 'é'], [2, 1, 3, 2, 0, 1]]);
});
test('too short a text, and one with more characters than the model knows, are refused', () => {
  expect(() => tokenRows(encode('abc'), 't.txt', { length: 3 })).toThrow(/rows of 3\. Use a text of at least 6/);
  expect(() => tokenRows(encode('abcdef'), 't.txt', { length: 2, vocabulary: 4 })).toThrow(/6 different characters, and the model's output 4/);
  expect(() => tokenRows(encode(''), 't.txt', { length: 4 })).toThrow(InputError);
});
