import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor } from '../base/tensor';
import { evaluate } from '../engine/evaluate';
import { constant } from '../engine/value';
import { hiddenMse, initMae, mae, maeEncoder, normalisedPatches, type MaeShape } from './mae';
import { scope } from './layers';
import { patchesOf } from './patches';
import { countParams, expectTrainable, outputsOf, randomImages } from './testing';

const shape: MaeShape = { side: 8, channels: 2, patch: 4, width: 8, blocks: 1, heads: 2, decoder: { width: 4, blocks: 1, heads: 2, mlpRatio: 2 } };
const images = constant(randomImages(1, [2, 2, 8, 8]));
/** Image 0 keeps patches 1 and 2, image 1 patches 0 and 2. */
const keep = constant(int32([1, 2, 0, 2], [2, 2]));
const restore = constant(int32([2, 0, 1, 3, 0, 2, 1, 3], [2, 4]));
const hidden = constant(tensor([1, 0, 0, 1, 0, 1, 0, 1], [2, 4]));

test.each([[shape], [{ ...shape, classToken: true }]])('%j: shapes, number of params, and a gradient in each', (given) => {
  const params = initMae(Random.seed(1), given);
  const block = (d: number, ratio: number): number => 4 * d + (d * 3 * d + 3 * d) + (d * d + d) + (d * d * ratio + d * ratio) + (d * d * ratio + d);
  expect(countParams(params)).toBe(32 * 8 + 8 + (given.classToken ? 8 : 0) + block(8, 4) + 16 + (8 * 4 + 4) + 4 + block(4, 2) + 8 + (4 * 32 + 32));
  const out = outputsOf(params, (p) => ({ patches: mae(p, images, keep, restore, given).patches, images: mae(p, images, keep, restore, given).images, feature: mae(p, images, keep, restore, given).encoded.feature, tokens: maeEncoder(scope(p, 'encoder'), images, given).tokens }));
  expect([out.patches.shape, out.images.shape, out.feature.shape, out.tokens.shape]).toEqual([[2, 4, 32], [2, 2, 8, 8], [2, 8], [2, 4, 8]]);
  expectTrainable(params, (p) => hiddenMse(mae(p, images, keep, restore, given).patches, patchesOf(images, given), hidden).loss);
});
test('hidden patches are not seen; in another order the kept ones give the same picture', () => {
  const params = initMae(Random.seed(1), shape);
  const other = randomImages(1, [2, 2, 8, 8]);
  floats(other).forEach((_, i) => {
    const cell = 2 * Math.floor((Math.floor(i / 8) % 8) / 4) + Math.floor((i % 8) / 4);
    if ([[0, 3], [1, 3]][Math.floor(i / 128)]!.includes(cell)) floats(other)[i] = 5;
  });
  const { plain, unseen, swapped } = outputsOf(params, (p) => ({
    plain: mae(p, images, keep, restore, shape).patches,
    unseen: mae(p, constant(other), keep, restore, shape).patches,
    swapped: mae(p, images, constant(int32([2, 1, 2, 0], [2, 2])), constant(int32([3, 1, 0, 2, 1, 3, 0, 2], [2, 4])), shape).patches,
  }));
  expect([...unseen.data]).toEqual([...plain.data]);
  plain.data.forEach((v, i) => expect(swapped.data[i]).toBeCloseTo(v, 10));
});
test('the loss is the mean of hidden patches, and a patch normalised has mean 0 and variance 1', () => {
  const predicted = constant(tensor([1, 1, 5, 5, 2, 2, 0, 0], [1, 4, 2]));
  const target = constant(tensor([0, 2, 1, 1, 2, 2, 3, 4], [1, 4, 2]));
  const { loss, byPatch } = hiddenMse(predicted, target, constant(tensor([1, 0, 0, 1], [1, 4])));
  const [l, b] = evaluate([loss, byPatch], new Map());
  expect([...b!.data]).toEqual([1, 16, 0, 12.5]);
  expect(l!.data[0]).toBe(6.75);
  const [n] = evaluate([normalisedPatches(constant(randomImages(3, [1, 2, 32])))], new Map());
  for (const patch of [0, 1]) {
    const x = n!.data.subarray(32 * patch, 32 * patch + 32);
    expect(x.reduce((s, v) => s + v, 0)).toBeCloseTo(0, 10);
    expect(x.reduce((s, v) => s + v * v, 0) / 31).toBeCloseTo(1, 4);
  }
});
