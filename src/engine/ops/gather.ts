/** Reading and writing at places that data say. Negative ones count from the end, for every provider. */
import { ShapeError } from '../../base/errors';
import { int32, sameShape, showShape, sizeOf, stridesOf, tensor, type Shape } from '../../base/tensor';
import { constant, defineOp, filled, type Attrs, type Emit, type Lifted, type Reference, type Target, type Value } from '../value';
import { add, less, where } from './elementwise';
import { spread } from './lifting';
import { normalAxis } from './reduce';
import { reshape, transpose } from './shape';

const fromFront = (index: number, size: number): number => (index < 0 ? index + size : index);

const gatherOp = defineOp<'x' | 'indices'>({
  name: 'gather',
  shape: ({ x, indices }) => [...indices, ...x.slice(1)],
  gradient: ({ dy, x, indices }) => ({ x: scatterAdd(dy, indices, x.shape[0]!) }),
  onnx: ({ x, indices }, _, emit) => emit('Gather', [x, indices], { axis: 0 }),
  reference: ({ x, indices }, _, shape) => {
    const row = sizeOf(x.shape.slice(1));
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => x.data[fromFront(indices.data[Math.floor(i / row)]!, x.shape[0]!) * row + (i % row)]!);
  },
  lift: ({ x, indices }, _, k) => {
    if (!x.many) return gather(x.value, indices.value);
    const [, rows, ...row] = x.value.shape;
    return gather(reshape(x.value, [k * rows!, ...row]), ownRows(indices, rows!, k));
  },
});
/** Indices [k, ...] into the rows of k models, one model's `rows` under the other's. */
function ownRows({ value, many }: Lifted, rows: number, k: number): Value {
  const rank = value.shape.length - (many ? 1 : 0);
  const scalarInt = (v: number): Value => constant(int32([v], []));
  const wrapped = where(less(value, scalarInt(0)), add(value, scalarInt(rows)), value);
  return add(wrapped, constant(int32(Int32Array.from({ length: k }, (_, i) => i * rows), [k, ...Array.from({ length: rank }, () => 1)])));
}
/** Entries of one axis (rows, by default) picked by int32 indices; every index in [-n, n). x [a, n, b], indices [...] -> [a, ..., b]. */
export function gather(x: Value, indices: Value, axis = 0): Value {
  const at = normalAxis('gather', axis, x.shape.length);
  const others = x.shape.map((_, i) => i).filter((i) => i !== at);
  const rows = gatherOp({ x: transpose(x, [at, ...others]), indices }, {}); // [...indices, ...the other axes]
  const rank = indices.shape.length;
  const behind = others.map((_, i) => rank + i);
  return transpose(rows, [...behind.slice(0, at), ...indices.shape.map((_, i) => i), ...behind.slice(at)]);
}

/** Rows of an identity matrix that is still small beside a model: 1 MiB. */
const mostHot = 512;
/**
 * For WebGPU: `factor` times rows of the identity matrix [n, n] at int32 indices, [count, n]. ScatterElements there first copies its input, and graph capture
 * records dispatches alone: a replay adds to what the last one left. Several additions to one place also come in a new order at every run.
 */
function hotRows(indices: string, count: number, n: number, factor: number, emit: Emit): string {
  const identity = tensor(Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? factor : 0)), [n, n]);
  return emit('Gather', [emit.constant(identity), emit('Reshape', [indices, emit.int64s([count])])], { axis: 0 });
}
/** Whether `count` additions of these floats to `n` places go that way for a target: the rows take at most 16 MiB. */
export const addsByProduct = ({ dtype }: Value, count: number, n: number, target: Target): boolean => target === 'webgpu' && dtype === 'float32' && n <= mostHot && count * n <= 2 ** 22;

const scatterAddOp = defineOp<'updates' | 'indices', { rows: number }>({
  name: 'scatterAdd',
  shape: ({ updates, indices }, { rows }) => {
    if (!sameShape(updates.slice(0, indices.length), indices)) throw new ShapeError(`scatterAdd: updates ${showShape(updates)} do not begin with the shape of indices ${showShape(indices)}.`);
    return [rows, ...updates.slice(indices.length)];
  },
  gradient: ({ dy, indices }) => ({ updates: gather(dy, indices) }),
  // ScatterElements takes int32 indices (ScatterND would want int64, which the GPU cannot cast to).
  onnx: ({ updates, indices }, { rows }, emit, values) => {
    const count = sizeOf(values.indices.shape);
    const width = sizeOf(values.y.shape) / rows;
    if (addsByProduct(values.updates, count, rows, emit.target)) return emit('Reshape', [emit('Gemm', [hotRows(indices, count, rows, 1, emit), emit('Reshape', [updates, emit.int64s([count, width])])], { transA: 1 }), emit.int64s(values.y.shape)]);
    const at = emit('Expand', [emit('Reshape', [indices, emit.int64s([count, 1])]), emit.int64s([count, width])]);
    const zeros = emit.constant(filled([rows, width], 0).data!);
    const flat = emit('ScatterElements', [zeros, at, emit('Reshape', [updates, emit.int64s([count, width])])], { axis: 0, reduction: 'add' });
    return emit('Reshape', [flat, emit.int64s(values.y.shape)]);
  },
  reference: ({ updates, indices }, { rows }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    const row = out.length / rows;
    updates.data.forEach((u, i) => (out[fromFront(indices.data[Math.floor(i / row)]!, rows) * row + (i % row)]! += u));
    return out;
  },
  lift: ({ updates, indices }, { rows }, k, y) => reshape(scatterAdd(spread(updates, k), ownRows(indices, rows, k), k * rows), [k, ...y.shape]),
});
/** Rows of `updates` added into a zero tensor of `rows` rows, at int32 indices; the transpose of `gather`. */
export const scatterAdd = (updates: Value, indices: Value, rows: number): Value => scatterAddOp({ updates, indices }, { rows });

// -- one index for each entry ------------------------------------------------------------------------------------------------

/** Flat index in `shape` for every index of `indices` [...], which replaces its own place along `axis`. */
function placesOf(indices: Reference, shape: Shape, axis: number): Int32Array {
  const [outer, inner] = [stridesOf(shape), stridesOf(indices.shape)];
  return Int32Array.from(indices.data, (index, i) => {
    let at = 0;
    for (let a = 0; a < shape.length; a++) at += outer[a]! * (a === axis ? fromFront(index, shape[a]!) : Math.floor(i / inner[a]!) % indices.shape[a]!);
    return at;
  });
}
function checkIndices(who: string, x: Shape, indices: Shape, axis: number): void {
  if (x.length !== indices.length || x.some((d, i) => i !== axis && indices[i]! > d)) throw new ShapeError(`${who}: indices ${showShape(indices)} do not fit ${showShape(x)} beside axis ${axis}.`);
}

const gatherElementsOp = defineOp<'x' | 'indices', { axis: number }>({
  name: 'gatherElements',
  shape: ({ x, indices }, { axis }) => (checkIndices('gatherElements', x, indices, axis), indices),
  dtype: ({ x }) => x,
  gradient: ({ dy, x, indices }, { axis }) => ({ x: scatterElements(filled(x.shape, 0), indices, dy, axis, 'add') }),
  // The WebGPU provider gathers floats alone.
  onnx: ({ x, indices }, { axis }, emit, values) => {
    if (values.x.dtype === 'float32') return emit('GatherElements', [x, indices], { axis });
    const to = values.x.dtype === 'bool' ? 9 : 6;
    return emit('Cast', [emit('GatherElements', [emit('Cast', [x], { to: 1 }), indices], { axis })], { to });
  },
  reference: ({ x, indices }, { axis }) => Float64Array.from(placesOf(indices, x.shape, axis), (at) => x.data[at]!),
  lift: ({ x, indices }, { axis }, k) => gatherElements(spread(x, k), spread(indices, k), axis + 1),
});
/** y[i][j] = x[indices[i][j]][j] for axis 0, and so for others; indices int32 in [-n, n), of the rank of x -> their shape. */
export const gatherElements = (x: Value, indices: Value, axis: number): Value => gatherElementsOp({ x, indices }, { axis: normalAxis('gatherElements', axis, x.shape.length) });

interface ScatterAttrs extends Attrs {
  readonly axis: number;
  readonly reduction: string;
}
const scatterShape = (who: string, { x, indices, updates }: Readonly<Record<'x' | 'indices' | 'updates', Shape>>, { axis }: ScatterAttrs): Shape => {
  checkIndices(who, x, indices, axis);
  if (!sameShape(indices, updates)) throw new ShapeError(`${who}: updates ${showShape(updates)} do not have the shape of indices ${showShape(indices)}.`);
  return x;
};
const scatterNode = ({ x, indices, updates }: Readonly<Record<'x' | 'indices' | 'updates', string>>, { axis, reduction }: ScatterAttrs, emit: Emit): string =>
  emit('ScatterElements', [x, indices, updates], reduction === 'none' ? { axis } : { axis, reduction });
const scatterReference = ({ x, indices, updates }: Readonly<Record<'x' | 'indices' | 'updates', Reference>>, { axis }: ScatterAttrs, combine: (old: number, update: number) => number): Float64Array => {
  const out = x.data.slice();
  placesOf(indices, x.shape, axis).forEach((at, i) => (out[at] = combine(out[at]!, updates.data[i]!)));
  return out;
};
const scatterElementsOp = defineOp<'x' | 'indices' | 'updates', ScatterAttrs>({
  name: 'scatterElements',
  shape: (shapes, attrs) => scatterShape('scatterElements', shapes, attrs),
  // What is overwritten gets no gradient; which of two updates of one place wins is not defined, so neither is theirs.
  gradient: ({ dy, indices, updates }, { axis, reduction }) => ({
    x: reduction === 'add' ? dy : scatterElements(dy, indices, filled(updates.shape, 0), axis),
    updates: gatherElements(dy, indices, axis),
  }),
  onnx: (names, attrs, emit, { x: { shape }, indices, updates }) => {
    // x + updates (rows of the identity), where every line of the last axis has one index.
    const [n, count] = [shape.at(-1)!, sizeOf(indices.shape)];
    const onePerLine = attrs.axis === shape.length - 1 && indices.shape.at(-1) === 1 && count * n === sizeOf(shape);
    if (attrs.reduction !== 'add' || !onePerLine || !addsByProduct(updates, count, n, emit.target)) return scatterNode(names, attrs, emit);
    const [first, ...others] = updates.data?.data ?? [];
    const known = first !== undefined && others.every((u) => u === first); // labels: all of them take the same away
    const hot = emit('Reshape', [hotRows(names.indices, count, n, known ? first : 1, emit), emit.int64s(shape)]);
    return emit('Add', [names.x, known ? hot : emit('Mul', [hot, names.updates])]);
  },
  reference: (given, attrs) => scatterReference(given, attrs, attrs.reduction === 'add' ? (a, b) => a + b : (_, b) => b),
  lift: ({ x, indices, updates }, { axis, reduction }, k) => scatterElements(spread(x, k), spread(indices, k), spread(updates, k), axis + 1, reduction === 'add' ? 'add' : 'none'),
});
/** x with updates written ('none') or added at the places that gatherElements would read; indices int32, updates of their shape. */
export const scatterElements = (x: Value, indices: Value, updates: Value, axis: number, reduction: 'none' | 'add' = 'none'): Value =>
  scatterElementsOp({ x, indices, updates }, { axis: normalAxis('scatterElements', axis, x.shape.length), reduction });

const COMBINE = { mul: (a: number, b: number) => a * b, max: Math.max, min: Math.min } as const;
const scatterCombineOp = defineOp<'x' | 'indices' | 'updates', ScatterAttrs & { readonly reduction: keyof typeof COMBINE }>({
  name: 'scatterCombine',
  shape: (shapes, attrs) => scatterShape('scatterCombine', shapes, attrs),
  gradient: 'none',
  onnx: scatterNode,
  reference: (given, attrs) => scatterReference(given, attrs, COMBINE[attrs.reduction]),
});
/** As scatterElements, but products, maxima or minima of old and new. Not differentiable. */
export const scatterCombine = (x: Value, indices: Value, updates: Value, axis: number, reduction: keyof typeof COMBINE): Value =>
  scatterCombineOp({ x, indices, updates }, { axis: normalAxis('scatterCombine', axis, x.shape.length), reduction });
