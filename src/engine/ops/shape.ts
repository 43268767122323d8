/** Ops that move numbers without changing them. */
import { ShapeError } from '../../base/errors';
import { broadcastShapes, sameShape, showShape, sizeOf, stridesOf, type Shape } from '../../base/tensor';
import { defineOp, type Value } from '../value';
import { aligned, spread } from './lifting';
import { broadcastIndex } from './loops';
import { normalAxis, sumTo } from './reduce';
import { sliceAxis } from './slices';

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
      const length = sizeOf(part.shape.slice(axis)); // of what stands together
      for (let i = 0; i * length < part.data.length; i++) out.set(part.data.subarray(i * length, (i + 1) * length), i * sizeOf(shape.slice(axis)) + start);
      start += length;
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
