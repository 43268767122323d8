import { expect, test } from 'vitest';
import { paired, studentQuantile } from './paired';

test.each([[1, 12.7062], [2, 4.30265], [4, 2.77645], [9, 2.26216], [29, 2.04523], [200, 1.97190]])('the 97.5 %% quantile of Student\'s t with %d degrees of freedom is that of the tables', (freedom, value) => {
  expect(studentQuantile(0.975, freedom)).toBeCloseTo(value, 4);
});
test('differences are paired by seed, and the interval is mean plus or minus t s / sqrt(n)', () => {
  const found = paired(new Map([[3, 0.9], [1, 0.7], [2, 0.8], [9, 5]]), new Map([[1, 0.6], [2, 0.5], [3, 0.5], [4, 1]]))!;
  expect(found.differences.map((d) => d.seed)).toEqual([1, 2, 3]);
  const values = [0.1, 0.3, 0.4];
  const mean = values.reduce((a, b) => a + b) / 3;
  const s = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / 2);
  expect(found.mean).toBeCloseTo(mean, 12);
  expect(found.above).toBe(3);
  expect(found.interval![0]).toBeCloseTo(mean - (4.30265 * s) / Math.sqrt(3), 4);
  expect(found.interval![1]).toBeCloseTo(mean + (4.30265 * s) / Math.sqrt(3), 4);
});
test('one shared seed has no interval, and none is nothing', () => {
  expect(paired(new Map([[1, 2]]), new Map([[1, 3]]))).toEqual({ differences: [{ seed: 1, difference: -1 }], mean: -1, above: 0 });
  expect(paired(new Map([[1, 2]]), new Map([[2, 3]]))).toBeUndefined();
});
