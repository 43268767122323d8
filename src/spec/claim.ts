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
  /** Of the seeds that count; in seed order. */
  readonly perSeed: readonly SeedFinding[];
  /** Seeds in which what the observable takes as given was not so. They count neither way. */
  readonly voided: readonly (SeedFinding & { /** |left - right| of what is given; NaN where the run did not say. */ readonly gap: number })[];
}
export interface SeedFinding {
  readonly seed: number;
  readonly left: number;
  readonly right: number;
  /** left - right, absolute where the observable says so. */
  readonly difference: number;
  readonly agrees: boolean;
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

/** Both sides of a comparison in each seed that has both; in seed order. */
function sidesBySeed({ left, right }: Pick<Observable, 'left' | 'right'>, outcomes: readonly Outcome[]): readonly { readonly seed: number; readonly left: number; readonly right: number }[] {
  const others = typeof right === 'number' ? undefined : valuesBySeed(outcomes, right);
  return [...valuesBySeed(outcomes, left)].sort(([a], [b]) => a - b).flatMap(([seed, value]) => {
    const other = others ? others.get(seed) : (right as number);
    return other === undefined ? [] : [{ seed, left: value, right: other }];
  });
}

/**
 * Verdict of one observable. 'holds': the statistic meets the bound and so do at least 4 of 5 seeds taken singly. 'does not hold here': the
 * statistic misses the bound. 'undecided': the statistic meets it but seeds disagree, or fewer than 3 seeds count.
 */
export function judge(observable: Observable, outcomes: readonly Outcome[]): Finding {
  const meets = (value: number): boolean => compare[observable.comparison](value, observable.bound);
  const size = (value: number): number => (observable.absolute ? Math.abs(value) : value);
  const { given } = observable;
  const gaps = given && new Map(sidesBySeed(given, outcomes).map(({ seed, left, right }) => [seed, Math.abs(left - right)]));
  const perSeed: SeedFinding[] = [];
  const voided: Finding['voided'][number][] = [];
  for (const { seed, left, right } of sidesBySeed(observable, outcomes)) {
    const difference = size(left - right);
    const found = { seed, left, right, difference, agrees: meets(difference) };
    const gap = gaps ? (gaps.get(seed) ?? NaN) : 0;
    if (given && !(gap <= given.within)) voided.push({ ...found, gap });
    else perSeed.push(found);
  }
  const value =
    observable.statistic === 'median-of-differences'
      ? median(perSeed.map((s) => s.difference))
      : size(median(perSeed.map((s) => s.left)) - median(perSeed.map((s) => s.right)));
  const agreeing = perSeed.filter((s) => s.agrees).length;
  const verdict: Verdict =
    perSeed.length < 3 ? 'undecided' : !meets(value) ? 'does not hold here' : agreeing >= 0.8 * perSeed.length ? 'holds' : 'undecided';
  return { says: observable.says, verdict, value, comparison: observable.comparison, bound: observable.bound, unit: observable.unit ?? '', perSeed, voided };
}

/** How many more seeds must count before there is a verdict, and, where too many seeds disagree, how many more must agree for it to hold (the statistic staying as it is). */
export function outlookOf({ perSeed, verdict }: Finding): { readonly toCount: number; readonly toHold: number } {
  const disagreeing = perSeed.filter((s) => !s.agrees).length;
  return { toCount: Math.max(0, 3 - perSeed.length), toHold: perSeed.length >= 3 && verdict === 'undecided' ? Math.max(0, 5 * disagreeing - perSeed.length) : 0 };
}

/** A claim holds if every observable does; one that does not hold decides; else undecided. */
export function overall(findings: readonly Finding[]): Verdict {
  if (findings.some((f) => f.verdict === 'does not hold here')) return 'does not hold here';
  return findings.length > 0 && findings.every((f) => f.verdict === 'holds') ? 'holds' : 'undecided';
}

/** Equal settings give equal keys, whatever the order of their knobs. */
export const settingKey = (method: string, knobs: KnobValues): string =>
  `${method}?${Object.keys(knobs).sort().map((name) => `${name}=${String(knobs[name])}`).join('&')}`;

/** Every quantity that an observable reads from a run. */
export const quantitiesOf = ({ left, right, given }: Observable): readonly Quantity[] => [left, right, given?.left, given?.right].filter((side) => typeof side === 'object');

export const settingOf = (card: Card, observable: Observable): KnobValues => ({ ...defaultExperiment(card).knobs, ...observable.setting });

/** The runs of a claim check: one for each distinct setting, with the arms that its observables compare. */
export function claimExperiments(card: Card, seeds: number, base: Pick<Experiment, 'backend' | 'threads'>): readonly Experiment[] {
  const bySetting = new Map<string, { knobs: KnobValues; arms: Set<string> }>();
  for (const observable of card.claimCheck) {
    const knobs = settingOf(card, observable);
    const key = settingKey(card.id, knobs);
    const entry = bySetting.get(key) ?? { knobs, arms: new Set<string>() };
    for (const { arm } of quantitiesOf(observable)) entry.arms.add(arm);
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
