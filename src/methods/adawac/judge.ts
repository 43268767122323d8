/** What is measured: Dice on test volumes, and the weights of training slices. */
import { exp } from '../../base/math';
import { floats, type Params, type Tensor } from '../../base/tensor';
import type { Volumes } from '../../data/sets/segmentation';
import { overRows, overSet } from '../../lab/evaluate';
import type { Lab } from '../../lab/lab';
import { pixelCrossEntropy, segmenter, type SegmenterShape } from '../../nn/segmenter';
import { concat, mean, mul, reshape, sub } from '../../engine/ops';
import { square } from '../../engine/ops/compose';
import { viewed, type Knobs, type Task } from './task';

export const meanOf = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);

/** The class that the network gives each pixel: [n * side * side]. */
export async function segmented(lab: Lab, params: Params, x: Tensor, shape: SegmenterShape): Promise<Uint8Array> {
  const logits = await overSet(lab, 'segment', params, x, ({ params: p, images }) => segmenter(p, images, shape).logits, 32);
  const [n, area] = [x.shape[0]!, x.shape[2]! * x.shape[3]!];
  const out = new Uint8Array(n * area);
  for (let i = 0; i < n; i++)
    for (let p = 0; p < area; p++) {
      let best = 0;
      for (let c = 1; c < shape.classes; c++) if (logits[(i * shape.classes + c) * area + p]! > logits[(i * shape.classes + best) * area + p]!) best = c;
      out[i * area + p] = best;
    }
  return out;
}
/** Dice of each volume's own organ over all its slices, 2 |A and B| / (|A| + |B|), and the mean over volumes. */
export function diceOf(said: ArrayLike<number>, { slices, trueLabel }: Pick<Volumes, 'slices' | 'trueLabel'>): number {
  const area = trueLabel.data.length / slices.length;
  const counts = new Map<number, [both: number, either: number]>();
  slices.forEach(({ volume, organ }, i) => {
    const count = counts.get(volume) ?? [0, 0];
    for (let p = i * area; p < (i + 1) * area; p++) {
      const [a, b] = [said[p] === organ, trueLabel.data[p] === organ];
      count[0] += Number(a && b);
      count[1] += Number(a) + Number(b);
    }
    counts.set(volume, count);
  });
  return meanOf([...counts.values()].map(([both, either]) => (either === 0 ? 1 : (2 * both) / either)));
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
/** What λ is set by: the middle consistency should lie between the middle cross-entropies of sparse and of dense slices. */
export function earlyLosses({ labels, consistency }: { readonly labels: readonly number[]; readonly consistency: readonly number[] }, { train: { slices } }: Task): Record<string, number> {
  return { 'early/dense': medianOf(labels.filter((_, i) => !slices[i]!.sparse)), 'early/sparse': medianOf(labels.filter((_, i) => slices[i]!.sparse)), 'early/consistency': medianOf(consistency) };
}
const sigmoid = (v: number): number => 1 / (1 + exp(-v));
/** β₀ of every slice. */
export const labelWeights = (logits: Tensor): number[] => Array.from(floats(logits), (v) => sigmoid(v));
/** Mean β₀ over dense slices, over sparse ones, and over those whose object is not labelled. */
export function weightMeans(weights: readonly number[], { slices }: Pick<Volumes, 'slices'>): { dense: number; sparse: number; unlabelled: number | undefined } {
  const of = (test: (s: Volumes['slices'][number]) => boolean): number[] => weights.filter((_, i) => test(slices[i]!));
  const missing = of((s) => s.missing);
  return { dense: meanOf(of((s) => !s.sparse)), sparse: meanOf(of((s) => s.sparse)), unlabelled: missing.length > 0 ? meanOf(missing) : undefined };
}

/** Both losses of every training slice, from two views that are the same whenever this is asked. */
export async function lossesOfAll(lab: Lab, params: Params, { train, shape }: Task, { lambda, views }: Knobs): Promise<{ labels: number[]; consistency: number[] }> {
  const all = train.slices.map((_, i) => i);
  const [one, two] = [viewed(train, all, lab.rng.fork('look', 1), views), viewed(train, all, lab.rng.fork('look', 2), views)];
  const rows = await overRows(lab, 'losses', params, { images1: one.images, labels1: one.labels, images2: two.images, labels2: two.labels }, ({ params: p, inputs }) => {
    const [a, b] = [segmenter(p, inputs.images1!, shape), segmenter(p, inputs.images2!, shape)];
    const entropy = ([[a, inputs.labels1!], [b, inputs.labels2!]] as const).map(([{ logits }, labels]) => reshape(pixelCrossEntropy(logits, labels), [labels.shape[0]!, 1]));
    const gap = mean(square(sub(a.bottleneck, b.bottleneck)), { axes: [1, 2, 3] });
    return concat([...entropy, reshape(mul(gap, lambda), [gap.shape[0]!, 1])], 1);
  }, Math.min(32, all.length));
  return { labels: all.map((i) => (rows[3 * i]! + rows[3 * i + 1]!) / 2), consistency: all.map((i) => rows[3 * i + 2]!) };
}
