/** Masks over sentences, and what is written. */
import type { Preferences } from '../../data/sets/preferences';
import { attributeScore } from '../../data/sets/attributes';
import type { HeatMap, Scatter, Table, Tiles } from '../../spec/picture';
import { card } from './card';
import { cells } from './judge';
import { length, reviews, vocabulary, withoutEnd } from './task';

const wordOf = (id: number): string => vocabulary.words[id]!;
/** The first responses, a row for each token: mu, md, and whether the oracle counts it. */
export function stripsPicture({ chosen }: Preferences, { mu, md }: { readonly mu: Float32Array; readonly md: Float32Array }, shown = 5): Tiles {
  const n = mu.length / (length - 1);
  const [reward, divergence] = [cells(mu, n), cells(md, n)];
  const top = Math.max(1e-6, ...reward, ...divergence);
  const count = Math.min(shown, chosen.tokens.shape[0]!);
  return {
    kind: 'tiles',
    tiles: Array.from({ length: count }, (_, i): HeatMap & { label: string } => {
      const at = Array.from({ length }, (_u, t) => i * length + t).filter((cell) => chosen.response.data[cell] === 1);
      return {
        kind: 'heatmap', label: `Response ${i + 1}`, rows: at.length, columns: 3, scale: 'sequential', range: [0, top],
        values: Float32Array.from(at.flatMap((cell) => [reward[cell]!, divergence[cell]!, chosen.lexemes.data[cell]! * top])),
        rowLabels: at.map((cell) => wordOf(chosen.tokens.data[cell]!)), columnLabels: ['mu', 'md', 'S±'],
      };
    }),
  };
}
export const frontierPicture = (looks: readonly { readonly arm: string; readonly step: number; readonly kl: number; readonly score: number }[]): Scatter =>
  ({ kind: 'scatter', xLabel: 'divergence, nats a response', yLabel: 'score of what it writes', points: looks.map(({ arm, step, kl, score }) => ({ label: `${card.arms[arm]!.label}, step ${step}`, arm, shape: 'dot', x: kl, y: score })) });
export const writtenPicture = (prompts: readonly (readonly number[])[], by: ReadonlyMap<string, readonly (readonly number[])[]>): Table => ({
  kind: 'table', columns: ['Prompt', 'Arm', 'Continuation', 'Score'],
  rows: [0, 1, 2].filter((i) => i < prompts.length).flatMap((i) => [...by].map(([arm, texts]) => [prompts[i]!.slice(1).map(wordOf).join(' '), card.arms[arm]!.label, withoutEnd(texts[i]!).map(wordOf).join(' '), attributeScore(reviews, withoutEnd(texts[i]!))])),
});
