/** What is measured: the denoising loss on new scenes at three levels of noise, and what masks keep. */
import { fillNoise, noise } from '../../base/noise';
import { floats, int32, tensor, type Params, type Tensor } from '../../base/tensor';
import { concat, max, mean, mul, reshape, sub } from '../../engine/ops';
import type { Value } from '../../engine/value';
import { captionLength } from '../../lab/captioned';
import { shapesOf } from '../../lab/evaluate';
import type { Lab } from '../../lab/lab';
import { diffusionLoss, normalPictures } from '../../nn/diffusion';
import { prefixed, scope } from '../../nn/layers';
import { unetPrediction } from '../../nn/unet';
import { config, hooksOf, networkOf, schedule, startOf, target, type Arm } from './step';
import { picture, rows, type Knobs, type Task } from './task';

export const levels = ['early', 'middle', 'late'] as const;

export interface Judged {
  readonly loss: number;
  readonly byLevel: Readonly<Record<(typeof levels)[number], number>>;
  /** Share of all weights that the masks keep, 1 without masks. */
  readonly kept: number;
  /** Largest m (1 - m): 0 where masks hold 0 and 1 alone. */
  readonly between: number;
  /** Of every picture at every level, to be compared bit for bit. */
  readonly errors: Float32Array;
}
/** Scores an arm: the same scenes, timesteps, noise and draws for all. */
export function judgeOf(lab: Lab, arm: Arm, task: Task, knobs: Knobs): (own: Params, kept: number) => Promise<Judged> {
  const n = task.test.x.shape[0]!;
  const start = startOf(lab, arm, task, knobs);
  const frozen = arm === 'full' ? {} : task.base;
  const masks = arm === 'masked' || arm === 'random';
  const forward = lab.forward({
    name: `test-${arm}`, params: shapesOf({ ...prefixed('own', start), ...prefixed('net', frozen) }),
    inputs: { x0: { shape: [n, ...picture] }, t: { shape: [n], dtype: 'int32' }, eps: { shape: [n, ...picture] }, tokens: { shape: [n, captionLength], dtype: 'int32' }, ...(masks && { draw: { shape: [n, task.total] } }), ...(arm === 'random' && { kept: { shape: [] } }) },
    outputs: ({ params, inputs: i }) => {
      const [own, net] = [scope(params, 'own'), scope(params, 'net')];
      const seen: { share: Value; between: Value }[] = [];
      const hooks = hooksOf(arm, own, task, knobs, { test: true, ...(i.draw && { draw: i.draw }), ...(i.kept && { kept: i.kept }), seen: ({ inputs, outputs }, mask) => seen.push({ share: mul(mean(mask, { axes: [0, 1, 2] }), inputs * outputs), between: reshape(max(mul(mask, sub(1, mask))), [1]) }) });
      const { perSample } = diffusionLoss({ schedule, target, x0: i.x0!, t: i.t!, eps: i.eps!, predict: (xt, at) => unetPrediction(networkOf(arm, own, net), xt, at, i.tokens!, config, hooks) });
      return { errors: perSample, ...(seen.length > 0 && { shares: concat(seen.map(({ share }) => reshape(share, [1]))), between: concat(seen.map(({ between }) => between)) }) };
    },
  });
  const { x0, tokens } = rows(task.test, Array.from({ length: n }, (_, i) => i));
  const eps = levels.map((_, l) => normalPictures(lab.rng.fork('test noise', l), [n, ...picture]));
  return async (own, kept) => {
    const params = { ...prefixed('own', own), ...prefixed('net', frozen) };
    const errors = new Float32Array(n * levels.length);
    let [shares, between] = [0, 0];
    for (const l of levels.keys()) {
      // Spread over this third of the timesteps, the noisiest third first.
      const t = int32(Int32Array.from({ length: n }, (_, i) => Math.floor(((2 - l + (i + 0.5) / n) * config.timesteps) / 3)));
      const out = await forward.run(params, { x0, tokens, t, eps: eps[l]!, ...(masks && { draw: drawOf(lab, task, n, l) }), ...(arm === 'random' && { kept: tensor([kept], []) }) });
      errors.set(floats(out.errors!), l * n);
      if (out.shares) shares += floats(out.shares).reduce((a, b) => a + b, 0) / task.total / levels.length;
      if (out.between) between = Math.max(between, ...floats(out.between));
    }
    const of = (l: number): number => errors.subarray(l * n, (l + 1) * n).reduce((a, b) => a + b, 0) / n;
    return { loss: (of(0) + of(1) + of(2)) / 3, byLevel: { early: of(0), middle: of(1), late: of(2) }, kept: masks ? shares : 1, between, errors };
  };
}
/** Uniforms for all masks of n pictures, always the same. */
export const drawOf = (lab: Lab, { total }: Pick<Task, 'total'>, n: number, which: number | string): Tensor => tensor(fillNoise(noise(lab.rng.fork('test draw', which), 0, { kind: 'uniform' }), new Float32Array(n * total)), [n, total]);

/** The learned masks of one scene at so many timesteps, from the noisiest down, with one draw for all: [timesteps][layer] as whole masks. */
export function probeOf(lab: Lab, task: Task, knobs: Knobs, times: readonly number[]): (own: Params) => Promise<{ masks: Float32Array[]; shares: number[][] }> {
  const n = times.length;
  const forward = lab.forward({
    name: 'probe', params: shapesOf({ ...prefixed('own', startOf(lab, 'masked', task, knobs)), ...prefixed('net', task.base) }),
    inputs: { x0: { shape: [n, ...picture] }, t: { shape: [n], dtype: 'int32' }, eps: { shape: [n, ...picture] }, tokens: { shape: [n, captionLength], dtype: 'int32' }, draw: { shape: [n, task.total] } },
    outputs: ({ params, inputs: i }) => {
      const found: Value[] = [];
      const hooks = hooksOf('masked', scope(params, 'own'), task, knobs, { draw: i.draw!, test: true, seen: (_, mask) => found.push(reshape(mask, [n, mask.shape[1]! * mask.shape[2]!])) });
      const { perSample } = diffusionLoss({ schedule, target, x0: i.x0!, t: i.t!, eps: i.eps!, predict: (xt, at) => unetPrediction(scope(params, 'net'), xt, at, i.tokens!, config, hooks) });
      return { masks: concat(found, 1), errors: perSample };
    },
  });
  const { x0, tokens } = rows(task.test, new Array<number>(n).fill(0));
  const one = floats(drawOf(lab, task, 1, 'probe'));
  const draw = new Float32Array(n * task.total);
  times.forEach((_, i) => draw.set(one, i * task.total));
  const eps = normalPictures(lab.rng.fork('probe noise'), [1, ...picture]);
  const noises = new Float32Array(n * eps.data.length);
  times.forEach((_, i) => noises.set(floats(eps), i * eps.data.length));
  return async (own) => {
    const { masks } = await forward.run({ ...prefixed('own', own), ...prefixed('net', task.base) }, { x0, tokens, t: int32([...times]), eps: tensor(noises, [n, ...picture]), draw: tensor(draw, [n, task.total]) });
    const all = times.map((_, i) => floats(masks!).slice(i * task.total, (i + 1) * task.total));
    return { masks: all, shares: all.map((mask) => task.layers.map(({ offset, inputs, outputs }) => mask.subarray(offset, offset + inputs * outputs).reduce((a, b) => a + b, 0) / (inputs * outputs))) };
  };
}
