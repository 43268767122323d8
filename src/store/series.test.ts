import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bandOf, chartRows, nearest, readAt, rowsExtent, smooth } from './chart-rows';
import { appendBatch, emptyBook } from './series';

const batch = (arm: string, seed: number, steps: readonly number[], values: readonly number[], metric = 'loss') => ({ arm, seed, metric, steps: Float64Array.from(steps), values: Float64Array.from(values), timesMs: Float32Array.from(steps, (s) => 3 * s), examples: Float32Array.from(steps, (s) => 32 * s) });
const bookOf = (...batches: ReturnType<typeof batch>[]) => {
  const book = emptyBook();
  appendBatch(book, batches);
  return book;
};

test('a series keeps every point, in order, however it was cut into batches', () =>
  fc.assert(fc.property(fc.array(fc.array(fc.double(), { maxLength: 90 }), { maxLength: 9 }), (pieces) => {
    const book = emptyBook();
    let step = 0;
    for (const piece of pieces) appendBatch(book, [batch('a', 1, piece.map(() => step++), piece)]);
    const all = pieces.flat();
    const series = book.byKey.get('a\n1\nloss');
    expect([...(series?.values.subarray(0, series.length) ?? [])]).toEqual(all);
    expect([...(series?.steps.subarray(0, series.length) ?? [])]).toEqual(all.map((_, i) => i));
    expect([...(series?.examples.subarray(0, series.length) ?? [])]).toEqual(all.map((_, i) => 32 * i));
    expect([...(series?.timesMs.subarray(0, series.length) ?? [])]).toEqual(all.map((_, i) => 3 * i));
  })));
test('columns of unequal length are cut to the shorter', () => {
  const series = bookOf(batch('a', 1, [1, 2, 3], [5])).byMetric.get('loss')![0]!;
  expect([series.length, series.steps[0], series.values[0]]).toEqual([1, 1, 5]);
});
test('few points are drawn as they are; several seeds give their median and their range', () => {
  const book = bookOf(batch('a', 1, [0, 1], [1, 10]), batch('a', 2, [0, 1], [2, 30]), batch('a', 3, [0], [9]), batch('b', 1, [1], [7]));
  expect(chartRows(book.byMetric.get('loss')!, ['a', 'b'], { buckets: 50, smoothing: 1 })).toEqual([
    { step: 0, a: 2, [bandOf('a')]: [1, 9] },
    { step: 1, a: 20, [bandOf('a')]: [10, 30], b: 7 },
  ]);
});
test('thinning loses no extreme and stays within two rows a bucket', () =>
  fc.assert(fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 101, maxLength: 600 }), (values) => {
    const rows = chartRows(bookOf(batch('a', 1, values.map((_, i) => i), values)).byMetric.get('loss')!, ['a'], { buckets: 40, smoothing: 1 });
    const drawn = rows.map((row) => row.a as number);
    expect(rows.length).toBeLessThanOrEqual(80);
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([Math.min(...values), Math.max(...values)]);
    expect(rows.every((row, i) => i === 0 || row.step > rows[i - 1]!.step)).toBe(true);
  })));
test('a band over thinned seeds reaches from the least to the greatest of all', () => {
  const steps = Array.from({ length: 300 }, (_, i) => i);
  const book = bookOf(batch('a', 1, steps, steps.map((s) => (s === 150 ? 99 : 1))), batch('a', 2, steps, steps.map((s) => (s === 10 ? -99 : 3))));
  const bands = chartRows(book.byMetric.get('loss')!, ['a'], { buckets: 30, smoothing: 1 }).map((row) => row[bandOf('a')] as readonly [number, number]);
  expect([Math.min(...bands.map((b) => b[0])), Math.max(...bands.map((b) => b[1]))]).toEqual([-99, 99]);
});
test('a logarithmic axis leaves gaps where a value is not positive, and NaN is never drawn', () => {
  const book = bookOf(batch('a', 1, [0, 1, 2, 3], [1, 0, NaN, -4]));
  expect(chartRows(book.byMetric.get('loss')!, ['a'], { buckets: 9, smoothing: 1, positiveOnly: true })).toEqual([{ step: 0, a: 1 }]);
  expect(chartRows([], ['a'], { buckets: 9, smoothing: 1 })).toEqual([]);
});
test('smoothing is the mean of the last points, and starts anew behind what is not finite', () => {
  expect([...smooth(Float64Array.from([1, 3, 5, 7]), 4, 2)]).toEqual([1, 2, 4, 6]);
  expect([...smooth(Float64Array.from([1, NaN, 5, 7, 9]), 5, 2)]).toEqual([1, NaN, 5, 6, 8]);
});
test('a range keeps the points within it and one at either side, smoothed as in the whole, and thins them anew', () => {
  const length = 100_000;
  const series = [{ arm: 'a', seed: 1, metric: 'm', length, steps: Float64Array.from({ length }, (_, i) => i), values: Float64Array.from({ length }, (_, i) => (i === 50_003 ? 9 : i % 2)), timesMs: new Float32Array(length), examples: new Float32Array(length) }];
  const few = chartRows(series, ['a'], { buckets: 100, smoothing: 1, range: [50_000, 50_010] });
  expect(few.map((row) => row.step)).toEqual(Array.from({ length: 13 }, (_, i) => 49_999 + i));
  expect(few[4]!.a).toBe(9);
  const many = chartRows(series, ['a'], { buckets: 100, smoothing: 1, range: [40_000, 60_000] });
  expect(many.length).toBeLessThanOrEqual(200);
  expect(rowsExtent(many)).toEqual([0, 9]);
  const smoothed = chartRows(series, ['a'], { buckets: 100, smoothing: 20, range: [50_000, 50_001] });
  expect(smoothed[0]!.a).toBeCloseTo(0.5, 12);
  expect(chartRows(series, ['a'], { buckets: 100, smoothing: 1, range: [2e6, 3e6] })).toEqual([]);
});
test('on a logarithmic first axis steps that are not positive are left out, and buckets are as wide as they are drawn', () => {
  const series = bookOf(batch('a', 1, Array.from({ length: 10_000 }, (_, i) => i), Array.from({ length: 10_000 }, (_, i) => i))).byMetric.get('loss')!;
  const rows = chartRows(series, ['a'], { buckets: 100, smoothing: 1, logX: true });
  expect(rows[0]!.a).toBe(1);
  expect(rows.filter(({ step }) => step < 100).length).toBeGreaterThan(60); // half of the axis: two of four decades
  expect(rowsExtent(rows)).toEqual([1, 9999]);
  expect(chartRows(series.map((s) => ({ ...s, length: 1 })), ['a'], { buckets: 100, smoothing: 1, logX: true })).toEqual([]);
});
test('what is read at a place is the nearest point itself, smoothed as it is drawn, with the range over seeds', () => {
  const book = bookOf(batch('a', 1, [0, 10, 20], [1, 3, 5]), batch('a', 2, [0, 10, 20], [3, 7, 9]), batch('b', 1, [0, 50], [2, NaN]));
  const series = book.byMetric.get('loss')!;
  expect(readAt(series, ['a', 'b', 'none'], 13, 1)).toEqual([{ arm: 'a', at: 10, value: 5, band: [3, 7] }, { arm: 'b', at: 0, value: 2 }]);
  expect(readAt(series, ['a'], 1e9, 2)).toEqual([{ arm: 'a', at: 20, value: 6, band: [4, 8] }]);
  expect(readAt(series, ['b'], 40, 5)).toEqual([{ arm: 'b', at: 50, value: NaN }]);
  expect([nearest({ steps: Float64Array.of(0, 10), length: 2 }, 5), nearest({ steps: Float64Array.of(0, 10), length: 2 }, -3), nearest({ steps: new Float64Array(), length: 0 }, 0)]).toEqual([0, 0, -1]);
});
