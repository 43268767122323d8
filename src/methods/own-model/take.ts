/** What a run gives to take away, as files: made when asked for, from the weights as they stand. */
import { zipSync } from 'fflate';
import { InputError } from '../../base/errors';
import type { Params } from '../../base/tensor';
import { writeNpz } from '../../data/files/npz';
import type { NpyArray } from '../../data/files/npy';
import { writeSafetensors } from '../../engine/safetensors';
import type { Examples } from '../../lab/own/examples';
import { allWeights, bakedModel, maskedModel } from '../../lab/own/export/model';
import { experimentScript } from '../../lab/own/export/script';
import { exportStep } from '../../lab/own/export/step';
import { outOf } from '../../lab/own/train';
import type { FileBytes } from '../../spec/messages';
import type { Arm, TrainedArm } from './arms';
import type { Prepared } from './prepare';

export interface KeptArm {
  readonly arm: Arm;
  /** After the last step that was looked at. */
  readonly params: Params;
  readonly losses: readonly number[];
}
export interface Kept {
  readonly prepared: Prepared;
  readonly arms: Readonly<Partial<Record<TrainedArm, KeptArm>>>;
}
export type What = 'model' | 'weights' | 'step' | 'script';

/** @throws InputError for an arm that the run does not train */
export function take({ prepared, arms }: Kept, what: What, name: TrainedArm): readonly FileBytes[] {
  const kept = arms[name];
  if (!kept) throw new InputError('The last run did not train this arm. Switch it on and press Run.');
  const base = `${prepared.original.name.replace(/\.onnx$/i, '')}-${name}`;
  return makers[what](prepared, kept, base);
}
const makers: Readonly<Record<What, (prepared: Prepared, kept: KeptArm, base: string) => readonly FileBytes[]>> = {
  model: ({ model, original }, { arm, params }, base) => {
    const own = { ...model, file: original };
    const tensors = outOf(arm.step, params);
    const trained = { name: `${base}.onnx`, bytes: bakedModel(own, tensors) };
    return arm.step.masked.length === 0 ? [trained] : [trained, { name: `${base}-with-masks.onnx`, bytes: maskedModel(own, tensors) }];
  },
  weights: ({ model }, { arm, params }, base) => {
    const tensors = outOf(arm.step, params);
    const weights = { name: `${base}.safetensors`, bytes: writeSafetensors(allWeights(model, tensors)) };
    return arm.step.masked.length === 0 ? [weights] : [weights, { name: `${base}-masks.safetensors`, bytes: writeSafetensors(tensors.masks) }];
  },
  step: (_, { arm }, base) => {
    const { onnx, state } = exportStep(arm.step);
    return [{ name: `${base}-step.onnx`, bytes: onnx }, { name: `${base}-state.safetensors`, bytes: state }];
  },
  script: ({ train }, { arm, losses }, base) => {
    const { onnx, state } = exportStep(arm.step);
    const files = { stepGraph: 'step.onnx', state: 'state.safetensors', data: 'data.npz' };
    const script = experimentScript(arm.step, { ...files, optimizer: arm.optimizer, losses });
    const bytes = zipSync({ 'train.py': new TextEncoder().encode(script), [files.stepGraph]: onnx, [files.state]: state, [files.data]: writeNpz(arraysOf(train)) }, { level: 1, mtime: new Date(1980, 0, 1) }); // the earliest day that a ZIP can name
    return [{ name: `${base}.zip`, bytes }];
  },
};
/** The training examples in the order in which they were trained on. */
function arraysOf({ inputs, target }: Examples): Readonly<Record<string, NpyArray>> {
  return { ...inputs, ...(target && { y: target }) };
}
