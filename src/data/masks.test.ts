import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { averageDistance, batchOfHidden, blocksHidden, lowestHidden, maeCount, orderOf, randomHidden, squaresHidden } from './masks';

const rng = Random.seed(5);
const countOf = (hidden: Uint8Array): number => hidden.reduce((n, h) => n + h, 0);
const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

test('each sampler hides as many cells as it says, in every draw', () => {
  for (let i = 0; i < 50; i++) {
    expect(countOf(randomHidden(rng.fork('random', i), 64, 48))).toBe(48);
    expect(countOf(blocksHidden(rng.fork('blocks', i), 8, 38))).toBe(38);
    expect(countOf(squaresHidden(rng.fork('squares', i), 8, 2, 0.6))).toBe(4 * 10); // ceil(16 x 0.6) squares of 4 tokens
    expect(countOf(lowestHidden(rng.fork('scores', i).fillNormal(new Float32Array(64)), 7))).toBe(7);
  }
  expect([maeCount(64, 0.75), maeCount(196, 0.75), maeCount(64, 0), maeCount(64, 1)]).toEqual([48, 147, 0, 64]);
});
test('squares are hidden whole; the lowest scores are hidden, earlier ones first', () => {
  const hidden = squaresHidden(rng.fork('whole'), 8, 4, 0.6);
  for (let i = 0; i < 64; i++) expect(hidden[i]).toBe(hidden[32 * Math.floor(i / 32) + 4 * Math.floor((i % 8) / 4)]);
  expect([...lowestHidden([3, 1, 2, 1, 9], 2)]).toEqual([0, 1, 0, 1, 0]);
  expect([...lowestHidden([1, 1, 1], 2)]).toEqual([1, 1, 0]);
});
test('cells are hidden equally often by random masks and squares, and neighbours together by blocks', () => {
  const draws = Array.from({ length: 4000 }, (_, i) => [randomHidden(rng.fork('even', i), 16, 8), squaresHidden(rng.fork('even squares', i), 4, 2, 0.5)]);
  for (const kind of [0, 1]) for (let cell = 0; cell < 16; cell++) expect(mean(draws.map((d) => d[kind]![cell]!))).toBeCloseTo(0.5, 1);
  const agreement = (hidden: Uint8Array): number => mean(Array.from({ length: 64 }, (_, i) => i).filter((i) => i % 8 < 7).map((i) => Number(hidden[i] === hidden[i + 1])));
  const many = (make: (i: number) => Uint8Array): number => mean(Array.from({ length: 200 }, (_, i) => agreement(make(i))));
  expect(many((i) => blocksHidden(rng.fork('b', i), 8, 32))).toBeGreaterThan(many((i) => randomHidden(rng.fork('r', i), 64, 32)) + 0.15);
});
test('the same stream gives the same mask; other streams give others', () => {
  expect(blocksHidden(Random.seed(1).fork('m', 3), 8, 30)).toEqual(blocksHidden(Random.seed(1).fork('m', 3), 8, 30));
  expect(blocksHidden(Random.seed(1).fork('m', 4), 8, 30)).not.toEqual(blocksHidden(Random.seed(1).fork('m', 3), 8, 30));
});
test('orders: kept cells first, and each finds its place again', () => {
  const hidden = Uint8Array.of(1, 0, 0, 1, 0);
  const { keep, restore } = orderOf(hidden);
  expect([[...keep], [...restore]]).toEqual([[1, 2, 4], [3, 0, 1, 4, 2]]);
  const batch = batchOfHidden([hidden, Uint8Array.of(0, 1, 1, 0, 0)]);
  expect([batch.hidden.shape, batch.keep.shape, batch.restore.shape]).toEqual([[2, 5], [2, 3], [2, 5]]);
  expect(() => batchOfHidden([hidden, Uint8Array.of(0, 0, 0, 0, 1)])).toThrow('equally many');
});
test('AvgDist agrees with a search of every pair of pixels', () => {
  const hidden = randomHidden(rng.fork('pairs'), 16, 11);
  const pixels = Array.from({ length: 144 }, (_, i) => ({ x: i % 12, y: Math.floor(i / 12), hidden: hidden[4 * Math.floor(i / 36) + Math.floor((i % 12) / 3)] === 1 }));
  const visible = pixels.filter((p) => !p.hidden);
  const distances = pixels.filter((p) => p.hidden).map((p) => Math.min(...visible.map((q) => Math.hypot(p.x - q.x, p.y - q.y))));
  expect(averageDistance(hidden, 3)).toBeCloseTo(mean(distances), 12);
  expect(averageDistance(new Uint8Array(16).fill(1), 2)).toBeNaN();
  expect(averageDistance(new Uint8Array(16), 2)).toBeNaN();
});
// Computed for 32 px images by a distance transform elsewhere: SimMIM's own measure of how hard a mask is.
test.each([[1, 0.5, 1.98], [1, 0.6, 2.36], [1, 0.75, 3.13], [2, 0.5, 3.6], [2, 0.6, 4.5]])('AvgDist of squares of %d tokens at a ratio of %d is about %d px', (square, ratio, expected) => {
  const found = mean(Array.from({ length: 100 }, (_, i) => averageDistance(squaresHidden(rng.fork('avg', square, i), 8, square, ratio), 4)));
  expect(Math.abs(found / expected - 1)).toBeLessThan(0.03);
});
test('what cannot be is refused', () => {
  expect(() => randomHidden(rng, 4, 5)).toThrow('0 to 4 cells');
  expect(() => squaresHidden(rng, 8, 3, 0.5)).toThrow('do not fill');
  expect(() => maeCount(4, 1.2)).toThrow('a share from 0 to 1');
});
