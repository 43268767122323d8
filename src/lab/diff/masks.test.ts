import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { chanceOf, iouOf, largest, masksOf, sharedBy } from './masks';

const of = (...values: number[]): Float32Array => Float32Array.from(values);
const ones = (masks: readonly Uint8Array[]): number => masks.reduce((sum, mask) => sum + mask.reduce((s, m) => s + m, 0), 0);

test('the largest are kept by size, of all arrays together, ties by place, zeros never', () => {
  expect(largest([of(1, -5, 0), of(3, 5)], 3).map((m) => [...m])).toEqual([[0, 1, 0], [1, 1]]);
  expect(largest([of(2, 2, 2)], 2).map((m) => [...m])).toEqual([[1, 1, 0]]);
  expect(largest([of(0, 7, 0)], 3).map((m) => [...m])).toEqual([[0, 1, 0]]);
  expect(largest([of(NaN, 1, Infinity)], 2).map((m) => [...m])).toEqual([[0, 1, 1]]);
});
test('as many are kept as were asked for, where there are as many that are not zero', () =>
  fc.assert(fc.property(fc.array(fc.array(fc.float({ noNaN: true }), { maxLength: 20 }), { maxLength: 5 }), fc.nat(60), (arrays, count) => {
    const floats = arrays.map((values) => Float32Array.from(values));
    const nonzero = floats.reduce((sum, values) => sum + values.filter((v) => v !== 0).length, 0);
    expect(ones(largest(floats, count))).toBe(Math.min(count, nonzero));
  })));
test('a share is taken of each tensor, or of the model', () => {
  const arrays = [of(1, 2, 3, 4), of(10, 20, 30, 40)];
  expect(masksOf(arrays, { keep: 'top', share: 0.5, of: 'tensor' }).map((m) => [...m])).toEqual([[0, 0, 1, 1], [0, 0, 1, 1]]);
  expect(masksOf(arrays, { keep: 'top', share: 0.5, of: 'model' }).map((m) => [...m])).toEqual([[0, 0, 0, 0], [1, 1, 1, 1]]);
  expect(masksOf([of(0, -1, NaN)], { keep: 'nonzero', share: 1, of: 'tensor' }).map((m) => [...m])).toEqual([[0, 1, 0]]);
});
test('intersection over union: 1 of a mask with itself, 0 of what shares nothing, by hand in between', () => {
  const [a, b] = [Uint8Array.of(1, 1, 0, 0), Uint8Array.of(0, 1, 1, 0)];
  expect([iouOf([sharedBy(a, a)]), iouOf([sharedBy(a, Uint8Array.of(0, 0, 1, 1))]), iouOf([sharedBy(a, b)])]).toEqual([1, 0, 1 / 3]);
  expect(iouOf([sharedBy(new Uint8Array(3), new Uint8Array(3))])).toBeNaN();
});
test('what chance gives is what random masks give: a simulation with other densities in each tensor', () => {
  const sizes = [[4000, 0.1, 0.3], [1000, 0.8, 0.5], [3000, 0.02, 0.02]] as const;
  const draw = (rng: Random, n: number, share: number): Uint8Array => {
    const scores = rng.fillUniform(new Float32Array(n), 0, 1);
    return largest([scores], Math.round(share * n))[0]!;
  };
  const trials = Array.from({ length: 40 }, (_, t) => sizes.map(([n, p, q], i) => sharedBy(draw(Random.seed(t).fork('a', i), n, p), draw(Random.seed(t).fork('b', i), n, q))));
  const mean = trials.reduce((sum, shared) => sum + iouOf(shared), 0) / trials.length;
  expect(chanceOf(trials[0]!)).toBeCloseTo(mean, 2);
  // in one tensor, p q / (p + q - p q)
  expect(chanceOf([{ numbers: 100, a: 20, b: 50, both: 0 }])).toBeCloseTo(0.1 / 0.6, 12);
});
test('the largest are those that sorting finds', () => {
  const values = Random.seed(9).fillNormal(new Float32Array(3000));
  const sorted = [...values].map(Math.abs).sort((a, b) => b - a);
  for (const count of [1, 2, 17, 1500, 2999, 3000]) expect([...largest([values.subarray(0, 700), values.subarray(700)], count)].flatMap((mask) => [...mask])).toEqual([...values].map((v) => Number(Math.abs(v) >= sorted[count - 1]!)));
  expect(ones(largest([values], 0))).toBe(0);
});
