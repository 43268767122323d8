import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { tensor } from '../../base/tensor';
import { blocksNamed } from './draw';
import { curvePoint, explain, linearity, median, overlap, segmentsOf, shapeLeak } from './judge';
import { blockNumbers, removalOrder, removedCount, rolled, without, zerosIn } from './masks';
import { featureWidth, largest, type Reader } from './read';
import { area, classNames, kindLikeness, type Task } from './task';

const rng = Random.seed(9).fork('judge');
const classes = classNames.length;
const task = (labels: readonly number[], objects: readonly Float32Array[]): Task => ({ params: {}, x: tensor(new Float32Array(labels.length * 3 * area), [labels.length, 3, 32, 32]), labels, objects, grey: [0, 0, 0] });
/** A network that is a rule: its logits for each request. */
const network = (logitsOf: (mask: Float32Array, image: number) => readonly number[], featuresOf: (mask: Float32Array) => readonly number[] = () => []): Reader => async (requests) => {
  const logits = Float32Array.from(requests.flatMap(({ mask, image }) => logitsOf(mask, image)));
  return { logits, features: Float32Array.from(requests.flatMap(({ mask }) => featuresOf(mask))), said: requests.map((_, i) => largest(logits.subarray(i * classes, (i + 1) * classes))) };
};
const oneHot = (k: number, height = 1): number[] => classNames.map((_, i) => (i === k ? height : 0));

test('a mask removes exactly the blocks that were asked for', () => {
  for (const block of [2, 4, 8]) {
    const blocks = (32 / block) ** 2;
    for (const share of [0, 0.1, 0.5, 0.9, 1]) {
      const order = removalOrder('random', rng.fork(block), new Float32Array(blocks));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: blocks }, (_, b) => b));
      expect(zerosIn(without(blockNumbers(block), order.slice(0, removedCount(share, blocks))))).toBe(Math.round(share * blocks) * block * block);
    }
  }
});
test('salient blocks go first or last, equals in reading order', () => {
  expect(removalOrder('salient', rng, [1, 3, 2, 3])).toEqual([1, 3, 2, 0]);
  expect(removalOrder('plain', rng, [1, 3, 2, 3])).toEqual([0, 2, 1, 3]);
});
test('a rolled mask has the same area, its quadrants changed places, and rolls back', () => {
  const mask = Float32Array.from({ length: area }, () => Number(rng.bernoulli(0.4)));
  expect(zerosIn(rolled(mask))).toBe(zerosIn(mask));
  expect(rolled(mask)[0]).toBe(mask[16 * 32 + 16]);
  expect(rolled(mask)[3 * 32 + 20]).toBe(mask[19 * 32 + 4]);
  expect(rolled(rolled(mask))).toEqual(mask);
});
test('a point of the curve counts what is right, what is unchanged and how evenly classes are named', () => {
  const likeness = classNames.map((_, a) => classNames.map((_c, b) => (a === b ? 1 : 0.25)));
  const point = curvePoint([0, 0, 1, 1], [0, 1, 1, 2], task([0, 0, 0, 1], []), likeness);
  expect(point).toEqual({ accuracy: 0.75, unchanged: 0.5, entropy: expect.closeTo(Math.log(2), 12), similarity: 0.625 });
  expect(curvePoint([3, 3], [3, 3], task([3, 3], []), likeness).entropy).toBe(0);
});
test('the likeness of kinds is symmetric, and 1 for a kind and itself alone', () => {
  const likeness = kindLikeness();
  likeness.forEach((row, a) => row.forEach((v, b) => {
    expect(v).toBe(likeness[b]![a]);
    expect(a === b ? v === 1 : v >= 0 && v < 1).toBe(true);
  }));
});
test('a network that reads the hole\'s outline is told from one that reads what is left', async () => {
  const object = Float32Array.from({ length: area }, (_, p) => Number(p % 32 < 4 && p < 128));
  const t = task([2, 2, 5], [object, object, object]);
  const clean = [2, 2, 1]; // the third is read wrongly when whole, and does not count
  const outline = network((mask) => oneHot(mask[0] === 0 ? 2 : 1));
  expect(await shapeLeak(outline, t, clean)).toEqual({ object: 1, broken: 0, ratio: 2 }); // 1 / (1 / 2): none of two is held to be half a picture
  const honest = network((mask) => oneHot(mask[0] === 1 ? 2 : 1));
  expect(await shapeLeak(honest, t, clean)).toEqual({ object: 0, broken: 1, ratio: 0 });
});
test('an explanation finds the blocks that the class hangs on', async () => {
  const numbers = blockNumbers(8);
  const object = Float32Array.from(numbers, (b) => Number(b === 5 || b === 6));
  const read = network((mask) => oneHot(3, 2 * mask[numbers.indexOf(5)]! + 2 * mask[numbers.indexOf(6)]!));
  const found = await explain(read, task([3], [object]), 0, numbers, 200, rng.fork('lime'));
  expect([...found.top].sort()).toEqual([5, 6]);
  expect(found.jaccard).toBe(1);
});
test('overlap counts pixels, with as many segments as the object covers', () => {
  const numbers = blockNumbers(8);
  const object = Float32Array.from(numbers, (b) => Number(b === 0 || b === 1));
  const weights = Float64Array.from({ length: 16 }, (_, b) => (b === 1 ? 5 : b === 9 ? 4 : 0));
  expect(overlap(numbers, weights, object)).toEqual({ top: [1, 9], jaccard: 1 / 3 });
});
test('superpixels part a picture where its colour changes', () => {
  const x = new Float32Array(3 * area);
  x.forEach((_, at) => (x[at] = at % 32 < 16 ? -1 : 1));
  const labels = segmentsOf('superpixels', { ...task([0], []), x: tensor(x, [1, 3, 32, 32]) }, 0, 8, rng.fork('slic'));
  const [left, right] = [0, 1].map((half) => new Set(labels.filter((_, p) => Number(p % 32 >= 16) === half)));
  expect([...left!].some((s) => right!.has(s))).toBe(false);
});
test('features that add up are found to', async () => {
  const area4 = (mask: Float32Array): number => mask.reduce((a, b) => a + b, 0) / 64;
  const wide = (v: number): number[] => Array.from({ length: featureWidth }, () => v);
  const t = task([0, 1], []);
  const additive = await linearity(network(() => oneHot(0), (mask) => wide(area4(mask))), t, rng);
  expect(additive.cosine).toBeCloseTo(1, 6);
  expect(additive.distance).toBeCloseTo(0, 6);
  const constant = await linearity(network(() => oneHot(0), () => wide(1)), t, rng); // 1 + 1 + 1 + 1 against 1
  expect(constant.cosine).toBeCloseTo(1, 6);
  expect(constant.distance).toBeCloseTo(3, 6);
});
test('the median of an even number is the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
test('blocks are named by numbers and ranges, and others are refused', () => {
  expect(blocksNamed('0-2, 5  63', 64)).toEqual([0, 1, 2, 5, 63]);
  expect(blocksNamed('', 64)).toEqual([]);
  for (const words of ['64', '5-3', 'x', '1-']) expect(() => blocksNamed(words, 64)).toThrow('Blocks are numbers');
});
