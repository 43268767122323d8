/** The answer to the card's question: what would another threshold give? */
import type { Params } from '../../base/tensor';
import type { Lab } from '../../lab/lab';
import type { Lines, Table } from '../../spec/picture';
import { judgeWeights, sparsityOf, type Bench } from './bench';
import { imageTower } from './judge';
import { applyMask, maskOf } from './mask';

/** What a finished trial keeps. `scores`, `live`: only if R-AMT was trained. */
export interface Kept {
  readonly bench: Omit<Bench, 'tower'>; // the tower is compiled, and goes with its lab
  readonly scores: Params | undefined;
  readonly live: Params | undefined;
}
/** Accuracy and sparsity of the final scores as the threshold moves; and, at the one asked for, beside the one trained with. */
export async function thresholdPictures(lab: Lab, trained: number, asked: number, { bench, scores, live }: { readonly bench: Kept['bench']; readonly scores: Params; readonly live: Params }): Promise<Readonly<Record<string, Lines | Table>>> {
  const full: Bench = { ...bench, tower: imageTower(lab, bench.weights, bench.config) };
  const at = async (alpha: number) => {
    const mask = maskOf(scores, alpha);
    return { alpha, ...(await judgeWeights(lab, full, applyMask(bench.weights, mask))), ...sparsityOf(mask, live) };
  };
  const alphas = [0.001, 0.003, 0.005, 0.007, 0.009];
  const sweep: Awaited<ReturnType<typeof at>>[] = [];
  for (const alpha of [...new Set([...alphas, trained, asked])].sort((a, b) => a - b)) sweep.push(await at(alpha));
  const x = Float32Array.from(sweep, (s) => s.alpha);
  const line = (label: string, value: (s: (typeof sweep)[number]) => number, dashed = false) => ({ label, dashed, x, y: Float32Array.from(sweep, value) });
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return {
    threshold: {
      kind: 'lines', xLabel: 'threshold', yLabel: 'share',
      series: [line('Test accuracy', (s) => s['test/accuracy']), line('New classes', (s) => s['new/accuracy']), line('Switched off', (s) => s.sparsity, true)],
      markers: [{ label: 'trained with', x: trained }, { label: 'asked for', x: asked }],
    },
    figures: {
      kind: 'table', columns: ['threshold', 'test accuracy', 'new classes', 'KL, original style', 'off', 'off among live'],
      rows: sweep.filter((s) => s.alpha === trained || s.alpha === asked).map((s) => [s.alpha, percent(s['test/accuracy']), percent(s['new/accuracy']), s['original/kl'].toFixed(3), percent(s.sparsity), percent(s['sparsity/live'])]),
    },
  };
}
