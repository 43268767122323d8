/** The claim check: an observable over n seeds, and an honest verdict. Pure functions over outcomes. */
import type { Card, Observable, Quantity } from './card';
import { defaultExperiment, type Experiment } from './experiment';
import type { KnobValues } from './knobs';
import type { Outcome } from './result';

export type Verdict = 'holds' | 'does not hold here' | 'undecided';
export interface Finding {
  readonly says: string;
  readonly verdict: Verdict;
  /** The statistic that is compared with the bound. */
  readonly value: number;
  readonly comparison: Observable['comparison'];
  readonly bound: number;
  readonly unit: string;
  /** left - right (absolute where the observable says so), one per seed; in seed order. */
  readonly perSeed: readonly { readonly seed: number; readonly left: number; readonly right: number; readonly difference: number; readonly agrees: boolean }[];
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const compare = { '>': (a: number, b: number) => a > b, '>=': (a: number, b: number) => a >= b, '<': (a: number, b: number) => a < b, '<=': (a: number, b: number) => a <= b };

function valuesBySeed(outcomes: readonly Outcome[], { arm, metric }: Quantity): Map<number, number> {
  return new Map(outcomes.filter((o) => o.arm === arm && o.metric === metric).map((o) => [o.seed, o.value]));
}

/**
 * Verdict of one observable. 'holds': the statistic meets the bound and so do at least 4 of 5 seeds taken singly. 'does not hold here': the
 * statistic misses the bound. 'undecided': the statistic meets it but seeds disagree, or there are fewer than 3 seeds.
 */
export function judge(observable: Observable, outcomes: readonly Outcome[]): Finding {
  const left = valuesBySeed(outcomes, observable.left);
  const right = typeof observable.right === 'number' ? undefined : valuesBySeed(outcomes, observable.right);
  const meets = (value: number): boolean => compare[observable.comparison](value, observable.bound);
  const size = (value: number): number => (observable.absolute ? Math.abs(value) : value);
  const perSeed = [...left.keys()].sort((a, b) => a - b).flatMap((seed) => {
    const a = left.get(seed)!;
    const b = right ? right.get(seed) : (observable.right as number);
    if (b === undefined) return [];
    const difference = size(a - b);
    return [{ seed, left: a, right: b, difference, agrees: meets(difference) }];
  });
  const value =
    observable.statistic === 'median-of-differences'
      ? median(perSeed.map((s) => s.difference))
      : size(median(perSeed.map((s) => s.left)) - median(perSeed.map((s) => s.right)));
  const agreeing = perSeed.filter((s) => s.agrees).length;
  const verdict: Verdict =
    perSeed.length < 3 ? 'undecided' : !meets(value) ? 'does not hold here' : agreeing >= 0.8 * perSeed.length ? 'holds' : 'undecided';
  return { says: observable.says, verdict, value, comparison: observable.comparison, bound: observable.bound, unit: observable.unit ?? '', perSeed };
}

/** A claim holds if every observable does; one that does not hold decides; else undecided. */
export function overall(findings: readonly Finding[]): Verdict {
  if (findings.some((f) => f.verdict === 'does not hold here')) return 'does not hold here';
  return findings.length > 0 && findings.every((f) => f.verdict === 'holds') ? 'holds' : 'undecided';
}

/** Equal settings give equal keys, whatever the order of their knobs. */
export const settingKey = (method: string, knobs: KnobValues): string =>
  `${method}?${Object.keys(knobs).sort().map((name) => `${name}=${String(knobs[name])}`).join('&')}`;

export const settingOf = (card: Card, observable: Observable): KnobValues => ({ ...defaultExperiment(card).knobs, ...observable.setting });

/** The runs of a claim check: one for each distinct setting, with the arms that its observables compare. */
export function claimExperiments(card: Card, seeds: number, base: Pick<Experiment, 'backend' | 'threads'>): readonly Experiment[] {
  const bySetting = new Map<string, { knobs: KnobValues; arms: Set<string> }>();
  for (const observable of card.claimCheck) {
    const knobs = settingOf(card, observable);
    const key = settingKey(card.id, knobs);
    const entry = bySetting.get(key) ?? { knobs, arms: new Set<string>() };
    entry.arms.add(observable.left.arm);
    if (typeof observable.right !== 'number') entry.arms.add(observable.right.arm);
    bySetting.set(key, entry);
  }
  const start = defaultExperiment(card);
  return [...bySetting.values()].map(({ knobs, arms }) => ({
    ...start,
    knobs,
    arms: Object.keys(card.arms).filter((arm) => arms.has(arm)),
    seeds,
    backend: base.backend,
    threads: base.threads,
  }));
}
