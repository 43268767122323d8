import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { flatGradient, gradients } from '../autodiff';
import { evaluate, toReference } from '../evaluate';
import { flatten, layoutOf, unflatten } from '../layout';
import { expectGradient } from '../testing/expect-gradient';
import { constant, input, type Value } from '../value';
import { binaryMask, l2Normalize, normalize, oneHot, viewsOf } from './compose';
import { conv2d, gelu, linear, logSumExp, max, mul, sum, tanh } from '.';

const numbers = (value: Value): number[] => [...evaluate([value], new Map())[0]!.data];
const draw = (name: string, shape: readonly number[], std = 1): Tensor => tensor(Random.seed(5).fork(name).fillNormal(new Float32Array(shape.reduce((n, d) => n * d, 1)), std), shape);
const variance = (xs: readonly number[]): number => xs.reduce((t, x) => t + x * x, 0) / xs.length - (xs.reduce((t, x) => t + x, 0) / xs.length) ** 2;

test('oneHot has a one at each index, repeated ones included, and zeros beside it', () => {
  const hot = oneHot(constant(int32([2, 0, 2, 1], [2, 2])), 3);
  expect(hot.shape).toEqual([2, 2, 3]);
  expect(numbers(hot)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0]);
  expect(() => oneHot(constant(tensor([1])), 3)).toThrow('int32');
});
test('normalize gives mean 0 and variance 1 over its axes, and its gradient is right', () => {
  const y = numbers(normalize(constant(draw('x', [2, 3, 40], 5)), [0, 2], 0));
  for (let channel = 0; channel < 3; channel++) {
    const own = y.filter((_, i) => Math.floor(i / 40) % 3 === channel);
    expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 10);
    expect(variance(own)).toBeCloseTo(1, 10);
  }
  expectGradient(({ x }) => normalize(x, [0, 2]), { x: [2, 3, 4] }, { seed: 1 });
});
test('l2Normalize gives length 1 along its axis, is finite at zero, and its gradient is right', () => {
  const y = numbers(l2Normalize(constant(draw('x', [3, 4])), 0));
  for (let column = 0; column < 4; column++) expect(Math.hypot(...[0, 1, 2].map((row) => y[row * 4 + column]!))).toBeCloseTo(1, 9);
  const zero = constant(tensor([0, 0]));
  expect(numbers(gradients(sum(l2Normalize(zero)), [zero])[0]!).every(Number.isFinite)).toBe(true);
  expectGradient(({ x }) => l2Normalize(x, 1), { x: [3, 4, 2] }, { seed: 2 });
});
test('binaryMask is exactly 0 or 1, strictly above the threshold is 1, and its gradient is the identity', () => {
  const drawn = draw('scores', [1000], 3);
  const scores = constant(tensor([0.5, 0.25, -1e30, 1e30, ...drawn.data]));
  const mask = binaryMask(scores, 0.25);
  const expected = [1, 0, 0, 1, ...[...drawn.data].map((s) => (s > 0.25 ? 1 : 0))];
  expect(numbers(mask)).toEqual(expected);
  const upstream = constant(draw('upstream', mask.shape));
  expect(numbers(gradients(mask, [scores], upstream)[0]!)).toEqual(numbers(upstream));
});
test('logSumExp is stable where exp would overflow, and its gradient is right', () => {
  expect(numbers(logSumExp(constant(tensor([1000, 1000 - Math.LN2 * 1024]))))[0]).toBeCloseTo(1000, 9);
  expectGradient(({ x }) => logSumExp(x, 1), { x: [2, 5, 3] }, { seed: 3 });
});
test('the gradient of a maximum is shared equally among ties', () => {
  const x = constant(tensor([3, 1, 3, 2, 2, 2], [2, 3]));
  expect(numbers(gradients(sum(max(x, { axes: [1] })), [x])[0]!)).toEqual([1, 0, 1, 1, 1, 1].map((share, i) => share / (i < 3 ? 2 : 3)));
});

const shapes = { bias: [4], kernel: [2, 1, 3, 3], scale: [], weight: [3, 4] } as const;
const params = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, draw(name, shape)]));

test('params survive the way into a flat vector and back, in order and bit for bit', () => {
  const layout = layoutOf(params);
  expect(layout.size).toBe(4 + 18 + 1 + 12);
  expect(unflatten(flatten(params), layout)).toEqual(params);
  expect(Object.keys(unflatten(flatten(params), layout))).toEqual(Object.keys(params));
  expect(() => flatten({ ...params, weight: tensor([1, 2]) }, layout)).toThrow('weight');
});
test('viewsOf shows in each view the numbers of its param', () => {
  const views = viewsOf(constant(flatten(params)), layoutOf(params));
  for (const [name, param] of Object.entries(params)) {
    expect(views[name]!.shape).toEqual(param.shape);
    expect(numbers(views[name]!)).toEqual([...param.data]);
  }
});
test('flatGradient is the gradients in the views, and the gradient in the flat vector, one after another', () => {
  const layout = layoutOf(params);
  const flat = input('flat', [layout.size]);
  const views = viewsOf(flat, layout);
  const hidden = tanh(linear(constant(draw('x', [5, 3])), views['weight']!, views['bias']!));
  const image = gelu(conv2d(constant(draw('image', [2, 1, 5, 5])), views['kernel']!));
  const loss = mul(mul(sum(hidden), sum(mul(image, image))), views['scale']!);
  const inPlace = layout.entries.toSorted((a, b) => a.offset - b.offset);
  const perView = gradients(loss, inPlace.map(({ name }) => views[name]!));
  const [joined, whole, ...pieces] = evaluate([flatGradient(loss, views, layout), gradients(loss, [flat])[0]!, ...perView], new Map([['flat', toReference(flatten(params))]]));
  expect([...joined!.data]).toEqual(pieces.flatMap((piece) => [...piece.data]));
  whole!.data.forEach((v, i) => expect(v).toBeCloseTo(joined!.data[i]!, 12));
  expect(joined!.data.every((v) => v !== 0)).toBe(true);
});
