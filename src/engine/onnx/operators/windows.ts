/** Convolution and pooling. Opsets 13 to 21; older forms where they cost a line. */
import { sameShape, showShape, sizeOf, type Shape } from '../../../base/tensor';
import { gradients } from '../../autodiff';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, input, type Value } from '../../value';
import { first, not, unary, bounded, perAxis, spatial, type Builder, type Builders } from './builder';

/** Padding of a sliding window: [begins..., ends...]. */
function windowPads(node: NodeReader, image: Shape, kernel: readonly number[], strides: readonly number[], dilations: readonly number[]): readonly number[] {
  const mode = node.text('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return perAxis(node, 'pads', 2 * image.length, 0) ?? [...image, ...image].map(() => 0);
  if (mode === 'VALID') return [...image, ...image].map(() => 0);
  const total = image.map((size, i) => Math.max((Math.ceil(size / strides[i]!) - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size, 0));
  const small = total.map((t) => Math.floor(t / 2));
  const large = total.map((t) => Math.ceil(t / 2));
  return mode === 'SAME_LOWER' ? [...large, ...small] : [...small, ...large];
}
/** A one-dimensional window as a two-dimensional one of height 1; other ranks are refused. */
function twoD(x: Value, w: Value): { x: Value; w: Value; lift: (list: readonly number[], filler: number) => [number, number]; drop: (y: Value) => Value } {
  if (w.shape.length !== x.shape.length) fail(`an image and a kernel of as many axes were expected, but ${showShape(x.shape)} and ${showShape(w.shape)} came.`);
  if (x.shape.length === 4) return { x, w, lift: ([a, b]) => [a ?? 1, b ?? 1], drop: (y) => y };
  if (x.shape.length !== 3) fail(`only one and two spatial dimensions are supported, but the input is ${showShape(x.shape)}.`);
  const tall = (v: Value): Value => ops.reshape(v, [v.shape[0]!, v.shape[1]!, 1, v.shape[2]!]);
  return { x: tall(x), w: tall(w), lift: ([a], filler) => [filler, a ?? filler], drop: (y) => ops.reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]) };
}
function convolution(node: NodeReader) {
  const [image, kernel] = [node.input(0).shape.slice(2), node.input(1).shape.slice(2)];
  const [strides, dilations] = [perAxis(node, 'strides', image.length, 1) ?? image.map(() => 1), perAxis(node, 'dilations', image.length, 1) ?? image.map(() => 1)];
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
  perAxis(node, 'kernel_shape', image.length, 1);
  if (sizeOf(kernel) > 1024) fail('windows of more than 1024 entries are not supported.');
  if (node.int('ceil_mode', 0) !== 0) fail('ceil_mode is not supported.');
  const strides = perAxis(node, 'strides', image.length, 1) ?? kernel.map(() => 1);
  const dilations = perAxis(node, 'dilations', image.length, 1) ?? kernel.map(() => 1);
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
    return ops.slice(padded, [0, 0, ...offset], [x.shape[0]!, x.shape[1]!, ...offset.map((o, i) => o + (out[i]! - 1) * strides[i]! + 1)], [1, 1, ...strides]);
  });
  return { y: taps.reduce(combine), image, options: { pads, strides, kernel } };
}
/** True on the padding round an image. */
function edges(image: Shape, before: readonly number[], after: readonly number[]): Value {
  // One axis after another, the last first: a row within the image is `inside`, a row before or after it is padding throughout.
  const padded = image.map((d, i) => d + before[i]! + after[i]!);
  bounded(sizeOf(padded));
  let inside = Uint8Array.of(0);
  for (let i = image.length - 1; i >= 0; i--) {
    const rows = new Uint8Array(inside.length * padded[i]!).fill(1);
    for (let row = before[i]!; row < before[i]! + image[i]!; row++) rows.set(inside, row * inside.length);
    inside = rows;
  }
  return constant({ dtype: 'bool', shape: padded, data: inside });
}
const averagePool: Builder = (node) => {
  const { y, image, options } = pool(node, 0, ops.add);
  if (node.int('count_include_pad', 0) === 1 || options.pads.every((p) => p === 0)) return ops.mul(y, 1 / sizeOf(options.kernel));
  // Entries that are not padding, counted for each window: the product of the counts along each axis.
  const out = y.shape.slice(2);
  const along = image.map((d, i) => {
    const data = new Float32Array(bounded(out[i]!)).map((_, o) => {
      const start = o * options.strides[i]! - options.pads[i]!;
      return Math.min(start + options.kernel[i]!, d) - Math.max(start, 0);
    });
    return constant({ dtype: 'float32', shape: out.map((_, axis) => (axis === i ? data.length : 1)), data });
  });
  return along.reduce((shared, counts) => ops.div(shared, counts), y);
};

export const windows: Builders = {
  AveragePool: averagePool,
  Conv: conv,
  ConvTranspose: convTranspose,
  GlobalAveragePool: unary((x) => ops.mean(x, spatial(x))),
  GlobalMaxPool: unary((x) => ops.max(x, spatial(x))),
  MaxPool: (node) => (node.node.outputs.length > 1 ? fail('its indices are not supported.') : pool(node, -3.4e38, ops.maximum).y),
};
