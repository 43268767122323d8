/**
 * The numbers of a run, kept whole: one growing pair of columns for every (arm, seed, metric). They live outside React state, because
 * a run sends thousands of points a second; who draws them watches a version counter and reads the columns.
 */
import type { SeriesBatch } from '../spec/messages';

export interface Series {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  /** Points in the columns that count; the buffers behind are larger. */
  length: number;
  steps: Float64Array;
  values: Float64Array;
  timesMs: Float32Array;
  examples: Float32Array;
}
/** Series by metric, in the order in which each first arrived. */
export interface SeriesBook {
  readonly byKey: Map<string, Series>;
  readonly byMetric: Map<string, Series[]>;
}

const columnNames = ['steps', 'values', 'timesMs', 'examples'] as const;
export const emptyBook = (): SeriesBook => ({ byKey: new Map(), byMetric: new Map() });
const keyOf = (arm: string, seed: number, metric: string): string => `${arm}\n${seed}\n${metric}`;

/** Adds the points of one batch; amortised O(points), no array is copied more than log2(length) times. */
export function appendBatch(book: SeriesBook, batch: readonly SeriesBatch[]): void {
  for (const { arm, seed, metric, ...columns } of batch) {
    const series = book.byKey.get(keyOf(arm, seed, metric)) ?? addSeries(book, arm, seed, metric);
    const count = Math.min(columns.steps.length, columns.values.length, columns.timesMs.length, columns.examples.length);
    const needed = series.length + count;
    if (needed > series.steps.length) {
      for (const name of ['steps', 'values'] as const) series[name] = grown(series[name], needed);
      for (const name of ['timesMs', 'examples'] as const) series[name] = grown(series[name], needed);
    }
    for (const name of columnNames) series[name].set(count === columns[name].length ? columns[name] : columns[name].subarray(0, count), series.length);
    series.length = needed;
  }
}

function addSeries(book: SeriesBook, arm: string, seed: number, metric: string): Series {
  const series: Series = { arm, seed, metric, length: 0, steps: new Float64Array(64), values: new Float64Array(64), timesMs: new Float32Array(64), examples: new Float32Array(64) };
  book.byKey.set(keyOf(arm, seed, metric), series);
  const same = book.byMetric.get(metric);
  if (same) same.push(series);
  else book.byMetric.set(metric, [series]);
  return series;
}

function grown<C extends Float64Array | Float32Array>(column: C, needed: number): C {
  const larger = new (column.constructor as new (length: number) => C)(Math.max(needed, column.length * 2)); // of its own kind
  larger.set(column);
  return larger;
}
