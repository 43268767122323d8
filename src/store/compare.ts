/** Kept runs side by side: which knobs differ, what each arm came to, and its curves over seeds. Pure. */
import type { KeptCurve, KeptRun } from '../keep/kept-runs';
import type { Card } from '../spec/card';
import { median } from '../spec/claim';
import type { Experiment } from '../spec/experiment';
import { wasBroken } from '../spec/lights';
import type { Points } from './chart-rows';
import { storeTexts } from './texts';

const t = storeTexts.differing;

/** One arm of one run. */
export interface Side {
  /** 'run id/arm'. */
  readonly key: string;
  readonly run: KeptRun;
  readonly arm: string;
  readonly label: string;
}
export const sidesOf = (runs: readonly KeptRun[], cardOf: (run: KeptRun) => Card | undefined): readonly Side[] =>
  runs.flatMap((run) => [...new Set(run.outcomes.map((o) => o.arm))].map((arm) => ({ key: `${run.id}/${arm}`, run, arm, label: `${run.name}: ${cardOf(run)?.arms[arm]?.label ?? arm}` })));

/** Outcomes of one metric by seed. */
export const bySeed = ({ run, arm }: Pick<Side, 'run' | 'arm'>, metric: string): ReadonlyMap<number, number> => new Map(run.outcomes.filter((o) => o.arm === arm && o.metric === metric).map((o) => [o.seed, o.value]));
/** Median over seeds; undefined where there is none. */
export function figureOf(side: Pick<Side, 'run' | 'arm'>, metric: string): number | undefined {
  const values = [...bySeed(side, metric).values()];
  return values.length === 0 ? undefined : median(values);
}
/** Metrics of which any of these has a figure, in the order of first appearance. */
export const metricsOf = (runs: readonly KeptRun[]): readonly string[] => [...new Set(runs.flatMap((run) => run.outcomes.map((o) => o.metric)))];
/** Sides by a metric, the largest first or last; those without a figure come last. */
export function sorted(sides: readonly Side[], metric: string | undefined, descending: boolean): readonly Side[] {
  if (metric === undefined) return sides;
  return sides.toSorted((a, b) => {
    const [x, y] = [figureOf(a, metric), figureOf(b, metric)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return descending ? y - x : x - y;
  });
}

/** Columns by which kept runs are put in order. */
export const runColumns = ['name', 'when', 'seeds', 'lights', 'proof'] as const;
export type RunColumn = (typeof runColumns)[number];
/** What each column is ordered by: the lights that are or were off first, an experiment of another version before all seeds. */
const orders: Readonly<Record<RunColumn, (run: KeptRun, experiment: Experiment | undefined) => string | number>> = {
  name: ({ name }) => name,
  when: ({ finishedAtMs }) => finishedAtMs,
  seeds: (_, experiment) => experiment?.seed ?? -1,
  lights: ({ lights }) => -lights.filter(wasBroken).length,
  proof: ({ proof }) => proof.fingerprint,
};
/** Kept runs, which come oldest first, in the order of a column; among equals the newest comes first. */
export function sortedRuns(runs: readonly KeptRun[], column: RunColumn, descending: boolean, experimentOf: (run: KeptRun) => Experiment | undefined): readonly KeptRun[] {
  const keyed = runs.toReversed().map((run) => ({ run, key: orders[column](run, experimentOf(run)) }));
  const order = (a: string | number, b: string | number): number => (typeof a === 'string' ? a.localeCompare(String(b), 'en', { numeric: true }) : a - Number(b)) * (descending ? -1 : 1);
  return keyed.toSorted((a, b) => order(a.key, b.key)).map(({ run }) => run);
}

export interface Differing {
  readonly label: string;
  /** As text, one for each experiment. */
  readonly values: readonly string[];
}
/** What is not the same in all: the method, then knobs by their labels, arms, seeds, provider, threads and files. */
export function differing(experiments: readonly Experiment[], cards: Readonly<Record<string, Card>>): readonly Differing[] {
  const rows: Differing[] = [];
  const add = (label: string, of: (e: Experiment) => string): void => {
    const values = experiments.map(of);
    if (new Set(values).size > 1) rows.push({ label, values });
  };
  add(t.method, (e) => cards[e.method]?.title ?? e.method);
  for (const name of new Set(experiments.flatMap((e) => Object.keys(e.knobs)))) {
    const label = experiments.map((e) => cards[e.method]?.knobs[name]?.label).find((l) => l !== undefined) ?? name;
    add(label, (e) => (Object.hasOwn(e.knobs, name) ? String(e.knobs[name]) : t.none));
  }
  add(t.arms, (e) => e.arms.map((arm) => cards[e.method]?.arms[arm]?.label ?? arm).join(', '));
  add(t.seeds, (e) => (e.seeds === 1 ? String(e.seed) : t.range(e.seed, e.seed + e.seeds - 1)));
  add(t.backend, (e) => e.backend);
  add(t.threads, (e) => String(e.threads));
  add(t.files, (e) => e.files.map((f) => f.name).join(', ') || t.none);
  return rows;
}

export const axes = ['step', 'share', 'time', 'examples'] as const;
export type Axis = (typeof axes)[number];
/**
 * One metric of every side that has it, seed by seed, at the steps that all its seeds have, so that the median over seeds and their range can be drawn. By time, a step stands
 * where its median over seeds is, and by examples likewise; points of which that is not known are left out. `arm` is the side's key. O(points)
 */
export function curvesFor(sides: readonly Side[], curves: Readonly<Record<string, readonly KeptCurve[]>>, metric: string, axis: Axis): readonly Points[] {
  return sides.flatMap((side) => {
    const own = (curves[side.run.id] ?? []).filter((c) => c.arm === side.arm && c.metric === metric && c.steps.length > 0);
    if (own.length === 0) return [];
    const placeOf = ({ steps, timesMs, examples }: KeptCurve, i: number): number => (axis === 'time' ? timesMs[i]! / 1000 : axis === 'examples' ? examples[i]! : steps[i]!);
    const rows = sharedRows(own.map(({ steps }) => steps)).map((row) => ({ row, x: median(row.map((i, s) => placeOf(own[s]!, i))) })).filter(({ x }) => Number.isFinite(x));
    if (rows.length === 0) return [];
    const last = rows.at(-1)!.x || 1;
    const steps = Float64Array.from(rows, ({ x }) => (axis === 'share' ? (100 * x) / last : x));
    return own.map(({ seed, values }, s): Points => ({ arm: side.key, seed, length: rows.length, steps, values: Float64Array.from(rows, ({ row }) => values[row[s]!]!) }));
  });
}
/** Where each of several ascending columns has a step that all of them have: an index into each. */
function sharedRows(columns: readonly Float64Array[]): readonly (readonly number[])[] {
  const rows: number[][] = [];
  const at = columns.map(() => 0);
  for (;;) {
    let target = -Infinity;
    for (let c = 0; c < columns.length; c++) {
      if (at[c]! >= columns[c]!.length) return rows;
      target = Math.max(target, columns[c]![at[c]!]!);
    }
    let all = true;
    columns.forEach((steps, c) => {
      while (at[c]! < steps.length && !(steps[at[c]!]! >= target)) at[c]!++;
      all &&= steps[at[c]!] === target;
    });
    if (!all) continue;
    rows.push([...at]);
    for (let c = 0; c < at.length; c++) at[c]!++;
  }
}
/** Of those that have a curve of the metric, which have no point on this axis. */
export const withoutAxis = (sides: readonly Side[], curves: Readonly<Record<string, readonly KeptCurve[]>>, metric: string, axis: Axis): readonly Side[] => {
  const drawn = (by: Axis): ReadonlySet<string> => new Set(curvesFor(sides, curves, metric, by).map(({ arm }) => arm));
  const [there, here] = [drawn('step'), drawn(axis)];
  return sides.filter(({ key }) => there.has(key) && !here.has(key));
};
/** Colours that a person has given to sides, by their keys. */
export const chosenColours = (sides: readonly Side[]): Readonly<Record<string, number>> =>
  Object.fromEntries(sides.flatMap(({ key, run, arm }) => (Object.hasOwn(run.colours, arm) ? [[key, run.colours[arm]!]] : [])));
/** The run's colours with that of one arm changed; undefined: by its place again. */
export const recoloured = ({ colours }: Pick<KeptRun, 'colours'>, arm: string, colour: number | undefined): Readonly<Record<string, number>> =>
  Object.fromEntries([...Object.entries(colours).filter(([other]) => other !== arm), ...(colour === undefined ? [] : [[arm, colour] as const])]);
/** Metrics that any of these has curves of. */
export const curveMetrics = (runs: readonly KeptRun[], curves: Readonly<Record<string, readonly KeptCurve[]>>): readonly string[] => [...new Set(runs.flatMap((run) => (curves[run.id] ?? []).map((c) => c.metric)))];
