/** Ops that move numbers without changing them. */
import { ShapeError } from '../../base/errors';
import { broadcastShapes, int32, sameShape, showShape, sizeOf, stridesOf, type Shape } from '../../base/tensor';
import { constant, defineOp, filled, type Lifted, type Value } from '../value';
import { add } from './elementwise';
import { aligned, spread } from './lifting';
import { broadcastIndex } from './loops';
import { normalAxis, sumTo } from './reduce';

const reshapeOp = defineOp<'x', { to: Shape }>({
  name: 'reshape',
  shape: ({ x }, { to }) => {
    if (sizeOf(x) !== sizeOf(to)) throw new ShapeError(`reshape: ${showShape(x)} holds ${sizeOf(x)} numbers, ${showShape(to)} would hold ${sizeOf(to)}.`);
    return to;
  },
  gradient: ({ dy, x }) => ({ x: reshape(dy, x.shape) }),
  onnx: ({ x }, { to }, emit) => emit('Reshape', [x, emit.int64s(to)]),
  reference: ({ x }) => x.data,
  lift: ({ x }, { to }, k) => reshape(x.value, [k, ...to]),
});
export const reshape = (x: Value, to: Shape): Value => (sameShape(x.shape, to) ? x : reshapeOp({ x }, { to }));

const transposeOp = defineOp<'x', { perm: readonly number[] }>({
  name: 'transpose',
  shape: ({ x }, { perm }) => {
    if ([...perm].sort((a, b) => a - b).some((p, i) => p !== i) || perm.length !== x.length) throw new ShapeError(`transpose: [${perm.join(',')}] does not permute the axes of ${showShape(x)}.`);
    return perm.map((p) => x[p]!);
  },
  gradient: ({ dy }, { perm }) => ({ x: transpose(dy, perm.map((_, i) => perm.indexOf(i))) }),
  onnx: ({ x }, { perm }, emit) => emit('Transpose', [x], { perm }),
  reference: ({ x }, { perm }, shape) => {
    const strides = stridesOf(x.shape);
    const steps = perm.map((p) => strides[p]!);
    const outer = stridesOf(shape);
    return Float64Array.from({ length: x.data.length }, (_, i) => {
      let at = 0;
      for (let axis = 0; axis < shape.length; axis++) at += steps[axis]! * (Math.floor(i / outer[axis]!) % shape[axis]!);
      return x.data[at]!;
    });
  },
  lift: ({ x }, { perm }) => transpose(x.value, [0, ...perm.map((p) => p + 1)]),
});
/** Axes in a new order; reversed by default. */
export function transpose(x: Value, perm: readonly number[] = x.shape.map((_, i) => x.shape.length - 1 - i)): Value {
  return perm.every((p, i) => p === i) && perm.length === x.shape.length ? x : transposeOp({ x }, { perm });
}

const expandOp = defineOp<'x', { to: Shape }>({
  name: 'expand',
  shape: ({ x }, { to }) => {
    if (!sameShape(broadcastShapes('expand', x, to), to)) throw new ShapeError(`expand: ${showShape(x)} does not broadcast to ${showShape(to)}.`);
    return to;
  },
  gradient: ({ dy, x }) => ({ x: sumTo(dy, x.shape) }),
  onnx: ({ x }, { to }, emit) => emit('Expand', [x, emit.int64s(to)]),
  reference: ({ x }, _, shape) => Float64Array.from(broadcastIndex(x.shape, shape), (i) => x.data[i]!),
  lift: ({ x }, { to }, k) => expand(aligned(x, to.length), [k, ...to]),
});
/** Broadcasts to a shape. */
export const expand = (x: Value, to: Shape): Value => (sameShape(x.shape, to) ? x : expandOp({ x }, { to }));

const sliceOp = defineOp<'x', { starts: readonly number[]; ends: readonly number[] }>({
  name: 'slice',
  shape: ({ x }, { starts, ends }) => {
    if (starts.length !== x.length || ends.length !== x.length || x.some((d, i) => starts[i]! < 0 || ends[i]! > d || starts[i]! >= ends[i]!))
      throw new ShapeError(`slice: from [${starts.join(',')}] to [${ends.join(',')}] is not inside ${showShape(x)}.`);
    return x.map((_, i) => ends[i]! - starts[i]!);
  },
  gradient: ({ dy, x }, { starts, ends }) => ({ x: pad(dy, starts, x.shape.map((d, i) => d - ends[i]!)) }),
  onnx: ({ x }, { starts, ends }, emit, { x: value }) => {
    const axes = value.shape.flatMap((d, i) => (starts[i] !== 0 || ends[i] !== d ? [i] : []));
    return emit('Slice', [x, emit.int64s(axes.map((a) => starts[a]!)), emit.int64s(axes.map((a) => ends[a]!)), emit.int64s(axes)]);
  },
  reference: ({ x }, { starts }, shape) => copyBlock(x.data, x.shape, starts, new Float64Array(sizeOf(shape)), shape, shape.map(() => 0), shape),
  lift: ({ x }, { starts, ends }, k) => slice(x.value, [0, ...starts], [k, ...ends]),
});
/** The block from `starts` (inclusive) to `ends` (exclusive), every axis. */
export const slice = (x: Value, starts: readonly number[], ends: readonly number[]): Value =>
  starts.every((s, i) => s === 0 && ends[i] === x.shape[i]) ? x : sliceOp({ x }, { starts, ends });
/** `size` entries of one axis from `start` on. */
export function sliceAxis(x: Value, axis: number, start: number, size: number): Value {
  const at = normalAxis('slice', axis, x.shape.length);
  return slice(x, x.shape.map((_, i) => (i === at ? start : 0)), x.shape.map((d, i) => (i === at ? start + size : d)));
}

const padOp = defineOp<'x', { before: readonly number[]; after: readonly number[] }>({
  name: 'pad',
  shape: ({ x }, { before, after }) => {
    if (before.length !== x.length || after.length !== x.length || [...before, ...after].some((p) => p < 0)) throw new ShapeError(`pad: [${before.join(',')}] before and [${after.join(',')}] after do not fit ${showShape(x)}.`);
    return x.map((d, i) => before[i]! + d + after[i]!);
  },
  gradient: ({ dy, x }, { before }) => ({ x: slice(dy, before, x.shape.map((d, i) => before[i]! + d)) }),
  onnx: ({ x }, { before, after }, emit) => emit('Pad', [x, emit.int64s([...before, ...after])], { mode: 'constant' }),
  reference: ({ x }, { before }, shape) => copyBlock(x.data, x.shape, x.shape.map(() => 0), new Float64Array(sizeOf(shape)), shape, before, x.shape),
  lift: ({ x }, { before, after }) => pad(x.value, [0, ...before], [0, ...after]),
});
/** Zeros round a value. */
export const pad = (x: Value, before: readonly number[], after: readonly number[]): Value =>
  [...before, ...after].every((p) => p === 0) ? x : padOp({ x }, { before, after });

function copyBlock(from: Float64Array, fromShape: Shape, fromStart: readonly number[], to: Float64Array, toShape: Shape, toStart: readonly number[], block: Shape): Float64Array {
  const [a, b, c] = [stridesOf(fromShape), stridesOf(toShape), stridesOf(block)];
  for (let i = 0; i < sizeOf(block); i++) {
    let [source, target] = [0, 0];
    for (let axis = 0; axis < block.length; axis++) {
      const at = Math.floor(i / c[axis]!) % block[axis]!;
      source += a[axis]! * (at + fromStart[axis]!);
      target += b[axis]! * (at + toStart[axis]!);
    }
    to[target] = from[source]!;
  }
  return to;
}

const concatOp = defineOp<string, { axis: number }>({
  name: 'concat',
  shape: (inputs, { axis }) => {
    const [first, ...rest] = Object.values(inputs);
    if (!first) throw new ShapeError('concat: expected at least one value, but none came.');
    for (const other of rest)
      if (other.length !== first.length || other.some((d, i) => i !== axis && d !== first[i])) throw new ShapeError(`concat: ${showShape(first)} and ${showShape(other)} differ beside axis ${axis}.`);
    return first.map((d, i) => (i === axis ? Object.values(inputs).reduce((n, s) => n + s[axis]!, 0) : d));
  },
  gradient: (values, { axis }) => {
    const { dy, y: _, ...parts } = values;
    let start = 0;
    return Object.fromEntries(
      Object.entries(parts).map(([name, part]) => {
        const piece = sliceAxis(dy!, axis, start, part.shape[axis]!);
        start += part.shape[axis]!;
        return [name, piece];
      }),
    );
  },
  onnx: (inputs, { axis }, emit) => emit('Concat', Object.values(inputs), { axis }),
  reference: (inputs, { axis }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    let start = 0;
    for (const part of Object.values(inputs)) {
      copyBlock(part.data, part.shape, part.shape.map(() => 0), out, shape, shape.map((_, i) => (i === axis ? start : 0)), part.shape);
      start += part.shape[axis]!;
    }
    return out;
  },
  lift: (parts, { axis }, k) => concat(Object.values(parts).map((part) => spread(part, k)), axis + 1),
});
/** Values joined along one axis. */
export function concat(parts: readonly Value[], axis = 0): Value {
  const only = parts.length === 1 ? parts[0] : undefined;
  // Keys sort as they stand: 'p' keeps them from being array indices, whose order is numeric in any case.
  return only ?? concatOp(Object.fromEntries(parts.map((part, i) => [`p${i}`, part])), { axis: normalAxis('concat', axis, parts[0]?.shape.length ?? 0) });
}

const gatherOp = defineOp<'x' | 'indices'>({
  name: 'gather',
  shape: ({ x, indices }) => [...indices, ...x.slice(1)],
  gradient: ({ dy, x, indices }) => ({ x: scatterAdd(dy, indices, x.shape[0]!) }),
  onnx: ({ x, indices }, _, emit) => emit('Gather', [x, indices], { axis: 0 }),
  reference: ({ x, indices }, _, shape) => {
    const row = sizeOf(x.shape.slice(1));
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => x.data[indices.data[Math.floor(i / row)]! * row + (i % row)]!);
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
  return add(value, constant(int32(Int32Array.from({ length: k }, (_, i) => i * rows), [k, ...Array.from({ length: rank }, () => 1)])));
}
/** Rows of x [n, ...] picked by int32 indices [...]; every index in [0, n). */
export const gather = (x: Value, indices: Value): Value => gatherOp({ x, indices }, {});

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
    const at = emit('Expand', [emit('Reshape', [indices, emit.int64s([count, 1])]), emit.int64s([count, width])]);
    const zeros = emit.constant(filled([rows, width], 0).data!);
    const flat = emit('ScatterElements', [zeros, at, emit('Reshape', [updates, emit.int64s([count, width])])], { axis: 0, reduction: 'add' });
    return emit('Reshape', [flat, emit.int64s(values.y.shape)]);
  },
  reference: ({ updates, indices }, { rows }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    const row = out.length / rows;
    updates.data.forEach((u, i) => (out[indices.data[Math.floor(i / row)]! * row + (i % row)]! += u));
    return out;
  },
  lift: ({ updates, indices }, { rows }, k, y) => reshape(scatterAdd(spread(updates, k), ownRows(indices, rows, k), k * rows), [k, ...y.shape]),
});
/** Rows of `updates` added into a zero tensor of `rows` rows, at int32 indices; the transpose of `gather`. */
export const scatterAdd = (updates: Value, indices: Value, rows: number): Value => scatterAddOp({ updates, indices }, { rows });
