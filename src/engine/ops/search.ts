/** Ops that look along an axis: where the greatest is, the k greatest, running sums. */
import { ShapeError } from '../../base/errors';
import { int32, showShape, sizeOf, type Shape } from '../../base/tensor';
import { defineOp, type Apply, type Emit, type Value } from '../value';
import { gatherElements } from './gather';
import { normalAxis } from './reduce';
import { reshape } from './shape';

/** ONNX gives places as int64, which the WebGPU provider cannot cast: they are read out of 0, 1, 2, ... instead. */
const asInt32 = (places: string, size: number, emit: Emit): string => emit('Gather', [emit.constant(int32(Int32Array.from({ length: size }, (_, i) => i))), places], { axis: 0 });
/** Calls back for every line along an axis: its flat index in the result that has one entry a line, and of its first entry, with the step to the next. */
function eachLine(shape: Shape, axis: number, visit: (line: number, start: number, step: number) => void): void {
  const step = sizeOf(shape.slice(axis + 1));
  const lines = sizeOf(shape) / shape[axis]!;
  for (let line = 0; line < lines; line++) visit(line, Math.floor(line / step) * step * shape[axis]! + (line % step), step);
}

type ArgAttrs = { axis: number; last: boolean; smallest: boolean };
const argMaxOp: Apply<'x', ArgAttrs> = defineOp<'x', ArgAttrs>({
  name: 'argMax',
  shape: ({ x }, { axis }) => x.map((d, i) => (i === axis ? 1 : d)),
  dtype: () => 'int32',
  gradient: 'none',
  onnx: ({ x }, { axis, last, smallest }, emit, values) => asInt32(emit(smallest ? 'ArgMin' : 'ArgMax', [x], { axis, keepdims: 1, select_last_index: last }), values.x.shape[axis]!, emit),
  reference: ({ x }, { axis, last, smallest }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachLine(x.shape, axis, (line, start, step) => {
      const at = (i: number): number => (smallest ? -1 : 1) * x.data[start + i * step]!;
      for (let i = 1; i < x.shape[axis]!; i++) if (at(i) > at(out[line]!) || (last && at(i) === at(out[line]!))) out[line] = i;
    });
    return out;
  },
  lift: ({ x }, { axis, ...rest }) => argMaxOp({ x: x.value }, { axis: axis + 1, ...rest }),
});
export interface ArgOptions {
  readonly keepDims?: boolean;
  /** Of equal entries the last one; by default the first. */
  readonly last?: boolean;
}
const argExtremum = (who: string, smallest: boolean) => (x: Value, axis: number, { keepDims = false, last = false }: ArgOptions = {}): Value => {
  const at = normalAxis(who, axis, x.shape.length);
  const places = argMaxOp({ x }, { axis: at, last, smallest });
  return keepDims ? places : reshape(places, x.shape.filter((_, i) => i !== at));
};
/** Place of the greatest entry along an axis, int32. */
export const argMax = argExtremum('argMax', false);
/** Place of the least entry along an axis, int32. */
export const argMin = argExtremum('argMin', true);

type TopKAttrs = { k: number; axis: number; smallest: boolean; sorted: boolean };
const topKOp: Apply<'x', TopKAttrs> = defineOp<'x', TopKAttrs>({
  name: 'topK',
  shape: ({ x }, { k, axis }) => {
    if (!(k >= 1 && k <= x[axis]!)) throw new ShapeError(`topK: expected k from 1 to ${x[axis]}, the size of axis ${axis} of ${showShape(x)}, but ${k} came.`);
    return x.map((d, i) => (i === axis ? k : d));
  },
  dtype: () => 'int32',
  gradient: 'none',
  onnx: ({ x }, { k, axis, smallest, sorted }, emit, values) => asInt32(emit.outputs(2, 'TopK', [x, emit.int64s([k])], { axis, largest: !smallest, sorted })[1]!, values.x.shape[axis]!, emit),
  reference: ({ x }, { k, axis, smallest }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachLine(x.shape, axis, (line, start, step) => {
      const at = (i: number): number => (smallest ? -1 : 1) * x.data[start + i * step]!;
      const order = Array.from({ length: x.shape[axis]! }, (_, i) => i).sort((a, b) => at(b) - at(a) || a - b);
      const first = Math.floor(line / step) * step * k + (line % step);
      for (let i = 0; i < k; i++) out[first + i * step] = order[i]!;
    });
    return out;
  },
  lift: ({ x }, { axis, ...rest }) => topKOp({ x: x.value }, { axis: axis + 1, ...rest }),
});
/** The k greatest (or least) entries along an axis, in order, and their places (int32). The values are differentiable. */
export function topK(x: Value, k: number, axis = -1, { smallest = false, sorted = true }: { smallest?: boolean; sorted?: boolean } = {}): { values: Value; indices: Value } {
  const at = normalAxis('topK', axis, x.shape.length);
  const indices = topKOp({ x }, { k, axis: at, smallest, sorted });
  return { values: gatherElements(x, indices, at), indices };
}

const cumSumOp = defineOp<'x', { axis: number; exclusive: boolean; reverse: boolean }>({
  name: 'cumSum',
  shape: ({ x }) => x,
  gradient: ({ dy }, { axis, exclusive, reverse }) => ({ x: cumSum(dy, axis, { exclusive, reverse: !reverse }) }),
  onnx: ({ x }, { axis, exclusive, reverse }, emit) => emit('CumSum', [x, emit.int64s([axis])], { exclusive, reverse }),
  reference: ({ x }, { axis, exclusive, reverse }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    const size = shape[axis]!;
    eachLine(shape, axis, (_, start, step) => {
      let total = 0;
      for (let i = 0; i < size; i++) {
        const at = start + (reverse ? size - 1 - i : i) * step;
        out[at] = exclusive ? total : total + x.data[at]!;
        total += x.data[at]!;
      }
    });
    return out;
  },
  sums: true,
  lift: ({ x }, { axis, ...how }) => cumSum(x.value, axis + 1, how),
});
/** Running sums along an axis. `exclusive`: of the entries before; `reverse`: from the end. */
export const cumSum = (x: Value, axis: number, { exclusive = false, reverse = false }: { exclusive?: boolean; reverse?: boolean } = {}): Value =>
  cumSumOp({ x }, { axis: normalAxis('cumSum', axis, x.shape.length), exclusive, reverse });
