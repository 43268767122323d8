import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { kMeans, nearest } from './k-means';

const rng = Random.seed(3);
/** Points round the corners of a square, 20 each. */
const corners = [[0, 0], [8, 0], [0, 8], [8, 8]];
const points = Float32Array.from(corners.flatMap((corner, c) => Array.from({ length: 20 }, (_, i) => corner.map((v, j) => v + 0.5 * rng.fork(c, i, j).normal())).flat()));

test('four heaps have one centre each, at their means', () => {
  const { centres, labels } = kMeans(points, { k: 4, width: 2, rng: rng.fork('a') });
  const found = corners.map((_, c) => labels[c * 20]!);
  expect(new Set(found).size).toBe(4);
  corners.forEach((_, c) => {
    for (let i = 0; i < 20; i++) expect(labels[c * 20 + i]).toBe(found[c]);
    for (let j = 0; j < 2; j++) {
      let mean = 0;
      for (let i = 0; i < 20; i++) mean += points[(c * 20 + i) * 2 + j]! / 20;
      expect(centres.data[found[c]! * 2 + j]).toBeCloseTo(mean, 5);
    }
  });
});
test('inertia never grows, and at the end no row has a nearer centre', () => {
  const x = rng.fork('cloud').fillNormal(new Float32Array(300 * 3));
  const { centres, labels, inertia } = kMeans(x, { k: 12, width: 3, rng: rng.fork('b') });
  for (let r = 1; r < inertia.length; r++) expect(inertia[r]).toBeLessThanOrEqual(inertia[r - 1]! + 1e-9);
  expect(nearest(x, centres.data, 3)).toEqual(labels);
  for (let i = 0; i < 300; i++) {
    const d = Array.from({ length: 12 }, (_, c) => [0, 1, 2].reduce((sum, j) => sum + (x[i * 3 + j]! - centres.data[c * 3 + j]!) ** 2, 0));
    expect(d[labels[i]!]).toBeCloseTo(Math.min(...d), 5);
  }
});
test('k rows have k centres, one each; equal rows need no second centre', () => {
  const x = Float32Array.from([0, 10, 20, 30, 40]);
  expect([...kMeans(x, { k: 5, width: 1, rng }).centres.data].sort((a, b) => a - b)).toEqual([0, 10, 20, 30, 40]);
  const same = kMeans(new Float32Array(6), { k: 3, width: 1, rng });
  expect(same.inertia.at(-1)).toBe(0);
  expect([...same.labels]).toEqual([0, 0, 0, 0, 0, 0]);
});
test('the same stream gives the same centres', () => {
  const hex = (seed: number): string => kMeans(points, { k: 7, width: 2, rng: Random.seed(seed) }).centres.data.join();
  expect(hex(1)).toBe(hex(1));
});
test('what has no answer is refused', () => {
  expect(() => kMeans([1, 2, 3], { k: 4, width: 1, rng })).toThrow(/k = 4 and 3 rows/);
  expect(() => kMeans([1, NaN, 3], { k: 2, width: 1, rng })).toThrow(/row 1 holds NaN/);
});
