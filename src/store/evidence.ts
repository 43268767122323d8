/** Claim checks on the page: which runs an observable needs, and what the runs so far say about it. Pure. */
import type { Card, Observable } from '../spec/card';
import { judge, settingKey, settingOf, type Finding } from '../spec/claim';
import type { Experiment } from '../spec/experiment';
import type { Outcome } from '../spec/result';

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
    return finding && finding.perSeed.length > 0 ? { observable, finding } : { observable };
  });
