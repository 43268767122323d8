/** The compiled steps of the arms that are trained, and what every arm says. */
import type { Params } from '../../base/tensor';
import { mean } from '../../engine/ops';
import type { Value } from '../../engine/value';
import { captionLength, drawingUnet } from '../../lab/captioned';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, Trainer } from '../../lab/lab';
import type { Views } from '../../nn/layers';
import { diffusionLoss } from '../../nn/diffusion';
import { adam } from '../../nn/optimizers';
import { unetPrediction, type UnetHooks } from '../../nn/unet';
import { adapted, byChance, generated, initAdapters, initGenerator, masking } from './masks';
import { picture, type Knobs, type Layer, type Task } from './task';

export const { config, schedule, target, guidance } = drawingUnet;
/** Arms that say what noise there is; the last one draws by reward. */
export const denoising = ['masked', 'base', 'random', 'full', 'lora'] as const;
export type Arm = (typeof denoising)[number];
const rank = 4;

/** What an arm trains beside, or instead of, the frozen network. */
export function startOf(lab: Lab, arm: Arm, { base, layers }: Task, knobs: Knobs): Params {
  if (arm === 'masked' || arm === 'random') return initGenerator(lab.rng.fork('generator'), layers, knobs);
  if (arm === 'lora') return initAdapters(lab.rng.fork('adapters'), layers, rank);
  return arm === 'full' ? base : {};
}
/** How an arm uses the network. `draw` [n, total] uniform; `kept`: the share that a mask of chance keeps. */
export function hooksOf(arm: Arm, own: Views, task: Task, knobs: Knobs, { draw, kept, test = false, seen }: { readonly draw?: Value; readonly kept?: Value; readonly test?: boolean; readonly seen?: (layer: Layer, mask: Value) => void }): UnetHooks {
  if (arm === 'masked') return masking(task.layers, generated(own, draw, { ...knobs, noise: test && !knobs.testNoise ? 'none' : knobs.noise }), seen);
  if (arm === 'random') return masking(task.layers, byChance(draw!, kept!), seen);
  return arm === 'lora' ? adapted(own) : {};
}
/** The network's params, as an arm has them. */
export const networkOf = (arm: Arm, own: Views, frozen: Views): Views => (arm === 'full' ? own : frozen);

export function trainerOf(lab: Lab, arm: Exclude<Arm, 'base' | 'random'>, task: Task, knobs: Knobs): Trainer {
  const start = startOf(lab, arm, task, knobs);
  const n = knobs.batch;
  return lab.trainer({
    name: `denoise-${arm}`, params: shapesOf(start), ...(arm !== 'full' && { frozen: shapesOf(task.base) }), optimizer: adam({ clipNorm: 1 }),
    batch: { x0: { shape: [n, ...picture] }, t: { shape: [n], dtype: 'int32' }, eps: { shape: [n, ...picture] }, tokens: { shape: [n, captionLength], dtype: 'int32' }, ...(arm === 'masked' && { draw: { shape: [n, task.total] } }) },
    loss: ({ params, frozen, batch }) => {
      const hooks = hooksOf(arm, params, task, knobs, { ...(batch.draw && { draw: batch.draw }) });
      const network = networkOf(arm, params, frozen);
      return { loss: mean(diffusionLoss({ schedule, target, x0: batch.x0!, t: batch.t!, eps: batch.eps!, predict: (xt, at) => unetPrediction(network, xt, at, batch.tokens!, config, hooks) }).perSample) };
    },
  });
}
