/**
 * 2-D convolution and its two adjoints. The three are bilinear and closed: each one's gradients are the other two, so any order of
 * derivative is made of these ops alone. Layout: images [n, c, h, w], kernels [out, in/groups, kh, kw].
 */
import { ShapeError } from '../../base/errors';
import { showShape, sizeOf, type Shape } from '../../base/tensor';
import { defineOp, type Apply, type Value } from '../value';
import { spread } from './lifting';
import { reshape, transpose } from './shape';

export interface ConvOptions {
  /** [vertical, horizontal]. */
  readonly strides?: readonly [number, number];
  /** Zeros at [top, left, bottom, right]. */
  readonly pads?: readonly [number, number, number, number];
  readonly dilations?: readonly [number, number];
  readonly groups?: number;
}
interface ConvAttrs extends Record<string, number | readonly number[]> {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}
/** For the adjoints, whose input `g` is the gradient at the convolution's output: the image size [h, w] and the kernel size [kh, kw] of the convolution that they belong to. */
interface AdjointAttrs extends ConvAttrs {
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

const convOp: Apply<'x' | 'w', ConvAttrs> = defineOp<'x' | 'w', ConvAttrs>({
  name: 'conv2d',
  shape: ({ x, w }, attrs) => {
    if (x.length !== 4 || w.length !== 4 || x[1] !== w[1]! * attrs.groups || w[0]! % attrs.groups !== 0)
      throw new ShapeError(`conv2d: image ${showShape(x)} and kernel ${showShape(w)} do not fit with ${attrs.groups} group(s); expected [n,c,h,w] and [out,c/groups,kh,kw].`);
    return [x[0]!, w[0]!, ...outputSize(x.slice(2), w.slice(2), attrs)];
  },
  gradient: ({ x, w, dy }, attrs) => {
    const adjoint = { ...attrs, image: x.shape.slice(2), kernel: w.shape.slice(2) };
    return { x: convInput({ g: dy, w }, adjoint), w: convWeight({ x, g: dy }, adjoint) };
  },
  onnx: ({ x, w }, { strides, pads, dilations, groups }, emit, values) => {
    const attributes = { strides, dilations, group: groups, kernel_shape: values.w.shape.slice(2) };
    const [top, left, bottom, right] = pads as [number, number, number, number];
    // For kernels of 1 x 1 or of the image's size, the WebGPU provider looks at the pads before the image alone.
    if (top === 0 && left === 0 && (bottom > 0 || right > 0)) return emit('Conv', [emit('Pad', [x, emit.int64s([0, 0, 0, 0, 0, 0, bottom, right])], { mode: 'constant' }), w], attributes);
    return emit('Conv', [x, w], { ...attributes, pads });
  },
  reference: ({ x, w }, attrs, shape) => {
    const out = new Float64Array(sizeOf(shape));
    eachProduct(x.shape, w.shape, shape, attrs, (i, j, k) => (out[k]! += x.data[i]! * w.data[j]!));
    return out;
  },
  sums: true,
  lift: ({ x, w }, attrs, k) => {
    if (!w.many) return unfolded(convOp({ x: folded(x.value), w: w.value }, attrs), k);
    if (!x.many && attrs.groups === 1) return modelsOfChannels(convOp({ x: x.value, w: folded(w.value) }, attrs), k);
    return modelsOfChannels(convOp({ x: channelsOfModels(spread(x, k)), w: folded(w.value) }, { ...attrs, groups: k * attrs.groups }), k);
  },
});

/** Adjoint in the image: g [n, out, oh, ow], w -> [n, c, h, w]. */
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

/**
 * Adjoint in the kernel: x, g -> [out, c/groups, kh, kw]. Written as shifted slices and one Gemm (im2col): on the WASM provider three
 * times faster than a Conv with batch and channel exchanged, whose kernel is as large as the feature map.
 */
const convWeight: Apply<'x' | 'g', AdjointAttrs> = defineOp<'x' | 'g', AdjointAttrs>({
  name: 'convWeight',
  shape: ({ x, g }, { kernel, groups }) => [g[1]!, x[1]! / groups, ...kernel],
  gradient: ({ x, g, dy }, attrs) => ({ x: convInput({ g, w: dy }, attrs), g: convOp({ x, w: dy }, pick(attrs)) }),
  onnx: ({ x, g }, { strides, pads, dilations, groups, kernel }, emit, values) => {
    const [n, c] = values.x.shape as [number, number];
    const [out, inner] = values.y.shape as [number, number];
    const [oh, ow] = values.g.shape.slice(2) as [number, number];
    const [kh, kw] = kernel as [number, number];
    const positions = n * oh * ow;
    // x as [c, n, h, w]: then the shifted images, one under the other, are the rows of the patch matrix [kh kw c, positions].
    const exchanged = emit('Transpose', [x], { perm: [1, 0, 2, 3] });
    const [top, left, bottom, right] = pads as [number, number, number, number];
    const padded = pads.every((p) => p === 0) ? exchanged : emit('Pad', [exchanged, emit.int64s([0, 0, top, left, 0, 0, bottom, right])], { mode: 'constant' });
    const taps = Array.from({ length: kh * kw }, (_, t) => {
      const [u, v] = [Math.floor(t / kw) * dilations[0]!, (t % kw) * dilations[1]!];
      const ends = [u + (oh - 1) * strides[0]! + 1, v + (ow - 1) * strides[1]! + 1];
      return emit('Slice', [padded, emit.int64s([u, v]), emit.int64s(ends), emit.int64s([2, 3]), emit.int64s(strides)]);
    });
    const stacked = taps.length === 1 ? taps[0]! : emit('Concat', taps, { axis: 0 });
    const upstream = emit('Transpose', [g], { perm: [1, 0, 2, 3] });
    let product: string; // [out, kh kw inner]
    if (groups === 1) {
      const patches = emit('Reshape', [stacked, emit.int64s([kh * kw * c, positions])]);
      product = emit('Gemm', [emit('Reshape', [upstream, emit.int64s([out, positions])]), patches], { transB: true });
    } else {
      const patches = emit('Transpose', [emit('Reshape', [stacked, emit.int64s([kh * kw, groups, inner, positions])])], { perm: [1, 3, 0, 2] });
      const columns = emit('Reshape', [patches, emit.int64s([groups, positions, kh * kw * inner])]);
      product = emit('MatMul', [emit('Reshape', [upstream, emit.int64s([groups, out / groups, positions])]), columns]);
    }
    const byTap = emit('Reshape', [product, emit.int64s([out, kh * kw, inner])]);
    return emit('Reshape', [emit('Transpose', [byTap], { perm: [0, 2, 1] }), emit.int64s([out, inner, kh, kw])]);
  },
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
export const conv2d = (x: Value, w: Value, options: ConvOptions = {}): Value => convOp({ x, w }, settle(options));
