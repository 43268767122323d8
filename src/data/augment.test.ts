import { expect, test } from 'vitest';
import { ShapeError } from '../base/errors';
import { Fingerprint } from '../base/hash';
import { Random } from '../base/random';
import { augment, augmentLevels, bilinear, mixup } from './augment';

const rng = Random.seed(3);
/** A soft blob, with its centre at (x, y). */
const blob = (x: number, y: number): Float32Array => Float32Array.from({ length: 784 }, (_, p) => Math.max(0, 1 - ((p % 28) - x) ** 2 / 30 - (Math.floor(p / 28) - y) ** 2 / 30));
const centre = (image: Float32Array): readonly [number, number] => {
  const mass = image.reduce((sum, v) => sum + v, 0);
  const along = (at: (p: number) => number): number => image.reduce((sum, v, p) => sum + v * at(p), 0) / mass;
  return [along((p) => p % 28), along((p) => Math.floor(p / 28))];
};

test('none changes nothing; weak and strong move each image by an amount of its own, within bounds', () => {
  const batch = Float32Array.from({ length: 20 * 784 }, (_, at) => blob(13.5, 13.5)[at % 784]!);
  expect(augment(batch, rng, 'none')).toEqual(batch);
  for (const level of ['weak', 'strong'] as const) {
    const moved = augment(batch, rng, level);
    const centres = Array.from({ length: 20 }, (_, i) => centre(moved.subarray(i * 784, (i + 1) * 784)));
    for (const [x, y] of centres) for (const at of [x, y]) expect(Math.abs(at - 13.5)).toBeLessThan(augmentLevels[level].shiftPx + 0.1); // in the middle, turning moves nothing
    expect(Math.max(...centres.map(([x]) => Math.abs(x - 13.5)))).toBeGreaterThan(augmentLevels[level].shiftPx / 2);
  }
});
test('the same stream gives the same bytes, and an image does not depend on those beside it', () => {
  const batch = Float32Array.from([...blob(10, 12), ...blob(16, 9)]);
  const moved = augment(batch, rng, 'strong');
  expect(new Fingerprint().addFloats(moved).hex()).toBe('9b223399723ddeb1');
  expect(augment(batch.slice(0, 784), rng, 'strong')).toEqual(moved.slice(0, 784));
  expect(augment(batch, Random.seed(4), 'strong')).not.toEqual(moved);
});
test('an image of one colour stays so: beyond an edge lies its colour', () => {
  for (const v of augment(new Float32Array(784).fill(0.75), rng, 'strong')) expect(v).toBeCloseTo(0.75, 6);
});
test('bilinear is exact on a plane and holds the edge beyond it', () => {
  const plane = Float32Array.from({ length: 12 }, (_, p) => 2 * (p % 4) + 5 * Math.floor(p / 4));
  expect(bilinear(plane, 4, 3, 1.25, 0.5)).toBeCloseTo(2 * 1.25 + 5 * 0.5, 6);
  expect(bilinear(plane, 4, 3, -9, 99)).toBe(10);
});
test('half an image is refused', () => expect(() => augment(new Float32Array(800), rng, 'weak')).toThrow(ShapeError));

test('mixup mixes rows and targets alike', () => {
  const mixed = mixup(Float32Array.of(1, 2, 10, 20, 100, 200), Float32Array.of(1, 0, 0, 1, 1, 0), 0.75, [1, 2, 0]);
  expect([...mixed.x]).toEqual([0.75 + 2.5, 1.5 + 5, 7.5 + 25, 15 + 50, 75 + 0.25, 150 + 0.5]);
  expect([...mixed.targets]).toEqual([0.75, 0.25, 0.25, 0.75, 1, 0]);
});
test('mixup at lambda 1 changes nothing, and rows that do not come out even are refused', () => {
  const x = Float32Array.of(1, 2, 3);
  expect(mixup(x, x, 1, [2, 0, 1]).x).toEqual(x);
  expect(() => mixup(x, x, 0.5, [1, 0])).toThrow(ShapeError);
});
