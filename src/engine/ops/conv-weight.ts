/**
 * ONNX forms of a convolution's weight gradient. Each is a product of patches, cut out of the image by one slice a kernel tap, with the
 * gradient at the result; which way round is cheapest depends on the shape. Chosen by measuring on the WASM provider, one thread
 * (`node tools/bench/convolutions.mjs weight` prints the table again):
 * - 16 input channels and more: channels last, so that slices are long and Gemm needs no transposed operand; 1.1 to 1.4 times as fast as
 *   channels first from 16 channels on, and slower below.
 * - fewer: channels first, the taps under one another.
 * - a kernel for each channel (MobileNet): one product and sum a tap, 1.3 to 1.7 times as fast as a batch of thin products.
 * - other groups: a batch of products, the patches on the left.
 * A Conv with batch and channel exchanged is left out although it is level with these at strides: on a GPU its few results keep most of the
 * device idle.
 */
import { sizeOf, type Shape } from '../../base/tensor';
import type { Emit } from '../value';
import type { AdjointAttrs } from './conv';

interface Shapes {
  readonly x: Shape;
  readonly g: Shape;
  /** Of the result. */
  readonly w: Shape;
}
type Names = Readonly<Record<'x' | 'g', string>>;
type Form = (names: Names, attrs: AdjointAttrs, emit: Emit, shapes: Shapes) => string;
const CHANNELS_LAST_FROM = 16;

export const weightNodes: Form = (names, attrs, emit, shapes) => {
  const [out, inner] = shapes.w as [number, number];
  if (attrs.groups > 1) return (inner === 1 && out === attrs.groups ? tapByTap : batched)(names, attrs, emit, shapes);
  return (inner >= CHANNELS_LAST_FROM ? channelsLast : channelsFirst)(names, attrs, emit, shapes);
};

type Vertical = 1 | 2;
/** x with the convolution's zeros round its axes `vertical` (its height) and the next (its width). */
function padded(x: string, vertical: Vertical, { pads }: AdjointAttrs, emit: Emit): string {
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const around = vertical === 2 ? [0, 0, top, left, 0, 0, bottom, right] : [0, top, left, 0, 0, bottom, right, 0];
  return pads.every((p) => p === 0) ? x : emit('Pad', [x, emit.int64s(around)], { mode: 'constant' });
}
/** For each tap, the entries of x that it meets. */
function taps(x: string, vertical: Vertical, attrs: AdjointAttrs, emit: Emit, [, , oh, ow]: Shape): string[] {
  const { strides, dilations, kernel } = attrs;
  const image = padded(x, vertical, attrs, emit);
  return Array.from({ length: kernel[0]! * kernel[1]! }, (_, tap) => {
    const [u, v] = [Math.floor(tap / kernel[1]!) * dilations[0]!, (tap % kernel[1]!) * dilations[1]!];
    const ends = [u + (oh! - 1) * strides[0]! + 1, v + (ow! - 1) * strides[1]! + 1];
    return emit('Slice', [image, emit.int64s([u, v]), emit.int64s(ends), emit.int64s([vertical, vertical + 1]), emit.int64s(strides)]);
  });
}
/** For each of the kernel's rows (axis 2) or columns (axis 3), what of a padded x [c, n, h, w] it meets; joined along axis 0. */
function lines(x: string, axis: 2 | 3, { strides, dilations, kernel }: AdjointAttrs, emit: Emit, g: Shape): string {
  const [step, size] = [strides[axis - 2]!, g[axis]!];
  const starts = Array.from({ length: kernel[axis - 2]! }, (_, line) => line * dilations[axis - 2]!);
  return joined(starts.map((start) => emit('Slice', [x, emit.int64s([start]), emit.int64s([start + (size - 1) * step + 1]), emit.int64s([axis]), emit.int64s([step])])), 0, emit);
}
const joined = (parts: readonly string[], axis: number, emit: Emit): string => (parts.length === 1 ? parts[0]! : emit('Concat', parts, { axis }));
const reshaped = (x: string, to: Shape, emit: Emit): string => emit('Reshape', [x, emit.int64s(to)]);
const positionsOf = ([n, , oh, ow]: Shape): number => n! * oh! * ow!;
/** g as [out, positions]. */
const upstream = (g: string, shape: Shape, emit: Emit): string => reshaped(emit('Transpose', [g], { perm: [1, 0, 2, 3] }), [shape[1]!, positionsOf(shape)], emit);
/** [out, taps c] -> the kernel's shape. */
function toKernel(product: string, [out, inner, kh, kw]: Shape, emit: Emit): string {
  const byTap = reshaped(product, [out!, kh! * kw!, inner!], emit);
  return reshaped(emit('Transpose', [byTap], { perm: [0, 2, 1] }), [out!, inner!, kh!, kw!], emit);
}

const channelsLast: Form = ({ x, g }, attrs, emit, shapes) => {
  const parts = taps(emit('Transpose', [x], { perm: [0, 2, 3, 1] }), 1, attrs, emit, shapes.g);
  const patches = reshaped(joined(parts, 3, emit), [positionsOf(shapes.g), parts.length * shapes.x[1]!], emit);
  return toKernel(emit('Gemm', [upstream(g, shapes.g, emit), patches]), shapes.w, emit);
};
/** The kernel's columns first, then its rows, whose slices are whole planes: of a 5 x 5 kernel 12 nodes instead of 26. */
const channelsFirst: Form = ({ x, g }, attrs, emit, shapes) => {
  const image = padded(emit('Transpose', [x], { perm: [1, 0, 2, 3] }), 2, attrs, emit);
  const patches = lines(lines(image, 3, attrs, emit, shapes.g), 2, attrs, emit, shapes.g);
  const rows = reshaped(patches, [sizeOf(shapes.w) / shapes.w[0]!, positionsOf(shapes.g)], emit);
  return toKernel(emit('Gemm', [upstream(g, shapes.g, emit), rows], { transB: true }), shapes.w, emit);
};
/** dw[c, tap] = sum over images and positions of x at the tap times g. */
const tapByTap: Form = ({ x, g }, attrs, emit, shapes) => {
  const [n, c] = shapes.x as [number, number];
  const sums = taps(x, 2, attrs, emit, shapes.g).map((part) => reshaped(emit('ReduceSum', [emit('Mul', [part, g]), emit.int64s([2, 3])], { keepdims: false }), [n, c, 1], emit));
  return reshaped(emit('ReduceSum', [joined(sums, 2, emit), emit.int64s([0])], { keepdims: false }), shapes.w, emit);
};
/** For each group [taps inner, positions] times [positions, out/groups]. */
const batched: Form = ({ x, g }, attrs, emit, shapes) => {
  const { groups } = attrs;
  const [n, out, oh, ow] = shapes.g as [number, number, number, number];
  const [inner, each, positions] = [shapes.w[1]!, out / groups, positionsOf(shapes.g)];
  const parts = taps(emit('Transpose', [x], { perm: [1, 0, 2, 3] }), 2, attrs, emit, shapes.g).map((part) => reshaped(part, [groups, 1, inner, positions], emit));
  const patches = reshaped(joined(parts, 1, emit), [groups, parts.length * inner, positions], emit);
  const columns = reshaped(emit('Transpose', [reshaped(g, [n, groups, each, oh * ow], emit)], { perm: [1, 0, 3, 2] }), [groups, positions, each], emit);
  const product = reshaped(emit('MatMul', [patches, columns]), [groups, parts.length, inner, each], emit);
  return reshaped(emit('Transpose', [product], { perm: [0, 3, 2, 1] }), shapes.w, emit);
};
