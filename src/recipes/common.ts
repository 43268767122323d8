/** What several recipes need. */
import type { Params, Tensor } from '../base/tensor';
import type { InputSpec } from '../engine/program';
import { shapesOf } from '../lab/evaluate';
import type { Lab, Shapes, TrainerSpec } from '../lab/lab';
import type { Groups } from '../nn/groups';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';

export { shuffled } from '../data/labelled';
export { accuracyOn, argMaxes, overRows, overSet, shapesOf } from '../lab/evaluate';

/** As a program's constants. */
export const constantsOf = (params: Params): Readonly<Record<string, { shape: readonly number[] }>> => Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, { shape }]));

/** Adam with decoupled decay and a clipped gradient, under a cosine with warm-up: how most checkpoints are trained. */
export interface Fit {
  readonly arm: string;
  /** With the buffers, where there are any. */
  readonly from: Params;
  readonly frozen?: Params;
  /** Running statistics among `from`, by shape: they come back with the params. */
  readonly buffers?: Shapes;
  readonly batch: Readonly<Record<string, InputSpec>>;
  readonly loss: TrainerSpec['loss'];
  readonly next: (step: number) => Readonly<Record<string, Tensor>>;
  readonly spec: { readonly steps: number; readonly learningRate: number; readonly warmUp: number; readonly weightDecay: number; readonly clipNorm: number };
  readonly groups?: Groups;
}
export function fit(lab: Lab, { arm, from, frozen, buffers, batch, loss, next, spec: { steps, learningRate, warmUp, weightDecay, clipNorm }, groups }: Fit): Promise<Params> {
  const params = Object.fromEntries(Object.entries(shapesOf(from)).filter(([name]) => !buffers?.[name]));
  const trainer = lab.trainer({ name: `${arm}-pretrain`, params, ...(frozen && { frozen: shapesOf(frozen) }), ...(buffers && { buffers }), batch, loss, optimizer: adam({ clipNorm, ...(groups && { groups }) }) });
  const rate = cosine(learningRate, steps, warmUp);
  lab.expect(steps);
  return lab.train({ trainer, arm, from, ...(frozen && { frozen }), steps, hyper: (step) => ({ learningRate: rate(step), weightDecay }), next });
}
