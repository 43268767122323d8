/** What a sweep came to, in the form of its views: rows, the best so far, cells over two knobs, a table as text. Pure. */
import type { PointResult } from '../keep/kept-sweeps';
import { metricLabel, type Card } from '../spec/card';
import { median } from '../spec/claim';
import type { KnobValue } from '../spec/knobs';
import type { SweepPoint } from '../spec/sweep';
import { csvCell } from './csv';

/** A figure of a point over its seeds. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}
/** What is looked at: an outcome of an arm. */
export interface Looked {
  readonly arm: string;
  readonly metric: string;
}
export interface SweepRow {
  /** Its place in the plan. */
  readonly at: number;
  readonly knobs: SweepPoint['knobs'];
  readonly result?: PointResult;
  /** Of what is looked at; absent until it is there. */
  readonly figure?: Figure;
}
/** Outcomes that any point has, in the order of first appearance. */
export const lookable = (results: readonly (PointResult | undefined)[]): readonly Looked[] => {
  const found = new Map<string, Looked>();
  for (const result of results) for (const { arm, metric } of result?.outcomes ?? []) if (!found.has(`${arm}\n${metric}`)) found.set(`${arm}\n${metric}`, { arm, metric });
  return [...found.values()];
};
export function figureOf(result: PointResult | undefined, { arm, metric }: Looked): Figure | undefined {
  const values = (result?.outcomes ?? []).filter((o) => o.arm === arm && o.metric === metric).map((o) => o.value);
  return values.length === 0 ? undefined : { median: median(values), least: Math.min(...values), most: Math.max(...values), count: values.length };
}
export const rowsOf = (points: readonly SweepPoint[], results: readonly (PointResult | undefined)[], looked: Looked | undefined): readonly SweepRow[] =>
  points.map(({ knobs }, at) => {
    const result = results[at];
    const figure = looked && figureOf(result, looked);
    return { at, knobs, ...(result && { result }), ...(figure && { figure }) };
  });
/** Whether less of a metric is better, as far as its name says: losses, errors, distances and times are, all else is not. */
export const lessIsBetter = (metric: string): boolean => /loss|error|distance|perplexity|nats|time|gap|forget|wer|fid/i.test(metric);

/** The best figure up to each point, in the plan's order; points without one are left out. */
export function bestSoFar(rows: readonly SweepRow[], less: boolean): readonly { readonly at: number; readonly value: number; readonly best: number }[] {
  let best = less ? Infinity : -Infinity;
  return rows.flatMap(({ at, figure }) => {
    if (!figure || !Number.isFinite(figure.median)) return [];
    best = less ? Math.min(best, figure.median) : Math.max(best, figure.median);
    return [{ at, value: figure.median, best }];
  });
}
export interface Cell {
  readonly x: KnobValue;
  readonly y: KnobValue;
  /** Points of this cell that have a figure, the best first. */
  readonly at: readonly number[];
  /** The median of their medians; absent where none has ended. */
  readonly value?: number;
}
const inOrder = (a: KnobValue, b: KnobValue): number => (typeof a === 'number' && typeof b === 'number' ? a - b : 0);
/** Values of a knob over the rows: numbers by size, others in order of appearance. */
export const valuesOf = (rows: readonly SweepRow[], knob: string): readonly KnobValue[] => [...new Set(rows.map((row) => row.knobs[knob]!))].sort(inOrder);
/** Cells over two knobs, row by row from the least y: the other knobs are summed over by the median. */
export function cellsOf(rows: readonly SweepRow[], x: string, y: string, less: boolean): readonly (readonly Cell[])[] {
  const [xs, ys] = [valuesOf(rows, x), valuesOf(rows, y)];
  return ys.map((yv) => xs.map((xv): Cell => {
    const own = rows.filter((row) => row.knobs[x] === xv && row.knobs[y] === yv && row.figure).sort((a, b) => (a.figure!.median - b.figure!.median) * (less ? 1 : -1));
    return { x: xv, y: yv, at: own.map((row) => row.at), ...(own.length > 0 && { value: median(own.map((row) => row.figure!.median)) }) };
  }));
}
/** 'knob' or a metric's figure; rows without it come last. */
export function sortedRows(rows: readonly SweepRow[], by: { readonly knob: string } | 'figure' | undefined, descending: boolean): readonly SweepRow[] {
  if (by === undefined) return rows;
  const of = (row: SweepRow): KnobValue | undefined => (by === 'figure' ? row.figure?.median : row.knobs[by.knob]);
  return rows.toSorted((a, b) => {
    const [p, q] = [of(a), of(b)];
    if (p === undefined || q === undefined) return Number(p === undefined) - Number(q === undefined);
    const order = typeof p === 'number' && typeof q === 'number' ? p - q : String(p) < String(q) ? -1 : p === q ? 0 : 1;
    return descending ? -order : order;
  });
}
/** A knob's values between which rows are kept, ends included; for knobs that are no numbers, the values that are kept. */
export type Filters = Readonly<Record<string, { readonly from?: number; readonly to?: number; readonly only?: readonly KnobValue[] }>>;
/** Whether a row lies within every filter; 'figure' filters what is looked at. */
export const passes = ({ knobs, figure }: SweepRow, filters: Filters): boolean =>
  Object.entries(filters).every(([name, { from, to, only }]) => {
    const value = name === 'figure' ? figure?.median : knobs[name];
    if (only) return value !== undefined && only.includes(value);
    if (from === undefined && to === undefined) return true;
    return typeof value === 'number' && value >= (from ?? -Infinity) && value <= (to ?? Infinity);
  });
/** Every point: its knobs, how it ended, and every outcome's median, least and greatest over the seeds. */
export function sweepCsv(card: Card, points: readonly SweepPoint[], results: readonly (PointResult | undefined)[]): string {
  const knobs = Object.keys(points[0]?.knobs ?? {});
  const columns = lookable(results);
  const named = columns.flatMap(({ arm, metric }) => ['median', 'least', 'greatest'].map((which) => csvCell(`${card.arms[arm]?.label ?? arm}: ${metricLabel(card, metric)} (${which})`)));
  const lines = points.map((point, at) => {
    const result = results[at];
    const figures = columns.flatMap((looked) => {
      const figure = figureOf(result, looked);
      return figure ? [figure.median, figure.least, figure.most].map(String) : ['', '', ''];
    });
    return [String(at + 1), ...knobs.map((k) => csvCell(String(point.knobs[k]))), csvCell(!result ? 'not run' : (result.problem ?? 'finished')), ...figures].join(',');
  });
  return `${[['point', ...knobs.map(csvCell), 'ended'], named].flat().join(',')}\n${lines.join('\n')}\n`;
}
