/** Random nodes of products, convolutions and pooling. */
import type { Random } from '../../../../base/random';
import { awayFrom, between, fed, float, int, ints, normal, narrowed, sizes, spaced, text, uniform, type Attributes, type Fill, type MakeNode } from './draw';

const pair = (rng: Random, count: number, low: number, high: number): number[] => sizes(rng, count, low, high);
const matmul: MakeNode = (rng) => {
  const [m, k, n] = sizes(rng, 3) as [number, number, number];
  const batch = sizes(rng, rng.int(3), 1, 3);
  const [a, b] = rng.pick<() => [number[], number[]]>([
    () => [[...batch, m, k], [...narrowed(rng, batch), k, n]],
    () => [[...narrowed(rng, batch), m, k], [...batch, k, n]],
    () => [[k], [...batch, k, n]],
    () => [[...batch, m, k], [k]],
  ])();
  return { inputs: [fed(normal(rng, a)), fed(normal(rng, b))] };
};
const gemm: MakeNode = (rng) => {
  const [m, k, n] = sizes(rng, 3) as [number, number, number];
  const [transA, transB] = [rng.int(2), rng.int(2)];
  const c = rng.pick([undefined, [m, n], [n], [1, n], [m, 1], []]);
  const inputs = [fed(normal(rng, transA ? [k, m] : [m, k])), fed(normal(rng, transB ? [n, k] : [k, n])), ...(c ? [fed(normal(rng, c))] : [])];
  return { inputs, attributes: { transA: int(transA), transB: int(transB), alpha: float(rng.pick([1, 0.5])), beta: float(rng.pick([1, 2])) } };
};
const fusedMatMul: MakeNode = (rng) => {
  const [m, k, n] = sizes(rng, 3) as [number, number, number];
  const [transA, transB] = [rng.int(2), rng.int(2)];
  return { inputs: [fed(normal(rng, [2, ...(transA ? [k, m] : [m, k])])), fed(normal(rng, [2, ...(transB ? [n, k] : [k, n])]))], attributes: { transA: int(transA), transB: int(transB), alpha: float(rng.uniform(0.3, 2)) } };
};
interface Window {
  readonly image: readonly number[];
  readonly kernel: readonly number[];
  readonly attributes: Attributes;
}
/** Any number of spatial axes; unequal strides, dilations and pads. */
function window(rng: Random, axes: number): Window {
  const [kernel, strides, dilations] = [pair(rng, axes, 1, 3), pair(rng, axes, 1, 3), pair(rng, axes, 1, 2)];
  const image = kernel.map((size, i) => dilations[i]! * (size - 1) + between(rng, 1, 4));
  const padding: Attributes = rng.bernoulli(0.7) ? { pads: ints(pair(rng, 2 * axes, 0, 2)) } : {};
  return { image, kernel, attributes: { strides: ints(strides), dilations: ints(dilations), ...padding } };
}
function convolution(rng: Random, axes: number) {
  const { image, kernel, attributes } = window(rng, axes);
  const groups = rng.pick([1, 1, 2, 3]);
  const inner = groups === 3 ? 1 : between(rng, 1, 2);
  const out = groups * between(rng, 1, 2);
  const automatic: Attributes = !('pads' in attributes) && rng.bernoulli(0.3) ? { auto_pad: text(rng.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID'])), dilations: ints(kernel.map(() => 1)) } : {};
  const bias = rng.bernoulli(0.5) ? [fed(normal(rng, [out]))] : [];
  return { x: [between(rng, 1, 2), groups * inner, ...image], w: [out, inner, ...kernel], bias, attributes: { ...attributes, ...automatic, group: int(groups) } };
}
const conv: MakeNode = (rng) => {
  const { x, w, bias, attributes } = convolution(rng, between(rng, 1, 3));
  return { inputs: [fed(normal(rng, x)), fed(normal(rng, w)), ...bias], attributes };
};
const convTranspose: MakeNode = (rng) => {
  const axes = between(rng, 1, 3);
  const [kernel, strides, dilations] = [pair(rng, axes, 1, 3), pair(rng, axes, 1, 3), pair(rng, axes, 1, 2)];
  const groups = rng.pick([1, 1, 2]);
  const [inner, out] = [between(rng, 1, 2), between(rng, 1, 2)];
  const pads = kernel.map((size) => rng.int(Math.min(2, size)));
  const bias = rng.bernoulli(0.5) ? [fed(normal(rng, [groups * out]))] : [];
  return {
    inputs: [fed(normal(rng, [between(rng, 1, 2), groups * inner, ...kernel.map(() => between(rng, 2, 4))])), fed(normal(rng, [groups * inner, out, ...kernel])), ...bias],
    attributes: { strides: ints(strides), dilations: ints(dilations), group: int(groups), pads: ints([...pads, ...pads]), output_padding: ints(strides.map((s) => rng.int(s))) },
  };
};
const fusedConv: MakeNode = (rng) => {
  const { x, w, bias, attributes } = convolution(rng, 2);
  return { inputs: [fed(normal(rng, x)), fed(normal(rng, w)), ...bias], attributes: { ...attributes, activation: text(rng.pick(['Tanh', 'Sigmoid'])) } };
};
/** Pads are smaller than the kernel: no window is all padding. */
const pool = (fill: Fill, more: (rng: Random) => Attributes): MakeNode => (rng) => {
  const axes = between(rng, 1, 3);
  const [kernel, strides, dilations] = [pair(rng, axes, 1, 3), pair(rng, axes, 1, 3), pair(rng, axes, 1, 2)];
  const pads = [...kernel, ...kernel].map((size) => rng.int(size));
  const image = kernel.map((size, i) => dilations[i]! * (size - 1) + between(rng, 2, 4));
  return { inputs: [fed(fill(rng, [between(rng, 1, 2), between(rng, 1, 2), ...image]))], attributes: { kernel_shape: ints(kernel), strides: ints(strides), dilations: ints(dilations), ceil_mode: int(rng.int(2)), ...(rng.bernoulli(0.7) ? { pads: ints(pads) } : {}), ...more(rng) } };
};
const maxUnpool: MakeNode = (rng) => {
  const shape = [1, between(rng, 1, 2), ...sizes(rng, 2, 1, 3)];
  const size = shape.reduce((a, b) => a * b, 4);
  const places = [...rng.permutation(size)].slice(0, size / 4).map(BigInt);
  return { inputs: [fed(normal(rng, shape)), fed({ dtype: 'int64', dims: shape, data: BigInt64Array.from(places) })], attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) } };
};
/** Opset 20 renamed the modes. Of places beyond the image too. */
const gridSample: MakeNode = (rng) => {
  const n = between(rng, 1, 2);
  const [opset, mode] = rng.pick<[number, string]>([[16, 'bilinear'], [16, 'nearest'], [16, 'bicubic'], [20, 'linear'], [20, 'cubic']]);
  return {
    inputs: [fed(normal(rng, [n, between(rng, 1, 2), ...sizes(rng, 2, 2, 5)])), fed(uniform(-1.4, 1.4)(rng, [n, ...sizes(rng, 2, 1, 3), 2]))],
    attributes: { mode: text(mode), padding_mode: text(rng.pick(['zeros', 'border', 'reflection'])), align_corners: int(rng.int(2)) },
    opset,
  };
};
const global = (fill: Fill): MakeNode => (rng) => ({ inputs: [fed(fill(rng, [between(rng, 1, 2), between(rng, 1, 3), ...sizes(rng, between(rng, 1, 2), 1, 4)]))] });

export const windows: Readonly<Record<string, MakeNode>> = {
  AveragePool: pool(normal, (rng) => ({ count_include_pad: int(rng.int(2)) })),
  Conv: conv,
  ConvTranspose: convTranspose,
  'com.microsoft.FusedConv': fusedConv,
  'com.microsoft.FusedGemm': (rng) => {
    const { inputs, attributes } = gemm(rng);
    return { inputs, attributes: { ...attributes, alpha: float(0.2), beta: float(0.2), activation: text('Tanh') } }; // well below where tanh is flat
  },
  'com.microsoft.FusedMatMul': fusedMatMul,
  Gemm: gemm,
  GlobalAveragePool: global(normal),
  GlobalLpPool: (rng) => ({ ...global(awayFrom(0))(rng), attributes: { p: int(between(rng, 1, 3)) } }),
  GlobalMaxPool: global(spaced),
  LpPool: pool(awayFrom(0), (rng) => ({ p: int(between(rng, 1, 3)) })),
  GridSample: gridSample,
  MatMul: matmul,
  MaxPool: pool(spaced, () => ({})),
  MaxUnpool: maxUnpool,
};
