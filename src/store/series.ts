/**
 * The numbers of a run, kept whole: one growing pair of columns for every (arm, seed, metric). They live outside React state, because
 * a run sends thousands of points a second; who draws them watches a version counter and reads the columns.
 */
import type { SeriesBatch } from '../spec/messages';

export interface Series {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  /** Points in `steps` and `values` that count; the buffers behind are larger. */
  length: number;
  steps: Float64Array;
  values: Float64Array;
}
/** Series by metric, in the order in which each first arrived. */
export interface SeriesBook {
  readonly byKey: Map<string, Series>;
  readonly byMetric: Map<string, Series[]>;
}

export const emptyBook = (): SeriesBook => ({ byKey: new Map(), byMetric: new Map() });
const keyOf = (arm: string, seed: number, metric: string): string => `${arm}\n${seed}\n${metric}`;

/** Adds the points of one batch; amortised O(points), no array is copied more than log2(length) times. */
export function appendBatch(book: SeriesBook, batch: readonly SeriesBatch[]): void {
  for (const { arm, seed, metric, steps, values } of batch) {
    const series = book.byKey.get(keyOf(arm, seed, metric)) ?? addSeries(book, arm, seed, metric);
    const count = Math.min(steps.length, values.length);
    const needed = series.length + count;
    if (needed > series.steps.length) {
      series.steps = grown(series.steps, needed);
      series.values = grown(series.values, needed);
    }
    series.steps.set(count === steps.length ? steps : steps.subarray(0, count), series.length);
    series.values.set(count === values.length ? values : values.subarray(0, count), series.length);
    series.length = needed;
  }
}

function addSeries(book: SeriesBook, arm: string, seed: number, metric: string): Series {
  const series: Series = { arm, seed, metric, length: 0, steps: new Float64Array(64), values: new Float64Array(64) };
  book.byKey.set(keyOf(arm, seed, metric), series);
  const same = book.byMetric.get(metric);
  if (same) same.push(series);
  else book.byMetric.set(metric, [series]);
  return series;
}

function grown(column: Float64Array, needed: number): Float64Array {
  const larger = new Float64Array(Math.max(needed, column.length * 2));
  larger.set(column);
  return larger;
}
