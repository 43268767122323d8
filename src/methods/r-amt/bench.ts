/** What all arms of a trial share, and how a set of weights is judged. */
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { layoutOf, unflatten } from '../../engine/layout';
import { readCheckpoint } from '../../engine/onnx/writer';
import type { Lab } from '../../lab/lab';
import { dualConfig, type DualConfig } from '../../nn/dual';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';
import { accuracyOf, imageTower, klOf, logitsOf, scaleOf, textTower, type ImageSet, type Rows } from './judge';
import { countZeros, initialScore, total, type Count } from './mask';
import { pullOf, shapesOf } from './step';
import { makeTask, vocabularySize, type Task } from './task';

export type Knobs = ValuesOf<typeof card.knobs>;
/** Forward passes that take as long as one training step of R-AMT, about. */
export const judgedPerUnit = 120;

/** Names of the masked tensors. The released code masks the patch embedding and both attention projections; its MASK_MLP adds the MLPs. */
export function maskedNames(params: Params, which: Knobs['tensors']): string[] {
  const pattern = {
    attention: /^image\.block\d+\.attention\.\w+\.weight$/,
    'patch+attention': /^image\.(patch|block\d+\.attention\.\w+)\.weight$/,
    'patch+attention+mlp': /^image\.(patch|block\d+\.(attention\.\w+|up|down))\.weight$/,
  }[which];
  return Object.keys(params).filter((name) => pattern.test(name));
}
/** Every score at its start. */
export const initialScores = (params: Params, masked: readonly string[]): Params =>
  Object.fromEntries(masked.map((name) => [name, tensor(new Float32Array(params[name]!.data.length).fill(initialScore), params[name]!.shape)]));

/** What all arms of a trial share: weights, task, text features, and the unmasked network's answers. */
export interface Bench {
  readonly weights: Params;
  readonly config: DualConfig;
  readonly task: Task;
  readonly masked: readonly string[];
  /** Text features of the base classes' prompts, and of the new ones'. */
  readonly texts: { readonly base: Tensor; readonly fresh: Tensor };
  /** Features by the unmasked tower. */
  readonly features: { readonly train: Rows; readonly test: Rows; readonly fresh: Rows; readonly original: Rows };
  readonly tower: ReturnType<typeof imageTower>;
  readonly scale: number;
}
export async function setUp(lab: Lab, knobs: Knobs): Promise<Bench> {
  const { params: weights } = readCheckpoint(await lab.asset('models/dual.onnx'));
  const config = dualConfig(vocabularySize);
  const task = makeTask(lab.seed, lab.rng.fork('task'), { shots: knobs.shots, shift: knobs.shift });
  const tower = imageTower(lab, weights, config);
  const features = async (set: ImageSet): Promise<Rows> => {
    const rows = await tower(weights, set.images);
    await lab.worked(set.labels.length / judgedPerUnit, 'Zero-shot');
    return rows;
  };
  return {
    weights, config, task, tower,
    masked: maskedNames(weights, knobs.tensors),
    texts: { base: await textTower(lab, weights, config, task.base.prompts), fresh: await textTower(lab, weights, config, task.fresh.prompts) },
    features: { train: await features(task.train), test: await features(task.test), fresh: await features(task.freshTest), original: await features(task.original) },
    scale: scaleOf(weights),
  };
}
export type Verdicts = Readonly<Record<'test/accuracy' | 'new/accuracy' | 'original/kl', number>>;
/** Test, new classes among themselves, and how far from the unmasked network on the original style. */
export function verdicts({ task, texts, features, scale }: Bench, now: Pick<Bench['features'], 'test' | 'fresh' | 'original'>): Verdicts {
  return {
    'test/accuracy': accuracyOf(logitsOf(now.test, texts.base, scale), task.test.labels),
    'new/accuracy': accuracyOf(logitsOf(now.fresh, texts.fresh, scale), task.freshTest.labels),
    'original/kl': klOf(logitsOf(features.original, texts.base, scale), logitsOf(now.original, texts.base, scale)),
  };
}
export async function judgeWeights(lab: Lab, bench: Bench, weights: Params): Promise<Verdicts> {
  const { task, tower } = bench;
  const now = { test: await tower(weights, task.test.images), fresh: await tower(weights, task.freshTest.images), original: await tower(weights, task.original.images) };
  await lab.worked(judgeUnits(task), 'Judging');
  return verdicts(bench, now);
}
export const judgeUnits = ({ test, freshTest, original }: Task): number => Math.ceil((test.labels.length + freshTest.labels.length + original.labels.length) / judgedPerUnit);

/**
 * Which scores the task pulls at harder than the penalty does at the start, where every M_l is constant and so the penalty's slope is
 * w_reg / sqrt(size of M_l). Mean over the training images of |dCE/dM|, batch by batch. 1 for such live scores, else 0.
 */
export async function liveScores(lab: Lab, { weights, config, task, masked, texts }: Bench, normWeight: number): Promise<Params> {
  const image = imageParams(weights);
  const forward = lab.forward(pullOf({ config, frozen: shapesOf(image), masked, classes: task.base.names.length }));
  const layout = layoutOf(Object.fromEntries(masked.map((name) => [name, weights[name]!])));
  const sum = new Float64Array(layout.size);
  const params = { ...image, texts: texts.base };
  const batches = task.batchesPerEpoch;
  for (let step = 0; step < batches; step++) {
    const { pull } = await forward.run(params, task.batch(step, { augment: false }));
    floats(pull!).forEach((value, i) => (sum[i]! += value / batches));
  }
  const pulls = unflatten(tensor(Float32Array.from(sum)), layout);
  return Object.fromEntries(Object.entries(pulls).map(([name, pull]) => [name, tensor(floats(pull).map((p) => (p > normWeight / Math.sqrt(pull.data.length) ? 1 : 0)), pull.shape)]));
}
/** What the compiled mask step reads and never changes, the text features aside. */
export const imageParams = (weights: Params): Params => Object.fromEntries(Object.entries(weights).filter(([name]) => name.startsWith('image.') || name === 'scale.weight'));

export interface Sparsity {
  readonly sparsity: number;
  readonly 'sparsity/live': number;
  readonly counts: Count;
}
export function sparsityOf(mask: Params, live: Params): Sparsity {
  const counts = total(Object.entries(mask).map(([name, b]) => countZeros(b, floats(live[name]!))));
  return { sparsity: counts.zeros / counts.size, 'sparsity/live': counts.liveZeros / Math.max(1, counts.live), counts };
}
