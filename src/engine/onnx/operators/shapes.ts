/** What moves numbers without changing them, and what makes constants. Opsets 7 to 21. */
import { int32, showShape, sizeOf, stridesOf, tensor } from '../../../base/tensor';
import { dtypeHere, fromFile } from '../border';
import { fail, noNumbers } from '../node-reader';
import { dtypeOf } from '../tensor-proto';
import * as ops from '../../ops';
import { constant, scalar } from '../../value';
import { and, axesOf, all, reshaped, integer, like, floatOr, bounded, type Builder, type Builders } from './builder';

const reshape: Builder = (node) => {
  const x = node.input(0);
  const asked = node.intsOf(1, 'shape') ?? fail('it gives no shape.');
  const copied = asked.map((d, i) => (d === 0 && node.int('allowzero', 0) === 0 ? (x.shape[i] ?? fail(`size ${i} is to be copied, but the input is ${showShape(x.shape)}.`)) : d));
  const rest = copied.reduce((n, d) => (d === -1 ? n : n * d), 1);
  return reshaped(x, copied.map((d) => (d === -1 ? sizeOf(x.shape) / rest : d)));
};
const flatten: Builder = (node) => {
  const { shape } = node.input(0);
  const given = node.int('axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  if (axis < 0 || axis > shape.length) fail(`axis ${given} is not one of ${showShape(shape)}.`);
  return reshaped(node.input(0), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
};
const squeeze: Builder = (node) => {
  const x = node.input(0);
  const given = node.intsOf(1, 'axes');
  const axes = given ? axesOf(given, x.shape.length) : all(x.shape).filter((i) => x.shape[i] === 1);
  return reshaped(x, x.shape.filter((_, i) => !axes.includes(i)));
};
const unsqueeze: Builder = (node) => {
  const x = node.input(0);
  const given = node.intsOf(1, 'axes') ?? fail('it gives no axes.');
  const rank = x.shape.length + given.length;
  const axes = axesOf(given, rank);
  const sizes = [...x.shape];
  return reshaped(x, Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (sizes.shift() ?? 1))));
};
const expand: Builder = (node) => {
  const x = node.input(0);
  const to = node.numbers(1) ?? fail('it gives no shape.');
  const rank = Math.max(to.length, x.shape.length);
  const [from, asked] = [x.shape, to].map((s) => [...Array<number>(rank - s.length).fill(1), ...s]) as [number[], number[]];
  return ops.expand(x, from.map((d, i) => (asked[i] === 1 ? d : asked[i]!))); // ONNX: sizes of 1 in the target broadcast too
};
const slice: Builder = (node) => {
  const x = node.input(0);
  const starts = node.intsOf(1, 'starts') ?? fail('it gives no starts.');
  const ends = node.intsOf(2, 'ends') ?? fail('it gives no ends.');
  const axes = axesOf(node.intsOf(3, 'axes') ?? starts.map((_, i) => i), x.shape.length);
  const jumps = node.numbers(4) ?? starts.map(() => 1);
  if ([ends, axes, jumps].some((list) => list.length !== starts.length)) fail(`it has ${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${jumps.length} steps; as many of each were expected.`);
  const [from, to, steps] = [x.shape.map(() => 0), [...x.shape], x.shape.map(() => 1)];
  axes.forEach((axis, i) => {
    const size = x.shape[axis]!;
    const step = jumps[i]!;
    if (step === 0 || !Number.isInteger(step)) fail(`its step along axis ${axis} is ${step}; expected a whole number that is not 0.`);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const place = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    [from[axis], to[axis], steps[axis]] = [place(starts[i]!), place(ends[i]!), step];
    if ((to[axis]! - from[axis]!) / step <= 0) noNumbers(`it cuts nothing out along axis ${axis}`);
  });
  return ops.slice(x, from, to, steps);
};
/** Each of them may become a slice of its own. */
const CONTINUED = 1024;
const PAD_MODES: Readonly<Record<string, ops.PadMode>> = { edge: 'edge', reflect: 'reflect', wrap: 'wrap' };
const pad: Builder = (node) => {
  const x = node.input(0);
  const mode = node.text('mode', 'constant');
  const given = node.intsOf(1, 'pads') ?? fail('it gives no pads.');
  const axes = axesOf(node.numbers(3) ?? all(x.shape), x.shape.length);
  if (given.length !== 2 * axes.length) fail(`its ${given.length} pads should be ${2 * axes.length}: two for each axis.`);
  const [before, after] = [x.shape.map(() => 0), x.shape.map(() => 0)];
  axes.forEach((axis, i) => {
    before[axis] = given[i]!;
    after[axis] = given[i + axes.length]!;
  });
  if (mode === 'constant') return ops.pad(x, before, after, floatOr(node, 2, node.float('value', 0)));
  if (given.some((p) => p > CONTINUED)) fail(`more than ${CONTINUED} entries beyond a border.`);
  return ops.extend(x, before, after, PAD_MODES[mode] ?? fail(`mode "${mode}" is not supported; expected constant, edge, reflect or wrap.`));
};
const split: Builder = (node) => {
  const x = node.input(0);
  const axis = ops.normalAxis('axis', node.int('axis', 0), x.shape.length);
  const count = node.node.outputs.length;
  const even = Math.ceil(x.shape[axis]! / count);
  const sizes = node.intsOf(1, 'split') ?? Array.from({ length: count }, (_, i) => Math.min(even, x.shape[axis]! - i * even));
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return ops.sliceAxis(x, axis, start - size, size);
  });
};
const tile: Builder = (node) => {
  const repeats = node.numbers(1) ?? fail('it gives no repeats.');
  if (repeats.some((r) => r > 1024)) fail('more than 1024 repeats.');
  return repeats.reduce((x, times, axis) => ops.concat(Array.from({ length: times }, () => x), axis), node.input(0));
};
const constantNode: Builder = (node) => {
  const value = node.tensor('value') ?? node.tensor('sparse_value');
  if (value) return constant(fromFile(value, 'its value'));
  const [float, int] = [node.attribute('value_float'), node.int('value_int')];
  if (float?.type === 'float') return scalar(float.value);
  if (int !== undefined) return integer(int);
  const [floats, ints] = [node.attribute('value_floats'), node.attribute('value_ints')];
  if (floats?.type === 'floats') return constant({ dtype: 'float32', shape: [floats.value.length], data: Float32Array.from(floats.value) });
  return ints?.type === 'ints' ? constant(int32(ints.value)) : fail('its value is neither numbers nor a tensor.');
};
const constantOfShape: Builder = (node) => {
  const shape = node.numbers(0) ?? fail('it gives no shape.');
  if (shape.includes(0)) noNumbers(`its shape is ${showShape(shape)}`);
  const value = node.attribute('value');
  const one = value?.type === 'tensor' ? constant(fromFile(value.value, 'its value')) : scalar(0);
  return ops.expand(ops.reshape(one, []), shape);
};
const shownNumber = (value: number): string => (Number.isNaN(value) ? 'not a number' : Number.isFinite(value) ? String(value) : 'infinite');
const range: Builder = (node) => {
  const [start, limit, step] = [0, 1, 2].map((i) => node.numbers(i)?.[0] ?? fail(`input ${i} is missing.`)) as [number, number, number];
  if (!(Math.abs(step) > 0) || !Number.isFinite(limit - start)) fail(`it should go from one finite number to another in steps that are not 0, but its start is ${shownNumber(start)}, its limit ${shownNumber(limit)}, its step ${shownNumber(step)}.`);
  const count = bounded(Math.ceil((limit - start) / step));
  const at = (_: number, i: number): number => start + i * step;
  return constant(node.input(0).dtype === 'int32' ? int32(new Int32Array(count).map(at)) : tensor(new Float32Array(count).map(at)));
};
const trilu: Builder = (node) => {
  const x = node.input(0);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const k = floatOr(node, 1, 0);
  const upper = node.int('upper', 1) === 1;
  const kept = new Uint8Array(bounded(rows * columns));
  for (let row = 0; row < rows; row++) {
    const diagonal = Math.min(Math.max(row + k, 0), columns); // the first column on or above it
    if (upper) kept.fill(1, row * columns + diagonal, (row + 1) * columns);
    else kept.fill(1, row * columns, row * columns + Math.min(Math.max(row + k + 1, 0), columns));
  }
  const inside = constant({ dtype: 'bool', shape: [rows, columns], data: kept });
  return x.dtype === 'bool' ? and(x, inside) : ops.where(inside, x, like(x, 0));
};

/** Ones on a diagonal, k above the main one. */
const eyeLike: Builder = (node) => {
  const like = node.input(0);
  const [rows, columns] = like.shape as [number, number];
  if (like.shape.length !== 2) fail(`its input must be a matrix, but is ${showShape(like.shape)}.`);
  const k = node.int('k', 0);
  const to = node.int('dtype');
  const ones = Float32Array.from({ length: bounded(rows * columns) }, (_, i) => ((i % columns) - Math.floor(i / columns) === k ? 1 : 0));
  return ops.cast(constant({ dtype: 'float32', shape: [rows, columns], data: ones }), to === undefined ? like.dtype : dtypeHere(dtypeOf(to, 'Its dtype')));
};
/** Where a tensor that is known while reading is not 0: one row an axis. */
const nonZero: Builder = (node) => {
  const { shape } = node.input(0);
  const strides = stridesOf(shape);
  const at = node.numbers(0)!.flatMap((v, i) => (v === 0 ? [] : [i]));
  return constant(int32(shape.flatMap((d, axis) => at.map((i) => Math.floor(i / strides[axis]!) % d)), [shape.length, at.length]));
};

export const shapes: Builders = {
  Concat: (node) => (node.filled.length === 0 ? noNumbers('it joins nothing') : ops.concat(node.filled, node.int('axis', 0))),
  Constant: constantNode,
  ConstantOfShape: constantOfShape,
  Expand: expand,
  EyeLike: eyeLike,
  Flatten: flatten,
  NonZero: nonZero,
  Pad: pad,
  Range: range,
  Reshape: reshape,
  Shape: (node) => constant(int32(node.input(0).shape.slice(node.int('start', 0), node.int('end')))),
  Size: (node) => integer(sizeOf(node.input(0).shape)),
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: (node) => ops.transpose(node.input(0), node.ints('perm')),
  Trilu: trilu,
  Unsqueeze: unsqueeze,
};
