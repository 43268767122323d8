/** Kept runs side by side: which knobs differ, what each arm came to, and its curves over seeds. Pure. */
import type { KeptCurve, KeptRun } from '../keep/kept-runs';
import type { Card } from '../spec/card';
import { median } from '../spec/claim';
import type { Experiment } from '../spec/experiment';
import type { Lines } from '../spec/picture';

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
  add('Method', (e) => cards[e.method]?.title ?? e.method);
  for (const name of new Set(experiments.flatMap((e) => Object.keys(e.knobs)))) {
    const label = experiments.map((e) => cards[e.method]?.knobs[name]?.label).find((l) => l !== undefined) ?? name;
    add(label, (e) => (Object.hasOwn(e.knobs, name) ? String(e.knobs[name]) : '–'));
  }
  add('Arms', (e) => e.arms.map((arm) => cards[e.method]?.arms[arm]?.label ?? arm).join(', '));
  add('Seeds', (e) => (e.seeds === 1 ? String(e.seed) : `${e.seed} to ${e.seed + e.seeds - 1}`));
  add('Runs on', (e) => e.backend);
  add('Threads', (e) => String(e.threads));
  add('Files', (e) => e.files.map((f) => f.name).join(', ') || '–');
  return rows;
}

export type Axis = 'step' | 'share';
/** Median over seeds of one metric of every side that has it, at the steps that all its seeds have. `arm` of a series is the side's key, for its colour. */
export function curvesFor(sides: readonly Side[], curves: Readonly<Record<string, readonly KeptCurve[]>>, metric: string, axis: Axis): Lines['series'] {
  return sides.flatMap((side) => {
    const own = (curves[side.run.id] ?? []).filter((c) => c.arm === side.arm && c.metric === metric && c.steps.length > 0);
    if (own.length === 0) return [];
    const at = new Map<number, number[]>();
    for (const { steps, values } of own) steps.forEach((step, i) => {
      const there = at.get(step);
      if (there) there.push(values[i]!);
      else at.set(step, [values[i]!]);
    });
    const shared = [...at].filter(([, values]) => values.length === own.length && values.every(Number.isFinite)).sort(([a], [b]) => a - b);
    if (shared.length === 0) return [];
    const last = shared.at(-1)![0] || 1;
    return [{ label: side.label, arm: side.key, x: Float32Array.from(shared, ([step]) => (axis === 'share' ? (100 * step) / last : step)), y: Float32Array.from(shared, ([, values]) => median(values)) }];
  });
}
/** Metrics that any of these has curves of. */
export const curveMetrics = (runs: readonly KeptRun[], curves: Readonly<Record<string, readonly KeptCurve[]>>): readonly string[] => [...new Set(runs.flatMap((run) => (curves[run.id] ?? []).map((c) => c.metric)))];
