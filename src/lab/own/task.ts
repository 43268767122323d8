/** Tasks: what the target must be beside the model's first output, and the loss of the two. */
import { InputError } from '../../base/errors';
import { sameShape, showShape, sizeOf, type Shape, type Tensor } from '../../base/tensor';
import { reshape, slice, transpose } from '../../engine/ops';
import type { Value } from '../../engine/value';
import { crossEntropy, meanSquaredError } from '../../nn/losses';
import type { Task } from '../../spec/own-model';
import { contrastive, crossEntropyWhereCounting, temperature } from './losses';

/** A task, settled for one model and its data. */
export interface SettledTask {
  readonly task: Task;
  /** What the step is fed with beside the inputs; absent where the inputs hold the target. */
  readonly target?: Tensor;
  readonly loss: (at: { output: Value; inputs: Readonly<Record<string, Value>>; target?: Value }) => Value;
  readonly notes: readonly string[];
}
export interface TaskGiven {
  readonly task: Task;
  /** The output that the loss is taken of, at the batch's size. */
  readonly output: Value;
  readonly batch: number;
  /** Of the first input: token ids, for language modelling. */
  readonly tokens?: Tensor;
  /** y, whole. */
  readonly target?: Tensor;
}
/** PyTorch's mark of a position that does not count. */
const ignored = -100;

/** Checks the target against the output, and makes the loss. @throws InputError saying what does not fit */
export function settleTask(given: TaskGiven): SettledTask {
  switch (given.task) {
    case 'classification': return classification(given);
    case 'regression': return regression(given);
    case 'language-modelling': return languageModelling(given);
    case 'embedding': return embedding(given);
  }
}
const needTarget = ({ task, target }: TaskGiven): Tensor => {
  if (!target) throw new InputError(`For ${task} the data must hold "y", but it does not. Save it with numpy.savez(path, x=..., y=...).`);
  return target;
};
const outputShape = ({ output, batch, task }: TaskGiven): Shape => {
  if (output.dtype !== 'float32') throw new InputError(`The model's output is ${output.dtype}; ${task} needs numbers that a gradient can change. Export the model without its final ArgMax or Cast.`);
  if (output.shape[0] !== batch) throw new InputError(`The model's output is ${showShape(output.shape)} for a batch of ${batch}; its first axis should be the batch. Export the model with the batch first.`);
  return output.shape;
};

// -- classification ------------------------------------------------------------------------------------------------------------

function classification(given: TaskGiven): SettledTask {
  const shape = outputShape(given);
  const target = oneHotAsFloats(needTarget(given), shape);
  if (shape.length < 2) throw new InputError(`The model's output is ${showShape(shape)}; classification needs logits, one for each class: [n, classes]. For one number an example use regression (--loss mse).`);
  const each = (t: Shape): Shape => t.slice(1);
  const ofTokens = given.tokens?.dtype === 'int32';
  const notes = isSoftmax(given.output) ? ['The model ends in a Softmax: the loss is the cross-entropy of its probabilities, computed from what goes into it.'] : [];
  if (target.dtype === 'float32') {
    if (!sameShape(each(target.shape), each(shape))) throw new InputError(`y is float32${showShape(target.shape)}: labels are whole numbers (.astype('int64')), and probabilities have the shape of the logits, ${showShape([target.shape[0]!, ...each(shape)])}.`);
    const axis = ofTokens ? shape.length - 1 : 1;
    checkProbabilities(target, axis);
    return { task: given.task, target, notes, loss: ({ output, target: y }) => crossEntropy(classesLast(logitsOf(output), axis), classesLast(y!, axis)) };
  }
  const axis = classAxis(shape, squeezed(target.shape, shape.length), ofTokens);
  if (axis === undefined) throw new InputError(`y is ${showShape(target.shape)}, and the logits ${showShape(shape)} for a batch of ${given.batch}: expected labels [n${shape.length > 2 ? ', ...' : ''}], one for each row of logits.`);
  const classes = shape[axis]!;
  const hidden = checkLabels(target, classes);
  if (hidden > 0) notes.push(`${hidden} labels are ${ignored}: those positions do not count.`);
  const labels: Tensor = { ...target, shape: squeezed(target.shape, shape.length) };
  return { task: given.task, target: labels, notes, loss: ({ output, target: y }) => (hidden > 0 ? crossEntropyWhereCounting : crossEntropy)(classesLast(logitsOf(output), axis), reshape(y!, [sizeOf(y!.shape)])) };
}
/** Whole numbers in the shape of the logits, where labels cannot be meant: one-hot rows, which are probabilities. */
function oneHotAsFloats(target: Tensor, logits: Shape): Tensor {
  const alike = target.dtype === 'int32' && target.shape.length === logits.length && sameShape(target.shape.slice(1), logits.slice(1)) && logits.at(-1)! > 1;
  return alike ? { dtype: 'float32', shape: target.shape, data: Float32Array.from(target.data) } : target;
}
/** Labels [n, 1] for logits of rank 2 are labels [n]. */
const squeezed = (labels: Shape, rank: number): Shape => (labels.length === rank && labels.at(-1) === 1 ? labels.slice(0, -1) : labels);
/** The axis of logits that labels lack: the second, as PyTorch has it, or the last, as models of language have it; where both fit, what goes in decides. */
function classAxis(logits: Shape, labels: Shape, ofTokens: boolean): number | undefined {
  const axes = ofTokens ? [logits.length - 1, 1] : [1, logits.length - 1];
  return axes.find((axis) => labels.length === logits.length - 1 && sameShape(labels.slice(1), logits.slice(1).filter((_, i) => i + 1 !== axis)));
}
/** [n, classes, ...] -> [rows, classes]. */
function classesLast(x: Value, axis: number): Value {
  const rank = x.shape.length;
  const moved = axis === rank - 1 ? x : transpose(x, [...x.shape.keys()].filter((i) => i !== axis).concat(axis));
  return reshape(moved, [sizeOf(x.shape) / x.shape[axis]!, x.shape[axis]!]);
}
/**
 * The logits of a model that ends in a softmax: what goes into it. Its cross-entropy is that of the probabilities that come out, without
 * the loss of digits; a softmax of a softmax would be another function. LogSoftmax needs nothing: softmax(log softmax z) = softmax z.
 */
const logitsOf = (output: Value): Value => (isSoftmax(output) ? output.inputs.x! : output);
const isSoftmax = (output: Value): boolean => output.op.name === 'softmax';
function checkLabels({ data, dtype }: Tensor, classes: number): number {
  let hidden = 0;
  for (const label of data) {
    if (label === ignored && dtype === 'int32') hidden++;
    else if (label < 0 || label >= classes) throw new InputError(`Labels should be from 0 to ${classes - 1} (the logits hold ${classes} ${classes === 1 ? 'class' : 'classes'}), but ${label} came. ${classes === 1 ? 'For one number an example use regression (--loss mse).' : 'Renumber the labels, or use a model with more outputs.'}`);
  }
  if (hidden === data.length) throw new InputError(`Every label is ${ignored}, which does not count: there is nothing to learn from.`);
  return hidden;
}
function checkProbabilities({ data, shape }: Tensor, axis: number): void {
  const [outer, classes] = [sizeOf(shape.slice(0, axis)), shape[axis]!];
  const inner = data.length / outer / classes;
  for (let row = 0; row < outer * inner; row++) {
    let total = 0;
    for (let c = 0; c < classes; c++) total += data[(Math.floor(row / inner) * classes + c) * inner + (row % inner)]!;
    if (!(Math.abs(total - 1) < 1e-3)) throw new InputError(`y holds probabilities, which should sum to 1 over the classes, but a row sums to ${total}. Save labels as whole numbers, or normalise the rows.`);
  }
}
// -- regression ----------------------------------------------------------------------------------------------------------------

function regression(given: TaskGiven): SettledTask {
  const shape = outputShape(given);
  const target = needTarget(given);
  const expected = shape.slice(1);
  const notes: string[] = [];
  const fits = sameShape(target.shape.slice(1), expected);
  if (!fits && sizeOf(target.shape.slice(1)) !== sizeOf(expected)) throw new InputError(`y is ${showShape(target.shape)}, but the model's output is ${showShape([target.shape[0]!, ...expected])}: the two must agree. Reshape y, or choose the columns that the model predicts.`);
  const ones = (s: Shape): Shape => s.filter((d) => d !== 1);
  if (!fits && !sameShape(ones(target.shape.slice(1)), ones(expected))) throw new InputError(`y is ${showShape(target.shape)}, but the model's output is ${showShape([target.shape[0]!, ...expected])}: as many numbers in another shape. Reshape y.`);
  if (!fits) notes.push(`y ${showShape(target.shape)} is taken as ${showShape([target.shape[0]!, ...expected])}.`);
  const floats: Tensor = { dtype: 'float32', shape: [target.shape[0]!, ...expected], data: target.data instanceof Float32Array ? target.data : Float32Array.from(target.data) };
  return { task: given.task, target: floats, notes, loss: ({ output, target: y }) => meanSquaredError(output, y!) };
}

// -- language modelling --------------------------------------------------------------------------------------------------------

/** Position j of n rows predicts token j + 1: logits [n, t, vocabulary], tokens [n, t]. */
function languageModelling(given: TaskGiven): SettledTask {
  const shape = outputShape(given);
  const { tokens, target } = given;
  const expected = 'Language modelling takes token ids [n, t] in and gives logits [n, t, vocabulary] out';
  if (shape.length !== 3) throw new InputError(`${expected}, but the model's output is ${showShape(shape)}.`);
  if (tokens?.dtype !== 'int32' || tokens.shape.length !== 2 || tokens.shape[1] !== shape[1]) throw new InputError(`${expected}, but the first input is ${tokens ? `${tokens.dtype}${showShape(tokens.shape)}` : 'missing'}, and the output ${showShape(shape)}.`);
  if (target) return classification({ ...given, task: 'classification' }); // y says which token each position is to predict
  const [, t, vocabulary] = shape as readonly [number, number, number];
  if (t < 2) throw new InputError(`${expected}; with t = 1 there is no next token. Give longer rows.`);
  checkLabels({ ...tokens, dtype: 'bool' }, vocabulary); // every token counts
  return {
    task: given.task,
    notes: [],
    loss: ({ output, inputs }) => {
      const [ids] = Object.values(inputs);
      const n = output.shape[0]!;
      const logits = reshape(slice(output, [0, 0, 0], [n, t - 1, vocabulary]), [n * (t - 1), vocabulary]);
      return crossEntropy(logits, reshape(slice(ids!, [0, 1], [n, t]), [n * (t - 1)]));
    },
  };
}

// -- embedding -----------------------------------------------------------------------------------------------------------------

function embedding(given: TaskGiven): SettledTask {
  const shape = outputShape(given);
  const target = needTarget(given);
  if (shape.length !== 2) throw new InputError(`Embedding needs one vector for each example, [n, d], but the model's output is ${showShape(shape)}.`);
  if (target.dtype !== 'int32' || sizeOf(target.shape) !== target.shape[0]) throw new InputError(`Embedding needs labels [n], whole numbers, but y is ${target.dtype}${showShape(target.shape)}.`);
  if (given.batch < 2) throw new InputError('Embedding compares examples within a batch, so a batch must hold at least 2.');
  return { task: given.task, target: { ...target, shape: [target.shape[0]!] }, notes: [`Supervised contrastive loss (Khosla et al. 2020), temperature ${temperature}.`], loss: ({ output, target: y }) => contrastive(output, y!) };
}
