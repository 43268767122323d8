import { describe, expect, test } from 'vitest';
import { inversePositive, ridge, solvePositive } from './linear';
import { Random } from './random';

describe('solvePositive', () => {
  test('solves a system whose solution is known', () => {
    // [[4, 2], [2, 3]] [1, -2] = [0, -4]
    const found = solvePositive([4, 2, 2, 3], [0, -4]);
    expect(found[0]).toBeCloseTo(1, 14);
    expect(found[1]).toBeCloseTo(-2, 14);
  });
  test('gives back what A was multiplied with, for A = B B^T + I', () => {
    const rng = Random.seed(3).fork('linear');
    const n = 12;
    const b = Array.from({ length: n * n }, () => rng.normal());
    const a = Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return b.slice(0, n).reduce((sum, _, k) => sum + b[i * n + k]! * b[j * n + k]!, i === j ? 1 : 0);
    });
    const x = Array.from({ length: n }, () => rng.normal());
    const found = solvePositive(a, x.map((_, i) => x.reduce((sum, v, j) => sum + a[i * n + j]! * v, 0)));
    x.forEach((v, i) => expect(found[i]).toBeCloseTo(v, 10));
  });
  test('refuses what is not positive definite, and sizes that differ', () => {
    expect(() => solvePositive([1, 2, 2, 1], [1, 1])).toThrow('positive definite');
    expect(() => solvePositive([1, 2, 3], [1, 1])).toThrow('matrix of 4');
  });
});
describe('ridge', () => {
  const rng = Random.seed(4).fork('ridge');
  const [n, d] = [40, 5];
  const x = Array.from({ length: n * d }, () => rng.normal());
  const rows = Array.from({ length: n }, (_, i) => x.slice(i * d, (i + 1) * d));
  const truth = [2, -1, 0, 0.5, 3];
  const dot = (row: readonly number[], w: ArrayLike<number>): number => row.reduce((sum, v, j) => sum + v * w[j]!, 0);

  test('without penalty and noise, finds the line that the data lie on', () => {
    const { weights, intercept } = ridge(x, rows.map((row) => 7 + dot(row, truth)), 0);
    truth.forEach((w, j) => expect(weights[j]).toBeCloseTo(w, 10));
    expect(intercept).toBeCloseTo(7, 10);
  });
  test('with one variable, is the closed form sum(xy) / (sum(xx) + penalty) about the means', () => {
    const { weights, intercept } = ridge([0, 1, 2, 3], [1, 2, 4, 9], 5); // about 1.5 and 4: xy 13, xx 5
    expect(weights[0]).toBeCloseTo(13 / 10, 14);
    expect(intercept).toBeCloseTo(4 - 1.5 * 1.3, 14);
  });
  test('no small step in any direction lowers what it minimises, shares and all', () => {
    const y = rows.map((row) => dot(row, truth) + rng.normal());
    const share = y.map(() => rng.uniform(0.1, 1));
    const penalty = 3;
    const objective = (w: readonly number[], b: number): number => rows.reduce((sum, row, i) => sum + share[i]! * (y[i]! - b - dot(row, w)) ** 2, 0) + penalty * w.reduce((sum, v) => sum + v * v, 0);
    const { weights, intercept } = ridge(x, y, penalty, share);
    const best = objective([...weights], intercept);
    for (const step of [-1e-3, 1e-3]) {
      expect(objective([...weights], intercept + step)).toBeGreaterThan(best);
      for (let j = 0; j < d; j++) expect(objective([...weights].map((w, k) => (k === j ? w + step : w)), intercept)).toBeGreaterThan(best);
    }
  });
});
test('an inverse times its matrix is the identity, and what has none is refused', () => {
  const a = [4, 1, 0.5, 1, 3, -1, 0.5, -1, 2];
  const inverse = inversePositive(a, 3);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) expect([0, 1, 2].reduce((sum, k) => sum + a[3 * i + k]! * inverse[3 * k + j]!, 0)).toBeCloseTo(Number(i === j), 12);
  expect(() => inversePositive([1, 2, 2, 1], 2)).toThrow('positive definite');
  expect(() => inversePositive([1, 2], 2)).toThrow('4 numbers');
});
