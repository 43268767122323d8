/** From a model, its data and the user's choices to a training step: all that can be refused is refused here, before anything is compiled. */
import { InputError } from '../../base/errors';
import { sizeOf, tensor, type Params, type Tensor } from '../../base/tensor';
import { mul } from '../../engine/ops';
import { toTensor } from '../../engine/onnx/border';
import { readOnnx, type ReadModel } from '../../engine/onnx/reader';
import { binaryMask } from '../../engine/ops/compose';
import type { InputSpec } from '../../engine/program';
import { rewrite } from '../../engine/rewrite';
import { constant, inputOp, type Value } from '../../engine/value';
import type { Views } from '../../nn/layers';
import type { Optimizer } from '../../nn/optimizers';
import type { Task, TensorUse } from '../../spec/own-model';
import type { TrainerSpec } from '../lab';
import { batchAt, batchSize, feedName, shapesAt, targetName, type Examples } from './examples';
import type { OwnModel } from './open';
import { reachOf } from './reach';
import { runningStatistics } from './roles';
import { settleTask, type SettledTask } from './task';

/**
 * Learned masks as in Piggyback (Mallya et al. 2018, arXiv:1801.06519): every score begins at `initial` and an entry is kept while its
 * score is above `threshold`, so that training begins with the whole model.
 */
export const maskScores = { initial: 1e-2, threshold: 5e-3 } as const;
/** The name under which the scores of a masked tensor are trained. */
export const scoreName = (name: string): string => `${name}.score`;

export interface StepChoices {
  readonly examples: Examples;
  readonly uses: Readonly<Record<string, TensorUse>>;
  readonly task: Task;
  readonly optimizer: Optimizer;
  /** Examples a step; default: the model's own where it is fixed, else all. */
  readonly batch?: number;
}
export interface OwnStep {
  readonly model: OwnModel;
  readonly examples: Examples;
  readonly batch: number;
  /** ONNX names, in the file's order. */
  readonly trained: readonly string[];
  readonly masked: readonly string[];
  /** Running statistics that the step carries along. */
  readonly statistics: readonly string[];
  readonly spec: TrainerSpec;
  /** Where trained tensors, mask scores and running statistics start. */
  readonly from: Params;
  readonly next: (step: number) => Record<string, Tensor>;
  readonly notes: readonly string[];
}

/** @throws InputError where data, choices and model do not fit */
export function prepareStep(model: OwnModel, { examples, uses, task, optimizer, batch: asked }: StepChoices): OwnStep {
  const names = (use: TensorUse): string[] => Object.keys(model.stored.graph.initializers).filter((name) => uses[name] === use);
  const [trained, masked] = [names('trained'), names('masked')];
  if (trained.length + masked.length === 0) throw new InputError('Nothing is trained: every tensor is frozen. Choose at least one to be trained or masked.');
  const batch = batchSize(model.stored, examples, asked);
  // Statistics that the user trains, or whose successor the reader does not make, are not carried.
  const buffers = new Map(runningStatistics(model.stored.graph).flatMap(({ next }) => next).filter(([name, output]) => uses[name] === 'frozen' && model.read.valueOf(output)));
  const read = readOnnx(model.file.bytes, { shapes: shapesAt(examples, batch), params: new Set([...trained, ...masked, ...buffers.keys()]), files: model.file.files });
  checkReadable(read);
  checkReach(read, model.output, [...trained, ...masked]);
  const output = read.program.outputs[model.output]!; // `openModel` has checked that it is there
  const settled = settleTask({ task, output, batch, target: examples.target, tokens: Object.values(examples.inputs)[0] });
  const carried = [...buffers.keys()];
  const valueOf = (name: string): Tensor => toTensor(model.stored.graph.initializers[name]!, name);
  const shapeOf = (name: string): readonly number[] => model.stored.graph.initializers[name]!.dims;
  const spec: TrainerSpec = {
    name: model.description.name,
    params: Object.fromEntries([...trained.map((name) => [name, shapeOf(name)] as const), ...masked.map((name) => [scoreName(name), shapeOf(name)] as const)]),
    ...(carried.length > 0 && { buffers: Object.fromEntries(carried.map((name) => [name, shapeOf(name)])) }),
    batch: batchSpec(read, settled, batch),
    loss: ({ params, buffers: held, batch: feeds }) => lossOf(read, output, settled, { masked, carried: new Map(carried.map((name) => [name, read.valueOf(buffers.get(name)!)!])) }, { ...params, ...held, ...feeds }),
    optimizer,
  };
  return {
    model,
    examples,
    batch,
    trained,
    masked,
    statistics: carried,
    spec,
    from: {
      ...Object.fromEntries([...trained, ...carried].map((name) => [name, valueOf(name)])),
      ...Object.fromEntries(masked.map((name) => [scoreName(name), tensor(new Float32Array(sizeOf(shapeOf(name))).fill(maskScores.initial), shapeOf(name))])),
    },
    next: (step) => batchAt(examples, settled.target, batch, step),
    notes: [...new Set([...read.notes, ...examples.notes, ...settled.notes])],
  };
}
function checkReadable({ program }: ReadModel): void {
  const given = Object.keys(program.state);
  if (given.length > 0) throw new InputError(`The file is a training step (its state is ${given.join(', ')}), not a model. Train the model that it was made from.`);
}
/** Every tensor to be trained must lie on a way that gradients take. */
function checkReach(read: ReadModel, output: string, names: readonly string[]): void {
  const { reached, stopped, ends } = reachOf(read, output);
  for (const name of names) {
    const value = read.program.constants[name];
    const blocker = value && stopped.get(value);
    if (blocker) throw new InputError(`${name} cannot be trained: node ${blocker.node.name} (${blocker.node.operator}) lies behind it and has no gradient (${blocker.op}). Freeze ${name} (--frozen "${name}"), and what does not pass through that node can be trained.`);
    const end = value && ends.get(value);
    if (!value || !reached.has(value)) throw new InputError(`${name} cannot be trained: no gradient of the output "${output}" reaches it${end ? `, since node ${end.name} (${end.operator}) has none` : ''}. Freeze it (--frozen "${name}").`);
  }
}
function batchSpec(read: ReadModel, { target }: SettledTask, batch: number): Record<string, InputSpec> {
  const feeds = Object.entries(read.program.feeds).map(([name, { shape, dtype }]): [string, InputSpec] => [feedName(name), { shape, dtype }]);
  return { ...Object.fromEntries(feeds), ...(target && { [targetName]: { shape: [batch, ...target.shape.slice(1)], dtype: target.dtype } }) };
}
/** The model's graph with its params, running statistics and inputs replaced by those of the step; masked ones as w * mask(score). */
function lossOf(read: ReadModel, output: Value, settled: SettledTask, { masked, carried }: { masked: readonly string[]; carried: ReadonlyMap<string, Value> }, at: Views): ReturnType<TrainerSpec['loss']> {
  const inputs = Object.fromEntries(Object.keys(read.program.feeds).map((name) => [name, at[feedName(name)]!]));
  const stand = new Map(Object.entries({ ...at, ...inputs }));
  for (const name of masked) stand.set(name, mul(constant(read.params[name]!), binaryMask(at[scoreName(name)]!, maskScores.threshold)));
  const made = rewrite([output, ...carried.values()], (value) => (value.op === inputOp ? stand.get(value.name!) : undefined));
  const loss = settled.loss({ output: made.get(output)!, inputs, target: at[targetName] });
  return { loss, buffers: Object.fromEntries([...carried].map(([name, value]) => [name, made.get(value)!])) };
}
