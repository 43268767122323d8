/** The two compiled steps of a backbone: pre-training on hidden patches, and fine-tuning on labels. */
import type { Params, Tensor } from '../../base/tensor';
import { shuffled, take } from '../../data/labelled';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, Trainer, TrainingRun } from '../../lab/lab';
import { allOf, layerwise, noDecayOnVectors, type Groups } from '../../nn/groups';
import { dense, scope } from '../../nn/layers';
import { crossEntropy } from '../../nn/losses';
import { adam } from '../../nn/optimizers';
import { cosine } from '../../nn/schedules';
import { vitLayerOf } from '../../nn/vit';
import { imagesSpec, type Backbone } from './backbones';
import { masksOf, type Arm } from './masks';
import { viewed, type Knobs, type Task } from './task';

const clipNorm = 5;
const weightDecay = 0.05;
/** No decay on vectors (the mask token is one) and on positions. */
const noDecay: Groups = allOf(noDecayOnVectors, (name) => (name === 'position.weight' ? { decay: 0 } : {}));
const rates = (rate: number, steps: number): TrainingRun['hyper'] => {
  const schedule = cosine(rate, steps, Math.ceil(steps / 20));
  return (step) => ({ learningRate: schedule(step), weightDecay });
};
/** The squares of a step: one mask for each picture. The same stream for all arms. */
export const stepMasks = (lab: Lab, arm: Arm, step: number, knobs: Knobs): Uint8Array[] => masksOf(arm, lab.rng.fork('masks', step), knobs.batch, knobs);

/** L = sum |x - x_hat| M / (sum M + 1e-5) / C, over the batch; every param is trained. */
export const pretrainer = (lab: Lab, task: Task, backbone: Backbone, start: Params, { batch }: Knobs): Trainer =>
  lab.trainer({
    name: `${backbone.name}-pretrain`, params: shapesOf(start), batch: { images: imagesSpec(task, batch), ...backbone.fed(batch) },
    loss: ({ params, batch: fed }) => ({ loss: backbone.loss(params, fed) }),
    optimizer: adam({ clipNorm, groups: noDecay }),
  });
export function pretraining(lab: Lab, arm: Arm, task: Task, backbone: Backbone, trainer: Trainer, from: Params, knobs: Knobs): TrainingRun {
  const order = shuffled(lab.rng.fork('pictures'), task.train.shape[0]!, knobs.batch);
  const next = (step: number): Record<string, Tensor> => ({
    images: viewed(task.train, order(step), lab.rng.fork('views', step), { crop: knobs.crop, mirror: knobs.data === 'scenes' }),
    ...backbone.feeds(stepMasks(lab, arm, step, knobs)),
  });
  return { trainer, arm, from, steps: knobs.steps, next, hyper: rates(knobs.learningRate, knobs.steps), chart: (_, { loss }) => ({ 'train/loss': loss! }) };
}

/** Cross-entropy of a linear classifier on the mean over patches. The rate falls by `decay` from layer to layer, head to embedding. */
export function tuner(lab: Lab, task: Task, backbone: Backbone, start: Params, decay: number, { tuneBatch }: Knobs): Trainer {
  const layers = layerwise({ decay, layers: task.shape.blocks + 2, layerOf: (name) => vitLayerOf(name, task.shape) });
  return lab.trainer({
    name: `${backbone.name}-tune-${decay}`, params: shapesOf(start), batch: { images: imagesSpec(task, tuneBatch), labels: { shape: [tuneBatch], dtype: 'int32' } },
    loss: ({ params, batch }) => ({ loss: crossEntropy(dense(scope(params, 'head'), backbone.feature(params, batch.images!)), batch.labels!) }),
    optimizer: adam({ clipNorm, groups: allOf(noDecay, layers) }),
  });
}
export function tuning(lab: Lab, arm: Arm, { few }: Task, trainer: Trainer, from: Params, knobs: Knobs): TrainingRun {
  const order = shuffled(lab.rng.fork('labelled'), few.y.shape[0]!, knobs.tuneBatch);
  const next = (step: number): Record<string, Tensor> => {
    const rows = order(step);
    return { images: viewed(few.x, rows, lab.rng.fork('labelled views', step), { crop: knobs.crop, mirror: knobs.data === 'scenes' }), labels: take(few, rows).y };
  };
  return { trainer, arm, from, steps: knobs.tuneSteps, next, hyper: rates(knobs.tuneRate, knobs.tuneSteps), chart: (_, { loss }) => ({ 'tune/loss': loss! }) };
}
