import { expect, test } from 'vitest';
import { betaDraw, gammaDraw } from '../base/gamma';
import { Random } from '../base/random';
import { tensor } from '../base/tensor';
import { evaluate } from '../engine/evaluate';
import { expectGradient } from '../engine/testing/expect-gradient';
import { exp, mean } from '../engine/ops';
import { constant } from '../engine/value';
import { initPolicy, initPolicyBuffers, logBeta, logGamma, policy, type PolicyShape } from './policy';
import { countParams, expectTrainable, outputsOf, randomImages } from './testing';

const tiny: PolicyShape = { channels: 1, widths: [2, 4], grid: 2 };
const images = constant(randomImages(1, [3, 1, 8, 8]));

test('shapes, number of params, and a gradient in each', () => {
  const params = initPolicy(Random.seed(1), tiny);
  expect(countParams(params)).toBe(20 + (2 * 4 * 9 + 4) + 2 * (2 * (20 + 8) + 20));
  const buffers = initPolicyBuffers(tiny);
  const out = outputsOf({ ...params, ...buffers }, (p) => ({ alpha: policy(p, p, images, tiny, 'train').alpha, mean: policy(p, p, images, tiny, 'train').buffers['beta.norm2.running_mean']! }));
  expect([out.alpha.shape, out.mean.shape]).toEqual([[3, 4], [4]]);
  const held = Object.fromEntries(Object.entries(buffers).map(([name, b]) => [name, constant(b)]));
  const m = constant(tensor(Random.seed(4).fillUniform(new Float32Array(12), 0.05, 0.95), [3, 4]));
  // A bias before a batch's own normalisation changes nothing.
  const dead = Object.keys(params).filter((name) => /dense[12]\.bias/.test(name));
  const loss = (p: Parameters<typeof policy>[0]) => {
    const { alpha, beta } = policy(p, held, images, tiny, 'train');
    return mean(logBeta(alpha, beta, m));
  };
  expectTrainable(Object.fromEntries(Object.entries(params).filter(([name]) => !dead.includes(name))), (p) => loss({ ...p, ...Object.fromEntries(dead.map((name) => [name, constant(params[name]!)])) }), { rtol: 1e-3 });
});
/** log Gamma(n + 1/2) = log sqrt(pi) + sum log(k + 1/2), k below n. */
const halfInteger = (n: number): number => Array.from({ length: n }, (_, k) => Math.log(k + 0.5)).reduce((a, b) => a + b, 0.5 * Math.log(Math.PI));
test.each([[1, 0], [2, 0], [0.5, Math.log(Math.sqrt(Math.PI))], [10, Math.log(362880)], [0.05, 2.9688791], [30.5, halfInteger(30)]])('log Gamma(%d)', (x, expected) => {
  const [y] = evaluate([logGamma(constant(tensor([x])))], new Map());
  expect(y!.data[0]).toBeCloseTo(expected, 6);
});
test('the density of a Beta integrates to 1, and its gradient agrees with central differences', () => {
  const count = 4000;
  const m = constant(tensor(Float32Array.from({ length: count }, (_, i) => (i + 0.5) / count)));
  const [density] = evaluate([mean(exp(logBeta(constant(tensor([0.7])), constant(tensor([1.1])), m)))], new Map());
  expect(density!.data[0]).toBeCloseTo(1, 4);
  expectGradient(({ a, b }) => logBeta(a, b, constant(tensor([0.2, 0.9, 0.5]))), { a: [3], b: [3] }, { rtol: 1e-5 });
  expectGradient(({ a }) => logBeta(a, a, constant(tensor([0.4]))), { a: [2] }, { rtol: 1e-5 });
});
test.each([[0.3, 0.8], [1, 1], [2.5, 6], [0.05, 0.05]])('draws from Beta(%d, %d) have its mean and variance', (a, b) => {
  const draws = Array.from({ length: 20000 }, (_, i) => betaDraw(Random.seed(1).fork(a, b, i), a, b));
  const m = draws.reduce((s, v) => s + v, 0) / draws.length;
  const variance = draws.reduce((s, v) => s + (v - m) ** 2, 0) / draws.length;
  const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
  expect(Math.abs(m - a / (a + b))).toBeLessThan(4 * Math.sqrt(expected / draws.length));
  expect(Math.abs(variance / expected - 1)).toBeLessThan(0.05);
  expect(draws.every((v) => v > 0 && v < 1)).toBe(true);
});
test('draws from Gamma(k) have mean and variance k', () => {
  for (const k of [0.4, 1, 7]) {
    const draws = Array.from({ length: 20000 }, (_, i) => gammaDraw(Random.seed(2).fork(k, i), k));
    const m = draws.reduce((s, v) => s + v, 0) / draws.length;
    expect(Math.abs(m - k)).toBeLessThan(4 * Math.sqrt(k / draws.length));
    expect(Math.abs(draws.reduce((s, v) => s + (v - m) ** 2, 0) / draws.length / k - 1)).toBeLessThan(0.08);
  }
  expect(() => gammaDraw(Random.seed(1), 0)).toThrow('above 0');
});
