import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, tensor, type Params } from '../base/tensor';
import { constant } from '../engine/value';
import { hiddenError, hiddenL1, initSimmim, simmim, simmimEncoder, type SimmimShape } from './simmim';
import { sinCosPositions } from './patches';
import { countParams, expectTrainable, outputsOf, randomImages } from './testing';
import { initVitEncoder } from './vit';

const shape: SimmimShape = { side: 8, channels: 2, patch: 4, width: 8, blocks: 1, heads: 2 };
const images = constant(randomImages(1, [2, 2, 8, 8]));
const hiddenOf = (...rows: number[][]) => constant(tensor(rows.flat(), [rows.length, rows[0]!.length]));
const hidden = hiddenOf([1, 0, 0, 1], [0, 1, 0, 0]);
const params = initSimmim(Random.seed(1), shape);
const lossOf = (given: Params, target = images, where = hidden): number => outputsOf(given, (p) => ({ loss: hiddenL1(simmim(p, images, hidden, shape).patches, target, where, shape) })).loss.data[0]!;

test('shapes, number of params, and a gradient in each', () => {
  const block = 32 + (8 * 24 + 24) + 72 + (8 * 32 + 32) + (32 * 8 + 8);
  expect(countParams(params)).toBe(264 + 32 + block + 16 + 8 + (8 * 32 + 32));
  const out = outputsOf(params, (p) => ({ patches: simmim(p, images, hidden, shape).patches, images: simmim(p, images, hidden, shape).images }));
  expect([out.patches.shape, out.images.shape]).toEqual([[2, 4, 32], [2, 2, 8, 8]]);
  expectTrainable(params, (p) => hiddenL1(simmim(p, images, hidden, shape).patches, images, hidden, shape));
});
test('the loss is the mean over pixels of hidden patches, by hand', () => {
  const predicted = outputsOf(params, (p) => ({ out: simmim(p, images, hidden, shape).images })).out.data;
  const x = floats(randomImages(1, [2, 2, 8, 8]));
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const [image, row, column] = [Math.floor(i / 128), Math.floor(i / 8) % 8, i % 8];
    const cell = 2 * Math.floor(row / 4) + Math.floor(column / 4);
    if ([[0, 3], [1]][image]!.includes(cell)) sum += Math.abs(x[i]! - predicted[i]!);
  }
  expect(lossOf(params)).toBeCloseTo(sum / (3 * 16 + 1e-5) / 2, 6); // pixels of images are float32
});
test('visible pixels of the target change nothing, nothing hidden costs nothing, and what is under a mask is not seen', () => {
  const changed = (keepHidden: boolean) => {
    const t = randomImages(1, [2, 2, 8, 8]);
    floats(t).forEach((_, i) => {
      const cell = 2 * Math.floor((Math.floor(i / 8) % 8) / 4) + Math.floor((i % 8) / 4);
      if ([[0, 3], [1]][Math.floor(i / 128)]!.includes(cell) !== keepHidden) floats(t)[i] = 7;
    });
    return constant(t);
  };
  expect(lossOf(params, changed(true))).toBe(lossOf(params));
  expect(lossOf(params, changed(false))).not.toBe(lossOf(params));
  expect(lossOf(params, images, hiddenOf([0, 0, 0, 0], [0, 0, 0, 0]))).toBe(0);
  const { a, b } = outputsOf(params, (p) => ({ a: simmim(p, images, hidden, shape).patches, b: simmim(p, changed(false), hidden, shape).patches }));
  expect([...a.data]).toEqual([...b.data]);
});
test.each([[shape], [{ ...shape, classToken: true }]])('its encoder is that of a ViT, name by name, but for positions, which begin as sines and cosines', (given) => {
  const { 'position.weight': positions, ...encoder } = simmimEncoder(initSimmim(Random.seed(1), given));
  const { 'position.weight': drawn, ...others } = initVitEncoder(Random.seed(1), given);
  expect(encoder).toEqual(others);
  expect(positions!.shape).toEqual(drawn!.shape);
  expect(floats(positions!).slice(-32)).toEqual(floats(sinCosPositions(2, 8)));
});
test('other distances are those of their definitions, by hand', () => {
  const x = floats(randomImages(1, [2, 2, 8, 8]));
  const predicted = outputsOf(params, (p) => ({ out: simmim(p, images, hidden, shape).images })).out.data;
  const byHand = (d: (e: number) => number): number => {
    const all = Array.from(x, (v, i) => ([[0, 3], [1]][Math.floor(i / 128)]!.includes(2 * Math.floor((Math.floor(i / 8) % 8) / 4) + Math.floor((i % 8) / 4)) ? d(v - predicted[i]!) : 0));
    return all.reduce((a, b) => a + b, 0) / (3 * 16 + 1e-5) / 2;
  };
  const told = outputsOf(params, (p) => ({ l2: hiddenError(simmim(p, images, hidden, shape).patches, images, hidden, shape, 'l2'), smooth: hiddenError(simmim(p, images, hidden, shape).patches, images, hidden, shape, 'smoothL1') }));
  expect(told.l2.data[0]).toBeCloseTo(byHand((e) => e * e), 5);
  expect(told.smooth.data[0]).toBeCloseTo(byHand((e) => (Math.abs(e) < 1 ? (e * e) / 2 : Math.abs(e) - 0.5)), 5);
});
test('a head of two layers is trained in all its parts', () => {
  expectTrainable(initSimmim(Random.seed(2), shape, 'mlp'), (p) => hiddenL1(simmim(p, images, hidden, shape).patches, images, hidden, shape));
});
