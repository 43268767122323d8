/**
 * Pooling of images [n, c, h, w]. How each is computed, forwards and backwards, was chosen by measuring on the WASM provider
 * (`node tools/bench/convolutions.mjs pool`); the WebGPU provider has no indices of maxima, so no form uses them.
 */
import { ShapeError } from '../../base/errors';
import { sameShape, showShape, sizeOf, tensor, type Shape } from '../../base/tensor';
import { constant, defineOp, filled, type Apply, type Value } from '../value';
import { conv2d, conv2dTransposed } from './conv';
import { cast, div, equal, mul, relu } from './elementwise';
import { max, mean, sum } from './reduce';
import { reshape } from './shape';
import { pad, slice } from './slices';

export interface Window {
  /** [vertical, horizontal]. */
  readonly kernel: readonly [number, number];
  /** Default: 1. */
  readonly strides?: readonly [number, number];
  /** At [top, left, bottom, right]; smaller than the kernel. */
  readonly pads?: readonly [number, number, number, number];
  readonly dilations?: readonly [number, number];
}
interface WindowAttrs extends Record<string, readonly number[]> {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}
const settle = ({ kernel, strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] }: Window): WindowAttrs => ({ kernel, strides, pads, dilations });

function pooledShape(who: string, x: Shape, { kernel, strides, pads, dilations }: WindowAttrs): Shape {
  const extent = [0, 1].map((i) => dilations[i]! * (kernel[i]! - 1) + 1);
  const size = (i: 0 | 1): number => Math.floor((x[i + 2]! + pads[i]! + pads[i + 2]! - extent[i]!) / strides[i]!) + 1;
  if (x.length !== 4 || pads.some((p, i) => p < 0 || p >= extent[i % 2]!)) throw new ShapeError(`${who}: a window [${kernel.join(',')}] with pads [${pads.join(',')}] does not fit ${showShape(x)}; expected [n,c,h,w] and pads smaller than the window.`);
  return [x[0]!, x[1]!, size(0), size(1)];
}
/** The window is the whole image, once. */
const isGlobal = (x: Value, { kernel, pads, dilations }: WindowAttrs): boolean => sameShape(kernel, x.shape.slice(2)) && pads.every((p) => p === 0) && dilations.every((d) => d === 1);
/** Windows stand side by side and fill the image. */
const tiles = ([, , h, w]: Shape, { kernel, strides, pads, dilations }: WindowAttrs): boolean =>
  sameShape(kernel, strides) && h! % kernel[0] === 0 && w! % kernel[1] === 0 && pads.every((p) => p === 0) && dilations.every((d) => d === 1);
/** [n, c, h, w] -> [n c, 1, h, w]: every channel an image of its own. */
const planes = (x: Value): Value => reshape(x, [x.shape[0]! * x.shape[1]!, 1, ...x.shape.slice(2)]);
const unplanes = (x: Value, [n, c]: Shape): Value => reshape(x, [n!, c!, ...x.shape.slice(2)]);
/** k models' images as more images, and back. */
const manyImages = (x: Value): Value => reshape(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);

const maxPoolOp: Apply<'x', WindowAttrs> = defineOp<'x', WindowAttrs>({
  name: 'maxPool',
  shape: ({ x }, attrs) => pooledShape('maxPool', x, attrs),
  gradient: ({ x, y, dy }, attrs) => ({ x: tiles(x.shape, attrs) ? tiledGradient(x, y, dy, attrs) : patchGradient(x, y, dy, attrs) }),
  onnx: ({ x }, { kernel, strides, pads, dilations }, emit) => emit('MaxPool', [x], { kernel_shape: kernel, strides, pads, dilations }),
  reference: ({ x }, { kernel, strides, pads, dilations }, [n, c, oh, ow]) => {
    const [h, w] = x.shape.slice(2) as [number, number];
    const out = new Float64Array(n! * c! * oh! * ow!).fill(-Infinity);
    for (let i = 0; i < out.length; i++) {
      const [plane, row, column] = [Math.floor(i / (oh! * ow!)), Math.floor(i / ow!) % oh!, i % ow!];
      for (let u = 0; u < kernel[0]; u++)
        for (let v = 0; v < kernel[1]; v++) {
          const [r, s] = [row * strides[0] + u * dilations[0] - pads[0], column * strides[1] + v * dilations[1] - pads[1]];
          if (r >= 0 && r < h && s >= 0 && s < w) out[i] = Math.max(out[i]!, x.data[(plane * h + r) * w + s]!);
        }
    }
    return out;
  },
  lift: ({ x }, attrs, k, y) => reshape(maxPoolOp({ x: manyImages(x.value) }, attrs), [k, ...y.shape]),
});
/** Where an entry is its window's maximum it gets the window's gradient, shared equally among ties. */
function tiledGradient(x: Value, y: Value, dy: Value, { kernel }: WindowAttrs): Value {
  const isMax = cast(equal(x, upsample(y, kernel)), 'float32');
  return mul(isMax, upsample(div(dy, windowSum(isMax, { kernel, strides: kernel })), kernel));
}
/** The same for windows that overlap or leave gaps: patches [n c, taps, oh, ow] are a convolution with kernels of a single 1. */
function patchGradient(x: Value, y: Value, dy: Value, { kernel, strides, pads, dilations }: WindowAttrs): Value {
  const [top, left, bottom, right] = pads;
  const padded = pad(x, [0, 0, top, left], [0, 0, bottom, right], LOWEST);
  const ones = oneTapKernels(kernel);
  const isMax = cast(equal(conv2d(planes(padded), ones, { strides, dilations }), planes(y)), 'float32');
  const shares = mul(isMax, div(planes(dy), sum(isMax, { axes: [1], keepDims: true })));
  const [h, w] = padded.shape.slice(2) as [number, number];
  const whole = unplanes(conv2dTransposed(shares, ones, [h, w], { strides, dilations }), x.shape);
  return slice(whole, [0, 0, top, left], [x.shape[0]!, x.shape[1]!, top + x.shape[2]!, left + x.shape[3]!]);
}
/** Below every float32 that a finite computation gives, and finite, as a convolution multiplies it by 0. */
const LOWEST = -3.4e38;
function oneTapKernels([kh, kw]: readonly [number, number]): Value {
  const taps = kh * kw;
  return constant(tensor(Float32Array.from({ length: taps * taps }, (_, i) => (Math.floor(i / taps) === i % taps ? 1 : 0)), [taps, 1, kh, kw]));
}

/** Greatest entry of every window. A ReLU before it is applied after it: the result is the same, and there are fewer numbers. */
export function maxPool(x: Value, window: Window): Value {
  if (x.op.name === 'relu') return relu(maxPool(x.inputs['x']!, window));
  const attrs = settle(window);
  return isGlobal(x, attrs) ? max(x, { axes: [2, 3], keepDims: true }) : maxPoolOp({ x }, attrs);
}
/** Sum of every window: on WASM a convolution with one fixed kernel takes 0.4 to 1 of the time of AveragePool. */
export function windowSum(x: Value, window: Window): Value {
  const attrs = settle(window);
  pooledShape('windowSum', x.shape, attrs);
  if (isGlobal(x, attrs)) return sum(x, { axes: [2, 3], keepDims: true });
  return unplanes(conv2d(planes(x), filled([1, 1, ...attrs.kernel], 1), attrs), x.shape);
}
export interface AveragePoolOptions extends Window {
  /** Whether padding counts as zeros; by default the mean is that of the image's own entries. */
  readonly countPads?: boolean;
}
/** Mean of every window. */
export function averagePool(x: Value, { countPads = false, ...window }: AveragePoolOptions): Value {
  const attrs = settle(window);
  pooledShape('averagePool', x.shape, attrs);
  if (isGlobal(x, attrs)) return mean(x, { axes: [2, 3], keepDims: true });
  const means = unplanes(conv2d(planes(x), filled([1, 1, ...attrs.kernel], 1 / sizeOf(attrs.kernel)), attrs), x.shape);
  return countPads || attrs.pads.every((p) => p === 0) ? means : mul(means, constant(ownShares(x.shape, means.shape, attrs)));
}
/** For each window: all its entries over those that are not padding, [oh, ow]. */
function ownShares(x: Shape, y: Shape, { kernel, strides, pads, dilations }: WindowAttrs) {
  const along = (i: 0 | 1): number[] =>
    Array.from({ length: y[i + 2]! }, (_, at) => {
      const own = Array.from({ length: kernel[i] }, (__, tap) => at * strides[i] + tap * dilations[i] - pads[i]).filter((p) => p >= 0 && p < x[i + 2]!).length;
      return kernel[i] / own;
    });
  const [rows, columns] = [along(0), along(1)];
  return tensor(Float32Array.from(rows.flatMap((r) => columns.map((c) => r * c))), y.slice(2));
}

const upsampleOp: Apply<'x', { factors: readonly [number, number] }> = defineOp<'x', { factors: readonly [number, number] }>({
  name: 'upsample',
  shape: ({ x }, { factors }) => {
    if (x.length !== 4 || factors.some((f) => !Number.isInteger(f) || f < 1)) throw new ShapeError(`upsample: expected [n,c,h,w] and whole factors of at least 1, but ${showShape(x)} and [${factors.join(',')}] came.`);
    return [x[0]!, x[1]!, x[2]! * factors[0], x[3]! * factors[1]];
  },
  gradient: ({ dy }, { factors }) => ({ x: windowSum(dy, { kernel: factors, strides: factors }) }),
  // Expand does the same, fifteen times as slowly on WASM.
  onnx: ({ x }, { factors }, emit) => emit('Resize', [x, '', emit.constant(tensor([1, 1, ...factors]))], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }),
  reference: ({ x }, { factors }, [n, c, oh, ow]) => {
    const [h, w] = x.shape.slice(2) as [number, number];
    return Float64Array.from({ length: n! * c! * oh! * ow! }, (_, i) => x.data[(Math.floor(i / (oh! * ow!)) * h + Math.floor((Math.floor(i / ow!) % oh!) / factors[0])) * w + Math.floor((i % ow!) / factors[1])]!);
  },
  lift: ({ x }, attrs, k, y) => reshape(upsampleOp({ x: manyImages(x.value) }, attrs), [k, ...y.shape]),
});
/** Every entry repeated into a block of [vertical, horizontal] entries. */
export const upsample = (x: Value, factors: readonly [number, number]): Value => (factors.every((f) => f === 1) ? x : upsampleOp({ x }, { factors }));
