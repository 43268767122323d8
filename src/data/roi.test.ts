import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { boxOffsets, movedBoxes, proposalsAround, roiMatrix } from './roi';

const product = (a: Float32Array, f: readonly number[]): number[] => Array.from({ length: a.length / f.length }, (_, r) => f.reduce((sum, v, i) => sum + v * a[r * f.length + i]!, 0));

test('rows of the matrix sum to 1, and a slope is read at the middle of each part', () => {
  const spec = { side: 64, grid: 16, bins: 2 };
  const boxes = [8, 12, 40, 28, 20, 10, 30, 54];
  const a = roiMatrix(boxes, spec);
  product(a, new Array<number>(256).fill(1)).forEach((sum) => expect(sum).toBeCloseTo(1, 6));
  // Cell (x, y) holds the pixel at its own middle: 4 (x + 0.5) along x.
  const slope = (along: 0 | 1): number[] => Array.from({ length: 256 }, (_, i) => 4 * ((along === 0 ? i % 16 : Math.floor(i / 16)) + 0.5));
  const middles = [0, 1].flatMap((b) => [0, 1].flatMap((row) => [0, 1].map((column) => {
    const [l, t, r, d] = boxes.slice(4 * b) as [number, number, number, number];
    return [l + ((r - l) * (column + 0.5)) / 2, t + ((d - t) * (row + 0.5)) / 2] as const;
  })));
  product(a, slope(0)).forEach((x, i) => expect(x).toBeCloseTo(middles[i]![0], 3));
  product(a, slope(1)).forEach((y, i) => expect(y).toBeCloseTo(middles[i]![1], 3));
});
test('the matrix is the mean of bilinear readings, point by point', () => {
  const f = [...Random.seed(3).fillNormal(new Float32Array(16))];
  const [side, grid, samples] = [8, 4, 3];
  const box = [1, 0, 6, 7] as const;
  const read = (px: number, py: number): number => {
    const at = (p: number): number => Math.min(grid - 1, Math.max(0, p / 2 - 0.5));
    const [x, y] = [at(px), at(py)];
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const value = (i: number, j: number): number => f[Math.min(3, j) * 4 + Math.min(3, i)]!;
    return (1 - (x - x0)) * ((1 - (y - y0)) * value(x0, y0) + (y - y0) * value(x0, y0 + 1)) + (x - x0) * ((1 - (y - y0)) * value(x0 + 1, y0) + (y - y0) * value(x0 + 1, y0 + 1));
  };
  let sum = 0;
  for (let i = 0; i < samples; i++) for (let j = 0; j < samples; j++) sum += read(box[0] + (5 * (i + 0.5)) / samples, box[1] + (7 * (j + 0.5)) / samples);
  expect(product(roiMatrix(box, { side, grid, bins: 1, samples }), f)[0]).toBeCloseTo(sum / samples ** 2, 6);
  expect(() => roiMatrix([3, 3, 3, 5], { side, grid, bins: 1 })).toThrow('above 0');
});
test('offsets lead from a box to its target, by hand and back again', () => {
  const [box, target] = [[10, 10, 20, 30], [12, 8, 32, 18]];
  const offsets = boxOffsets(box, target);
  [10 * (22 - 15) / 10, (10 * (13 - 20)) / 20, 5 * Math.log(2), 5 * Math.log(0.5)].forEach((v, i) => expect(offsets[i]).toBeCloseTo(v, 5));
  movedBoxes(box, offsets, 64).forEach((edge, i) => expect(edge).toBeCloseTo(target[i]!, 4));
  expect([...movedBoxes([0, 0, 10, 10], [-50, 0, 1000, 0], 32)]).toEqual([0, 0, 32, 10]); // cut to the picture
});
test('proposals lie inside the picture; copies overlap what they are of, and one set depends on its stream alone', () => {
  const spec = { side: 64, count: 40, copies: 8, jitter: 0.2 };
  const around = [4, 4, 24, 20, 40, 30, 64, 64];
  const boxes = proposalsAround(Random.seed(1).fork(3), around, spec);
  expect(boxes).toEqual(proposalsAround(Random.seed(1).fork(3), around, spec));
  for (let i = 0; i < 40; i++) {
    const [l, t, r, b] = boxes.subarray(4 * i) as unknown as [number, number, number, number];
    expect(l >= 0 && t >= 0 && r <= 64 && b <= 64 && r - l >= 2 && b - t >= 2).toBe(true);
    if (i >= 16) continue;
    const of = around.slice(4 * Math.floor(i / 8)) as [number, number, number, number];
    expect(Math.min(r, of[2]) - Math.max(l, of[0])).toBeGreaterThan(0.5 * (of[2] - of[0]));
  }
  expect(() => proposalsAround(Random.seed(1), around, { ...spec, count: 15 })).toThrow('8 copies of 2 boxes');
});
