/** Blocks cut out of a value, in steps of any sign; what puts them back; and padding of every kind. */
import { ShapeError } from '../../base/errors';
import { sameShape, showShape, sizeOf, stridesOf, type Shape } from '../../base/tensor';
import { defineOp, type Apply, type Emit, type Value } from '../value';
import { normalAxis } from './reduce';
import { concat } from './shape';

/** Along each axis: entries `start`, `start + step`, ..., as many as `sizes` says. Steps are not 0. */
interface Block extends Record<string, readonly number[]> {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly sizes: readonly number[];
}
function checkBlock(who: string, shape: Shape, { starts, steps, sizes }: Block): void {
  const outside = shape.some((d, i) => [starts[i]!, starts[i]! + (sizes[i]! - 1) * steps[i]!].some((at) => !(at >= 0 && at < d)) || !(sizes[i]! >= 1));
  if (starts.length !== shape.length || outside || steps.includes(0))
    throw new ShapeError(`${who}: [${sizes.join(',')}] entries from [${starts.join(',')}] in steps of [${steps.join(',')}] are not inside ${showShape(shape)}.`);
}
/** Calls back with the flat index in `shape` and in the block, entry by entry of the block. */
function eachEntry(shape: Shape, { starts, steps, sizes }: Block, visit: (whole: number, part: number) => void): void {
  const [outer, inner] = [stridesOf(shape), stridesOf(sizes)];
  for (let part = 0; part < sizeOf(sizes); part++) {
    let whole = 0;
    for (let axis = 0; axis < shape.length; axis++) whole += outer[axis]! * (starts[axis]! + steps[axis]! * (Math.floor(part / inner[axis]!) % sizes[axis]!));
    visit(whole, part);
  }
}
/** Axes behind the axis of models, which is taken whole. */
const liftBlock = ({ starts, steps, sizes }: Block, k: number): Block => ({ starts: [0, ...starts], steps: [1, ...steps], sizes: [k, ...sizes] });
/** The least place along each axis. */
const firstsOf = ({ starts, steps, sizes }: Block): number[] => starts.map((start, i) => (steps[i]! < 0 ? start + (sizes[i]! - 1) * steps[i]! : start));
/** A block turned round along the axes whose steps go backwards. */
function turned(x: string, { steps, sizes }: Block, emit: Emit): string {
  const axes = steps.flatMap((step, i) => (step < 0 && sizes[i]! > 1 ? [i] : []));
  if (axes.length === 0) return x;
  return emit('Slice', [x, emit.int64s(axes.map((a) => sizes[a]! - 1)), emit.int64s(axes.map((a) => -(sizes[a]! + 1))), emit.int64s(axes), emit.int64s(axes.map(() => -1))]);
}

const sliceOp: Apply<'x', Block> = defineOp<'x', Block>({
  name: 'slice',
  shape: ({ x }, block) => (checkBlock('slice', x, block), block.sizes),
  gradient: ({ dy, x }, block) => ({ x: unslice(dy, x.shape, block) }),
  // Forwards first, then turned round: the WebGPU provider misreads a step below -1 that does not end on an entry.
  onnx: ({ x }, { starts, steps, sizes }, emit, { x: value }) => {
    const [firsts, gaps] = [firstsOf({ starts, steps, sizes }), steps.map(Math.abs)];
    const axes = value.shape.flatMap((d, i) => (sizes[i] === d ? [] : [i]));
    const inputs = [x, emit.int64s(axes.map((a) => firsts[a]!)), emit.int64s(axes.map((a) => firsts[a]! + (sizes[a]! - 1) * gaps[a]! + 1)), emit.int64s(axes)];
    const apart = axes.some((a) => gaps[a] !== 1 && sizes[a] !== 1);
    const forwards = axes.length === 0 ? x : emit('Slice', apart ? [...inputs, emit.int64s(axes.map((a) => gaps[a]!))] : inputs);
    return turned(forwards, { starts, steps, sizes }, emit);
  },
  reference: ({ x }, block, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachEntry(x.shape, block, (whole, part) => (out[part] = x.data[whole]!));
    return out;
  },
  lift: ({ x }, block, k) => sliceOp({ x: x.value }, liftBlock(block, k)),
});
/** The block from `starts` (inclusive) to `ends` (exclusive) in steps, which are 1 by default. Backwards, an end of -1 is before the first entry. */
export function slice(x: Value, starts: readonly number[], ends: readonly number[], steps: readonly number[] = x.shape.map(() => 1)): Value {
  const sizes = starts.map((start, i) => Math.ceil((ends[i]! - start) / steps[i]!));
  return sameShape(sizes, x.shape) && steps.every((s) => s === 1) ? x : sliceOp({ x }, { starts, steps, sizes });
}
/** `size` entries of one axis from `start` on, in steps of `step`. */
export function sliceAxis(x: Value, axis: number, start: number, size: number, step = 1): Value {
  const at = normalAxis('slice', axis, x.shape.length);
  const along = (value: number, others: number): number[] => x.shape.map((_, i) => (i === at ? value : others));
  return slice(x, along(start, 0), x.shape.map((d, i) => (i === at ? start + size * step : d)), along(step, 1));
}

/** A block and the shape that it stands in. */
interface Placed extends Block {
  readonly to: Shape;
}
/**
 * The transpose of slice: zeros of shape `to` with x in the place of the block. Gaps are made by a ConvTranspose with one weight of 1: on
 * the WASM provider four to ten times faster than padding each entry (`node tools/bench/convolutions.mjs gaps`).
 */
const unsliceOp: Apply<'x', Placed> = defineOp<'x', Placed>({
  name: 'unslice',
  shape: ({ x }, { to, starts, steps, sizes }) => {
    checkBlock('unslice', to, { starts, steps, sizes });
    if (!sameShape(x, sizes)) throw new ShapeError(`unslice: ${showShape(x)} is not the block ${showShape(sizes)}.`);
    return to;
  },
  gradient: ({ dy }, { starts, steps, sizes }) => ({ x: sliceOp({ x: dy }, { starts, steps, sizes }) }),
  onnx: ({ x }, { to, starts, steps, sizes }, emit) => {
    const [firsts, gaps] = [firstsOf({ starts, steps, sizes }), steps.map(Math.abs)];
    const forwards = turned(x, { starts, steps, sizes }, emit);
    const wide = sizes.map((size, i) => (size - 1) * gaps[i]! + 1);
    const after = to.map((d, i) => d - firsts[i]! - wide[i]!);
    const apart = withGaps(forwards, sizes, gaps, emit);
    return [...firsts, ...after].every((p) => p === 0) ? apart : emit('Pad', [apart, emit.int64s([...firsts, ...after])], { mode: 'constant' });
  },
  reference: ({ x }, { starts, steps, sizes }, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachEntry(shape, { starts, steps, sizes }, (whole, part) => (out[whole] = x.data[part]!));
    return out;
  },
  lift: ({ x }, { to, starts, steps, sizes }, k) => unsliceOp({ x: x.value }, { to: [k, ...to], ...liftBlock({ starts, steps, sizes }, k) }),
});
function unslice(x: Value, to: Shape, block: Block): Value {
  const plain = block.steps.every((step) => step === 1);
  return plain ? pad(x, block.starts, to.map((d, i) => d - block.starts[i]! - block.sizes[i]!)) : unsliceOp({ x }, { to, ...block });
}
/** Entries `gap` apart along each axis, zeros between them: one ConvTranspose for each axis that has gaps, or for the last two together. */
function withGaps(x: string, sizes: readonly number[], gaps: readonly number[], emit: Emit): string {
  const [shape, rank] = [[...sizes], sizes.length];
  let at = x;
  for (let axis = 0; axis < rank; axis++) {
    if (gaps[axis] === 1 || shape[axis] === 1) continue;
    const both = axis === rank - 2;
    const strides = [gaps[axis]!, both ? gaps[axis + 1]! : 1];
    const image = [sizeOf(shape.slice(0, axis)), 1, shape[axis]!, sizeOf(shape.slice(axis + 1))];
    const one = emit.constant({ dtype: 'float32', shape: [1, 1, 1, 1], data: Float32Array.of(1) });
    at = emit('ConvTranspose', [emit('Reshape', [at, emit.int64s(image)]), one], { strides, kernel_shape: [1, 1] });
    for (const i of both ? [axis, axis + 1] : [axis]) shape[i] = (shape[i]! - 1) * gaps[i]! + 1;
    at = emit('Reshape', [at, emit.int64s(shape)]);
    if (both) break;
  }
  return at;
}

interface PadAttrs extends Record<string, number | readonly number[]> {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}
const padOp: Apply<'x', PadAttrs> = defineOp<'x', PadAttrs>({
  name: 'pad',
  shape: ({ x }, { before, after }) => {
    if (before.length !== x.length || after.length !== x.length || [...before, ...after].some((p) => p < 0)) throw new ShapeError(`pad: [${before.join(',')}] before and [${after.join(',')}] after do not fit ${showShape(x)}.`);
    return x.map((d, i) => before[i]! + d + after[i]!);
  },
  gradient: ({ dy, x }, { before }) => ({ x: slice(dy, before, x.shape.map((d, i) => before[i]! + d)) }),
  onnx: ({ x }, { before, after, value }, emit, values) => {
    const inputs = [x, emit.int64s([...before, ...after])];
    if (value === 0) return emit('Pad', inputs, { mode: 'constant' });
    const filler = values.x.dtype === 'int32' ? emit.constant({ dtype: 'int32', shape: [], data: Int32Array.of(value) }) : emit.float(value);
    return emit('Pad', [...inputs, filler], { mode: 'constant' });
  },
  reference: ({ x }, { before, value }, shape) => {
    const out = new Float64Array(sizeOf(shape)).fill(value);
    eachEntry(shape, { starts: before, steps: before.map(() => 1), sizes: x.shape }, (whole, part) => (out[whole] = x.data[part]!));
    return out;
  },
  lift: ({ x }, { before, after, value }) => padOp({ x: x.value }, { before: [0, ...before], after: [0, ...after], value }),
});
/** `value` round x, as many entries before and after along each axis; where they are negative, as many are cut off. */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  const cut = slice(x, before.map((p) => Math.max(-p, 0)), x.shape.map((d, i) => d - Math.max(-after[i]!, 0)));
  const grown = [before, after].map((pads) => pads.map((p) => Math.max(p, 0))) as [number[], number[]];
  return grown.flat().every((p) => p === 0) ? cut : padOp({ x: cut }, { before: grown[0], after: grown[1], value });
}

/** Where entry `at` beyond an axis of `size` entries comes from. */
const SOURCES = {
  /** The nearest entry. */
  edge: (at: number, size: number) => Math.min(Math.max(at, 0), size - 1),
  /** Mirrored at the first and the last entry, which stand once: ... 2 1 0 1 2 ... */
  reflect: (at: number, size: number) => {
    const period = Math.max(2 * size - 2, 1);
    const place = ((at % period) + period) % period;
    return Math.min(place, period - place);
  },
  /** As if the axis were a circle. */
  wrap: (at: number, size: number) => ((at % size) + size) % size,
} as const;
export type PadMode = keyof typeof SOURCES;
/** x continued beyond its borders out of its own entries; negative numbers cut. */
export function extend(x: Value, before: readonly number[], after: readonly number[], mode: PadMode): Value {
  return x.shape.reduce((y, size, axis) => {
    const length = before[axis]! + size + after[axis]!;
    if (length === size && before[axis] === 0) return y;
    return takeEntries(y, axis, Array.from({ length }, (_, i) => SOURCES[mode](i - before[axis]!, size)));
  }, x);
}
/** Entries of one axis at places known now: slices, one for each run of even steps, joined. */
export function takeEntries(x: Value, axis: number, places: readonly number[]): Value {
  const parts: Value[] = [];
  for (let from = 0; from < places.length; ) {
    const start = places[from]!;
    const step = (places[from + 1] ?? start) - start;
    let to = from + 1;
    while (step !== 0 && to < places.length && places[to]! - places[to - 1]! === step) to++;
    parts.push(sliceAxis(x, axis, start, to - from, step || 1));
    from = to;
  }
  return concat(parts, axis);
}
