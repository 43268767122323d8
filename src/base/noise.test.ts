import { expect, test } from 'vitest';
import { erf } from './math';
import { bernoulliThreshold, fillNoise, noise, NORMAL_QUANTUM, normalOf, type Distribution } from './noise';
import { Random } from './random';

const stream = Random.seed(3).fork('noise');
const draw = (distribution: Distribution, count: number, step = 0): Float32Array => fillNoise(noise(stream, step, distribution), new Float32Array(count));
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
const moment = (x: Float32Array, n: number): number => mean(Array.from(x, (v) => v ** n));
/** Largest distance between the empirical distribution function and `cdf` (Kolmogorov, Smirnov). */
function distance(x: Float32Array, cdf: (v: number) => number): number {
  const sorted = x.toSorted();
  return sorted.reduce((worst, v, i) => Math.max(worst, Math.abs(cdf(v) - i / x.length), Math.abs(cdf(v) - (i + 1) / x.length)), 0);
}
const count = 200_000;
/** What the distance exceeds by chance once in 10^5 (1.95 would be once in 1,000). */
const bound = 2.47 / Math.sqrt(count);

test('uniform noise is uniform: moments, distribution, and within (0, 1)', () => {
  const x = draw({ kind: 'uniform' }, count);
  expect(mean(x)).toBeCloseTo(0.5, 2);
  expect(moment(x, 2) - mean(x) ** 2).toBeCloseTo(1 / 12, 3);
  expect(distance(x, (v) => v)).toBeLessThan(bound);
  expect(Math.min(...x.subarray(0, 50_000))).toBeGreaterThan(0);
  expect(Math.max(...x.subarray(0, 50_000))).toBeLessThan(1);
});
test('normal noise is normal: moments up to the fourth, distribution, tails', () => {
  const x = draw({ kind: 'normal' }, count);
  const error = 5 / Math.sqrt(count); // five standard errors of the mean; those of higher moments are sqrt(2), sqrt(15), sqrt(96) times it
  expect(Math.abs(mean(x))).toBeLessThan(error);
  expect(Math.abs(moment(x, 2) - 1)).toBeLessThan(error * Math.SQRT2);
  expect(Math.abs(moment(x, 3))).toBeLessThan(error * Math.sqrt(15));
  expect(Math.abs(moment(x, 4) - 3)).toBeLessThan(error * Math.sqrt(96));
  expect(distance(x, (v) => (1 + erf(v * Math.SQRT1_2)) / 2)).toBeLessThan(bound);
  expect(x.filter((v) => Math.abs(v) > 3).length / count).toBeCloseTo(0.0027, 3);
});
test('a word becomes the quantile of its probability, to 1e-6, in every octave of both tails', () => {
  const tail = (x: number): number => (1 - erf(x * Math.SQRT1_2)) / 2;
  /** By bisection. */
  const quantile = (t: number): number => {
    let [low, high] = [0, 7];
    for (let i = 0; i < 60; i++) [low, high] = tail((low + high) / 2) > t ? [(low + high) / 2, high] : [low, (low + high) / 2];
    return low;
  };
  const words = Random.seed(1).fork('words');
  for (let bits = 1; bits <= 31; bits++)
    for (let i = 0; i < 40; i++) {
      const m = (2 ** (bits - 1) + Math.floor(words.uniform() * 2 ** (bits - 1))) % 2 ** 31;
      const wanted = quantile((2 * m + 1) / 2 ** 33);
      expect(Math.abs(normalOf(m) - wanted), `of ${m}`).toBeLessThan(wanted > 5.5 ? 1e-4 : 1.2e-6); // erf has 1e-15: beyond 5.5 that is much of what is left of 1
      expect(normalOf((m + 2 ** 31) >>> 0)).toBe(0 - normalOf(m));
    }
});
test('Bernoulli noise has its share, and the certain and the impossible', () => {
  expect(mean(draw({ kind: 'bernoulli', p: 0.3 }, count))).toBeCloseTo(0.3, 2);
  expect(draw({ kind: 'bernoulli', p: 1 }, 1000).every((v) => v === 1)).toBe(true);
  expect(draw({ kind: 'bernoulli', p: 0 }, 1000).every((v) => v === 0)).toBe(true);
  expect([0, 0.5, 1].map(bernoulliThreshold)).toEqual([0, 2 ** 30, 2 ** 31]);
});
test('a number depends on its key, its step and its place alone', () => {
  const whole = draw({ kind: 'normal' }, 103);
  expect(draw({ kind: 'normal' }, 50)).toEqual(whole.slice(0, 50));
  expect(draw({ kind: 'normal' }, 103, 1)).not.toEqual(whole);
  expect(fillNoise(noise(stream.fork('other'), 0, { kind: 'normal' }), new Float32Array(103))).not.toEqual(whole);
});
test('every number is a whole multiple of a power of two, exact in float32', () => {
  for (const v of draw({ kind: 'normal' }, 5000)) expect(Number.isInteger(v / NORMAL_QUANTUM)).toBe(true);
  for (const v of draw({ kind: 'uniform' }, 5000)) expect((v * 2 ** 24) % 2).toBe(1);
});
test('zero is +0 on both sides of the median', () => {
  expect(normalOf(2 ** 31 - 1)).toBe(0);
  expect(normalOf(2 ** 32 - 1)).toBe(0);
});
