/** Everything that the experiment at hand can be taken away as. Made here, on the user's computer. */
import { metricLabel, type Card } from '../../spec/card';
import type { Experiment } from '../../spec/experiment';
import { writeLink } from '../../spec/link';
import type { Taken, TakenFile } from '../../spec/take-away';
import { csvCell, csvOf } from '../csv';
import { asProved } from '../proof';
import type { Run } from '../run';
import { writeSaved } from '../saved';
import { readme, takeTexts, type Kind } from './texts';
import script from './train.py?raw';

export interface TakeAwayFile {
  readonly path: string;
  readonly kind: Kind;
  readonly says: string;
  readonly bytes: Uint8Array;
}
export interface Subject {
  readonly card: Card;
  /** At hand; where there is a run, that one's own counts. */
  readonly experiment: Experiment;
  readonly run?: Run;
  readonly taken?: Taken;
  /** Why there is nothing of the worker's. */
  readonly problem?: string;
  readonly now: Date;
}
const t = takeTexts.says;
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** README first; then what the page knows, and what the worker made. */
export async function assemble({ card, experiment: atHand, run, taken, problem, now }: Subject): Promise<readonly TakeAwayFile[]> {
  const proof = run?.status === 'finished' ? run.result?.proof : undefined;
  const experiment = asProved(run?.experiment ?? atHand, proof);
  const link = writeLink(card, experiment, proof);
  const without = taken ? seedsWithout(run?.result?.outcomes ?? [], taken.info.trainings) : [];
  const about = readme({ without, title: card.title, link, when: now.toISOString().slice(0, 16).replace('T', ' '), ...(run?.provider && { provider: run.provider }), ...(taken && { info: taken.info }), ...(problem !== undefined && { problem: takeTexts.noGraphs(problem) }) });
  const files: TakeAwayFile[] = [
    { path: 'README.md', kind: 'script', says: t.readme, bytes: text(about) },
    { path: 'experiment.stipple.json', kind: 'experiment', says: t.experiment, bytes: text(writeSaved(card, experiment, proof)) },
    { path: 'link.txt', kind: 'experiment', says: t.link, bytes: text(`${link}\n`) },
  ];
  if (run?.result) {
    const rows = run.result.outcomes.map(({ arm, seed, metric, value }) => [card.arms[arm]?.label ?? arm, String(seed), metricLabel(card, metric), String(value)].map(csvCell).join(','));
    files.push({ path: 'results.csv', kind: 'results', says: t.resultsCsv, bytes: text(`arm,seed,metric,value\n${rows.join('\n')}\n`) });
    files.push({ path: 'results.json', kind: 'results', says: t.resultsJson, bytes: text(`${JSON.stringify({ link, provider: run.provider, ...run.result }, null, 2)}\n`) });
  }
  for (const [metric, series] of run?.book.byMetric ?? []) {
    await breath();
    files.push({ path: `curves/${metric.replace(/[^A-Za-z0-9._-]+/g, '-')}.csv`, kind: 'curves', says: t.curve(metricLabel(card, metric)), bytes: text(csvOf(card, 'step', metric, series)) });
  }
  if (taken && taken.info.trainings.length > 0) {
    files.push({ path: 'train.py', kind: 'script', says: t.script, bytes: text(script) });
    files.push({ path: 'take-away.json', kind: 'script', says: t.info, bytes: text(`${JSON.stringify(taken.info, null, 2)}\n`) });
  }
  return [...files, ...(taken?.files ?? []).map((file) => shown(card, file))];
}
/** Seeds of which there are outcomes and no training, where others have one. */
function seedsWithout(outcomes: readonly { readonly seed: number }[], trainings: readonly { readonly seed: number }[]): readonly number[] {
  const there = new Set(trainings.map(({ seed }) => seed));
  return there.size === 0 ? [] : [...new Set(outcomes.map(({ seed }) => seed))].filter((seed) => !there.has(seed)).sort((a, b) => a - b);
}
function shown(card: Card, { path, kind, name, arm, seed = 0, bytes }: TakenFile): TakeAwayFile {
  const label = arm === undefined ? takeTexts.shared : (card.arms[arm]?.label ?? arm);
  switch (kind) {
    case 'step': return { path, bytes, kind: 'step', says: t.step(name) };
    case 'params': return { path, bytes, kind: 'params', says: t.params(label, seed) };
    case 'masks': return { path, bytes, kind: 'masks', says: t.masks(label, seed) };
    case 'model': return { path, bytes, kind: 'model', says: t.model(name, label, seed) };
    case 'initial': return { path, bytes, kind: 'start', says: t.initial(label, seed) };
    case 'batches': return { path, bytes, kind: 'start', says: t.batches(label, seed) };
    case 'frozen': return { path, bytes, kind: 'start', says: t.frozen(name) };
  }
}
