/**
 * From columns to the rows that a chart draws: smoothing, then the median and the range over seeds, then as few rows as there are pixels.
 * Order, stated on the page: each seed's series is smoothed first, then seeds are combined, then the result is thinned to extremes.
 */
import { median } from '../spec/claim';
import type { Series } from './series';

/** `step`, then one value for every arm, and `<arm>:band` where several seeds have come. */
export type Row = { readonly step: number } & { readonly [column: string]: number | readonly [number, number] | undefined };
export interface RowOptions {
  /** Pixels to fill: at most two rows a bucket. */
  readonly buckets: number;
  /** Points of the trailing mean; 1 draws the raw series. */
  readonly smoothing: number;
  /** Values that are not positive cannot stand on a logarithmic axis: they leave a gap. */
  readonly positiveOnly?: boolean;
  /** Only steps from here to there; points are thinned within. */
  readonly range?: readonly [from: number, to: number];
}
export const bandOf = (arm: string): string => `${arm}:band`;

/** Trailing mean over the last `window` points of one series. The first points average what there is. */
export function smooth(values: Float64Array, length: number, window: number): Float64Array {
  const shown = values.subarray(0, length);
  if (window <= 1) return shown;
  const means = new Float64Array(length);
  for (let i = 0, sum = 0, count = 0; i < length; i++) {
    // A value that is not finite would poison every later sum: the window starts anew behind it.
    if (!Number.isFinite(shown[i]!)) {
      means[i] = shown[i]!;
      sum = count = 0;
      continue;
    }
    sum += shown[i]!;
    count++;
    if (count > window) {
      sum -= shown[i - window]!;
      count = window;
    }
    means[i] = sum / count;
  }
  return means;
}

interface Bucket {
  min: number;
  max: number;
  minAt: number;
  maxAt: number;
  sum: number;
  count: number;
}

/** The rows of one metric. `arms` that are hidden are left out by the caller. */
export function chartRows(all: readonly Series[], arms: readonly string[], { buckets, smoothing, positiveOnly = false, range }: RowOptions): readonly Row[] {
  const columns = all.filter((s) => s.length > 0 && arms.includes(s.arm)).map((s) => within({ arm: s.arm, length: s.length, steps: s.steps, values: smooth(s.values, s.length, smoothing) }, range)).filter((c) => c.length > 0);
  if (columns.length === 0) return [];
  const usable = (value: number): boolean => Number.isFinite(value) && (!positiveOnly || value > 0);
  const longest = columns.reduce((most, c) => Math.max(most, c.length), 0);
  return longest <= buckets ? exactRows(columns, usable) : thinnedRows(columns, usable, buckets);
}

interface Columns {
  readonly arm: string;
  readonly length: number;
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

/** The part of a series whose steps lie in a range; they ascend. */
function within({ arm, length, steps, values }: Columns, range: RowOptions['range']): Columns {
  if (!range) return { arm, length, steps, values };
  const first = (from: number): number => {
    let [low, high] = [0, length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle]! < from) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const [start, end] = [first(range[0]), first(range[1] + 1e-9)];
  return { arm, length: end - start, steps: steps.subarray(start, end), values: values.subarray(start, end) };
}

function exactRows(columns: readonly Columns[], usable: (value: number) => boolean): readonly Row[] {
  const byStep = new Map<number, Map<string, number[]>>();
  const seeds = new Map<string, number>();
  for (const { arm, length, steps, values } of columns) {
    seeds.set(arm, (seeds.get(arm) ?? 0) + 1);
    for (let i = 0; i < length; i++) {
      if (!usable(values[i]!)) continue;
      let row = byStep.get(steps[i]!);
      if (!row) byStep.set(steps[i]!, (row = new Map()));
      const there = row.get(arm);
      if (there) there.push(values[i]!);
      else row.set(arm, [values[i]!]);
    }
  }
  return [...byStep.keys()].sort((a, b) => a - b).map((step) => {
    const row: Record<string, number | readonly [number, number]> = { step };
    for (const [arm, values] of byStep.get(step)!) {
      row[arm] = median(values);
      if ((seeds.get(arm) ?? 0) > 1) row[bandOf(arm)] = [Math.min(...values), Math.max(...values)];
    }
    return row as Row;
  });
}

/**
 * Two rows a bucket. One seed: the bucket's least and greatest value, in the order in which they came, so that no spike is lost. Several
 * seeds: the median over seeds of their means in the bucket, with the least and the greatest of all as the band.
 */
function thinnedRows(columns: readonly Columns[], usable: (value: number) => boolean, buckets: number): readonly Row[] {
  let from = Infinity;
  let to = -Infinity;
  for (const { steps, length } of columns) {
    from = Math.min(from, steps[0]!);
    to = Math.max(to, steps[length - 1]!);
  }
  const width = (to - from || 1) / buckets;
  const perArm = new Map<string, Bucket[][]>();
  for (const { arm, length, steps, values } of columns) {
    const seedBuckets: Bucket[] = [];
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (!usable(value)) continue;
      const at = Math.min(buckets - 1, Math.max(0, Math.floor((steps[i]! - from) / width)));
      const bucket = (seedBuckets[at] ??= { min: Infinity, max: -Infinity, minAt: 0, maxAt: 0, sum: 0, count: 0 });
      if (value < bucket.min) [bucket.min, bucket.minAt] = [value, i];
      if (value > bucket.max) [bucket.max, bucket.maxAt] = [value, i];
      bucket.sum += value;
      bucket.count++;
    }
    const known = perArm.get(arm);
    if (known) known.push(seedBuckets);
    else perArm.set(arm, [seedBuckets]);
  }
  const rows: Row[] = [];
  for (let b = 0; b < buckets; b++) {
    const early: Record<string, number | readonly [number, number]> = { step: from + b * width };
    const late: Record<string, number | readonly [number, number]> = { step: from + (b + 0.5) * width };
    let any = false;
    for (const [arm, seeds] of perArm) {
      const here = seeds.map((s) => s[b]).filter((bucket) => bucket !== undefined);
      if (here.length === 0) continue;
      any = true;
      if (seeds.length === 1) {
        const { min, max, minAt, maxAt } = here[0]!;
        [early[arm], late[arm]] = minAt <= maxAt ? [min, max] : [max, min];
      } else {
        early[arm] = median(here.map(({ sum, count }) => sum / count));
        early[bandOf(arm)] = [Math.min(...here.map((h) => h.min)), Math.max(...here.map((h) => h.max))];
      }
    }
    if (any) rows.push(early as Row, ...(Object.keys(late).length > 1 ? [late as Row] : []));
  }
  return rows;
}

/** Least and greatest value that the rows draw, bands included; [Infinity, -Infinity] for no rows. */
export function rowsExtent(rows: readonly Row[]): readonly [number, number] {
  let least = Infinity;
  let greatest = -Infinity;
  const meet = (value: number): void => {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  };
  for (const row of rows) {
    for (const column in row) {
      const cell = column === 'step' ? undefined : row[column];
      if (typeof cell === 'number') meet(cell);
      else if (cell !== undefined) cell.forEach(meet);
    }
  }
  return [least, greatest];
}
