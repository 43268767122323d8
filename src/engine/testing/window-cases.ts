/** Random cases of convolutions and of pooling. */
import type { Random } from '../../base/random';
import type { Shape } from '../../base/tensor';
import { gradients } from '../autodiff';
import * as ops from '../ops';
import { filled } from '../value';
import { between, caseOf, normal, sizes, spaced, type MakeCase } from './draw';

interface Convolution {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly options: ops.ConvOptions;
}
type DrawConvolution = (rng: Random) => Convolution;
const withResult = (x: Shape, w: Shape, options: ops.ConvOptions): Convolution => ({ x, w, options, y: ops.conv2d(filled(x, 0), filled(w, 0), options).shape });
/** Shapes and options of a convolution: unequal strides, pads and dilations; one group, several, or as many as channels. */
const narrowConvolution: DrawConvolution = (rng) => {
  const pair = (low: number, high: number): [number, number] => [between(rng, low, high), between(rng, low, high)];
  const [strides, dilations, kernel] = [pair(1, 3), pair(1, 2), pair(1, 3)];
  const groups = rng.pick([1, 1, 2, 3]);
  const inner = groups === 3 ? 1 : between(rng, 1, 2); // 3 groups: depthwise
  const pads = rng.pick([[0, 0, 0, 0], [0, 0, ...pair(0, 2)], [...pair(0, 2), ...pair(0, 2)], [...pair(0, 2), ...pair(0, 2)]]) as [number, number, number, number];
  const image = kernel.map((size, i) => dilations[i]! * (size - 1) + between(rng, 1, 4));
  return withResult([between(rng, 1, 2), groups * inner, ...image], [groups * between(rng, 1, 2), inner, ...kernel], { strides, pads, dilations, groups });
};
/** As in image models: square kernels, equal pads, more channels. */
const wideConvolution: DrawConvolution = (rng) => {
  const kernel = rng.pick([1, 3, 3, 5]);
  const stride = rng.pick([1, 1, 2]);
  const groups = rng.pick([1, 1, 1, 4, 8]);
  const inner = groups === 8 ? 1 : rng.pick([1, 3, 4, 5, 8, 16]);
  const perGroup = groups === 1 ? rng.pick([1, 5, 8, 16, 20]) : rng.pick([1, 2, 4]);
  const side = Math.floor(kernel / 2);
  const image = [between(rng, 6, 11), between(rng, 6, 11)];
  return withResult([between(rng, 1, 3), groups * inner, ...image], [groups * perGroup, inner, kernel, kernel], { strides: [stride, stride], pads: [side, side, side, side], groups });
};
const conv2d = (draw: DrawConvolution): MakeCase => (rng) => {
  const { x, w, options } = draw(rng);
  return caseOf({ x: normal(rng, x), w: normal(rng, w) }, (v) => ops.conv2d(v.x, v.w, options));
};
/** The adjoints are reached through the gradient of a convolution, which is linear in each operand: the other may be zeros. */
const convInput = (draw: DrawConvolution): MakeCase => (rng) => {
  const { x, w, y, options } = draw(rng);
  return caseOf({ g: normal(rng, y), w: normal(rng, w) }, (v) => {
    const image = filled(x, 0);
    return gradients(ops.conv2d(image, v.w, options), [image], v.g)[0]!;
  });
};
const convWeight = (draw: DrawConvolution): MakeCase => (rng) => {
  const { x, w, y, options } = draw(rng);
  return caseOf({ x: normal(rng, x), g: normal(rng, y) }, (v) => {
    const kernel = filled(w, 0);
    return gradients(ops.conv2d(v.x, kernel, options), [kernel], v.g)[0]!;
  });
};
const convBias = (draw: DrawConvolution): MakeCase => (rng) => {
  const { x, w, y, options } = draw(rng);
  return caseOf({ x: normal(rng, x), w: normal(rng, w), b: normal(rng, [y[1]!]) }, (v) => ops.conv2d(v.x, v.w, { ...options, bias: v.b }));
};
const convolutions = (draw: DrawConvolution): Readonly<Record<string, MakeCase>> => ({ conv2d: conv2d(draw), convBias: convBias(draw), convInput: convInput(draw), convWeight: convWeight(draw) });

/** Windows that fill the image side by side, or overlap, or leave gaps; never one that is the whole image. */
function drawWindow(rng: Random): { x: Shape; window: ops.Window } {
  const pair = (low: number, high: number): [number, number] => [between(rng, low, high), between(rng, low, high)];
  const lead = [between(rng, 1, 2), between(rng, 1, 2)];
  const kernel = pair(1, 3);
  if (rng.bernoulli(0.4)) return { x: [...lead, kernel[0] * between(rng, 2, 3), kernel[1] * between(rng, 1, 3)], window: { kernel, strides: kernel } };
  const [strides, dilations] = [pair(1, 3), pair(1, 2)];
  const extent = kernel.map((k, i) => dilations[i]! * (k - 1) + 1);
  const pads = [0, 1, 0, 1].map((i) => rng.int(Math.min(extent[i]!, 3))) as [number, number, number, number]; // four of them
  return { x: [...lead, extent[0]! + between(rng, 1, 3), extent[1]! + between(rng, 0, 3)], window: { kernel, strides, dilations, pads } };
}
const maxPool: MakeCase = (rng) => {
  const { x, window } = drawWindow(rng);
  return caseOf({ x: spaced(rng, x) }, (v) => ops.maxPool(v.x, window));
};
const upsample: MakeCase = (rng) => {
  const factors: [number, number] = [between(rng, 1, 3), between(rng, 2, 3)];
  return caseOf({ x: normal(rng, sizes(rng, 4, 1, 3)) }, ({ x }) => ops.upsample(x, factors));
};

export const convolutionCases = convolutions(narrowConvolution);
export const poolingCases: Readonly<Record<string, MakeCase>> = { maxPool, upsample };
export const wideConvolutionCases = convolutions(wideConvolution);
