import { expect, test } from 'vitest';
import { ShapeError } from '../base/errors';
import { Random } from '../base/random';
import { averagePrecision, iou, iouMatrix, matchBoxes, nms } from './boxes';

/** Boxes with whole corners inside 12 x 12. */
function someBoxes(rng: Random, count: number): number[] {
  return Array.from({ length: count }, () => {
    const [x, y] = [rng.int(9), rng.int(9)];
    return [x, y, x + 1 + rng.int(12 - x), y + 1 + rng.int(12 - y)];
  }).flat();
}
/** By counting unit squares. */
function countedIou(a: readonly number[], b: readonly number[]): number {
  let [both, either] = [0, 0];
  const inside = (box: readonly number[], x: number, y: number): boolean => x >= box[0]! && x < box[2]! && y >= box[1]! && y < box[3]!;
  for (let y = 0; y < 24; y++) for (let x = 0; x < 24; x++) {
    if (inside(a, x, y) && inside(b, x, y)) both++;
    if (inside(a, x, y) || inside(b, x, y)) either++;
  }
  return either === 0 ? 0 : both / either;
}
const rows = (flat: readonly number[]): number[][] => Array.from({ length: flat.length / 4 }, (_, i) => flat.slice(4 * i, 4 * i + 4));

test('overlaps are those counted square by square', () => {
  const rng = Random.seed(3);
  const [a, b] = [someBoxes(rng, 20), someBoxes(rng, 15)];
  const matrix = iouMatrix(a, b);
  rows(a).forEach((boxA, i) => rows(b).forEach((boxB, j) => {
    expect(matrix[i * 15 + j]).toBeCloseTo(countedIou(boxA, boxB), 6);
    expect(iou(boxA, boxB)).toBe(iou(boxB, boxA));
  }));
  expect(iou([0, 0, 2, 2], [2, 0, 4, 2])).toBe(0); // edges alone
  expect(iou([1, 1, 1, 1], [1, 1, 1, 1])).toBe(0); // empty
});
test('each box is matched with what it overlaps most, or with nothing', () => {
  const rng = Random.seed(4);
  const [a, b] = [someBoxes(rng, 40), someBoxes(rng, 8)];
  const { target, overlap } = matchBoxes(a, b, 0.3);
  rows(a).forEach((box, i) => {
    const overlaps = rows(b).map((other) => countedIou(box, other));
    expect(overlap[i]).toBeCloseTo(Math.max(...overlaps), 6);
    expect(target[i]).toBe(Math.max(...overlaps) >= 0.3 ? overlaps.indexOf(Math.max(...overlaps)) : -1);
  });
});
test('suppression keeps the best of every heap: no two that stay overlap too much, and each that goes overlaps a better one that stays', () => {
  const rng = Random.seed(5);
  const boxes = someBoxes(rng, 60);
  const scores = Array.from({ length: 60 }, () => rng.uniform());
  const kept = nms(boxes, scores, 0.4);
  const at = (i: number): number[] => boxes.slice(4 * i, 4 * i + 4);
  kept.forEach((i, place) => kept.slice(0, place).forEach((j) => {
    expect(countedIou(at(i), at(j))).toBeLessThanOrEqual(0.4);
    expect(scores[j]).toBeGreaterThan(scores[i]!);
  }));
  scores.forEach((score, i) => {
    if (!kept.includes(i)) expect(kept.some((k) => scores[k]! > score && countedIou(at(i), at(k)) > 0.4)).toBe(true);
  });
});
test('average precision by hand: right, wrong, right of three that are there', () => {
  const targets = [0, 0, 4, 4, 6, 0, 10, 4, 0, 6, 4, 10];
  const boxes = [0, 0, 4, 4, 20, 20, 24, 24, 6, 0, 10, 4];
  // Recall 1/3 at precision 1, then 2/3 at 2/3: area 1/3 * 1 + 1/3 * 2/3.
  expect(averagePrecision([{ boxes, scores: [0.9, 0.8, 0.7], targets }])).toBeCloseTo(1 / 3 + 2 / 9, 12);
  expect(averagePrecision([{ boxes: targets, scores: [1, 1, 1], targets }])).toBe(1);
  expect(averagePrecision([{ boxes: [], scores: [], targets }])).toBe(0);
  expect(averagePrecision([{ boxes, scores: [0.9, 0.8, 0.7], targets: [] }])).toBeNaN();
});
test('a target found twice counts once, and scores are compared between pictures', () => {
  const one = [0, 0, 4, 4];
  // Found, found again (wrong), then the second picture's: precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1.
  expect(averagePrecision([{ boxes: [...one, ...one], scores: [0.9, 0.8], targets: one }, { boxes: one, scores: [0.5], targets: one }])).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12);
  // The best detection is wrong: precision 1/2 at most.
  expect(averagePrecision([{ boxes: [8, 8, 9, 9, ...one], scores: [0.9, 0.5], targets: one }])).toBe(0.5);
});
test('what is not whole boxes is refused', () => {
  expect(() => iouMatrix([1, 2, 3], [])).toThrow(ShapeError);
  expect(() => nms([0, 0, 1, 1], [])).toThrow(/one score a box/);
});
