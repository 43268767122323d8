import { InputError } from '../../base/errors';
import { floats, int32, tensor, type Params } from '../../base/tensor';
import { countOf, type Labelled } from '../../data/labelled';
import { mul } from '../../engine/ops';
import { constant } from '../../engine/value';
import { flatten, layoutOf } from '../../engine/layout';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { classScorer, halvesOf, type Scorer } from '../../lab/scorer';
import { dualLogits, imageFeatures, logitScale } from '../../nn/dual';
import { normalTensor, scope } from '../../nn/layers';
import { cosine } from '../../nn/schedules';
import { imageParams, initialScores, judgedPerUnit, judgeUnits, judgeWeights, liveScores, setUp, sparsityOf, verdicts, type Bench, type Knobs } from './bench';
import { card } from './card';
import { accuracyOf, logitsOf, tipLogits } from './judge';
import { applyMask, maskOf } from './mask';
import { exampleImages, maskTiles, scoreHistogram, tensorTable } from './pictures';
import { maskTrainer, promptFeaturesOf, promptTrainer, shapesOf } from './step';
import { contextLength, type Task } from './task';
import { thresholdPictures, type Kept } from './threshold';

/** Half a cosine over the epochs; within an epoch the rate stays, as in the released code. */
function rateByEpoch(rate: number, task: Task, steps: number): (step: number) => number {
  const perEpoch = task.batchesPerEpoch;
  const schedule = cosine(rate, Math.ceil(steps / perEpoch));
  return (step) => schedule(Math.floor(step / perEpoch));
}

const bitsOf = (params: Params): Uint32Array => {
  const all = flatten(params).data;
  return new Uint32Array(all.buffer.slice(0));
};
const sameBits = (a: Uint32Array, b: Uint32Array): boolean => a.length === b.length && a.every((word, i) => word === b[i]);

/** Every entry of W' is 0 or W, with W's bits. */
function onlyZerosAndOriginals(effective: Params, weights: Params, masked: readonly string[]): boolean {
  return masked.every((name) => floats(effective[name]!).every((value, i) => value === 0 || Object.is(value, floats(weights[name]!)[i]!)));
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

/** Masks, or means of them, over the frozen network: what they keep of each weight. */
async function scorer(lab: Lab, knobs: Knobs, arm: string): Promise<Scorer> {
  if (arm === 'coop') throw new InputError('Learned prompts are not measured by themselves here. Choose the checkpoints of masks to have a loss.');
  const { weights, task, config, masked, texts } = await setUp(lab, knobs);
  const fixed = Object.fromEntries(Object.entries(imageParams(weights)).map(([name, t]) => [name, constant(t)]));
  const { channels, side } = config.image;
  const labelled = ({ images, labels }: Task['test']): Labelled => ({ x: tensor(images, [labels.length, channels, side, side]), y: int32(labels), classes: task.base.names });
  const { choosing, reporting } = halvesOf(labelled(task.test));
  return classScorer(lab, {
    name: 'mask-scorer', params: Object.fromEntries(masked.map((name) => [name, weights[name]!])), choosing, reporting,
    logits: ({ params, images }) => {
      const effective = { ...fixed, ...Object.fromEntries(masked.map((name) => [name, mul(params[name]!, fixed[name]!)])) };
      return dualLogits(imageFeatures(scope(effective, 'image'), images, config), constant(texts.base), logitScale(fixed));
    },
    says: { title: card.title, choosing: `every other test picture of the base classes, ${countOf(choosing)}`, reporting: `the rest, ${countOf(reporting)}`, notes: ['What is merged are masks over a network that stays: a mean of masks keeps a share of a weight.'] },
  });
}
export const method = defineMethod<typeof card.knobs, Kept>(card, {
  scorer,
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
    const masks = live ? asked.map((arm) => maskRun(lab, knobs, bench, arm, live, trainer)) : [];
    for (const { arm } of masks) lab.report(arm, 0, { ...zeroShot, sparsity: 0, 'sparsity/live': 0 });
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
      return { pictures: await thresholdPictures(lab, knobs.alpha, Number(values.alpha), known) };
    },
  },
});
