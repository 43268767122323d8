/** What each ONNX operator means in our ops: one row an operator. Opsets 13 to 21; older forms where they cost a line. */
import { int32, sameShape, showShape, sizeOf, type Shape } from '../base/tensor';
import { gradients } from './autodiff';
import { dtypeOf } from './onnx-model';
import { fail, fromFile, type NodeReader } from './onnx-node-reader';
import * as ops from './ops';
import { constant, input, scalar, type Value } from './value';

/** One output, or all of a node's outputs. */
export type Builder = (node: NodeReader) => Value | readonly Value[];

// -- helpers -----------------------------------------------------------------------------------------------------------------

/** Axes counted from the front. */
const axesOf = (axes: readonly number[], rank: number): number[] => axes.map((axis) => ops.normalAxis('axis', axis, rank));
const all = (shape: Shape): number[] => shape.map((_, i) => i);
/** A reshape of a reshape is one reshape. */
function reshaped(x: Value, to: Shape): Value {
  let from = x;
  while (from.op.name === 'reshape') from = from.inputs['x']!;
  return ops.reshape(from, to);
}
const first = (value: Value, rank: number): Value => reshaped(value, [1, value.shape[0]!, ...Array<number>(rank - 2).fill(1)]);
const not = (x: Value): Value => ops.equal(x, constant({ dtype: 'bool', shape: [], data: Uint8Array.of(0) }));
const asFloat = (x: Value): Value => ops.cast(x, 'float32');
const integer = (value: number): Value => constant(int32([value], []));
/** A number of the dtype of another value. */
const like = (x: Value, value: number): Value => (x.dtype === 'int32' ? integer(value) : scalar(value));
const fold = (combine: (a: Value, b: Value) => Value): Builder => ({ all: [start, ...rest] }) => rest.reduce(combine, start ?? fail('it has no input.'));
const unary = (apply: (x: Value) => Value): Builder => (node) => apply(node.input(0));
const binary = (apply: (a: Value, b: Value) => Value): Builder => (node) => apply(node.input(0), node.input(1));
const floatOr = (node: NodeReader, i: number, otherwise: number): number => node.numbers(i)?.[0] ?? otherwise;
const LIMIT = 1 << 24;
function bounded(count: number): number {
  return count >= 0 && count <= LIMIT ? count : fail(`it would make ${count} numbers while reading.`);
}

const reduction = (apply: (x: Value, over: { axes: readonly number[]; keepDims: boolean }) => Value): Builder => (node) => {
  const x = node.input(0);
  const given = node.intsOf(1, 'axes') ?? [];
  if (given.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return x;
  return apply(x, { axes: given.length === 0 ? all(x.shape) : axesOf(given, x.shape.length), keepDims: node.int('keepdims', 1) === 1 });
};

// -- shape -------------------------------------------------------------------------------------------------------------------

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
/** Every `step`-th entry of one axis: padded to whole groups, the first of each group taken. */
function everyNth(x: Value, axis: number, step: number): Value {
  if (step === 1) return x;
  const size = x.shape[axis]!;
  const groups = Math.ceil(size / step);
  const along = (value: number): number[] => x.shape.map((_, i) => (i === axis ? value : 0));
  const padded = ops.pad(x, along(0), along(groups * step - size));
  const grouped = ops.reshape(padded, [...x.shape.slice(0, axis), groups, step, ...x.shape.slice(axis + 1)]);
  return ops.reshape(ops.sliceAxis(grouped, axis + 1, 0, 1), x.shape.map((d, i) => (i === axis ? groups : d)));
}
const slice: Builder = (node) => {
  const x = node.input(0);
  const starts = node.intsOf(1, 'starts') ?? fail('it gives no starts.');
  const ends = node.intsOf(2, 'ends') ?? fail('it gives no ends.');
  const axes = axesOf(node.intsOf(3, 'axes') ?? starts.map((_, i) => i), x.shape.length);
  const steps = node.numbers(4) ?? starts.map(() => 1);
  if (steps.some((s) => s < 1 || !Number.isInteger(s))) fail(`steps [${steps.join(',')}] must be at least 1.`);
  const [from, to] = [x.shape.map(() => 0), [...x.shape]];
  axes.forEach((axis, i) => {
    const size = x.shape[axis]!;
    const place = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    from[axis] = place(starts[i]!);
    to[axis] = place(ends[i]!);
  });
  return axes.reduce((y, axis, i) => everyNth(y, axis, steps[i]!), ops.slice(x, from, to));
};
const pad: Builder = (node) => {
  const x = node.input(0);
  const mode = node.text('mode', 'constant');
  if (mode !== 'constant') fail(`mode "${mode}" is not supported, only "constant".`);
  const given = node.intsOf(1, 'pads') ?? fail('it gives no pads.');
  const axes = axesOf(node.numbers(3) ?? all(x.shape), x.shape.length);
  const [before, after] = [x.shape.map(() => 0), x.shape.map(() => 0)];
  axes.forEach((axis, i) => {
    before[axis] = given[i]!;
    after[axis] = given[i + axes.length]!;
  });
  const value = floatOr(node, 2, node.float('value', 0));
  const cut = ops.slice(x, before.map((p) => Math.max(-p, 0)), x.shape.map((d, i) => d - Math.max(-after[i]!, 0)));
  const grown = (v: Value): Value => ops.pad(v, before.map((p) => Math.max(p, 0)), after.map((p) => Math.max(p, 0)));
  return value === 0 ? grown(cut) : ops.add(grown(ops.sub(cut, like(x, value))), like(x, value));
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
const gather: Builder = (node) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const axis = ops.normalAxis('axis', node.int('axis', 0), x.shape.length);
  const known = node.known(indices);
  const size = x.shape[axis]!;
  if (known && indices.shape.length === 0) {
    const at = known[0]! < 0 ? known[0]! + size : known[0]!;
    return reshaped(ops.sliceAxis(x, axis, at, 1), x.shape.filter((_, i) => i !== axis));
  }
  const wrapped = known?.some((i) => i < 0) ? constant(int32(known.map((i) => (i < 0 ? i + size : i)), indices.shape)) : indices;
  const front = [axis, ...all(x.shape).filter((i) => i !== axis)];
  const rows = ops.gather(ops.transpose(x, front), wrapped); // [...indices, ...the other axes]
  const rank = indices.shape.length;
  const others = Array.from({ length: x.shape.length - 1 }, (_, i) => rank + i);
  return ops.transpose(rows, [...others.slice(0, axis), ...Array.from({ length: rank }, (_, i) => i), ...others.slice(axis)]);
};
/** The one form that our writer makes: rows added into a matrix at indices that are the same along each row. */
const scatterElements: Builder = (node) => {
  const [data, at, updates] = [node.input(0), node.input(1), node.input(2)];
  const source = at.op.name === 'expand' ? at.inputs['x']! : at;
  const [count, width] = at.shape;
  const fits = node.int('axis', 0) === 0 && node.text('reduction', 'none') === 'add' && at.shape.length === 2 && data.shape[1] === width && sizeOf(source.shape) === count;
  if (!fits) fail('only rows added to a matrix (axis 0, reduction "add", one index a row) are supported.');
  const added = ops.scatterAdd(updates, reshaped(source, [count!]), data.shape[0]!);
  return data.data?.data.every((v: number) => v === 0) ? added : ops.add(data, added);
};
const tile: Builder = (node) => {
  const repeats = node.numbers(1) ?? fail('it gives no repeats.');
  if (repeats.some((r) => r > 1024)) fail('more than 1024 repeats.');
  return repeats.reduce((x, times, axis) => ops.concat(Array.from({ length: times }, () => x), axis), node.input(0));
};
const constantNode: Builder = (node) => {
  const value = node.attribute('value');
  if (value?.type === 'tensor') return constant(fromFile(value.value, 'its value'));
  const [float, int] = [node.attribute('value_float'), node.int('value_int')];
  if (float?.type === 'float') return scalar(float.value);
  if (int !== undefined) return integer(int);
  const [floats, ints] = [node.attribute('value_floats'), node.ints('value_ints')];
  if (floats?.type === 'floats') return constant({ dtype: 'float32', shape: [floats.value.length], data: Float32Array.from(floats.value) });
  return ints ? constant(int32(ints)) : fail('its value is neither numbers nor a tensor.');
};
const constantOfShape: Builder = (node) => {
  const shape = node.numbers(0) ?? fail('it gives no shape.');
  bounded(sizeOf(shape));
  const value = node.attribute('value');
  const one = value?.type === 'tensor' ? constant(fromFile(value.value, 'its value')) : scalar(0);
  return ops.expand(ops.reshape(one, []), shape);
};
const range: Builder = (node) => {
  const [start, limit, step] = [0, 1, 2].map((i) => node.numbers(i)?.[0] ?? fail(`input ${i} is missing.`)) as [number, number, number];
  const count = bounded(Math.ceil((limit - start) / step));
  const values = Array.from({ length: count }, (_, i) => start + i * step);
  return constant(node.input(0).dtype === 'int32' ? int32(values) : { dtype: 'float32', shape: [count], data: Float32Array.from(values) });
};
const trilu: Builder = (node) => {
  const x = node.input(0);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const k = floatOr(node, 1, 0);
  const upper = node.int('upper', 1) === 1;
  const kept = Uint8Array.from({ length: bounded(rows * columns) }, (_, i) => {
    const diagonal = (i % columns) - Math.floor(i / columns);
    return (upper ? diagonal >= k : diagonal <= k) ? 1 : 0;
  });
  return ops.where(constant({ dtype: 'bool', shape: [rows, columns], data: kept }), x, like(x, 0));
};

// -- arithmetic --------------------------------------------------------------------------------------------------------------

const pow: Builder = (node) => {
  const x = node.input(0);
  const exponents = node.known(node.input(1)) ?? fail('its exponent depends on the data; only fixed exponents are supported.');
  const e = exponents[0]!;
  if (exponents.some((other) => other !== e)) fail('its exponents differ; only one fixed exponent is supported.');
  if (e === 0.5) return ops.sqrt(x);
  if (e === -0.5) return ops.reciprocal(ops.sqrt(x));
  if (Number.isInteger(e) && Math.abs(e) >= 1 && Math.abs(e) <= 8) {
    let y = x;
    for (let i = 1; i < Math.abs(e); i++) y = ops.mul(y, x);
    return e < 0 ? ops.reciprocal(y) : y;
  }
  return Number.isInteger(e) ? fail(`exponent ${e} is not supported.`) : ops.exp(ops.mul(ops.log(x), e)); // x^e = exp(e log x), x >= 0
};
const clip: Builder = (node) => {
  const x = node.input(0);
  const [low, high] = [floatOr(node, 1, node.float('min', -Infinity)), floatOr(node, 2, node.float('max', Infinity))];
  const raised = low === -Infinity ? x : ops.maximum(x, like(x, low));
  return high === Infinity ? raised : ops.minimum(raised, like(x, high));
};
const cast: Builder = (node) => {
  const to = dtypeOf(node.int('to', 0), 'Its target');
  return ops.cast(node.input(0), to === 'float32' || to === 'float64' ? 'float32' : to === 'bool' ? 'bool' : 'int32');
};
/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow. */
const softplus = (x: Value): Value => ops.add(ops.relu(x), ops.log(ops.add(ops.exp(ops.neg(ops.abs(x))), 1)));
const elu = (x: Value, alpha: number): Value => ops.where(ops.greater(x, 0), x, ops.mul(ops.sub(ops.exp(ops.minimum(x, 0)), 1), alpha));
const hardSigmoid = (x: Value, alpha: number, beta: number): Value => ops.minimum(ops.maximum(ops.add(ops.mul(x, alpha), beta), 0), 1);
/** The tanh form: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
const geluTanh = (x: Value): Value => ops.mul(ops.mul(x, 0.5), ops.add(ops.tanh(ops.mul(ops.add(x, ops.mul(ops.mul(x, ops.mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI))), 1));

// -- layers ------------------------------------------------------------------------------------------------------------------

const matmul: Builder = (node) => {
  const [a, b] = [node.input(0), node.input(1)];
  const [a2, b2] = [a.shape.length === 1 ? ops.reshape(a, [1, ...a.shape]) : a, b.shape.length === 1 ? ops.reshape(b, [...b.shape, 1]) : b];
  const y = ops.matmul(a2, b2);
  const rank = y.shape.length;
  return ops.reshape(y, y.shape.filter((_, i) => !(i === rank - 2 && a.shape.length === 1) && !(i === rank - 1 && b.shape.length === 1)));
};
const gemm: Builder = (node) => {
  const [a, b, c] = [node.input(0), node.input(1), node.maybe(2)];
  const [transA, transB] = [node.int('transA', 0) === 1, node.int('transB', 0) === 1];
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  if (c && !transA && !transB && alpha === 1 && beta === 1 && c.shape.length === 1 && c.shape[0] === b.shape[1]) return ops.linear(a, b, c);
  const product = ops.matmul(a, b, { transA, transB });
  const scaled = alpha === 1 ? product : ops.mul(product, alpha);
  return c ? ops.add(scaled, beta === 1 ? c : ops.mul(c, beta)) : scaled;
};
/** Padding of a sliding window: [begins..., ends...]. */
function windowPads(node: NodeReader, image: Shape, kernel: readonly number[], strides: readonly number[], dilations: readonly number[]): readonly number[] {
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return node.ints('pads') ?? [...image, ...image].map(() => 0);
  if (mode === 'VALID') return [...image, ...image].map(() => 0);
  const total = image.map((size, i) => Math.max((Math.ceil(size / strides[i]!) - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size, 0));
  const small = total.map((t) => Math.floor(t / 2));
  const large = total.map((t) => Math.ceil(t / 2));
  return mode === 'SAME_LOWER' ? [...large, ...small] : [...small, ...large];
}
/** A one-dimensional window as a two-dimensional one of height 1; other ranks are refused. */
function twoD(x: Value, w: Value): { x: Value; w: Value; lift: (list: readonly number[], filler: number) => [number, number]; drop: (y: Value) => Value } {
  if (x.shape.length === 4) return { x, w, lift: ([a, b]) => [a ?? 1, b ?? 1], drop: (y) => y };
  if (x.shape.length !== 3) fail(`only one and two spatial dimensions are supported, but the input is ${showShape(x.shape)}.`);
  const tall = (v: Value): Value => ops.reshape(v, [v.shape[0]!, v.shape[1]!, 1, v.shape[2]!]);
  return { x: tall(x), w: tall(w), lift: ([a], filler) => [filler, a ?? filler], drop: (y) => ops.reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]) };
}
function convolution(node: NodeReader) {
  const [image, kernel] = [node.input(0).shape.slice(2), node.input(1).shape.slice(2)];
  const [strides, dilations] = [node.ints('strides') ?? image.map(() => 1), node.ints('dilations') ?? image.map(() => 1)];
  const flat = twoD(node.input(0), node.input(1));
  const pads = windowPads(node, image, kernel, strides, dilations);
  const [begins, ends] = [flat.lift(pads.slice(0, image.length), 0), flat.lift(pads.slice(image.length), 0)];
  const options = { strides: flat.lift(strides, 1), dilations: flat.lift(dilations, 1), pads: [...begins, ...ends] as [number, number, number, number], groups: node.int('group', 1) }; // two twos
  return { flat, options };
}
const withBias = (node: NodeReader, y: Value): Value => {
  const bias = node.maybe(2);
  return bias ? ops.add(y, first(bias, y.shape.length)) : y;
};
const conv: Builder = (node) => {
  const { flat, options } = convolution(node);
  return withBias(node, flat.drop(ops.conv2d(flat.x, flat.w, options)));
};
/** ConvTranspose is the gradient of Conv in its image; Conv is linear there, so the image itself is not read. */
const convTranspose: Builder = (node) => {
  if (node.text('auto_pad', 'NOTSET') !== 'NOTSET' || node.ints('output_shape')) fail('auto_pad and output_shape are not supported; give pads and output_padding.');
  const { flat, options } = convolution(node);
  const { x, w } = flat;
  const extra = flat.lift(node.ints('output_padding') ?? [0, 0], 0);
  const size = (i: 0 | 1): number => (x.shape[i + 2]! - 1) * options.strides[i] - options.pads[i] - options.pads[i + 2]! + options.dilations[i] * (w.shape[i + 2]! - 1) + 1 + extra[i];
  const image = input('image', [x.shape[0]!, w.shape[1]! * options.groups, size(0), size(1)]);
  const forward = ops.conv2d(image, w, options);
  if (!sameShape(forward.shape, x.shape)) fail(`output_padding [${extra.join(',')}] does not fit strides [${options.strides.join(',')}].`);
  const [made] = gradients(forward, [image], x);
  return withBias(node, flat.drop(made ?? fail('it makes nothing.')));
};
/** Windows as shifted, strided slices, one a kernel tap, combined pairwise. */
function pool(node: NodeReader, filler: number, combine: (a: Value, b: Value) => Value): { y: Value; image: Shape; options: Readonly<Record<'pads' | 'strides' | 'kernel', readonly number[]>> } {
  const x = node.input(0);
  const kernel = node.ints('kernel_shape') ?? fail('it gives no kernel_shape.');
  const image = x.shape.slice(2);
  if (image.length !== kernel.length) fail(`kernel_shape [${kernel.join(',')}] does not fit ${showShape(x.shape)}.`);
  if (sizeOf(kernel) > 1024) fail('windows of more than 1024 entries are not supported.');
  if (node.int('ceil_mode', 0) !== 0) fail('ceil_mode is not supported.');
  const strides = node.ints('strides') ?? kernel.map(() => 1);
  const dilations = node.ints('dilations') ?? kernel.map(() => 1);
  const pads = windowPads(node, image, kernel, strides, dilations);
  const [before, after] = [[0, 0, ...pads.slice(0, image.length)], [0, 0, ...pads.slice(image.length)]];
  const grown = ops.pad(x, before, after);
  const padded = filler === 0 || grown === x ? grown : ops.where(edges(image, before.slice(2), after.slice(2)), filler, grown);
  const out = image.map((d, i) => Math.floor((d + before[i + 2]! + after[i + 2]! - dilations[i]! * (kernel[i]! - 1) - 1) / strides[i]!) + 1);
  const taps = Array.from({ length: sizeOf(kernel) }, (_, tap) => {
    let rest = tap;
    const offset = kernel.map(() => 0);
    for (let i = kernel.length - 1; i >= 0; i--) {
      offset[i] = (rest % kernel[i]!) * dilations[i]!;
      rest = Math.floor(rest / kernel[i]!);
    }
    const block = ops.slice(padded, [0, 0, ...offset], [x.shape[0]!, x.shape[1]!, ...offset.map((o, i) => o + (out[i]! - 1) * strides[i]! + 1)]);
    return strides.reduce((y, step, i) => everyNth(y, i + 2, step), block);
  });
  return { y: taps.reduce(combine), image, options: { pads, strides, kernel } };
}
/** True on the padding round an image. */
function edges(image: Shape, before: readonly number[], after: readonly number[]): Value {
  const padded = image.map((d, i) => d + before[i]! + after[i]!);
  const data = Uint8Array.from({ length: bounded(sizeOf(padded)) }, (_, flat) => {
    let rest = flat;
    for (let i = padded.length - 1; i >= 0; i--) {
      const at = rest % padded[i]!;
      if (at < before[i]! || at >= before[i]! + image[i]!) return 1;
      rest = Math.floor(rest / padded[i]!);
    }
    return 0;
  });
  return constant({ dtype: 'bool', shape: padded, data });
}
const averagePool: Builder = (node) => {
  const { y, image, options } = pool(node, 0, ops.add);
  if (node.int('count_include_pad', 0) === 1 || options.pads.every((p) => p === 0)) return ops.mul(y, 1 / sizeOf(options.kernel));
  // Entries that are not padding, counted for each window: the product of the counts along each axis.
  const out = y.shape.slice(2);
  const along = image.map((d, i) =>
    Array.from({ length: out[i]! }, (_, o) => {
      const start = o * options.strides[i]! - options.pads[i]!;
      return Math.min(start + options.kernel[i]!, d) - Math.max(start, 0);
    }),
  );
  const counts = along.reduce<number[]>((sofar, next) => sofar.flatMap((a) => next.map((b) => a * b)), [1]);
  return ops.div(y, constant({ dtype: 'float32', shape: out, data: Float32Array.from(counts) }));
};
const spatial = (x: Value): { axes: number[]; keepDims: true } => ({ axes: all(x.shape).slice(2), keepDims: true });
const batchNormalization: Builder = (node) => {
  if (node.int('training_mode', 0) !== 0) fail('training_mode is not supported. Export the model for inference.');
  const x = node.input(0);
  const [scale, bias, average, variance] = [1, 2, 3, 4].map((i) => first(node.input(i), x.shape.length)) as [Value, Value, Value, Value];
  const factor = ops.mul(scale, ops.reciprocal(ops.sqrt(ops.add(variance, node.float('epsilon', 1e-5)))));
  return ops.add(ops.mul(ops.sub(x, average), factor), bias);
};
function standardized(x: Value, axes: readonly number[], epsilon: number): Value {
  const centred = ops.sub(x, ops.mean(x, { axes, keepDims: true }));
  const variance = ops.mean(ops.mul(centred, centred), { axes, keepDims: true });
  return ops.mul(centred, ops.reciprocal(ops.sqrt(ops.add(variance, epsilon))));
}
const layerNormalization: Builder = (node) => {
  const x = node.input(0);
  const from = ops.normalAxis('axis', node.int('axis', -1), x.shape.length);
  const scaled = ops.mul(standardized(x, all(x.shape).slice(from), node.float('epsilon', 1e-5)), node.input(1));
  const bias = node.maybe(2);
  return bias ? ops.add(scaled, bias) : scaled;
};
const instanceNormalization: Builder = (node) => {
  const x = node.input(0);
  const y = standardized(x, spatial(x).axes, node.float('epsilon', 1e-5));
  return ops.add(ops.mul(y, first(node.input(1), x.shape.length)), first(node.input(2), x.shape.length));
};
/** Before opset 13 the softmax family flattened its input to a matrix at `axis`; the same where that is the last axis. */
const softmaxLike = (apply: (x: Value, axis: number) => Value): Builder => (node) => {
  const x = node.input(0);
  const axis = ops.normalAxis('axis', node.int('axis', node.opset < 13 ? 1 : -1), x.shape.length);
  if (node.opset >= 13 || axis === x.shape.length - 1) return apply(x, axis);
  return ops.reshape(apply(ops.reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]), 1), x.shape);
};

/** Every operator that can be read. */
export const BUILDERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['Abs', unary(ops.abs)],
  ['Add', binary(ops.add)],
  ['And', fold((a, b) => ops.cast(ops.mul(asFloat(a), asFloat(b)), 'bool'))],
  ['AveragePool', averagePool],
  ['BatchNormalization', batchNormalization],
  ['Cast', cast],
  ['Ceil', unary((x) => ops.neg(ops.floor(ops.neg(x))))],
  ['Clip', clip],
  ['Concat', (node) => ops.concat(node.all, node.int('axis', 0))],
  ['Constant', constantNode],
  ['ConstantOfShape', constantOfShape],
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
  ['Cos', unary(ops.cos)],
  ['Div', binary(ops.div)],
  ['Dropout', unary((x) => x)], // as in inference
  ['Elu', (node) => elu(node.input(0), node.float('alpha', 1))],
  ['Equal', binary(ops.equal)],
  ['Erf', unary(ops.erf)],
  ['Exp', unary(ops.exp)],
  ['Expand', expand],
  ['Flatten', flatten],
  ['Floor', unary(ops.floor)],
  ['Gather', gather],
  ['Gelu', (node) => (node.text('approximate', 'none') === 'tanh' ? geluTanh : ops.gelu)(node.input(0))],
  ['Gemm', gemm],
  ['GlobalAveragePool', unary((x) => ops.mean(x, spatial(x)))],
  ['GlobalMaxPool', unary((x) => ops.max(x, spatial(x)))],
  ['Greater', binary(ops.greater)],
  ['GreaterOrEqual', binary(ops.greaterOrEqual)],
  ['HardSigmoid', (node) => hardSigmoid(node.input(0), node.float('alpha', 0.2), node.float('beta', 0.5))],
  ['HardSwish', unary((x) => ops.mul(x, hardSigmoid(x, 1 / 6, 0.5)))],
  ['Identity', unary((x) => x)],
  ['InstanceNormalization', instanceNormalization],
  ['LayerNormalization', layerNormalization],
  ['LeakyRelu', (node) => ops.where(ops.greater(node.input(0), 0), node.input(0), ops.mul(node.input(0), node.float('alpha', 0.01)))],
  ['Less', binary(ops.less)],
  ['LessOrEqual', binary((a, b) => ops.greaterOrEqual(b, a))],
  ['Log', unary(ops.log)],
  ['LogSoftmax', softmaxLike(ops.logSoftmax)],
  ['MatMul', matmul],
  ['Max', fold(ops.maximum)],
  ['MaxPool', (node) => (node.node.outputs.length > 1 ? fail('its indices are not supported.') : pool(node, -3.4e38, ops.maximum).y)],
  ['Mean', (node) => ops.mul(node.all.reduce((a, b) => ops.add(a, b)), 1 / node.all.length)],
  ['Min', fold(ops.minimum)],
  ['Mul', binary(ops.mul)],
  ['Neg', unary(ops.neg)],
  ['Not', unary(not)],
  ['Or', fold((a, b) => ops.cast(ops.add(asFloat(a), asFloat(b)), 'bool'))],
  ['PRelu', binary((x, slope) => ops.where(ops.greater(x, 0), x, ops.mul(x, slope)))],
  ['Pad', pad],
  ['Pow', pow],
  ['Range', range],
  ['Reciprocal', unary(ops.reciprocal)],
  ['ReduceL1', reduction((x, over) => ops.sum(ops.abs(x), over))],
  ['ReduceL2', reduction((x, over) => ops.sqrt(ops.sum(ops.mul(x, x), over)))],
  ['ReduceMax', reduction(ops.max)],
  ['ReduceMean', reduction(ops.mean)],
  ['ReduceMin', reduction((x, over) => ops.neg(ops.max(ops.neg(x), over)))],
  ['ReduceSum', reduction(ops.sum)],
  ['ReduceSumSquare', reduction((x, over) => ops.sum(ops.mul(x, x), over))],
  ['Relu', unary(ops.relu)],
  ['Reshape', reshape],
  ['ScatterElements', scatterElements],
  ['Shape', (node) => constant(int32(node.input(0).shape.slice(node.int('start', 0), node.int('end'))))],
  ['Sigmoid', unary(ops.sigmoid)],
  ['Sign', unary(ops.sign)],
  ['Sin', unary(ops.sin)],
  ['Size', (node) => integer(sizeOf(node.input(0).shape))],
  ['Slice', slice],
  ['Softmax', softmaxLike(ops.softmax)],
  ['Softplus', unary(softplus)],
  ['Softsign', unary((x) => ops.div(x, ops.add(ops.abs(x), 1)))],
  ['Split', split],
  ['Sqrt', unary(ops.sqrt)],
  ['Squeeze', squeeze],
  ['Sub', binary(ops.sub)],
  ['Sum', fold(ops.add)],
  ['Tanh', unary(ops.tanh)],
  ['Tile', tile],
  ['Transpose', (node) => ops.transpose(node.input(0), node.ints('perm'))],
  ['Trilu', trilu],
  ['Unsqueeze', unsqueeze],
  ['Where', (node) => ops.where(node.input(0), node.input(1), node.input(2))],
]);
