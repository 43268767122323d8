/** Where vectors lie, and what the model says with them. */
import type { SparseVector } from '../../base/sparse';
import { special } from '../../data/tokens';
import type { Predictions } from '../../data/predictions';
import type { HeatMap, Table } from '../../spec/picture';
import { classes, languages, length, model, type Task } from './task';
import { grammaticalClasses } from '../../data/lexicon';

/** Entries of both, ascending. */
export function shared(a: SparseVector, b: SparseVector): number {
  const own = new Set(a.indices);
  return b.indices.reduce((count, at) => count + Number(own.has(at)), 0);
}
/** Shares of each tensor that each vector changes, and that both do. */
export function densityPicture({ layout }: Task, task: SparseVector, language: SparseVector, names: readonly [string, string]): HeatMap {
  const rows = layout.entries.filter(({ shape }) => shape.length > 1);
  const both = { indices: Uint32Array.from(new Set(task.indices)).filter(((own) => (at: number) => own.has(at))(new Set(language.indices))) };
  const share = ({ offset, size }: (typeof rows)[number], { indices }: Pick<SparseVector, 'indices'>): number => indices.reduce((n, at) => n + Number(at >= offset && at < offset + size), 0) / size;
  return {
    kind: 'heatmap', rows: rows.length, columns: 3, scale: 'sequential',
    values: Float32Array.from(rows.flatMap((row) => [share(row, task), share(row, language), share(row, both)])),
    rowLabels: rows.map(({ name }) => name.replace(/\.weight$/, '')), columnLabels: [names[0], names[1], 'both'],
  };
}
export const languagesPicture = (rows: readonly { readonly label: string; readonly accuracies: readonly number[] }[]): HeatMap =>
  ({ kind: 'heatmap', rows: rows.length, columns: languages.names.length, scale: 'sequential', range: [0, 1], values: Float32Array.from(rows.flatMap((r) => [...r.accuracies])), rowLabels: rows.map((r) => r.label), columnLabels: [...languages.names], xLabel: 'language' });

/** Sentences with what was said of each word; what is wrong stands in brackets with the truth. */
export function namedPicture({ tokens, targets, weights }: Predictions, logits: Float32Array, shown: number): Table {
  const rows = Array.from({ length: Math.min(shown, tokens.shape[0]!) }, (_, i) => {
    const places = Array.from({ length }, (_u, t) => i * length + t).filter((at) => weights.data[at] === 1);
    const said = (at: number): number => {
      let best = 0;
      for (let c = 1; c < classes; c++) if (logits[at * classes + c]! > logits[at * classes + best]!) best = c;
      return best;
    };
    const name = (c: number): string => grammaticalClasses[c]!;
    return [
      places.map((at) => model.vocabulary.words[tokens.data[at]!] ?? model.vocabulary.words[special.unk]!).join(' '),
      places.map((at) => languages.gloss(tokens.data[at]!)).join(' '),
      places.map((at) => (said(at) === targets.data[at] ? name(said(at)) : `[${name(said(at))}, not ${name(targets.data[at]!)}]`)).join(' '),
    ];
  });
  return { kind: 'table', columns: ['Sentence', 'In English', 'Classes named'], rows };
}
