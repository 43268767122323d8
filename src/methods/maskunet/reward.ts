/** Masks without training: the logits of each denoising step are optimised against a reward, for every prompt by itself. */
import { floats, int32, tensor, type Params, type Tensor } from '../../base/tensor';
import { noise as requested } from '../../base/noise';
import { add, concat, exp, maximum, mean, minimum, mul, reshape, stopGradient, sub, sum } from '../../engine/ops';
import { square } from '../../engine/ops/compose';
import { constant, type Value } from '../../engine/value';
import { captionLength, emptyCaption, side } from '../../lab/captioned';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, TrainingRun } from '../../lab/lab';
import { repeatCaption } from '../../nn/captions';
import { alphaBarAt, guided, normalPictures, predictedX0, samplerTimes } from '../../nn/diffusion';
import { adam } from '../../nn/optimizers';
import { drawnMask } from '../../nn/straight-through';
import { unetPrediction } from '../../nn/unet';
import { masking, noiseOf } from './masks';
import { config, guidance, schedule, target } from './step';
import { picture, type Knobs, type Task } from './task';

const rim = Float32Array.from({ length: side * side }, (_, at) => {
  const [r, c] = [Math.floor(at / side), at % side];
  return Number(Math.min(r, c, side - 1 - r, side - 1 - c) < 2);
});
const rimCount = rim.reduce((a, b) => a + b, 0);
/** Share of a picture that an object is to fill before its colour counts in full, about. */
const enough = 0.08;
/**
 * Reward of pictures x0 [n, 3, side, side], 0 to 1, [n]: the mean of two soft measures, how near the border's pixels are to the named background, and whether enough
 * pixels are near the object's colour. tone, ink: [n, 3].
 */
export function rewardOf(x0: Value, tone: Value, ink: Value): Value {
  const n = x0.shape[0]!;
  const near = (rgb: Value): Value => exp(mul(sum(square(sub(x0, reshape(rgb, [n, 3, 1, 1]))), { axes: [1] }), -2)); // [n, side, side]
  const border = mul(sum(mul(near(tone), constant(tensor(rim, [1, side, side]))), { axes: [1, 2] }), 1 / rimCount);
  const object = sub(1, exp(mul(mean(near(ink), { axes: [1, 2] }), -1 / enough)));
  return mul(add(border, object), 0.5);
}

/** The iterations of a whole drawing: of step k, one before the seventh, then as many as asked. */
export interface Iteration {
  readonly t: number;
  readonly previous: number;
  readonly fresh: boolean;
  readonly last: boolean;
}
export function iterationsOf({ samplerSteps, iterations }: Pick<Knobs, 'samplerSteps' | 'iterations'>): Iteration[] {
  const times = samplerTimes(config.timesteps, samplerSteps);
  return times.flatMap((t, k) => {
    const count = k < 6 ? 1 : iterations;
    return Array.from({ length: count }, (_, i) => ({ t, previous: times[k + 1] ?? -1, fresh: i === 0, last: i === count - 1 }));
  });
}
const scalar = (v: number): Tensor => tensor([v], []);
/** Scalars of one reverse step: x_s = keepX0 x_0 + keepEps eps, with eps = (x - signal x_0) / level. */
function scalarsOf({ t, previous, fresh, last }: Iteration): Record<string, Tensor> {
  const [from, to] = [alphaBarAt(schedule, t), alphaBarAt(schedule, previous)];
  return { signal: scalar(Math.sqrt(from)), level: scalar(1 / Math.sqrt(1 - from)), keepX0: scalar(Math.sqrt(to)), keepEps: scalar(Math.sqrt(1 - to)), fresh: scalar(Number(fresh)), last: scalar(Number(last)) };
}
/** The latent after one step, from the picture foretold, kept within [-1, 1]. */
function onward(x: Value, x0: Value, { signal, level, keepX0, keepEps }: Readonly<Record<string, Value>>): Value {
  const clean = maximum(minimum(x0, 1), -1);
  return add(mul(clean, keepX0!), mul(mul(sub(x, mul(clean, signal!)), level!), keepEps!));
}

export interface Drawing {
  readonly pictures: Tensor;
  readonly rewards: readonly number[];
}
const rewardsFor = (lab: Lab, n: number): ((pictures: Tensor, tone: Tensor, ink: Tensor) => Promise<number[]>) => {
  const forward = lab.forward({ name: 'reward', params: {}, inputs: { x0: { shape: [n, ...picture] }, tone: { shape: [n, 3] }, ink: { shape: [n, 3] } }, outputs: ({ inputs: i }) => ({ reward: rewardOf(i.x0!, i.tone!, i.ink!) }) });
  return async (x0, tone, ink) => [...floats((await forward.run({}, { x0, tone, ink })).reward!)];
};
/** The plain sampler, from the same noise: DDIM with guidance. */
export async function drawnPlainly(lab: Lab, { base, prompts }: Task, knobs: Knobs): Promise<Drawing> {
  const n = prompts.texts.length;
  const words = { shape: [n, captionLength], dtype: 'int32' } as const;
  const number = { shape: [] };
  const forward = lab.forward({
    name: 'draw', params: shapesOf(base), inputs: { x: { shape: [n, ...picture] }, t: { shape: [n], dtype: 'int32' }, tokens: words, empty: words, signal: number, level: number, keepX0: number, keepEps: number, fresh: number, last: number },
    outputs: ({ params, inputs: i }) => {
      const prediction = guided((x, t, tokens) => unetPrediction(params, x, t, tokens, config), i.x!, i.t!, i.tokens!, i.empty!, constant(scalar(guidance)));
      return { next: onward(i.x!, predictedX0(target, schedule, i.x!, i.t!, prediction), i) };
    },
  });
  let x = normalPictures(lab.rng.fork('drawn'), [n, ...picture]);
  for (const at of iterationsOf({ ...knobs, iterations: 1 })) x = (await forward.run(base, { x, t: int32(new Int32Array(n).fill(at.t)), tokens: prompts.tokens, empty: repeatCaption(emptyCaption(), n), ...scalarsOf(at) })).next!;
  return { pictures: x, rewards: await rewardsFor(lab, n)(x, prompts.tone, prompts.ink) };
}
/**
 * One training run over all iterations. Theta moves by AdamW throughout; what counts is how far it has moved since the step began (`anchor`), so that logits are
 * reset at every step and moments are not. The latent is a buffer, and moves on after the last iteration of a step.
 */
export function rewardRun(lab: Lab, { base, layers, total, prompts }: Task, knobs: Knobs, watch: NonNullable<TrainingRun['chart']>): TrainingRun {
  const n = prompts.texts.length;
  const words = { shape: [n, captionLength], dtype: 'int32' } as const;
  const number = { shape: [] };
  const shapes = Object.fromEntries(layers.map(({ name, inputs, outputs }) => [name, [n, outputs, inputs]]));
  const all = iterationsOf(knobs);
  const stream = lab.rng.fork('reward noise');
  const trainer = lab.trainer({
    name: 'masks-by-reward', params: shapes, frozen: shapesOf(base), buffers: { latent: [n, ...picture], ...Object.fromEntries(Object.entries(shapes).map(([name, s]) => [`anchor.${name}`, s])) }, optimizer: adam(),
    batch: { t: { shape: [n], dtype: 'int32' }, tokens: words, empty: words, draw: { shape: [n, total] }, tone: { shape: [n, 3] }, ink: { shape: [n, 3] }, signal: number, level: number, keepX0: number, keepEps: number, fresh: number, last: number },
    loss: ({ params, frozen, buffers, batch: b }) => {
      const anchors = Object.fromEntries(layers.map(({ name }) => [name, stopGradient(add(mul(params[name]!, b.fresh!), mul(buffers[`anchor.${name}`]!, sub(1, b.fresh!))))]));
      const masks = new Map(layers.map((layer) => [layer.name, drawnMask(add(sub(params[layer.name]!, anchors[layer.name]!), knobs.rewardStart), noiseOf(b.draw!, layer), knobs)]));
      const both = masking(layers, ({ name }) => concat([masks.get(name)!, masks.get(name)!])); // the two halves of guidance share a mask
      const x = buffers.latent!;
      const prediction = guided((xt, t, tokens) => unetPrediction(frozen, xt, t, tokens, config, both), x, b.t!, b.tokens!, b.empty!, constant(scalar(guidance)));
      const x0 = predictedX0(target, schedule, x, b.t!, prediction);
      const rewards = rewardOf(x0, b.tone!, b.ink!);
      const kept = mul([...masks.values()].map((m) => sum(stopGradient(m))).reduce((a, c) => add(a, c)), 1 / (n * total));
      const next = onward(x, stopGradient(x0), b);
      return {
        loss: sum(sub(1, rewards)), metrics: { reward: mean(rewards), kept },
        buffers: { latent: add(mul(next, b.last!), mul(x, sub(1, b.last!))), ...Object.fromEntries(layers.map(({ name }) => [`anchor.${name}`, anchors[name]!])) },
      };
    },
  });
  const zero = (s: readonly number[]): Tensor => tensor(new Float32Array(s.reduce((a, b) => a * b, 1)), s);
  return {
    trainer, arm: 'reward', steps: all.length, frozen: base, hyper: () => ({ learningRate: knobs.rewardRate }), chart: watch,
    from: { ...Object.fromEntries(Object.entries(shapes).flatMap(([name, s]) => [[name, zero(s)], [`anchor.${name}`, zero(s)]])), latent: normalPictures(lab.rng.fork('drawn'), [n, ...picture]) },
    next: (step) => ({ t: int32(new Int32Array(n).fill(all[step]!.t)), tokens: prompts.tokens, empty: repeatCaption(emptyCaption(), n), draw: requested(stream, step, { kind: 'uniform' }), tone: prompts.tone, ink: prompts.ink, ...scalarsOf(all[step]!) }),
  };
}
export const rewardsOf = (lab: Lab, { prompts }: Task, end: Params): Promise<number[]> => rewardsFor(lab, prompts.texts.length)(end.latent!, prompts.tone, prompts.ink);
