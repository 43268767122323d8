import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, tensor } from '../base/tensor';
import { evaluate } from '../engine/evaluate';
import { add, mean } from '../engine/ops';
import { constant } from '../engine/value';
import { diceLoss, initSegmenter, pixelCrossEntropy, segmenter, segmenterShape, type SegmenterShape } from './segmenter';
import { countParams, expectTrainable, outputsOf, randomImages } from './testing';

const tiny: SegmenterShape = { channels: 2, classes: 3, widths: [2, 4], groups: 1 };
const images = constant(randomImages(1, [2, 2, 4, 4]));
const labels = constant(int32(Int32Array.from({ length: 32 }, (_, i) => i % 3), [2, 4, 4]));

test('shapes, number of params, and a gradient in each', () => {
  const params = initSegmenter(Random.seed(1), tiny);
  // down0 2x2x9 twice, down1 4x2x9 + 4x4x9, up0 2x6x9 + 2x2x9, two norms each, head 2x3 + 3
  expect(countParams(params)).toBe(72 + 8 + 72 + 144 + 16 + 108 + 36 + 8 + 9);
  const { logits, bottleneck } = outputsOf(params, (p) => ({ ...segmenter(p, images, tiny) }));
  expect([logits.shape, bottleneck.shape]).toEqual([[2, 3, 4, 4], [2, 4, 2, 2]]);
  expectTrainable(params, (p) => add(diceLoss(segmenter(p, images, tiny).logits, labels), mean(pixelCrossEntropy(segmenter(p, images, tiny).logits, labels))));
});
test('the usual one holds 0.12 million params', () => {
  const double = (from: number, to: number): number => 9 * from * to + 9 * to * to + 4 * to;
  expect(countParams(initSegmenter(Random.seed(1), segmenterShape(3, 9)))).toBe(double(3, 16) + double(16, 32) + double(32, 64) + double(96, 32) + double(48, 16) + 16 * 9 + 9);
});
test('cross-entropy of each image and the Dice loss of the batch, by hand', () => {
  const z = [0.3, -1, 2, 0.1, 0.5, 0, -0.4, 1.2]; // [1, 2, 2, 2]: two classes, four pixels
  const y = [1, 0, 0, 1];
  const probs = [0, 1, 2, 3].map((i) => [0, 1].map((k) => Math.exp(z[4 * k + i]!) / (Math.exp(z[i]!) + Math.exp(z[4 + i]!))));
  const byHand = [0, 1].map((k) => {
    const [pt, pp, tt] = probs.reduce(([a, b, c], p, i) => [a! + p[k]! * Number(y[i] === k), b! + p[k]! ** 2, c! + Number(y[i] === k)], [0, 0, 0]) as [number, number, number];
    return 1 - (2 * pt + 1e-5) / (pp + tt + 1e-5);
  });
  const [logits, target] = [constant(tensor(z, [1, 2, 2, 2])), constant(int32(y, [1, 2, 2]))];
  const [dice, entropy] = evaluate([diceLoss(logits, target), pixelCrossEntropy(logits, target)], new Map());
  expect(dice!.data[0]).toBeCloseTo((byHand[0]! + byHand[1]!) / 2, 6);
  expect(entropy!.data[0]).toBeCloseTo(-probs.reduce((sum, p, i) => sum + Math.log(p[y[i]!]!), 0) / 4, 6);
  expect(entropy!.shape).toEqual([1]);
});
test('a perfect answer costs next to nothing', () => {
  const sure = constant(tensor([50, -50, -50, 50, -50, 50, 50, -50], [1, 2, 2, 2]));
  const [dice] = evaluate([diceLoss(sure, constant(int32([0, 1, 1, 0], [1, 2, 2])))], new Map());
  expect(dice!.data[0]).toBeCloseTo(0, 10);
});
