/** The arms: what each does to which tensors, with which optimiser. */
import { hyperOf, optimizerOf } from '../../lab/own/optimizer';
import { outOf, type Trained } from '../../lab/own/train';
import { prepareStep, type OwnStep } from '../../lab/own/step';
import { floats, type Params } from '../../base/tensor';
import type { ModelDescription, OptimizerChoice, TensorChoice, TensorUse } from '../../spec/own-model';
import { isFixed, lastLayer } from '../../spec/own-screen';
import { resolveUses } from '../../spec/pattern';
import type { Hyper } from '../../nn/optimizers';
import type { Knobs, Prepared } from './prepare';

export const trainedArms = ['chosen', 'everything', 'last-layer', 'masks'] as const;
export type TrainedArm = (typeof trainedArms)[number];
type Uses = Readonly<Record<string, TensorUse>>;

export const choiceOfKnobs = ({ trained, masked, frozen }: Pick<Knobs, 'trained' | 'masked' | 'frozen'>): TensorChoice => ({ ...(trained && { trained }), ...(masked && { masked }), ...(frozen && { frozen }) });

/** @throws InputError for a pattern that finds nothing */
export function usesOf(arm: TrainedArm, model: ModelDescription, knobs: Knobs): Uses {
  const only = (names: ReadonlySet<string>, use: TensorUse): Uses => Object.fromEntries(model.tensors.map((t) => [t.name, names.has(t.name) ? use : 'frozen']));
  const able = model.tensors.filter((t) => !isFixed(t));
  switch (arm) {
    case 'chosen': return resolveUses(model, choiceOfKnobs(knobs)).uses;
    case 'everything': return only(new Set(able.map((t) => t.name)), 'trained');
    case 'last-layer': return only(new Set(lastLayer(model)), 'trained');
    // A mask over a bias or a scale says little: those of two and more axes, where there are any.
    case 'masks': return only(new Set((able.some((t) => t.shape.length > 1) ? able.filter((t) => t.shape.length > 1) : able).map((t) => t.name)), 'masked');
  }
}

/** Scores alone are always trained by Adam: it makes full-size steps of gradients of any size, and a score has a fixed way to go. */
export function optimizerChoice(uses: Uses, { optimizer, learningRate, learningRateOfMasks, weightDecay }: Knobs): OptimizerChoice {
  if (!Object.values(uses).includes('trained')) return { name: 'adamw', learningRate: learningRateOfMasks, weightDecay: 0 };
  return optimizer === 'sgd' ? { name: 'sgd', learningRate, momentum: 0.9, weightDecay } : { name: 'adamw', learningRate, weightDecay };
}

export interface Arm {
  readonly name: TrainedArm;
  readonly uses: Uses;
  readonly optimizer: OptimizerChoice;
  readonly hyper: Hyper;
  readonly step: OwnStep;
}
/** @throws InputError where data, choice and model do not fit */
export function prepareArm(name: TrainedArm, { model, train, task, batch }: Prepared, knobs: Knobs): Arm {
  const uses = usesOf(name, model.description, knobs);
  const optimizer = optimizerChoice(uses, knobs);
  return { name, uses, optimizer, hyper: hyperOf(optimizer), step: prepareStep(model, { examples: train, uses, task, optimizer: optimizerOf(optimizer), batch }) };
}

/** What the arm's params make of the file's weights: trained ones, and masked ones as weight times mask. */
export function effective({ step }: Pick<Arm, 'step'>, start: Params, params: Params): Params {
  const { weights, masks }: Pick<Trained, 'weights' | 'masks'> = outOf(step, params);
  return { ...weights, ...Object.fromEntries(Object.entries(masks).map(([name, mask]) => [name, { ...start[name]!, data: floats(start[name]!).map((w, i) => (mask.data[i] === 0 ? 0 : w)) }])) };
}
