/**
 * The user's arrays as examples for a model: matched to its inputs by name, checked against their shapes and dtypes, and cut into
 * batches. All of this before anything is compiled; each refusal says what was expected, what came, what to do.
 */
import { InputError } from '../../base/errors';
import { showShape, sizeOf, type DType, type Shape, type Tensor } from '../../base/tensor';
import type { NpyArray } from '../../data/files/npy';
import { dtypeHere } from '../../engine/onnx/border';
import type { OnnxModel, OnnxValueInfo } from '../../engine/onnx/model';
import { openAxis, type InputShapes } from './open';

export type Arrays = Readonly<Record<string, NpyArray>>;
/** Examples lie along the first axis. */
export interface Examples {
  readonly count: number;
  /** Under the model's input names. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Inputs that have no axis of examples: every batch gets them whole. */
  readonly whole: ReadonlySet<string>;
  readonly target?: Tensor;
  readonly notes: readonly string[];
}

/**
 * Takes the arrays that are the model's inputs, by name; `x` stands for the only one. `y` is the target.
 * @throws InputError for arrays that are missing, left over, of another rank, size or kind, or that do not count alike
 */
export function examplesFor({ graph }: OnnxModel, arrays: Arrays, file: string): Examples {
  const { y, ...others } = arrays;
  const { matched: inputs, unused } = byName(graph.inputs, others, file);
  const notes = unused.length > 0 ? [`${file} also holds ${unused.join(', ')}, which ${unused.length === 1 ? 'is' : 'are'} not used.`] : [];
  const sizes = new Map<string, { size: number; who: string }>();
  for (const { info, array } of inputs) checkInput(info, array, sizes);
  for (const [name, array] of [...inputs.map(({ info, array: a }) => [info.name, a] as const), ...(y ? [['y', y] as const] : [])]) checkFinite(name, array);
  const [count, whole] = countExamples(inputs, y?.shape[0]);
  if (y && y.shape[0] !== count) throw new InputError(`y should hold one target for each of the ${count} examples, but is ${showShape(y.shape)}. Save as many targets as examples.`);
  for (const { info, array } of inputs) if (array.dtype === 'uint8' && dtypeHere(info.dtype) === 'float32') notes.push(`${info.name} is fed as it is, 0 to 255: if the model expects other numbers, scale them before saving.`);
  return {
    count,
    inputs: Object.fromEntries(inputs.map(({ info, array }) => [info.name, toTensor(array, dtypeHere(info.dtype), info.name)])),
    whole,
    ...(y && { target: toTensor(y, y.dtype.startsWith('float') ? 'float32' : 'int32', 'y') }),
    notes,
  };
}

interface Matched {
  readonly info: OnnxValueInfo;
  readonly array: NpyArray;
}
function byName(infos: readonly OnnxValueInfo[], arrays: Arrays, file: string): { matched: Matched[]; unused: string[] } {
  const only = infos.length === 1 ? infos[0] : undefined;
  const named = only && !Object.hasOwn(arrays, only.name) && Object.hasOwn(arrays, 'x') ? { ...Object.fromEntries(Object.entries(arrays).filter(([name]) => name !== 'x')), [only.name]: arrays.x! } : arrays;
  const expected = `${only ? `"x" (or "${only.name}")` : infos.map((i) => `"${i.name}"`).join(', ')} and "y"`;
  if (infos.some((i) => !Object.hasOwn(named, i.name)))
    throw new InputError(`${file} should hold ${expected}, but holds ${Object.keys(arrays).map((n) => `"${n}"`).join(', ') || 'nothing else than y'}. Save it with numpy.savez(path, ${only ? 'x' : infos.map((i) => i.name).join('=..., ')}=..., y=...).`);
  return { matched: infos.map((info) => ({ info, array: named[info.name]! })), unused: Object.keys(named).filter((name) => !infos.some((i) => i.name === name)) };
}
function checkFinite(name: string, { dtype, data, shape }: NpyArray): void {
  if (!dtype.startsWith('float')) return;
  if (name !== 'y' && (data as Float32Array).every((v) => v === 0 || v === -Infinity)) return; // an additive mask: where attention may not look
  const at = (data as Float32Array).findIndex((v) => !Number.isFinite(v)); // float64 has the same method
  if (at >= 0) throw new InputError(`${name} should hold finite numbers, but ${data[at]} came in row ${Math.floor(at / (data.length / (shape[0] ?? 1)))}. Replace it, or leave that row out.`);
}
function checkInput({ name, dims, dtype }: OnnxValueInfo, { shape, dtype: came }: NpyArray, sizes: Map<string, { size: number; who: string }>): void {
  const expected = `Input "${name}" takes ${dtype}${dims ? ` [${dims.map((d) => (openAxis(d) ? d || '?' : d)).join(', ')}]` : ''}`;
  if (dims && dims.length !== shape.length) throw new InputError(`${expected}, ${dims.length} axes, but ${came}${showShape(shape)} came. Reshape the array${dims.length === shape.length + 1 ? ' (one axis is missing: x[:, None] adds one)' : ''}.`);
  if (shape.some((size) => size < 1)) throw new InputError(`${expected}, but an empty array ${showShape(shape)} came.`);
  for (const [axis, size] of (dims ?? []).entries()) {
    const here = shape[axis]!;
    if (axis > 0 && !openAxis(size) && here !== size) throw new InputError(`${expected}, but ${came}${showShape(shape)} came: axis ${axis} should be ${size}, not ${here}.`);
    if (axis === 0 || typeof size === 'number' || size === '') continue;
    const known = sizes.get(size);
    if (known && known.size !== here) throw new InputError(`${expected}, and "${size}" is ${known.size} in ${known.who}, but ${here} here. Save arrays of one ${size}.`);
    sizes.set(size, { size: here, who: `"${name}"` });
  }
  const kind = dtypeHere(dtype);
  const isFloat = came.startsWith('float');
  if (kind !== 'float32' && isFloat) throw new InputError(`${expected}, whole numbers such as token ids, but ${came} came. Save it as int64: .astype('int64').`);
  if (kind === 'bool' && came !== 'bool' && came !== 'uint8') throw new InputError(`${expected}, but ${came} came. Save it as booleans: .astype(bool).`);
}
/**
 * How many examples there are, and which inputs have none: those that match a fixed first size that is not the others' count. Where every
 * first size is fixed, the number of targets says which of them are examples (the states of an LSTM, [layers, n, d], are not).
 */
function countExamples(inputs: readonly Matched[], targets: number | undefined): readonly [number, ReadonlySet<string>] {
  const fixed = ({ info, array }: Matched): boolean => info.dims !== undefined && (info.dims.length === 0 || (!openAxis(info.dims[0]!) && info.dims[0] === array.shape[0]));
  const moving = inputs.filter((input) => !fixed(input));
  const withAxes = inputs.filter(({ array }) => array.shape.length > 0);
  const withTargets = withAxes.filter(({ array }) => array.shape[0] === targets);
  const counted = moving.length > 0 ? moving : withTargets.length > 0 ? withTargets : withAxes;
  const [first, ...rest] = counted;
  if (!first) throw new InputError('No input has an axis of examples: every input is a scalar. Export the model with a batch axis.');
  const count = first.array.shape[0]!;
  const other = rest.find(({ array }) => array.shape[0] !== count);
  if (other) throw new InputError(`Inputs should hold equally many examples, but "${first.info.name}" holds ${count} and "${other.info.name}" ${other.array.shape[0]}.`);
  return [count, new Set(inputs.filter((input) => !counted.includes(input) && input.array.shape[0] !== count).map(({ info }) => info.name))];
}

function toTensor({ dtype: came, shape, data }: NpyArray, dtype: DType, name: string): Tensor {
  if (dtype === 'float32') return { dtype, shape, data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number) }; // `Number` takes bigints too
  if (dtype === 'bool') return { dtype, shape, data: Uint8Array.from(data as Uint8Array, (v) => (v === 0 ? 0 : 1)) };
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  const beyond = numbers.find((v) => v >= 2 ** 31 || v < -(2 ** 31));
  if (beyond !== undefined) throw new InputError(`${name} (${came}) holds ${beyond}, which does not fit int32; integers are int32 here.`);
  return { dtype, shape, data: Int32Array.from(numbers) };
}

/**
 * Examples of one step. Static models keep their batch; others take `asked`, or all examples at once.
 * @throws InputError if the model's batch is fixed and larger than the data, or differs from what was asked for
 */
export function batchSize({ graph }: OnnxModel, { count, whole }: Pick<Examples, 'count' | 'whole'>, asked?: number): number {
  const fixed = graph.inputs.flatMap(({ name, dims }) => (dims && dims.length > 0 && !whole.has(name) && !openAxis(dims[0]!) ? [Number(dims[0])] : []))[0];
  if (fixed === undefined) {
    if (asked !== undefined && asked > count) throw new InputError(`A batch of ${asked} was asked for, but there are ${count} examples. Ask for at most ${count}.`);
    return asked ?? count;
  }
  if (asked !== undefined && asked !== fixed) throw new InputError(`A batch of ${asked} was asked for, but the model's own is fixed at ${fixed}. Leave --batch out, or export the model with an open batch (dynamic_axes={'x': {0: 'batch'}}).`);
  if (count < fixed) throw new InputError(`The model's batch is fixed at ${fixed}, but only ${count} examples came. Give at least ${fixed}, or export the model with an open batch (dynamic_axes={'x': {0: 'batch'}}).`);
  return fixed;
}
/** Shapes of the inputs for a batch of this size. */
export const shapesAt = ({ inputs, whole }: Examples, size: number): InputShapes =>
  Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, whole.has(name) ? shape : [size, ...shape.slice(1)]]));

/** `size` rows from row `start` on, wrapping round at the end. The tensor itself where that is all of it. */
export function rows(t: Tensor, start: number, size: number): Tensor {
  const count = t.shape[0]!;
  if (start === 0 && size === count) return t;
  const width = sizeOf(t.shape.slice(1));
  const shape: Shape = [size, ...t.shape.slice(1)];
  const data = t.data.slice(0, 0).constructor as new (n: number) => Tensor['data']; // the same kind of array
  const out = new data(size * width);
  for (let row = 0; row < size; row++) {
    const from = ((start + row) % count) * width;
    out.set(t.data.subarray(from, from + width), row * width);
  }
  return { dtype: t.dtype, shape, data: out };
}
/** The batch of a step: consecutive examples, wrapping round. */
export function batchAt({ inputs, whole, count }: Examples, target: Tensor | undefined, size: number, step: number): Record<string, Tensor> {
  const start = (step * size) % count;
  return {
    ...Object.fromEntries(Object.entries(inputs).map(([name, t]) => [feedName(name), whole.has(name) ? t : rows(t, start, size)])),
    ...(target && { [targetName]: rows(target, start, size) }),
  };
}
/** The feed that holds the targets. */
export const targetName = 'train.y';
/** Names of a training step's own: its state, its target, its loss. */
const ofTheStep: ReadonlySet<string> = new Set(['theta', 'buffers', 'frozen', 'm', 'v', 'u', 'loss', targetName]);
/** The feed that holds an input: its own name, unless the step has another use for that. */
export const feedName = (input: string): string => (ofTheStep.has(input) || input.startsWith('step.') || input.endsWith('.next') ? `input.${input}` : input);
