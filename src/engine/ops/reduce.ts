/** Reductions, and the softmax family. */
import { ShapeError } from '../../base/errors';
import { showShape, sizeOf, stridesOf, type Shape } from '../../base/tensor';
import { defineOp, filled, type Reference, type Value } from '../value';
import { floatsOnly } from './dtypes';
import { cast, div, equal, exp, mul, sub } from './elementwise';
import { expand, reshape } from './shape';

interface ReduceAttrs extends Record<string, number | boolean | readonly number[]> {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}
/** Axes to reduce over; all of them by default. Negative ones count from the end. */
export interface Over {
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
}
export function normalAxis(who: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) throw new ShapeError(`${who}: axis ${axis} does not exist in a value of rank ${rank}.`);
  return at;
}
const settle = (who: string, x: Value, { axes, keepDims = false }: Over): ReduceAttrs => ({
  axes: axes ? axes.map((a) => normalAxis(who, a, x.shape.length)).sort((a, b) => a - b) : x.shape.map((_, i) => i),
  keepDims,
});
const reducedShape = (x: Shape, { axes, keepDims }: ReduceAttrs): Shape =>
  keepDims ? x.map((d, i) => (axes.includes(i) ? 1 : d)) : x.filter((_, i) => !axes.includes(i));
/** Axes of one model's value in the value of k models. */
const behind = (axes: readonly number[]): number[] => axes.map((a) => a + 1);
const keptShape = (x: Shape, axes: readonly number[]): Shape => x.map((d, i) => (axes.includes(i) ? 1 : d));

function reduceReference(x: Reference, axes: readonly number[], start: number, f: (total: number, value: number) => number): Float64Array {
  const kept = keptShape(x.shape, axes);
  const strides = stridesOf(kept);
  const out = new Float64Array(sizeOf(kept)).fill(start);
  const inner = stridesOf(x.shape);
  for (let i = 0; i < x.data.length; i++) {
    let at = 0;
    for (let axis = 0; axis < x.shape.length; axis++) if (kept[axis] !== 1) at += strides[axis]! * (Math.floor(i / inner[axis]!) % x.shape[axis]!);
    out[at] = f(out[at]!, x.data[i]!);
  }
  return out;
}

const sumOp = defineOp<'x', ReduceAttrs>({
  name: 'sum',
  shape: ({ x }, attrs) => reducedShape(x, attrs),
  gradient: ({ dy, x }, { axes }) => ({ x: expand(reshape(dy, keptShape(x.shape, axes)), x.shape) }),
  onnx: ({ x }, { axes, keepDims }, emit, values) => {
    const { shape } = values.x;
    const leading = axes.length < shape.length && axes.every((axis, i) => axis === i);
    if (emit.target !== 'webgpu' || !leading) return emit('ReduceSum', [x, emit.int64s(axes)], { keepdims: keepDims });
    // Over leading axes, a row of ones times the rows: one dispatch of many threads, where a reduction is two, or one of few.
    const rows = sizeOf(shape.slice(0, axes.length));
    const matrix = emit('Reshape', [x, emit.int64s([rows, sizeOf(shape) / rows])]);
    return emit('Reshape', [emit('Gemm', [emit.constant(filled([1, rows], 1).data!), matrix]), emit.int64s(values.y.shape)]);
  },
  reference: ({ x }, { axes }) => reduceReference(x, axes, 0, (t, v) => t + v),
  sums: true,
  lift: ({ x }, { axes, keepDims }) => sum(x.value, { axes: behind(axes), keepDims }),
});
/** Sum over `axes`. */
export function sum(x: Value, over: Over = {}): Value {
  const attrs = settle('sum', x, over);
  return attrs.axes.length === 0 ? x : sumOp({ x }, attrs);
}
const meanOp = defineOp<'x', ReduceAttrs>({
  name: 'mean',
  shape: ({ x }, attrs) => reducedShape(x, attrs),
  gradient: ({ dy, x, y }, { axes }) => ({ x: expand(reshape(mul(dy, sizeOf(y.shape) / sizeOf(x.shape)), keptShape(x.shape, axes)), x.shape) }),
  onnx: ({ x }, { axes, keepDims }, emit) => emit('ReduceMean', [x, emit.int64s(axes)], { keepdims: keepDims }),
  reference: ({ x }, { axes }, shape) => reduceReference(x, axes, 0, (t, v) => t + v).map((t) => (t * sizeOf(shape)) / x.data.length),
  sums: true,
  lift: ({ x }, { axes, keepDims }) => mean(x.value, { axes: behind(axes), keepDims }),
});
/** Mean over `axes`. */
export function mean(x: Value, over: Over = {}): Value {
  const attrs = settle('mean', x, over);
  return attrs.axes.length === 0 ? x : meanOp({ x }, attrs);
}
const maxOp = defineOp<'x', ReduceAttrs>({
  name: 'max',
  shape: ({ x }, attrs) => reducedShape(x, attrs),
  // Shared equally among ties.
  gradient: ({ dy, x, y }, { axes }) => {
    const kept = keptShape(x.shape, axes);
    const isMax = cast(equal(x, reshape(y, kept)), 'float32');
    return { x: mul(isMax, div(reshape(dy, kept), sum(isMax, { axes, keepDims: true }))) };
  },
  onnx: ({ x }, { axes, keepDims }, emit) => emit('ReduceMax', [x, emit.int64s(axes)], { keepdims: keepDims }),
  reference: ({ x }, { axes }) => reduceReference(x, axes, -Infinity, Math.max),
  lift: ({ x }, { axes, keepDims }) => max(x.value, { axes: behind(axes), keepDims }),
});
/** Maximum over `axes`. */
export function max(x: Value, over: Over = {}): Value {
  const attrs = settle('max', x, over);
  return attrs.axes.length === 0 ? x : maxOp({ x }, attrs);
}

/** Sums a value down to a shape that broadcasts to it: the transpose of broadcasting. */
export function sumTo(x: Value, shape: Shape): Value {
  const lead = x.shape.length - shape.length;
  if (lead < 0) throw new ShapeError(`sumTo: ${showShape(x.shape)} cannot be summed to the longer ${showShape(shape)}.`);
  const axes = x.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  const summed = sum(x, { axes, keepDims: axes.length > lead });
  return reshape(summed, shape);
}

const softmaxOp = defineOp<'x', { axis: number }>({
  name: 'softmax',
  shape: ({ x }) => x,
  dtype: floatsOnly('softmax'),
  // dx = y (dy - sum(dy y))
  gradient: ({ dy, y }, { axis }) => ({ x: mul(y, sub(dy, sum(mul(dy, y), { axes: [axis], keepDims: true }))) }),
  onnx: ({ x }, { axis }, emit) => emit('Softmax', [x], { axis }),
  reference: ({ x }, { axis }) => {
    const top = reduceReference(x, [axis], -Infinity, Math.max);
    const at = alongKept(x.shape, axis);
    const e = x.data.map((v, i) => Math.exp(v - top[at(i)]!));
    const total = reduceReference({ shape: x.shape, data: e }, [axis], 0, (t, v) => t + v);
    return e.map((v, i) => v / total[at(i)]!);
  },
  sums: true,
  lift: ({ x }, { axis }) => softmax(x.value, axis + 1),
});
export const softmax = (x: Value, axis = -1): Value => softmaxOp({ x }, { axis: normalAxis('softmax', axis, x.shape.length) });

const logSoftmaxOp = defineOp<'x', { axis: number }>({
  name: 'logSoftmax',
  shape: ({ x }) => x,
  dtype: floatsOnly('logSoftmax'),
  // dx = dy - softmax(x) sum(dy), softmax(x) = exp(y)
  gradient: ({ dy, y }, { axis }) => ({ x: sub(dy, mul(exp(y), sum(dy, { axes: [axis], keepDims: true }))) }),
  // No LogSoftmax on WebGPU; shifted by the maximum first, since logits of 100 overflow exp in float32.
  onnx: ({ x }, { axis }, emit) => {
    const axes = emit.int64s([axis]);
    const shifted = emit('Sub', [x, emit('ReduceMax', [x, axes], { keepdims: 1 })]);
    return emit('Sub', [shifted, emit('Log', [emit('ReduceSum', [emit('Exp', [shifted]), axes], { keepdims: 1 })])]);
  },
  reference: ({ x }, { axis }) => {
    const top = reduceReference(x, [axis], -Infinity, Math.max);
    const at = alongKept(x.shape, axis);
    const shifted = x.data.map((v, i) => v - top[at(i)]!);
    const total = reduceReference({ shape: x.shape, data: shifted.map(Math.exp) }, [axis], 0, (t, v) => t + v);
    return shifted.map((v, i) => v - Math.log(total[at(i)]!));
  },
  sums: true,
  lift: ({ x }, { axis }) => logSoftmax(x.value, axis + 1),
});
export const logSoftmax = (x: Value, axis = -1): Value => logSoftmaxOp({ x }, { axis: normalAxis('logSoftmax', axis, x.shape.length) });

/** Flat index of an element of `shape` in the array reduced over `axis`. */
function alongKept(shape: Shape, axis: number): (flat: number) => number {
  const inner = sizeOf(shape.slice(axis + 1));
  const size = shape[axis]!;
  return (flat) => Math.floor(flat / (inner * size)) * inner + (flat % inner);
}

const logSumExpOp = defineOp<'x', { axis: number }>({
  name: 'logSumExp',
  shape: ({ x }, { axis }) => x.filter((_, i) => i !== axis),
  dtype: floatsOnly('logSumExp'),
  gradient: ({ dy, x }, { axis }) => ({ x: mul(softmax(x, axis), reshape(dy, keptShape(x.shape, [axis]))) }),
  // With p = softmax(x): log sum exp(x) = max x - log max p. The gradient wants p too; and the GPU's own node overflows at x = 100.
  onnx: ({ x }, { axis }, emit) => {
    const top = (name: string): string => emit('ReduceMax', [name, emit.int64s([axis])], { keepdims: false });
    return emit('Sub', [top(x), emit('Log', [top(emit('Softmax', [x], { axis }))])]);
  },
  reference: ({ x }, { axis }) => {
    const top = reduceReference(x, [axis], -Infinity, Math.max);
    const at = alongKept(x.shape, axis);
    const e = x.data.map((v, i) => Math.exp(v - top[at(i)]!));
    return reduceReference({ shape: x.shape, data: e }, [axis], 0, (t, v) => t + v).map((t, i) => top[i]! + Math.log(t));
  },
  sums: true,
  lift: ({ x }, { axis }) => logSumExp(x.value, axis + 1),
});
/** log sum exp over one axis, which goes; stable. */
export const logSumExp = (x: Value, axis = -1): Value => logSumExpOp({ x }, { axis: normalAxis('logSumExp', axis, x.shape.length) });
