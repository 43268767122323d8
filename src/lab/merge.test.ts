import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, tensor, type Params } from '../base/tensor';
import { average, sameBits, weightedSum } from './combine';
import { affine, between, dare, emaWeights, meanOf, plainSum, slerp, slerpAll, ties, type Ingredient } from './merge';

/** Normal numbers over many sizes, some of them exactly 0 or -0. */
const model = (seed: number): Params => {
  const rng = Random.seed(seed);
  const numbers = (name: string, n: number): Float32Array => {
    const own = rng.fork(name);
    return Float32Array.from({ length: n }, (_, i) => (i % 7 === 0 ? (own.bernoulli(0.5) ? 0 : -0) : own.normal() * 10 ** own.uniform(-30, 6)));
  };
  return { w: tensor(numbers('w', 30), [5, 6]), b: tensor(numbers('b', 11)), s: tensor(numbers('s', 1), []) };
};
const ingredient = (seed: number): Ingredient => ({ key: `key ${seed}`, params: model(seed) });
const someModels = fc.uniqueArray(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 8 }).map((seeds) => seeds.map(ingredient));
const base = model(0);
const rng = Random.seed(7);
/** Merges whose outcome has nothing to do with the order. */
const orderless: Readonly<Record<string, (models: readonly Ingredient[]) => Params>> = {
  uniform: (models) => meanOf(models, models.map(() => 1)),
  'plain sum': (models) => plainSum(base, models, 0.4),
  ties: (models) => ties(base, models, { keep: 0.3, scale: 0.7 }),
  dare: (models) => dare(base, models, { drop: 0.6, scale: 0.7 }, rng),
};

test.each(Object.keys(orderless))('the order does not matter to any bit: %s', (name) =>
  fc.assert(fc.property(someModels, fc.integer(), (models, seed) => {
    const order = [...Random.seed(Math.abs(seed)).permutation(models.length)];
    expect(sameBits(orderless[name]!(order.map((i) => models[i]!)), orderless[name]!(models))).toBe(true);
  }), { numRuns: 40 }));
test('a weighted mean does not depend on the order, as long as each weight stays with its model', () =>
  fc.assert(fc.property(someModels, (models) => {
    const weights = models.map((_, i) => 0.1 + (i % 3));
    expect(sameBits(meanOf(models.toReversed(), weights.toReversed()), meanOf(models, weights))).toBe(true);
  })));
test('one model at weight 1 is itself, bit for bit, whatever stands beside it at weight 0', () =>
  fc.assert(fc.property(someModels, (models) => {
    const [first] = models as [Ingredient];
    const same = (params: Params): void => expect(sameBits(params, first.params)).toBe(true);
    same(meanOf(models, models.map((_, i) => (i === 0 ? 1 : 0))));
    same(plainSum(base, [first], 1));
    same(ties(base, [first], { keep: 1, scale: 1 }));
    same(dare(base, [first], { drop: 0, scale: 1 }, rng));
    same(meanOf([first], emaWeights(1, 0.9)));
    same(slerpAll([first.params], 0.3));
  })));
test('segments, arcs and planes end in the models that span them, bit for bit', () =>
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
    const [a, b, c] = [model(seed), model(seed + 1), model(seed + 2)];
    for (const way of [between, slerp]) expect([sameBits(way(a, b, 0), a), sameBits(way(a, b, 1), b)]).toEqual([true, true]);
    expect([0, 1, 2].map((i) => sameBits(affine([a, b, c], [0, 1, 2].map((j) => (i === j ? 1 : 0))), [a, b, c][i]!))).toEqual([true, true, true]);
  })));
test('equal models merge to that model', () =>
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 8 }), (seed, k) => {
    const copies = Array.from({ length: k }, () => ingredient(seed));
    const params = copies.map((one) => one.params);
    const same = (merged: Params): void => expect(sameBits(merged, params[0]!)).toBe(true);
    same(meanOf(copies, copies.map(() => 1)));
    same(meanOf(copies, copies.map((_, i) => 0.3 + i)));
    same(meanOf(copies, emaWeights(k, 0.7)));
    same(slerpAll(params, 0.3));
    same(ties(base, copies, { keep: 1, scale: 1 }));
  })));
test('at no drop DARE is the plain sum; at every drop its expectation is, and what is dropped depends on keys and names alone', () => {
  const models = [ingredient(1), ingredient(2), ingredient(3)];
  expect(sameBits(dare(base, models, { drop: 0, scale: 0.3 }, rng), plainSum(base, models, 0.3))).toBe(true);
  const [zero, one] = [{ w: tensor(new Float32Array(40_000)) }, { w: tensor(new Float32Array(40_000).fill(1)) }];
  const dropped = floats(dare(zero, [{ key: 'a', params: one }], { drop: 0.75, scale: 1 }, rng).w!);
  expect(new Set(dropped)).toEqual(new Set([0, 4]));
  expect(dropped.reduce((s, v) => s + v, 0) / dropped.length).toBeCloseTo(1, 1);
  const other = floats(dare(zero, [{ key: 'b', params: one }], { drop: 0.75, scale: 1 }, rng).w!);
  expect(dropped.some((v, i) => v !== other[i])).toBe(true);
});
test('TIES by hand: trimmed to the largest, the heavier sign wins, and those that agree are averaged', () => {
  const zero = { w: tensor([0, 0, 0, 0]) };
  const models = [[5, -1, 4, 0.1], [3, 6, -9, 0.2], [-7, 0.3, 2, 8]].map((w, i) => ({ key: String(i), params: { w: tensor(w) } }));
  // Half of four stay of each: [5, 0, 4, 0], [0, 6, -9, 0], [-7, 0, 0, 8]. Signs of the sums: -, +, -, +.
  expect([...ties(zero, models, { keep: 0.5, scale: 1 }).w!.data]).toEqual([-7, 6, -9, 8]);
  // All stay. Sums: 1, 5.3, -3, 8.3. Means of those that agree: (5 + 3) / 2, (6 + 0.3) / 2, -9, (0.1 + 0.2 + 8) / 3.
  const whole = [...ties(zero, models, { keep: 1, scale: 1 }).w!.data];
  [4, 3.15, -9, 8.3 / 3].forEach((v, i) => expect(whole[i]).toBeCloseTo(v, 5));
  expect([...ties(zero, models, { keep: 0, scale: 1 }).w!.data]).toEqual([0, 0, 0, 0]);
  expect([...ties(zero, models, { keep: 0.5, scale: 0.5 }).w!.data]).toEqual([-3.5, 3, -4.5, 4]);
});
test('the weights of an EMA are those of its recursion', () => {
  const values = [3, -1, 4, 1.5];
  let mean = values[0]!;
  for (const v of values.slice(1)) mean = 0.8 * mean + (1 - 0.8) * v;
  const weights = emaWeights(4, 0.8);
  expect(weights.reduce((s, w, i) => s + w * values[i]!, 0)).toBeCloseTo(mean, 12);
  expect(weights.reduce((s, w) => s + w, 0)).toBeCloseTo(1, 12);
  expect(emaWeights(3, 0)).toEqual([0, 0, 1]);
});
test('SLERP keeps to the arc: halfway between two unit vectors at a right angle lies the unit vector between them', () => {
  const half = [...slerp({ w: tensor([1, 0]) }, { w: tensor([0, 1]) }, 0.5).w!.data];
  for (const v of half) expect(v).toBeCloseTo(Math.SQRT1_2, 6);
  const third = [...slerp({ w: tensor([1, 0]) }, { w: tensor([0, 1]) }, 1 / 3).w!.data];
  expect([third[0], third[1]]).toEqual([Math.fround(Math.cos(Math.PI / 6)), expect.closeTo(0.5, 6)]);
  // Nearly parallel, opposite, zero: the chord.
  expect([...slerp({ w: tensor([1, 0]) }, { w: tensor([-1, 0]) }, 0.5).w!.data]).toEqual([0, 0]);
  expect([...slerp({ w: tensor([2, 4]) }, { w: tensor([0, 0]) }, 0.5).w!.data]).toEqual([1, 2]);
});
test('the order does matter to SLERP of three', () => {
  const [a, b, c] = [model(1), model(2), model(3)];
  expect(sameBits(slerpAll([a, b, c], 0.5), slerpAll([c, b, a], 0.5))).toBe(false);
});
test('the uniform soup is the mean that the methods take, the plain sum is theta_0 plus the differences, up to rounding', () => {
  const models = [ingredient(4), ingredient(5), ingredient(6)];
  const close = (a: Params, b: Params): void => Object.keys(a).forEach((name) => floats(a[name]!).forEach((v, i) => expect(Math.abs(v - floats(b[name]!)[i]!)).toBeLessThanOrEqual(1e-6 * Math.max(1e-6, Math.abs(v), ...models.map(({ params }) => Math.abs(floats(params[name]!)[i]!))))));
  close(meanOf(models, [1, 1, 1]), average(models.map(({ params }) => params)));
  close(plainSum(base, models, 1), weightedSum([base, ...models.map(({ params }) => params)], [-2, 1, 1, 1]));
});
test('models that differ in names or shapes are refused by the first param that differs', () => {
  const other = { ...model(2), b: tensor([1, 2]) };
  expect(() => meanOf([ingredient(1), { key: 'o', params: other }], [1, 1])).toThrow('param b: expected float32[11], but float32[2] came');
  expect(() => ties(base, [{ key: 'o', params: other }], { keep: 1, scale: 1 })).toThrow('param b');
});
