/**
 * 2-D convolution and its two adjoints. The three are bilinear and closed: each one's gradients are the other two, so any order of
 * derivative is made of these ops alone. Layout: images [n, c, h, w], kernels [out, in/groups, kh, kw].
 */
import { ShapeError } from '../../base/errors';
import { showShape, sizeOf, type Shape } from '../../base/tensor';
import { defineOp, type Apply, type Emit, type Lifted, type Reference, type Value } from '../value';
import { weightNodes } from './conv-weight';
import { add } from './elementwise';
import { spread } from './lifting';
import { sum } from './reduce';
import { reshape, transpose } from './shape';

export interface ConvOptions {
  /** [vertical, horizontal]. */
  readonly strides?: readonly [number, number];
  /** Zeros at [top, left, bottom, right]. */
  readonly pads?: readonly [number, number, number, number];
  readonly dilations?: readonly [number, number];
  readonly groups?: number;
  /** [out], added to every channel of the result. */
  readonly bias?: Value;
}
export interface ConvAttrs extends Record<string, number | readonly number[]> {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}
/** For the adjoints, whose input `g` is the gradient at the convolution's output: the image size [h, w] and the kernel size [kh, kw] of the convolution that they belong to. */
export interface AdjointAttrs extends ConvAttrs {
  readonly image: readonly number[];
  readonly kernel: readonly number[];
}
const settle = ({ strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], groups = 1 }: ConvOptions): ConvAttrs => ({ strides, pads, dilations, groups });
const pick = ({ strides, pads, dilations, groups }: ConvAttrs): ConvAttrs => ({ strides, pads, dilations, groups });

function outputSize(image: readonly number[], kernel: readonly number[], { strides, pads, dilations }: ConvAttrs): [number, number] {
  const size = (i: 0 | 1) => Math.floor((image[i]! + pads[i]! + pads[i + 2]! - dilations[i]! * (kernel[i]! - 1) - 1) / strides[i]!) + 1;
  return [size(0), size(1)];
}
/** Calls back for every product that a convolution sums: flat indices into image, kernel and output. */
function eachProduct(x: Shape, w: Shape, y: Shape, { strides, pads, dilations, groups }: ConvAttrs, visit: (x: number, w: number, y: number) => void): void {
  const [n, c, h, width] = x as [number, number, number, number];
  const [out, inner, kh, kw] = w as [number, number, number, number];
  const [, , oh, ow] = y as [number, number, number, number];
  const perGroup = out / groups;
  for (let b = 0; b < n; b++)
    for (let o = 0; o < out; o++)
      for (let i = 0; i < inner; i++) {
        const channel = Math.floor(o / perGroup) * inner + i;
        for (let r = 0; r < oh; r++)
          for (let s = 0; s < ow; s++)
            for (let u = 0; u < kh; u++)
              for (let v = 0; v < kw; v++) {
                const row = r * strides[0]! + u * dilations[0]! - pads[0]!;
                const column = s * strides[1]! + v * dilations[1]! - pads[1]!;
                if (row < 0 || row >= h || column < 0 || column >= width) continue;
                visit(((b * c + channel) * h + row) * width + column, ((o * inner + i) * kh + u) * kw + v, ((b * out + o) * oh + r) * ow + s);
              }
      }
}

function convShape({ x, w }: Readonly<Record<'x' | 'w', Shape>>, attrs: ConvAttrs): Shape {
  if (x.length !== 4 || w.length !== 4 || x[1] !== w[1]! * attrs.groups || w[0]! % attrs.groups !== 0)
    throw new ShapeError(`conv2d: image ${showShape(x)} and kernel ${showShape(w)} do not fit with ${attrs.groups} group(s); expected [n,c,h,w] and [out,c/groups,kh,kw].`);
  return [x[0]!, w[0]!, ...outputSize(x.slice(2), w.slice(2), attrs)];
}
function convGradient({ x, w, dy }: Readonly<Record<'x' | 'w' | 'dy', Value>>, attrs: ConvAttrs): { x: Value; w: Value } {
  const adjoint = { ...attrs, image: x.shape.slice(2), kernel: w.shape.slice(2) };
  return { x: convInput({ g: dy, w }, adjoint), w: convWeight({ x, g: dy }, adjoint) };
}
/** @param operands the names of image, kernel and, if there is one, bias */
function convNode([x, ...others]: readonly string[], { strides, pads, dilations, groups }: ConvAttrs, kernel: Shape, emit: Emit): string {
  const attributes = { strides, dilations, group: groups, kernel_shape: kernel };
  const [top, left, bottom, right] = pads as [number, number, number, number];
  // For kernels of 1 x 1 or of the image's size, the WebGPU provider looks at the pads before the image alone.
  if (top === 0 && left === 0 && (bottom > 0 || right > 0)) return emit('Conv', [emit('Pad', [x!, emit.int64s([0, 0, 0, 0, 0, 0, bottom, right])], { mode: 'constant' }), ...others], attributes);
  return emit('Conv', [x!, ...others], { ...attributes, pads });
}
function convReference({ x, w }: Readonly<Record<'x' | 'w', Reference>>, attrs: ConvAttrs, out: Float64Array, shape: Shape): Float64Array {
  eachProduct(x.shape, w.shape, shape, attrs, (i, j, k) => (out[k]! += x.data[i]! * w.data[j]!));
  return out;
}
const convOp: Apply<'x' | 'w', ConvAttrs> = defineOp<'x' | 'w', ConvAttrs>({
  name: 'conv2d',
  shape: convShape,
  gradient: convGradient,
  onnx: ({ x, w }, attrs, emit, values) => convNode([x, w], attrs, values.w.shape.slice(2), emit),
  reference: (given, attrs, shape) => convReference(given, attrs, new Float64Array(sizeOf(shape)), shape),
  sums: true,
  lift: liftConv,
});
function liftConv({ x, w }: Readonly<Record<'x' | 'w', Lifted>>, attrs: ConvAttrs, k: number): Value {
  if (!w.many) return unfolded(convOp({ x: folded(x.value), w: w.value }, attrs), k);
  if (!x.many && attrs.groups === 1) return modelsOfChannels(convOp({ x: x.value, w: folded(w.value) }, attrs), k);
  return modelsOfChannels(convOp({ x: channelsOfModels(spread(x, k)), w: folded(w.value) }, { ...attrs, groups: k * attrs.groups }), k);
}
/** The bias of each channel within the Conv node: no pass of its own over the result. */
const convBiasOp: Apply<'x' | 'w' | 'b', ConvAttrs> = defineOp<'x' | 'w' | 'b', ConvAttrs>({
  name: 'convBias',
  shape: ({ x, w, b }, attrs) => {
    const shape = convShape({ x, w }, attrs);
    if (b.length !== 1 || b[0] !== shape[1]) throw new ShapeError(`conv2d: expected a bias [${shape[1]}], one number for each channel of the result, but ${showShape(b)} came.`);
    return shape;
  },
  gradient: (values, attrs) => ({ ...convGradient(values, attrs), b: sum(values.dy, { axes: [0, 2, 3] }) }),
  onnx: ({ x, w, b }, attrs, emit, values) => convNode([x, w, b], attrs, values.w.shape.slice(2), emit),
  reference: ({ x, w, b }, attrs, shape) => {
    const plane = sizeOf(shape.slice(2));
    return convReference({ x, w }, attrs, new Float64Array(sizeOf(shape)).map((_, i) => b.data[Math.floor(i / plane) % shape[1]!]!), shape);
  },
  sums: true,
  lift: ({ x, w, b }, attrs, k) => {
    const y = x.many || w.many ? liftConv({ x, w }, attrs, k) : convOp({ x: x.value, w: w.value }, attrs);
    return add(y, b.many ? reshape(b.value, [k, 1, b.value.shape[1]!, 1, 1]) : reshape(b.value, [b.value.shape[0]!, 1, 1]));
  },
});

/**
 * Adjoint in the image: g [n, out, oh, ow], w -> [n, c, h, w]. A ConvTranspose; where every channel has a kernel of its own and the stride
 * is 1, a Conv with the kernels turned round, about twice as fast on WASM (`node tools/bench/convolutions.mjs`).
 */
const convInput: Apply<'g' | 'w', AdjointAttrs> = defineOp<'g' | 'w', AdjointAttrs>({
  name: 'convInput',
  shape: ({ g, w }, { image, groups }) => [g[0]!, w[1]! * groups, ...image],
  gradient: ({ g, w, dy }, attrs) => ({ g: convOp({ x: dy, w }, pick(attrs)), w: convWeight({ x: dy, g }, attrs) }),
  onnx: ({ g, w }, { strides, pads, dilations, groups, image, kernel }, emit, values) => {
    const out = values.g.shape.slice(2);
    const output_padding = [0, 1].map((i) => image[i]! - ((out[i]! - 1) * strides[i]! - pads[i]! - pads[i + 2]! + dilations[i]! * (kernel[i]! - 1) + 1));
    const attributes = { strides, pads, dilations, group: groups, kernel_shape: kernel, output_padding };
    const [rows, inner] = values.w.shape as [number, number];
    const perGroup = rows / groups;
    const around = [0, 1, 2, 3].map((i) => dilations[i % 2]! * (kernel[i % 2]! - 1) - pads[i]! + (i < 2 ? 0 : output_padding[i % 2]!));
    if (groups > 1 && inner === 1 && perGroup === 1 && strides.every((s) => s === 1) && around.every((p) => p >= 0)) {
      const turned = emit('Slice', [w, emit.int64s(kernel.map((k) => k - 1)), emit.int64s(kernel.map((k) => -(k + 1))), emit.int64s([2, 3]), emit.int64s([-1, -1])]);
      return convNode([g, turned], { strides, pads: around, dilations, groups }, kernel, emit);
    }
    if (groups === 1 || inner > 1 || perGroup === 1) return emit('ConvTranspose', [g, w], attributes);
    // One image channel but several kernels a group: the WebGPU provider reads the wrong kernels. So one depthwise part for each kernel of a group.
    const every = (x: string, axis: number, start: number) => emit('Slice', [x, emit.int64s([start]), emit.int64s([rows]), emit.int64s([axis]), emit.int64s([perGroup])]);
    const parts = Array.from({ length: perGroup }, (_, k) => emit('ConvTranspose', [every(g, 1, k), every(w, 0, k)], attributes));
    return parts.reduce((total, part) => emit('Add', [total, part]));
  },
  reference: ({ g, w }, attrs, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachProduct(shape, w.shape, g.shape, attrs, (i, j, k) => (out[i]! += g.data[k]! * w.data[j]!));
    return out;
  },
  sums: true,
  lift: ({ g, w }, attrs, k) => {
    if (!w.many) return unfolded(convInput({ g: folded(g.value), w: w.value }, attrs), k);
    return modelsOfChannels(convInput({ g: channelsOfModels(spread(g, k)), w: folded(w.value) }, { ...attrs, groups: k * attrs.groups }), k);
  },
});

/** Adjoint in the kernel: x, g -> [out, c/groups, kh, kw]. Its ONNX forms have a file of their own. */
const convWeight: Apply<'x' | 'g', AdjointAttrs> = defineOp<'x' | 'g', AdjointAttrs>({
  name: 'convWeight',
  shape: ({ x, g }, { kernel, groups }) => [g[1]!, x[1]! / groups, ...kernel],
  gradient: ({ x, g, dy }, attrs) => ({ x: convInput({ g, w: dy }, attrs), g: convOp({ x, w: dy }, pick(attrs)) }),
  onnx: (names, attrs, emit, values) => weightNodes(names, attrs, emit, { x: values.x.shape, g: values.g.shape, w: values.y.shape }),
  reference: ({ x, g }, attrs, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachProduct(x.shape, shape, g.shape, attrs, (i, j, k) => (out[j]! += x.data[i]! * g.data[k]!));
    return out;
  },
  sums: true,
  lift: ({ x, g }, attrs, k) => {
    const upstream = channelsOfModels(spread(g, k));
    if (!x.many && attrs.groups === 1) return unfolded(convWeight({ x: x.value, g: upstream }, attrs), k);
    return unfolded(convWeight({ x: channelsOfModels(spread(x, k)), g: upstream }, { ...attrs, groups: k * attrs.groups }), k);
  },
});

// -- k models at once: as more images where they share the kernel, else as more groups of channels --------------------------

/** [k, m, ...] -> [k m, ...], and back. */
const folded = (x: Value): Value => reshape(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);
const unfolded = (x: Value, k: number): Value => reshape(x, [k, x.shape[0]! / k, ...x.shape.slice(1)]);
/** [k, n, c, h, w] -> [n, k c, h, w], and back. */
function channelsOfModels(x: Value): Value {
  const [k, n, c, h, w] = x.shape as [number, number, number, number, number];
  return reshape(transpose(x, [1, 0, 2, 3, 4]), [n, k * c, h, w]);
}
function modelsOfChannels(x: Value, k: number): Value {
  const [n, channels, h, w] = x.shape as [number, number, number, number];
  return transpose(reshape(x, [n, k, channels / k, h, w]), [1, 0, 2, 3, 4]);
}

/** 2-D cross-correlation x [n, c, h, w] with w [out, c/groups, kh, kw] -> [n, out, oh, ow]. */
export const conv2d = (x: Value, w: Value, { bias, ...options }: ConvOptions = {}): Value => (bias ? convBiasOp({ x, w, b: bias }, settle(options)) : convOp({ x, w }, settle(options)));
/** The transpose of conv2d in its image: g [n, out, oh, ow] -> [n, c, ...image]. */
export const conv2dTransposed = (g: Value, w: Value, image: readonly [number, number], options: ConvOptions = {}): Value =>
  convInput({ g, w }, { ...settle(options), image, kernel: w.shape.slice(2) });
