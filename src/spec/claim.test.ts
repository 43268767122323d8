import { expect, test } from 'vitest';
import type { Card, Observable } from './card';
import { claimExperiments, judge, median, overall, outlookOf, type Finding } from './claim';
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
test('a seed in which what is given does not hold is void: it counts neither way, in the verdict or in the statistic', () => {
  const given: Observable = { ...better, given: { says: 'alike', left: { arm: 'a', metric: 'gap' }, right: 0, within: 0.5 } };
  const gaps = (values: readonly number[]): Outcome[] => values.map((value, i) => ({ arm: 'a', seed: i + 1, metric: 'gap', value }));
  const data = [...outcomes('a', [2, 2, 2, 0, 0]), ...outcomes('b', [1, 1, 1, 1, 9])];
  const found = judge(given, [...data, ...gaps([0, 0.5, -0.5, 0.6, -9])]);
  expect([found.verdict, found.value, found.perSeed.map((s) => s.seed)]).toEqual(['holds', 1, [1, 2, 3]]);
  expect(found.voided).toEqual([{ seed: 4, left: 0, right: 1, difference: -1, agrees: false, gap: 0.6 }, { seed: 5, left: 0, right: 9, difference: -9, agrees: false, gap: 9 }]);
  expect(judge(given, [...data, ...gaps([0, 0, 1, 1, 1])]).verdict).toBe('undecided');
  const untold = judge(given, [...data, ...gaps([0, 0, 0, 0])]);
  expect([untold.perSeed.length, untold.voided.map((s) => s.gap)]).toEqual([4, [NaN]]);
});
test('the runs of a check hold the arms of what it takes as given', () => {
  const card = { id: 'x', knobs: {}, arms: { a: {}, b: {}, c: {}, d: {} }, claimCheck: [{ ...better, given: { says: '', left: { arm: 'd', metric: 'm' }, right: 0, within: 1 } }] } as unknown as Card;
  expect(claimExperiments(card, 5, { backend: 'wasm', threads: 1 }).map((e) => e.arms)).toEqual([['a', 'b', 'd']]);
});
test('one observable that does not hold decides the whole', () => {
  const holds = judge(better, [...outcomes('a', [2, 2, 2]), ...outcomes('b', [1, 1, 1])]);
  const fails = judge(better, [...outcomes('a', [0, 0, 0]), ...outcomes('b', [1, 1, 1])]);
  expect([overall([holds, holds]), overall([holds, fails]), overall([])]).toEqual(['holds', 'does not hold here', 'undecided']);
});

test('the outlook: three seeds must count, and one that disagrees is made up for by four that agree', () => {
  const finding = (agrees: readonly boolean[], verdict: Finding['verdict']): Finding => ({ says: '', verdict, value: 1, comparison: '>', bound: 0, unit: '', voided: [], perSeed: agrees.map((a, i) => ({ seed: i, left: 0, right: 0, difference: 0, agrees: a })) });
  expect(outlookOf(finding([true], 'undecided'))).toEqual({ toCount: 2, toHold: 0 });
  expect(outlookOf(finding([true, true, false], 'undecided'))).toEqual({ toCount: 0, toHold: 2 });
  expect(outlookOf(finding([true, true, true], 'holds'))).toEqual({ toCount: 0, toHold: 0 });
});
