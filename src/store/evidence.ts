/** Claim checks on the page: which runs an observable needs, and what the runs so far say about it. Pure. */
import type { Card, Observable } from '../spec/card';
import { claimExperiments, judge, settingKey, settingOf, type Finding } from '../spec/claim';
import type { Experiment } from '../spec/experiment';
import type { Outcome } from '../spec/result';
import { csvCell } from './csv';

/** What finished runs found, by method and knob values. */
export type EvidenceBook = Readonly<Record<string, readonly Outcome[]>>;

/** Keeps, for each setting and arm, the run with the most seeds (the latest of equals). Runs on the user's own files prove nothing about the card's claim. */
export function addEvidence(book: EvidenceBook, experiment: Experiment, outcomes: readonly Outcome[]): EvidenceBook {
  if (experiment.files.length > 0 || outcomes.length === 0) return book;
  const key = settingKey(experiment.method, experiment.knobs);
  const known = book[key] ?? [];
  const seedsOf = (list: readonly Outcome[], arm: string): number => new Set(list.filter((o) => o.arm === arm).map((o) => o.seed)).size;
  const arms = new Set(outcomes.map((o) => o.arm));
  const replaced = new Set([...arms].filter((arm) => seedsOf(outcomes, arm) >= seedsOf(known, arm)));
  return { ...book, [key]: [...known.filter((o) => !replaced.has(o.arm)), ...outcomes.filter((o) => replaced.has(o.arm))] };
}

export interface JudgedObservable {
  readonly observable: Observable;
  /** Absent until a run at its setting has finished. */
  readonly finding?: Finding;
}
export const judgeAll = (card: Card, book: EvidenceBook): readonly JudgedObservable[] =>
  card.claimCheck.map((observable) => {
    const evidence = book[settingKey(card.id, settingOf(card, observable))];
    const finding = evidence && judge(observable, evidence);
    return finding && finding.perSeed.length + finding.voided.length > 0 ? { observable, finding } : { observable };
  });

/** The runs of a claim check for which there is not yet a finding over so many seeds for every arm; all of them where nothing is missing. */
export function claimRunsLeft(card: Card, seeds: number, base: Pick<Experiment, 'backend' | 'threads'>, book: EvidenceBook): { readonly runs: readonly Experiment[]; readonly of: number } {
  const all = claimExperiments(card, seeds, base);
  const missing = all.filter(({ method, knobs, arms }) => {
    const known = book[settingKey(method, knobs)] ?? [];
    return arms.some((arm) => new Set(known.filter((o) => o.arm === arm).map((o) => o.seed)).size < seeds);
  });
  return { runs: missing.length > 0 ? missing : all, of: all.length };
}
/** Every seed of every statement, a row each. */
export function claimCsv(judged: readonly JudgedObservable[]): string {
  const rows = judged.flatMap(({ observable, finding }) => (finding ? [...finding.perSeed.map((s) => ({ ...s, counts: s.agrees ? 'agrees' : 'disagrees' })), ...finding.voided.map((s) => ({ ...s, counts: 'void' }))] : []).sort((a, b) => a.seed - b.seed)
    .map((s) => [csvCell(observable.says), s.seed, s.left, s.right, s.difference, `${observable.comparison} ${observable.bound}`, s.counts, finding!.value, finding!.verdict].join()));
  return `statement,seed,left,right,difference,bound,seed says,statistic,verdict\n${rows.join('\n')}\n`;
}
