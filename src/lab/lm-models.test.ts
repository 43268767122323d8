import { expect, test } from 'vitest';
import { decode } from '../data/tokens';
import { attributesLm, factLm, maskedLm } from './lm-models';

const models = { lm: factLm(), 'lm-masked': maskedLm(), 'lm-attributes': attributesLm() };
test.each(Object.entries(models))('%s: a row depends on its place alone, and fits the model', (_, { rows, shape, vocabulary }) => {
  const at = { seed: 3, split: 'train' };
  const many = rows({ ...at, first: 0, count: 16 });
  const few = rows({ ...at, first: 8, count: 8 });
  expect([...few.tokens.data]).toEqual([...many.tokens.data.slice(8 * shape.context)]);
  expect(many.tokens.shape).toEqual([16, shape.context]);
  expect(Math.max(...many.tokens.data)).toBeLessThan(vocabulary.size);
  expect(shape.vocabulary).toBe(vocabulary.size);
  expect([...rows({ ...at, split: 'test', first: 0, count: 16 }).tokens.data]).not.toEqual([...many.tokens.data]);
});
test('rows of tied pairs and of the graded corpus say the same words in the joined vocabulary', () => {
  const { tiedRows, gradedRows, vocabulary } = models['lm-attributes'];
  const at = { seed: 1, split: 'train', first: 0, count: 4 };
  const textOf = (data: ArrayLike<number>): string => decode(vocabulary, Array.from(data).slice(0, 12));
  expect(textOf(tiedRows(at).tokens.data)).toMatch(/\b(tea|coffee)\b/);
  expect(textOf(gradedRows(at).tokens.data).split(' ')).toHaveLength(8); // <bos> f1 X f2 Y f3 . <eos>
});
test('people are stated and never asked about', () => {
  const { rows, vocabulary } = models.lm;
  const { tokens } = rows({ seed: 1, split: 'train', first: 0, count: 400 });
  const texts = Array.from({ length: 400 }, (_, i) => decode(vocabulary, tokens.data.subarray(i * 24, (i + 1) * 24)));
  const ofPeople = texts.filter((_, i) => i % 2 === 1).filter((text) => / (job|food|tool) /.test(text));
  expect(ofPeople.length).toBeGreaterThan(20);
  expect(ofPeople.every((text) => texts.indexOf(text) % 4 === 1)).toBe(true);
});
