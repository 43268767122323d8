import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, tensor } from '../base/tensor';
import { roiMatrix } from '../data/roi';
import { evaluate } from '../engine/evaluate';
import { add } from '../engine/ops';
import { l2Normalize } from '../engine/ops/compose';
import { constant, type Value } from '../engine/value';
import { detector, detectorGrid, detectorShape, initDetector, offsetLoss, regionCrossEntropy, type DetectorShape } from './detector';
import { normalTensor } from './initializers';
import type { Views } from './layers';
import { countParams, expectTrainable, outputsOf, randomImages } from './testing';

const tiny: DetectorShape = { channels: 2, side: 8, convs: [[2, 2], [4, 1]], groups: 1, bins: 2, hidden: 6, features: 3, scale: 10 };
const images = constant(randomImages(1, [2, 2, 8, 8]));
const boxes = [0, 0, 4, 4, 2, 1, 7, 8, 3, 3, 8, 6];
const matrix = roiMatrix(boxes, { side: 8, grid: 4, bins: 2 });
const pool = constant(tensor(Float32Array.from([...matrix, ...matrix]), [2, 12, 16]));
const classes = l2Normalize(constant(normalTensor(Random.seed(2), [5, 3], 1)));
const run = (p: Views) => detector(p, images, pool, classes, tiny);

test('shapes, number of params, and a gradient in each', () => {
  const params = initDetector(Random.seed(1), tiny);
  expect(countParams(params)).toBe(36 + 4 + 72 + 8 + (16 * 6 + 6) + (6 * 3 + 3) + (6 * 4 + 4));
  const out = outputsOf(params, (p) => ({ ...run(p) }));
  expect([out.map.shape, out.regions.shape, out.logits.shape, out.offsets.shape]).toEqual([[2, 16, 4], [2, 3, 3], [2, 3, 5], [2, 3, 4]]);
  const [labels, all] = [constant(int32([0, 4, 2, 1, 3, 3], [2, 3])), constant(tensor([1, 1, 1, 1, 1, 1], [2, 3]))];
  const loss = (p: Views): Value => add(regionCrossEntropy(run(p).logits, labels, all, all), offsetLoss(run(p).offsets, constant(tensor(new Float32Array(24).fill(0.3), [2, 3, 4])), all, all));
  expectTrainable(params, loss);
});
test('logits are the scale times the cosine with each class, so never above it', () => {
  const { logits, regions } = outputsOf(initDetector(Random.seed(1), tiny), (p) => ({ ...run(p) }));
  for (let r = 0; r < 6; r++) expect(regions.data.subarray(3 * r, 3 * r + 3).reduce((s, v) => s + v * v, 0)).toBeCloseTo(1, 10);
  for (const logit of logits.data) expect(Math.abs(logit)).toBeLessThanOrEqual(10 + 1e-6);
});
test('the usual one reads a map of 16 x 16 cells and holds 0.12 million params', () => {
  const shape = detectorShape(64);
  expect(detectorGrid(shape)).toBe(16);
  const conv = (from: number, to: number): number => 9 * from * to + 2 * to;
  expect(countParams(initDetector(Random.seed(1), shape))).toBe(conv(3, 16) + conv(16, 32) + conv(32, 48) + 3 * conv(48, 48) + (192 * 128 + 128) + (128 * 64 + 64) + (128 * 4 + 4));
});
test('losses by hand: weights scale the entropy, smooth L1 turns at 1, and only what counts divides', () => {
  const logits = constant(tensor([1, 0, 0, 2, 3, 3], [1, 3, 2]));
  const entropies = [Math.log(Math.exp(1) + 1) - 1, Math.log(1 + Math.exp(2)), Math.log(2 * Math.exp(3)) - 3];
  const [ce] = evaluate([regionCrossEntropy(logits, constant(int32([0, 0, 1], [1, 3])), constant(tensor([1, 0.5, 0], [1, 3])), constant(tensor([1, 1, 0], [1, 3])))], new Map());
  expect(ce!.data[0]).toBeCloseTo((entropies[0]! + 0.5 * entropies[1]!) / 2.00001, 6);
  const offsets = constant(tensor([0.5, 0, 0, 3, 9, 9, 9, 9], [1, 2, 4]));
  const [l1] = evaluate([offsetLoss(offsets, constant(tensor(new Float32Array(8), [1, 2, 4])), constant(tensor([1, 0], [1, 2])), constant(tensor([1, 1], [1, 2])))], new Map());
  expect(l1!.data[0]).toBeCloseTo((0.125 + 2.5) / 2.00001, 6);
});
