/**
 * From columns to the rows that a chart draws: smoothing, then the median and the range over seeds, then as few rows as there are pixels.
 * Order, stated on the page: each seed's series is smoothed first, then seeds are combined, then the result is thinned to extremes.
 */
import { median } from '../spec/claim';
import { axisOver, type Axis, type Range } from './chart-view';
import type { Series } from './series';

/** What a chart needs of a series. `steps` ascend; they are whatever stands along the first axis. */
export type Points = Pick<Series, 'arm' | 'seed' | 'length' | 'steps' | 'values'>;

/** `step`, then one value for every arm, and `<arm>:band` where several seeds have come. */
export type Row = { readonly step: number } & { readonly [column: string]: number | readonly [number, number] | undefined };
export interface RowOptions {
  /** Pixels to fill: at most two rows a bucket. */
  readonly buckets: number;
  /** Points of the trailing mean; 1 draws the raw series. */
  readonly smoothing: number;
  /** Values that are not positive cannot stand on a logarithmic axis: they leave a gap. */
  readonly positiveOnly?: boolean;
  /** Only steps from here to there, and one more at either side, so that lines reach the edges; points are thinned within. */
  readonly range?: Range;
  /** The first axis is logarithmic: steps that are not positive are left out, and buckets are as wide as they are drawn. */
  readonly logX?: boolean;
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
export function chartRows(all: readonly Points[], arms: readonly string[], { buckets, smoothing, positiveOnly = false, range, logX = false }: RowOptions): readonly Row[] {
  const columns = all.filter((s) => s.length > 0 && arms.includes(s.arm)).map((s) => within({ arm: s.arm, length: s.length, steps: s.steps, values: smooth(s.values, s.length, smoothing) }, range, logX)).filter((c) => c.length > 0);
  if (columns.length === 0) return [];
  const usable = (value: number): boolean => Number.isFinite(value) && (!positiveOnly || value > 0);
  const longest = columns.reduce((most, c) => Math.max(most, c.length), 0);
  return longest <= buckets ? exactRows(columns, usable) : thinnedRows(columns, usable, buckets, logX);
}

interface Columns {
  readonly arm: string;
  readonly length: number;
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

/** The first of ascending steps that is not below `from`. O(log length) */
function firstFrom(steps: Float64Array, length: number, from: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
/** The part of a series in a range, with its neighbours; on a logarithmic axis only what is positive. Empty where no point lies in the range and none on both sides. */
function within({ arm, length, steps, values }: Columns, range: Range | undefined, logX: boolean): Columns {
  const least = logX ? firstFrom(steps, length, Number.MIN_VALUE) : 0;
  const [start, end] = range ? [Math.max(least, firstFrom(steps, length, range[0]) - 1), Math.min(length, firstFrom(steps, length, range[1] + 1e-9) + 1)] : [least, length];
  const none = end <= start || (range !== undefined && (steps[end - 1]! < range[0] || steps[start]! > range[1]));
  return none ? { arm, length: 0, steps, values } : { arm, length: end - start, steps: steps.subarray(start, end), values: values.subarray(start, end) };
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
function thinnedRows(columns: readonly Columns[], usable: (value: number) => boolean, buckets: number, logX: boolean): readonly Row[] {
  let from = Infinity;
  let to = -Infinity;
  for (const { steps, length } of columns) {
    from = Math.min(from, steps[0]!);
    to = Math.max(to, steps[length - 1]!);
  }
  const axis: Axis = axisOver([from, to], logX);
  const perArm = new Map<string, Bucket[][]>();
  for (const { arm, length, steps, values } of columns) {
    const seedBuckets: Bucket[] = [];
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (!usable(value)) continue;
      const at = Math.min(buckets - 1, Math.max(0, Math.floor(axis.at(steps[i]!) * buckets)));
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
    const early: Record<string, number | readonly [number, number]> = { step: axis.back(b / buckets) };
    const late: Record<string, number | readonly [number, number]> = { step: axis.back((b + 0.5) / buckets) };
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

/** What the curves of one arm say at one place. */
export interface Reading {
  readonly arm: string;
  /** The point that was read: the one nearest to the place asked for. */
  readonly at: number;
  /** As drawn: smoothed, then the median over seeds. */
  readonly value: number;
  /** Least and greatest over seeds, where there are several. */
  readonly band?: readonly [number, number];
}
/** The place of the point nearest to `x`; -1 where there is none. */
export function nearest({ steps, length }: Pick<Points, 'steps' | 'length'>, x: number): number {
  const next = firstFrom(steps, length, x);
  return next === length || (next > 0 && x - steps[next - 1]! <= steps[next]! - x) ? next - 1 : next;
}
/** Every point is kept, so that what is read is a point, however many of them share a pixel. O(series x (log points + smoothing)) */
export function readAt(all: readonly Points[], arms: readonly string[], x: number, smoothing: number): readonly Reading[] {
  return arms.flatMap((arm) => {
    const own = all.filter((s) => s.arm === arm && s.length > 0);
    if (own.length === 0) return [];
    const places = own.map((s) => nearest(s, x));
    const values = own.map((s, i) => trailingMean(s.values, places[i]!, smoothing));
    return [{ arm, at: own[0]!.steps[places[0]!]!, value: median(values), ...(own.length > 1 && { band: [Math.min(...values), Math.max(...values)] as const }) }];
  });
}
/** One entry of what `smooth` gives. */
function trailingMean(values: Float64Array, at: number, window: number): number {
  let [sum, count] = [0, 0];
  for (let i = at; i >= 0 && count < window && Number.isFinite(values[i]!); i--, count++) sum += values[i]!;
  return count === 0 ? values[at]! : sum / count;
}
