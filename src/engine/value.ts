/**
 * Values and ops: a graph is the values reachable from its outputs. A value knows the op that made it, that op's inputs, its static
 * shape and its dtype; nothing is computed when it is made. `defineOp` asks for every facet of an op in one place.
 */
import { ShapeError } from '../base/errors';
import { showShape, sizeOf, type DType, type Shape, type Tensor } from '../base/tensor';

export type AttrValue = number | string | boolean | readonly number[] | undefined;
export type Attrs = Readonly<Record<string, AttrValue>>;

export interface Value {
  /** In order of making: an input's id is below its user's. */
  readonly id: number;
  readonly op: Op;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attrs: Attrs;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Inputs only: its name in the program. */
  readonly name?: string;
  /** Constants only. */
  readonly data?: Tensor;
}

/** A tensor of the reference executor: float64, whatever the dtype (booleans are 0 and 1). */
export interface Reference {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Kernels that a graph is written for: WebGPU, where each node is a dispatch; or the CPU's, in WebAssembly or elsewhere. */
export type Target = 'cpu' | 'webgpu';

/** What an op's `onnx` facet writes nodes with. Names are those of ONNX values. */
export interface Emit {
  /** One node, one output; returns the output's name. */
  (opType: string, inputs: readonly string[], attributes?: Attrs): string;
  /** One node, its first `count` outputs. */
  outputs(count: number, opType: string, inputs: readonly string[], attributes?: Attrs): readonly string[];
  /** Whose nodes these will be: an op may have a form of its own for a provider, of the same numbers but for rounding. */
  readonly target: Target;
  /** Initialisers, shared where equal. */
  int64s(values: readonly number[]): string;
  /** A scalar if `shape` is left out. */
  float(value: number): string;
  constant(value: Tensor): string;
}

/** An operand of an op applied for k models at once: `many`, one for each model, [k, ...]; else one that all of them share. */
export interface Lifted {
  readonly value: Value;
  readonly many: boolean;
}

export interface OpFacets<I extends string, A extends Attrs> {
  readonly name: string;
  /** Shape rule; throws ShapeError where inputs do not fit. */
  readonly shape: (inputs: Readonly<Record<I, Shape>>, attrs: A) => Shape;
  /** Default: the dtype of the first input. */
  readonly dtype?: (inputs: Readonly<Record<I, DType>>, attrs: A) => DType;
  /** Vector-Jacobian product, made of ops; an input left out gets no gradient. 'none': not differentiable (comparisons, indices). */
  readonly gradient: 'none' | ((values: Readonly<Record<I | 'dy' | 'y', Value>>, attrs: A) => Partial<Readonly<Record<I, Value>>>);
  /** Nodes of opset 21 that every provider runs; returns the output's name. Returning an input's name emits nothing. */
  readonly onnx: (inputs: Readonly<Record<I, string>>, attrs: A, emit: Emit, values: Readonly<Record<I | 'y', Value>>) => string;
  /** Float64, plain loops: the oracle. */
  readonly reference: (inputs: Readonly<Record<I, Reference>>, attrs: A, shape: Shape) => Float64Array;
  /**
   * The op for k models at once, at least one operand being `many`: the result of each, [k, ...], where `y` is that of one model.
   * 'elementwise': the op itself does, once operands have leading axes alike. Left out: it is applied model by model.
   */
  readonly lift?: 'elementwise' | ((inputs: Readonly<Record<I, Lifted>>, attrs: A, k: number, y: Value) => Value);
  /** It adds many numbers up, so that the last bits of its result depend on a kernel's order of adding, and so on its company. */
  readonly sums?: true;
}
/** Any op, its input names and attributes forgotten: what passes, writers and executors see. */
export type Op = OpFacets<string, Attrs>;

let nextId = 0;
const allOps = new Map<string, Op>();
/** The id of the value made last: what is made from now on has a greater one. */
export const newestId = (): number => nextId - 1;
/** Every op there is, by name: for tests that must cover each, and for the conformance table. */
export const registeredOps = (): ReadonlyMap<string, Op> => allOps;

export function makeValue(op: Op, inputs: Readonly<Record<string, Value>>, attrs: Attrs, shape: Shape, dtype: DType, more?: Pick<Value, 'name' | 'data'>): Value {
  if (shape.some((size) => !Number.isFinite(size))) throw new ShapeError(`${op.name}: a size of the result cannot be told. Its lists of sizes, axes, pads or strides should hold one whole number for each axis.`);
  for (const size of shape) if (!Number.isSafeInteger(size) || size < 1) throw new ShapeError(`${op.name}: the result would have shape ${showShape(shape)}; every size must be a whole number of at least 1.`);
  return { id: nextId++, op, inputs, attrs, shape, dtype, ...more };
}

export type Apply<I extends string, A extends Attrs> = (inputs: Readonly<Record<I, Value>>, attrs: A) => Value;

/** Declares an op and returns the function that applies it: `logSoftmax({ x }, { axis: 1 })`. */
export function defineOp<I extends string, A extends Attrs = Record<never, never>>(facets: OpFacets<I, A>): Apply<I, A> {
  // The registry and the graph hold ops of all input names together; only `apply` below calls the facets, with inputs that match.
  const op = facets as unknown as Op;
  if (allOps.has(op.name)) throw new ShapeError(`Op ${op.name} is defined twice.`);
  allOps.set(op.name, op);
  return (inputs, attrs) => applyOp(op, inputs, attrs);
}
/** Shape and dtype by the op's own rules. */
export function applyOp(op: Op, inputs: Readonly<Record<string, Value>>, attrs: Attrs): Value {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([n, v]) => [n, v.shape]));
  const dtypes = Object.fromEntries(Object.entries(inputs).map(([n, v]) => [n, v.dtype]));
  const dtype = op.dtype ? op.dtype(dtypes, attrs) : (Object.values(dtypes)[0] ?? 'float32');
  return makeValue(op, inputs, attrs, op.shape(shapes, attrs), dtype);
}

const leaf = (name: string): Op => ({
  name,
  shape: () => [],
  gradient: 'none',
  onnx: () => {
    throw new ShapeError(`${name} is a leaf: the writer handles it.`);
  },
  reference: () => {
    throw new ShapeError(`${name} is a leaf: the executor handles it.`);
  },
});
export const inputOp = leaf('input');
export const constantOp = leaf('constant');

export const input = (name: string, shape: Shape, dtype: DType = 'float32'): Value => makeValue(inputOp, {}, {}, shape, dtype, { name });
export const constant = (data: Tensor): Value => makeValue(constantOp, {}, {}, data.shape, data.dtype, { data });
export const scalar = (value: number): Value => constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
export const filled = (shape: Shape, value: number): Value => constant({ dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(value) });

/** Values reachable from `outputs`, every one after its inputs. */
export function topological(outputs: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  const stack = [...outputs];
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (seen.has(value)) continue;
    seen.add(value);
    stack.push(...Object.values(value.inputs));
  }
  return [...seen].sort((a, b) => a.id - b.id); // ids ascend from inputs to users
}
