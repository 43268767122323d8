import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { tensor } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { evaluate } from '../engine/evaluate';
import { mean } from '../engine/ops';
import { square } from '../engine/ops/compose';
import { constant, filled } from '../engine/value';
import { hiddenPixelL1, initRestorer, restorer, restorerShape, type RestorerShape } from './restorer';
import { countParams, expectTrainable, inputsFor, outputsOf, randomImages } from './testing';

const tiny: RestorerShape = { channels: 2, widths: [2, 3] };
const images = constant(randomImages(1, [2, 2, 4, 4]));

test('shapes, number of params, and a gradient in each', () => {
  const params = initRestorer(Random.seed(1), tiny);
  const conv = (from: number, to: number): number => 9 * from * to + to;
  expect(countParams(params)).toBe(conv(2, 2) + 2 * conv(2, 2) + conv(2, 3) + 2 * conv(3, 3) + conv(3, 2) + 2 * conv(2, 2) + conv(2, 2));
  expect(outputsOf(params, (p) => ({ restored: restorer(p, images, tiny).restored })).restored.shape).toEqual([2, 2, 4, 4]);
  expectTrainable(params, (p) => mean(square(restorer(p, images, tiny).restored)));
});
test('the usual one holds 0.17 million params', () => {
  const conv = (from: number, to: number): number => 9 * from * to + to;
  expect(countParams(initRestorer(Random.seed(1)))).toBe(conv(3, 16) + 4 * conv(16, 16) + conv(16, 32) + 4 * conv(32, 32) + conv(32, 64) + 2 * conv(64, 64) + conv(64, 32) + conv(32, 16) + conv(16, 3));
});
test('every module that owns params shows what it gave, in the order of the forward pass, and a gradient arrives there', () => {
  const params = initRestorer(Random.seed(1), restorerShape);
  const { restored, modules } = restorer(inputsFor(params), filled([1, 3, 8, 8], 0.5));
  expect(Object.keys(modules)).toEqual([...new Set(Object.keys(params).map((name) => name.replace(/\.(weight|bias)$/, '')))]);
  const ids = Object.values(modules).map((m) => m.id);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  const names = Object.keys(modules);
  const found = gradients(mean(square(restored)), names.map((name) => modules[name]!));
  found.forEach((g, i) => expect(g.op.name, names[i]).not.toBe('constant'));
});
test('the loss looks at hidden pixels alone', () => {
  const [a, b] = [tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]), tensor([1, 0, 9, 4, 5, 5, 9, 8], [1, 2, 2, 2])];
  const [l] = evaluate([hiddenPixelL1(constant(a), constant(b), constant(tensor([0, 1, 0, 1], [1, 1, 2, 2])))], new Map());
  expect(l!.data[0]).toBeCloseTo((2 + 0 + 1 + 0) / (2 + 1e-5) / 2, 8);
});
