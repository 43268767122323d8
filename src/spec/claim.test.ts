import { expect, test } from 'vitest';
import type { Observable } from './card';
import { judge, median, overall } from './claim';
import type { Outcome } from './result';

const outcomes = (arm: string, values: readonly number[]): Outcome[] => values.map((value, i) => ({ arm, seed: i + 1, metric: 'm', value }));
const better: Observable = { says: 'a beats b', left: { arm: 'a', metric: 'm' }, right: { arm: 'b', metric: 'm' }, statistic: 'median-of-differences', comparison: '>', bound: 0 };

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});
test('holds: the statistic meets the bound, and four of five seeds do so alone', () => {
  const found = judge(better, [...outcomes('a', [2, 2, 2, 2, 0]), ...outcomes('b', [1, 1, 1, 1, 1])]);
  expect([found.verdict, found.value, found.perSeed.filter((s) => s.agrees).length]).toEqual(['holds', 1, 4]);
});
test('undecided: the median meets the bound, but two seeds of five disagree, or there are fewer than three', () => {
  expect(judge(better, [...outcomes('a', [2, 2, 2, 0, 0]), ...outcomes('b', [1, 1, 1, 1, 1])]).verdict).toBe('undecided');
  expect(judge(better, [...outcomes('a', [2, 2]), ...outcomes('b', [1, 1])]).verdict).toBe('undecided');
  expect(judge(better, []).verdict).toBe('undecided');
});
test('does not hold here: the statistic misses the bound; a tie is no win', () => {
  expect(judge(better, [...outcomes('a', [1, 1, 1]), ...outcomes('b', [1, 1, 1])]).verdict).toBe('does not hold here');
});
test('medians are taken of each side, or of the differences, as the observable says', () => {
  const data = [...outcomes('a', [0, 10, 11]), ...outcomes('b', [9, 1, 0])];
  expect(judge({ ...better, statistic: 'difference-of-medians' }, data).value).toBe(9);
  expect(judge(better, data).value).toBe(9);
  expect(judge({ ...better, right: 5, absolute: true }, outcomes('a', [0, 10, 11])).perSeed.map((s) => s.difference)).toEqual([5, 5, 6]);
});
test('one observable that does not hold decides the whole', () => {
  const holds = judge(better, [...outcomes('a', [2, 2, 2]), ...outcomes('b', [1, 1, 1])]);
  const fails = judge(better, [...outcomes('a', [0, 0, 0]), ...outcomes('b', [1, 1, 1])]);
  expect([overall([holds, holds]), overall([holds, fails]), overall([])]).toEqual(['holds', 'does not hold here', 'undecided']);
});
