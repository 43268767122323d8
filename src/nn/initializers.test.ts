import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, type Tensor } from '../base/tensor';
import { fansOf, kaimingNormal, kaimingUniform, orthogonal, truncatedNormal, xavierNormal, xavierUniform } from './initializers';
import { initConv, initDense } from './layers';

const shape = [300, 200] as const;
const rng = Random.seed(11);
function moments(t: Tensor): { mean: number; std: number; fourth: number; largest: number } {
  const x = [...floats(t)];
  const mean = x.reduce((s, v) => s + v, 0) / x.length;
  const variance = x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length;
  return { mean, std: Math.sqrt(variance), fourth: x.reduce((s, v) => s + (v - mean) ** 4, 0) / x.length / variance ** 2, largest: Math.max(...x.map(Math.abs)) };
}
// Standard deviations by the papers; kurtosis tells the normal (3) from the uniform (1.8). 60,000 numbers: the std errs by 0.3 %, within four standard errors 1.2 %.
test.each([
  ['xavierNormal', xavierNormal(rng.fork('a'), shape), Math.sqrt(2 / 500), 3],
  ['xavierUniform', xavierUniform(rng.fork('b'), shape), Math.sqrt(2 / 500), 1.8],
  ['xavierNormal with a gain', xavierNormal(rng.fork('c'), shape, 3), 3 * Math.sqrt(2 / 500), 3],
  ['kaimingNormal', kaimingNormal(rng.fork('d'), shape), Math.sqrt(2 / 300), 3],
  ['kaimingUniform', kaimingUniform(rng.fork('e'), shape), Math.sqrt(2 / 300), 1.8],
  ['kaimingNormal by fan out, no ReLU', kaimingNormal(rng.fork('f'), shape, { fan: 'out', gain: 1 }), Math.sqrt(1 / 200), 3],
  ['kaimingNormal of kernels', kaimingNormal(rng.fork('g'), [96, 70, 3, 3]), Math.sqrt(2 / (70 * 9)), 3],
  ['kaimingUniform of kernels by fan out', kaimingUniform(rng.fork('h'), [96, 70, 3, 3], { fan: 'out' }), Math.sqrt(2 / (96 * 9)), 1.8],
])('%s has mean 0, its standard deviation, and the shape of its law', (_, t, std, kurtosis) => {
  const found = moments(t);
  expect(Math.abs(found.mean)).toBeLessThan((4 * std) / Math.sqrt(60000));
  expect(found.std / std).toBeCloseTo(1, 1.7);
  expect(Math.abs(found.fourth - kurtosis)).toBeLessThan(0.1);
});
test('a truncated normal is cut at its bound: the std of what is left is 0.8796 of the whole', () => {
  const found = moments(truncatedNormal(rng.fork('t'), shape, 0.02));
  expect(found.largest).toBeLessThanOrEqual(Math.fround(0.04));
  // Var = 1 - 2 b phi(b) / (2 Phi(b) - 1), for b = 2: 1 - 4 x 0.0539910 / 0.9544997 = 0.7737414
  expect(found.std / (0.02 * Math.sqrt(0.7737414))).toBeCloseTo(1, 1.7);
});
test.each([[[40, 60]], [[60, 40]], [[16, 3, 3, 3]]])('orthogonal %j: rows or columns are orthonormal, and nothing is preferred', (of) => {
  const w = orthogonal(rng.fork('o'), of, 2);
  const rows = of[0]!;
  const columns = w.data.length / rows;
  const x = floats(w);
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const at = (vector: number, i: number): number => (rows <= columns ? x[vector * columns + i]! : x[i * columns + vector]!) / 2;
  for (let a = 0; a < count; a++)
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
      expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
    }
  expect(x.some((v) => v < 0) && x.some((v) => v > 0)).toBe(true);
});
test('fans of matrices and kernels; a vector has none', () => {
  expect(fansOf([5, 7])).toEqual({ in: 5, out: 7 });
  expect(fansOf([8, 3, 5, 5])).toEqual({ in: 75, out: 200 });
  expect(() => fansOf([4])).toThrow('expected a matrix');
});
test('layers begin as they always did', () => {
  expect(initDense(Random.seed(1), 9, 3).weight).toEqual(xavierUniform(Random.seed(1), [9, 3]));
  expect(initConv(Random.seed(1), 4, 6, 3).weight).toEqual(kaimingNormal(Random.seed(1), [6, 4, 3, 3]));
});
