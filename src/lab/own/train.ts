/** A prepared step run to its end, and what comes out of it under the file's own names. */
import { floats, type Params, type Tensor } from '../../base/tensor';
import { flatGradient } from '../../engine/autodiff';
import { layoutOf, flatten, unflatten } from '../../engine/layout';
import { viewsOf } from '../../engine/ops/compose';
import { defineProgram, type Program } from '../../engine/program';
import type { Value } from '../../engine/value';
import type { Hyper } from '../../nn/optimizers';
import type { Lab, TrainingRun } from '../lab';
import { maskScores, scoreName, type OwnStep } from './step';

export interface TrainOptions extends Partial<Pick<TrainingRun, 'chart' | 'watch'>> {
  readonly steps: number;
  readonly hyper: (step: number) => Hyper;
  readonly arm?: string;
}
export interface Trained {
  /** Loss of each step, before its update. */
  readonly losses: readonly number[];
  /** Trained tensors and carried statistics, under their ONNX names and in their shapes. */
  readonly weights: Params;
  /** Masks of the masked tensors: 1 kept, 0 removed. */
  readonly masks: Params;
}

export async function trainStep(lab: Lab, step: OwnStep, { steps, hyper, arm = 'own', chart, watch }: TrainOptions): Promise<Trained> {
  const losses: number[] = [];
  const params = await lab.train({
    trainer: lab.trainer(step.spec),
    arm,
    from: step.from,
    steps,
    hyper,
    next: step.next,
    chart: (at, metrics) => {
      losses.push(metrics.loss!);
      return chart ? chart(at, metrics) : metrics;
    },
    ...(watch && { watch }),
  });
  return { losses, ...outOf(step, params) };
}
/** Params of a step (or of any of its checkpoints) under the file's names, scores as masks. */
export function outOf({ trained, masked, statistics }: OwnStep, params: Params): Pick<Trained, 'weights' | 'masks'> {
  return {
    weights: Object.fromEntries([...trained, ...statistics].map((name) => [name, params[name]!])),
    masks: Object.fromEntries(masked.map((name) => [name, maskOf(params[scoreName(name)]!)])),
  };
}
const maskOf = (score: Tensor): Tensor => ({ dtype: 'bool', shape: score.shape, data: Uint8Array.from(floats(score), (s) => (s > Math.fround(maskScores.threshold) ? 1 : 0)) });

/** Loss and gradient of one batch at the params that the step starts from. */
export function gradientProgram({ spec }: OwnStep): Program {
  const [layout, buffers] = [layoutOf(spec.params), layoutOf(spec.buffers ?? {})];
  return defineProgram(
    { name: `${spec.name} gradient`, constants: { theta: { shape: [layout.size] }, ...(buffers.size > 0 && { buffers: { shape: [buffers.size] } }) }, feeds: spec.batch },
    ({ constants, feeds }) => {
      const held: Readonly<Record<string, Value>> = constants;
      const params = viewsOf(held.theta!, layout);
      const { loss } = spec.loss({ params, frozen: {}, average: {}, buffers: held.buffers ? viewsOf(held.buffers, buffers) : {}, batch: feeds });
      return { outputs: { loss: loss as Value, gradient: flatGradient(loss as Value, params, layout) } }; // one loss: `prepareStep` makes no more
    },
  );
}
/** The first step's gradient of the loss for every trained tensor, in the tensor's own shape; of masked ones, for their scores. */
export async function firstGradients(lab: Lab, step: OwnStep): Promise<{ loss: number; gradients: Params }> {
  const { params, buffers = {} } = step.spec;
  const [layout, bufferLayout] = [layoutOf(params), layoutOf(buffers)];
  const session = await lab.compile(gradientProgram(step), { theta: flatten(step.from, layout), ...(bufferLayout.size > 0 && { buffers: flatten(step.from, bufferLayout) }) });
  const { loss, gradient } = await session.run(step.next(0));
  await session.release();
  return { loss: floats(loss!)[0]!, gradients: unflatten(gradient!, layout) };
}
