import { expect, test } from 'vitest';
import { Random } from './random';
import { dot, svd } from './svd';

test.each([[7, 7], [12, 5], [5, 12]])('a %d x %d matrix is the sum of its parts, whose vectors are orthonormal and whose values fall', (rows, columns) => {
  const data = Random.seed(rows).fillNormal(new Float32Array(rows * columns));
  const { values, left, right } = svd(data, rows, columns);
  expect(values.length).toBe(Math.min(rows, columns));
  values.forEach((v, j) => expect(v).toBeGreaterThanOrEqual(values[j + 1] ?? 0));
  for (const vectors of [left, right]) vectors.forEach((a, i) => vectors.forEach((b, j) => expect(dot(a, b)).toBeCloseTo(Number(i === j), 10)));
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) expect(values.reduce((sum, v, j) => sum + v * left[j]![i]! * right[j]![k]!, 0)).toBeCloseTo(data[i * columns + k]!, 10);
});
test('a diagonal matrix has its entries as values; what is not finite is refused', () => {
  expect([...svd([3, 0, 0, 0, -5, 0], 2, 3).values]).toEqual([5, 3]);
  expect(() => svd([1, Number.NaN], 1, 2)).toThrow('finite');
});
