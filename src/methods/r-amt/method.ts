import { InputError } from '../../base/errors';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { readCheckpoint } from '../../engine/onnx';
import { flatten, layoutOf, unflatten } from '../../engine/layout';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { dualConfig, type DualConfig } from '../../nn/dual';
import { normalTensor } from '../../nn/layers';
import { cosine } from '../../nn/schedules';
import type { ValuesOf } from '../../spec/knobs';
import type { Lines, Table } from '../../spec/picture';
import { card } from './card';
import { accuracyOf, imageTower, klOf, logitsOf, scaleOf, textTower, tipLogits, type ImageSet, type Rows } from './judge';
import { applyMask, countZeros, initialScore, maskOf, total, type Count } from './mask';
import { exampleImages, maskTiles, scoreHistogram, tensorTable } from './pictures';
import { batchSize, maskTrainer, promptFeaturesOf, promptTrainer, pullOf, shapesOf } from './step';
import { contextLength, makeTask, vocabularySize, type Task } from './task';

type Knobs = ValuesOf<typeof card.knobs>;

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
async function setUp(lab: Lab, knobs: Knobs): Promise<Bench> {
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
/** Forward passes that take as long as one training step of R-AMT, about. */
const judgedPerUnit = 120;

type Verdicts = Readonly<Record<'test/accuracy' | 'new/accuracy' | 'original/kl', number>>;
/** Test, new classes among themselves, and how far from the unmasked network on the original style. */
function verdicts({ task, texts, features, scale }: Bench, now: Pick<Bench['features'], 'test' | 'fresh' | 'original'>): Verdicts {
  return {
    'test/accuracy': accuracyOf(logitsOf(now.test, texts.base, scale), task.test.labels),
    'new/accuracy': accuracyOf(logitsOf(now.fresh, texts.fresh, scale), task.freshTest.labels),
    'original/kl': klOf(logitsOf(features.original, texts.base, scale), logitsOf(now.original, texts.base, scale)),
  };
}
async function judgeWeights(lab: Lab, bench: Bench, weights: Params): Promise<Verdicts> {
  const { task, tower } = bench;
  const now = { test: await tower(weights, task.test.images), fresh: await tower(weights, task.freshTest.images), original: await tower(weights, task.original.images) };
  await lab.worked(judgeUnits(task), 'Judging');
  return verdicts(bench, now);
}
const judgeUnits = ({ test, freshTest, original }: Task): number => Math.ceil((test.labels.length + freshTest.labels.length + original.labels.length) / judgedPerUnit);

const stepsPerEpoch = (task: Task): number => Math.max(1, Math.floor(task.train.labels.length / batchSize));
/** Half a cosine over the epochs; within an epoch the rate stays, as in the released code. */
function rateByEpoch(rate: number, task: Task, steps: number): (step: number) => number {
  const perEpoch = stepsPerEpoch(task);
  const schedule = cosine(rate, Math.ceil(steps / perEpoch));
  return (step) => schedule(Math.floor(step / perEpoch));
}

/**
 * Which scores the task pulls at harder than the penalty does at the start, where every M_l is constant and so the penalty's slope is
 * w_reg / sqrt(size of M_l). Mean over the training images of |dCE/dM|, batch by batch. 1 for such live scores, else 0.
 */
async function liveScores(lab: Lab, { weights, config, task, masked, texts }: Bench, normWeight: number): Promise<Params> {
  const image = imageParams(weights);
  const forward = lab.forward(pullOf({ config, frozen: shapesOf(image), masked, classes: task.base.names.length }));
  const layout = layoutOf(Object.fromEntries(masked.map((name) => [name, weights[name]!])));
  const sum = new Float64Array(layout.size);
  const params = { ...image, texts: texts.base };
  const batches = stepsPerEpoch(task);
  for (let step = 0; step < batches; step++) {
    const { pull } = await forward.run(params, task.batch(step, { augment: false }));
    floats(pull!).forEach((value, i) => (sum[i]! += value / batches));
  }
  const pulls = unflatten(tensor(Float32Array.from(sum)), layout);
  return Object.fromEntries(Object.entries(pulls).map(([name, pull]) => [name, tensor(floats(pull).map((p) => (p > normWeight / Math.sqrt(pull.data.length) ? 1 : 0)), pull.shape)]));
}
const imageParams = (weights: Params): Params => Object.fromEntries(Object.entries(weights).filter(([name]) => name.startsWith('image.') || name === 'scale.weight'));

const bitsOf = (params: Params): Uint32Array => {
  const all = flatten(params).data;
  return new Uint32Array(all.buffer.slice(0));
};
const sameBits = (a: Uint32Array, b: Uint32Array): boolean => a.length === b.length && a.every((word, i) => word === b[i]);

/** Every entry of W' is 0 or W, with W's bits. */
function onlyZerosAndOriginals(effective: Params, weights: Params, masked: readonly string[]): boolean {
  return masked.every((name) => floats(effective[name]!).every((value, i) => value === 0 || Object.is(value, floats(weights[name]!)[i]!)));
}

interface Sparsity {
  readonly sparsity: number;
  readonly 'sparsity/live': number;
  readonly counts: Count;
}
function sparsityOf(mask: Params, live: Params): Sparsity {
  const counts = total(Object.entries(mask).map(([name, b]) => countZeros(b, floats(live[name]!))));
  return { sparsity: counts.zeros / counts.size, 'sparsity/live': counts.liveZeros / Math.max(1, counts.live), counts };
}

interface MaskRun extends TrainingRun {
  readonly arm: 'amt' | 'r-amt';
  /** The last verdict, with sparsities. */
  readonly verdict: () => Readonly<Record<string, number>>;
}
/** Mask tuning as one arm: its training run, with live charts, lights and (for R-AMT) pictures. */
function maskRun(lab: Lab, knobs: Knobs, bench: Bench, arm: 'amt' | 'r-amt', live: Params, trainer: ReturnType<Lab['trainer']>): MaskRun {
  const { task, weights, masked, config } = bench;
  const lambda = arm === 'amt' ? 0 : knobs.lambda;
  const from = initialScores(weights, masked);
  const size = layoutOf(from).size;
  const rate = rateByEpoch(knobs.learningRate, task, knobs.steps);
  const silent = tensor(new Float32Array(size)); // lambda = 0 never looks at the draw
  const worst = { fractional: 0, wronglyDropped: 0 };
  let verdict: Readonly<Record<string, number>> = {};
  return {
    trainer, arm, from,
    verdict: () => verdict,
    frozen: { ...imageParams(weights), texts: bench.texts.base },
    steps: knobs.steps,
    hyper: (step) => ({ learningRate: rate(step) }),
    next: (step) => ({
      ...task.batch(step, { augment: true }),
      noise: lambda === 0 ? silent : tensor(lab.rng.fork('gradient dropout', step).fillUniform(new Float32Array(size))),
      lambda: tensor([lambda], []),
    }),
    chart: (step, metrics) => {
      if (step === 0) lab.light('zeroShot', metrics.gap === 0, `largest difference of a logit ${metrics.gap}`, arm);
      worst.fractional = Math.max(worst.fractional, metrics.fractional!);
      worst.wronglyDropped = Math.max(worst.wronglyDropped, metrics.wronglyDropped!);
      return { 'train/loss': metrics.ce!, 'train/accuracy': metrics.accuracy!, 'teacher/kl': metrics.kl!, 'gradient/dropped': metrics.dropped!, 'gradient/disagree': metrics.disagree! };
    },
    watch: {
      every: Math.max(10, Math.ceil(knobs.steps / 8)),
      call: async ({ step, params }) => {
        const scores = await params();
        const mask = maskOf(scores, knobs.alpha);
        const { counts, ...shares } = sparsityOf(mask, live);
        const effective = applyMask(weights, mask);
        verdict = { ...(await judgeWeights(lab, bench, effective)), ...shares };
        lab.report(arm, step, verdict);
        lab.light('binary', worst.fractional === 0 && onlyZerosAndOriginals(effective, weights, masked), `${counts.size} effective weights looked at after step ${step}`, arm);
        const kept = Object.values(mask).reduce((n, b) => n + floats(b).reduce((sum, x) => sum + x, 0), 0);
        lab.light('shares', kept + counts.zeros === counts.size, `${counts.zeros} off and ${kept} kept of ${counts.size}`, arm);
        if (lambda === 1) lab.light('agree', worst.wronglyDropped === 0, `at most ${worst.wronglyDropped} such gradients dropped in a step, to step ${step}`, arm);
        if (arm !== 'r-amt') return;
        lab.picture('masks', maskTiles(mask, config.image.blocks));
        lab.picture('scores', scoreHistogram(scores, knobs.alpha));
        lab.picture('layers', tensorTable(mask, live));
      },
    },
  };
}

/** CoOp as one arm. */
function promptRun(lab: Lab, knobs: Knobs, bench: Bench, judge: (context: Params) => Promise<Readonly<Record<string, number>>>): TrainingRun {
  const { task, weights, config } = bench;
  const rate = rateByEpoch(knobs.coopLearningRate, task, knobs.steps);
  return {
    trainer: lab.trainer(promptTrainer({ config, frozen: shapesOf(weights), prompts: task.base.openPrompts, contextLength })),
    arm: 'coop',
    from: { context: normalTensor(lab.rng.fork('context'), [contextLength, config.text.width], 0.02) },
    frozen: weights,
    steps: knobs.steps,
    hyper: (step) => ({ learningRate: rate(step) }),
    next: (step) => task.batch(step, { augment: true }),
    chart: (_, metrics) => ({ 'train/loss': metrics.loss!, 'train/accuracy': metrics.accuracy! }),
    watch: { every: Math.max(10, Math.ceil(knobs.steps / 8)), call: async ({ step, params }) => lab.report('coop', step, await judge(await params())) },
  };
}
/** CoOp's verdict: image features stay, so only the prompts have to be read again. */
function promptJudge(lab: Lab, { weights, config, task, features, scale }: Bench): (learned: Params) => Promise<Readonly<Record<'test/accuracy' | 'new/accuracy', number>>> {
  const at = (prompts: Task['base']['openPrompts']) => lab.forward(promptFeaturesOf({ config, prompts, frozen: shapesOf(weights) }, contextLength));
  const [base, fresh] = [at(task.base.openPrompts), at(task.fresh.openPrompts)];
  return async (learned) => {
    const params = { ...weights, context: learned.context! };
    const [own, other] = [(await base.run(params, {})).features!, (await fresh.run(params, {})).features!];
    return { 'test/accuracy': accuracyOf(logitsOf(features.test, own, scale), task.test.labels), 'new/accuracy': accuracyOf(logitsOf(features.fresh, other, scale), task.freshTest.labels) };
  };
}

interface Kept {
  readonly bench: Omit<Bench, 'tower'>;
  readonly scores: Params | undefined;
  readonly live: Params | undefined;
}

/** Accuracy and sparsity of the final scores as the threshold moves; and, at the one asked for, beside the one trained with. */
async function thresholdPictures(lab: Lab, trained: number, asked: number, { bench, scores, live }: { readonly bench: Kept['bench']; readonly scores: Params; readonly live: Params }): Promise<Readonly<Record<string, Lines | Table>>> {
  const full: Bench = { ...bench, tower: imageTower(lab, bench.weights, bench.config) };
  const at = async (alpha: number) => {
    const mask = maskOf(scores, alpha);
    return { alpha, ...(await judgeWeights(lab, full, applyMask(bench.weights, mask))), ...sparsityOf(mask, live) };
  };
  const alphas = [0.001, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008, 0.0095];
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

export const method = defineMethod<typeof card.knobs, Kept>(card, {
  run: async (lab, knobs) => {
    const asked = (['amt', 'r-amt'] as const).filter((arm) => lab.arms.has(arm));
    const bench = await setUp(lab, knobs);
    const { weights, task, config, features, texts, scale, masked } = bench;
    const watches = Math.ceil(knobs.steps / Math.max(10, Math.ceil(knobs.steps / 8)));
    lab.expect(asked.length * (knobs.steps + watches * judgeUnits(task)) + (lab.arms.has('coop') ? knobs.steps : 0) + Math.ceil((task.train.labels.length + 120) / judgedPerUnit) + judgeUnits(task));
    lab.picture('examples', exampleImages(task.examples, config.image.side));
    const before = bitsOf(weights);

    const zeroShot = verdicts(bench, features);
    if (lab.arms.has('zero-shot')) {
      for (const step of [0, knobs.steps]) lab.report('zero-shot', step, { 'test/accuracy': zeroShot['test/accuracy'], 'new/accuracy': zeroShot['new/accuracy'] });
      lab.outcome('zero-shot', zeroShot);
    }
    if (lab.arms.has('tip-adapter')) {
      const tip = tipLogits(logitsOf(features.test, texts.base, scale), features.test, features.train, task.train.labels, knobs.tipWeight, knobs.tipSharpness);
      const accuracy = accuracyOf(tip, task.test.labels);
      for (const step of [0, knobs.steps]) lab.report('tip-adapter', step, { 'test/accuracy': accuracy });
      lab.outcome('tip-adapter', { 'test/accuracy': accuracy });
    }

    const live = asked.length > 0 ? await liveScores(lab, bench, knobs.normWeight) : undefined;
    const trainer = lab.trainer(maskTrainer({ config, frozen: shapesOf(imageParams(weights)), masked, classes: task.base.names.length, alpha: knobs.alpha, normWeight: knobs.normWeight, temperature: knobs.temperature }));
    const judgePrompts = promptJudge(lab, bench);
    const masks = asked.map((arm) => maskRun(lab, knobs, bench, arm, live!, trainer));
    const prompts = lab.arms.has('coop') ? [promptRun(lab, knobs, bench, judgePrompts)] : [];
    const results = await lab.together([...masks, ...prompts]);

    for (const [i, { arm, verdict }] of masks.entries()) {
      lab.outcome(arm, verdict());
      lab.mark(arm, maskOf(results[i]!, knobs.alpha));
    }
    for (const learned of results.slice(masks.length)) {
      lab.outcome('coop', await judgePrompts(learned));
      lab.mark('coop', learned);
    }
    const scores = results[masks.findIndex(({ arm }) => arm === 'r-amt')];
    lab.light('frozen', sameBits(before, bitsOf(weights)), `${before.length} weights compared`);
    const { tower: _, ...rest } = bench;
    return { bench: rest, scores, live };
  },
  asks: {
    threshold: async (lab, knobs, values, kept) => {
      const known = kept?.scores && kept.live ? { ...kept, scores: kept.scores, live: kept.live } : undefined;
      if (!known) throw new InputError('This asks about the scores of R-AMT, which the last run did not train. Switch that arm on and press Run.');
      return thresholdPictures(lab, knobs.alpha, Number(values.alpha), known);
    },
  },
});
