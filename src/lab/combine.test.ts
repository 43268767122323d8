import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MismatchError } from '../base/errors';
import { Random } from '../base/random';
import { floats, tensor, type Params } from '../base/tensor';
import { addToAverage, average, countParams, lerp, pairwiseCosine, planeThrough, weightedMean, weightedSum } from './combine';

const model = (seed: number): Params => {
  const rng = Random.seed(seed);
  return { 'a.weight': tensor(rng.fork('a').fillNormal(new Float32Array(6)), [2, 3]), 'a.bias': tensor(rng.fork('b').fillNormal(new Float32Array(3))) };
};
const flat = (p: Params): number[] => Object.values(p).flatMap((t) => [...floats(t)]);
const bits = (p: Params): number[] => Object.values(p).flatMap((t) => [...new Uint32Array(floats(t).slice().buffer)]);
const expectClose = (a: Params, b: Params, tolerance = 1e-6): void => flat(a).forEach((v, i) => expect(Math.abs(v - flat(b)[i]!)).toBeLessThanOrEqual(tolerance));

test('the average of one model, and of k copies of one, is that model bit for bit', () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 17 }), (seed, k) => {
      expect(bits(average(Array.from({ length: k }, () => model(seed))))).toEqual(bits(model(seed)));
    }),
  ));
test('the order of averaging does not matter, up to rounding', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 2, maxLength: 9 }), (seeds) => {
      expectClose(average(seeds.map(model)), average(seeds.toReversed().map(model)));
      const [first, ...rest] = seeds.map(model);
      expectClose(rest.reduce((mean, next, i) => addToAverage(mean, i + 1, next), first!), average(seeds.map(model)));
    }),
  ));
test('weights of one param do not touch another', () => {
  const mixed = weightedSum([model(1), model(2)], { 'a.weight': [1, 0], 'a.bias': [0, 1] });
  expect(bits(mixed)).toEqual(bits({ 'a.weight': model(1)['a.weight']!, 'a.bias': model(2)['a.bias']! }));
});
test('equal weights of any size give the average', () => expectClose(weightedMean([model(1), model(2), model(3)], [0.2, 0.2, 0.2]), average([model(1), model(2), model(3)])));
test('the ends of a segment are the two models, bit for bit', () => {
  expect(bits(lerp(model(1), model(2), 0))).toEqual(bits(model(1)));
  expect(bits(lerp(model(1), model(2), 1))).toEqual(bits(model(2)));
});
test('a plane contains the three models that it was laid through', () => {
  const [o, a, b] = [model(1), model(2), model(3)];
  const plane = planeThrough(o, a, b);
  for (const m of [o, a, b]) expectClose(plane.at(...plane.locate(m)), m, 1e-5);
  expect(plane.locate(o)).toEqual([0, 0]);
  expect(plane.locate(a)[1]).toBeCloseTo(0, 5);
});
test('three models on one line span no plane', () => expect(() => planeThrough(model(1), model(2), lerp(model(1), model(2), 0.5))).toThrow(MismatchError));
test('the cosine of a direction with itself is 1, with its opposite -1', () => {
  const [o, a] = [model(1), model(2)];
  const cosine = pairwiseCosine([a, lerp(o, a, -2), o], o);
  [1, -1, 0, -1, 1, 0, 0, 0, 0].forEach((expected, i) => expect(cosine[i]).toBeCloseTo(expected, 5));
});
test('models that differ are refused, and the first param that differs is named', () => {
  const a = model(1);
  expect(() => average([a, { ...a, 'a.bias': tensor([1, 2]) }])).toThrow(/model 2 .* param a\.bias: expected float32\[3\], but float32\[2\]/);
  expect(() => average([a, { 'a.weight': a['a.weight']! }])).toThrow(/param a\.bias/);
  expect(() => average([a, a, { ...a, more: tensor([1]) }])).toThrow(/model 3 .* param more/);
  expect(() => average([a, { 'a.bias': a['a.bias']!, 'a.weight': a['a.weight']! }])).toThrow(/param a\.weight/);
  expect(() => average([])).toThrow(MismatchError);
  expect(() => weightedSum([a, a], [1])).toThrow(/2 models came with 1 weights/);
});
test('a combination leaves its models untouched and has as many params as one', () => {
  const [a, b] = [model(1), model(2)];
  const before = [bits(a), bits(b)];
  expect(countParams(average([a, b]))).toBe(countParams(a));
  expect([bits(a), bits(b)]).toEqual(before);
});
