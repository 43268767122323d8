import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { changeOf, countsIn, edgesOver, figuresOf, inBlocks, joined, matrixView, sumsOf } from './tensors';

const of = (...values: number[]): Float32Array => Float32Array.from(values);
const figures = (a: Float32Array, b: Float32Array) => figuresOf(sumsOf(a, b));

test('a tensor and itself differ in nothing, bit for bit', () => {
  const a = Random.seed(1).fillNormal(new Float32Array(1000));
  a[3] = 0;
  expect(figures(a, a.slice())).toEqual({ numbers: 1000, identical: true, changed: 0, relativeL2: 0, maxChange: 0, cosine: 1, sparsity: [0.001, 0.001], signFlips: 0, notFinite: 0 });
});
test('figures of a change that is known', () => {
  // |b - a|^2 = 32, |a|^2 = |b|^2 = 25, a b = 9
  const found = figures(of(3, 4, 0, 0), of(3, 0, 0, 4));
  expect(found).toMatchObject({ identical: false, changed: 2, maxChange: 4, sparsity: [0.5, 0.5], signFlips: 0 });
  expect(found.relativeL2).toBeCloseTo(Math.sqrt(32) / 5, 12);
  expect(found.cosine).toBeCloseTo(9 / 25, 12);
  expect(figures(of(1, -2, 3), of(-1, 2, 3)).signFlips).toBe(2);
});
test('what is only another zero is another bit and no change; from nothing, every change is infinite; of zeros there is no angle', () => {
  expect(figures(of(0, 1), of(-0, 1))).toMatchObject({ identical: false, changed: 1, relativeL2: 0, maxChange: 0, cosine: 1 });
  expect(figures(of(0, 0), of(1, 0))).toMatchObject({ relativeL2: Infinity, cosine: NaN });
});
test('entries that are not finite are counted and left out', () => {
  expect(figures(of(1, NaN, Infinity), of(2, 0, 1))).toMatchObject({ changed: 3, notFinite: 2, maxChange: 1, relativeL2: 1 });
  expect(figures(of(NaN), of(NaN)).identical).toBe(true);
});
test('figures of tensors together are those of one long tensor', () => {
  const [a, b] = ['a', 'b'].map((name) => Random.seed(2).fork(name).fillNormal(new Float32Array(90)));
  const cut = [0, 7, 40, 90];
  const parts = cut.slice(1).map((to, i) => sumsOf(a!.subarray(cut[i], to), b!.subarray(cut[i], to)));
  const [together, whole] = [figuresOf(joined(parts)), figures(a!, b!)];
  expect(together.relativeL2).toBeCloseTo(whole.relativeL2, 12);
  expect({ ...together, relativeL2: 0, cosine: 0 }).toEqual({ ...whole, relativeL2: 0, cosine: 0 });
});
test('any tensor is seen as a matrix: the first axis by the others', () => {
  expect([[], [5], [2, 3], [4, 3, 2, 2], [0, 3]].map(matrixView)).toEqual([[1, 1], [1, 5], [2, 3], [4, 12], [0, 0]]);
});
test('blocks show their largest entry with its sign, wherever it lies, and cover everything', () =>
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.nat(), (rows, columns, place) => {
    const values = new Float32Array(rows * columns).fill(0.25);
    const at = place % values.length;
    values[at] = -9;
    const found = inBlocks(values, [rows, columns], [4, 6]);
    expect(found.rows).toBeLessThanOrEqual(4);
    expect(found.columns).toBeLessThanOrEqual(6);
    const cell = Math.floor(Math.floor(at / columns) / found.block[0]) * found.columns + Math.floor((at % columns) / found.block[1]);
    expect([...found.values].map((v, i) => (i === cell ? v === -9 : v === 0.25)).every(Boolean)).toBe(true);
  })));
test('a matrix that is small enough is shown as it is', () => {
  expect(inBlocks(of(1, -2, 3, 4), [2, 2], [4, 4])).toEqual({ rows: 2, columns: 2, block: [1, 1], values: of(1, -2, 3, 4) });
});
test('a histogram counts every finite value once, also when there is but one', () => {
  const values = Random.seed(3).fillNormal(new Float32Array(500));
  const edges = edgesOver([values], 64);
  expect(countsIn(values, edges).reduce((sum, c) => sum + c, 0)).toBe(500);
  expect([...countsIn(of(0, 0.1, 0.9, 1, NaN), of(0, 0.5, 1))]).toEqual([2, 2]);
  expect([...countsIn(of(2, 2), edgesOver([of(2, 2)], 8))]).toEqual([2]);
  expect([...edgesOver([of(NaN)], 8)]).toEqual([0, 1]);
});
test('a change is what leads from one to the other', () => expect([...changeOf(of(1, 2), of(4, 0))]).toEqual([3, -2]));
