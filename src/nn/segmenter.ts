/**
 * A small U-Net that names every pixel (Ronneberger et al. 2015, arXiv:1505.04597): at each level two 3 x 3 convolutions with group
 * normalisation and ReLU, 2 x 2 max pooling on the way down, nearest neighbours and a concatenated skip on the way up.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, concat, div, logSumExp, maxPool, mean, mul, relu, reshape, softmax, sub, sum, transpose, upsample } from '../engine/ops';
import { oneHot, pick, square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { conv, groupNorm, initConv, initNorm, prefixed, scope, zeros, type Views } from './layers';

export interface SegmenterShape {
  readonly channels: number;
  /** Of a pixel, background among them. */
  readonly classes: number;
  /** Channels of each level, the finest first; the side is a multiple of 2^(levels - 1). */
  readonly widths: readonly number[];
  /** Of group normalisation. */
  readonly groups: number;
}
/** Three levels of 16, 32 and 64 channels: 0.12 million params. */
export const segmenterShape = (channels: number, classes: number): SegmenterShape => ({ channels, classes, widths: [16, 32, 64], groups: 8 });

const initDouble = (rng: Random, inputs: number, outputs: number): Params => ({
  ...prefixed('conv1', initConv(rng.fork('conv1'), inputs, outputs, 3)), ...prefixed('norm1', initNorm(outputs)),
  ...prefixed('conv2', initConv(rng.fork('conv2'), outputs, outputs, 3)), ...prefixed('norm2', initNorm(outputs)),
});
/** `down0` ..., the coarsest being the bottleneck; `up0` ...; `head`, a 1 x 1 convolution. */
export const initSegmenter = (rng: Random, { channels, classes, widths }: SegmenterShape): Params =>
  Object.assign(
    {},
    ...widths.map((width, i) => prefixed(`down${i}`, initDouble(rng.fork('down', i), widths[i - 1] ?? channels, width))),
    ...widths.slice(0, -1).map((width, i) => prefixed(`up${i}`, initDouble(rng.fork('up', i), widths[i + 1]! + width, width))),
    prefixed('head', { ...initConv(rng.fork('head'), widths[0]!, classes, 1), bias: zeros([classes]) }),
  ) as Params; // parts are Params, all names different

function double(p: Views, x: Value, groups: number): Value {
  const half = (h: Value, i: 1 | 2): Value => relu(groupNorm(scope(p, `norm${i}`), conv(scope(p, `conv${i}`), h, { pads: [1, 1, 1, 1] }), groups));
  return half(half(x, 1), 2);
}
/** Images [n, channels, h, w] -> logits [n, classes, h, w], and the encoder's coarsest features [n, last width, h / 4, w / 4]. */
export function segmenter(p: Views, images: Value, { widths, groups }: SegmenterShape): { logits: Value; bottleneck: Value } {
  const levels: Value[] = [];
  for (const i of widths.keys()) levels.push(double(scope(p, `down${i}`), i === 0 ? images : maxPool(levels[i - 1]!, { kernel: [2, 2], strides: [2, 2] }), groups));
  const bottleneck = levels.at(-1)!;
  let h = bottleneck;
  for (let i = widths.length - 2; i >= 0; i--) h = double(scope(p, `up${i}`), concat([upsample(h, [2, 2]), levels[i]!], 1), groups);
  return { logits: conv(scope(p, 'head'), h, {}), bottleneck };
}

/** Cross-entropy of each image, the mean over its pixels: [n]. logits [n, classes, h, w], labels int32 [n, h, w]. */
export function pixelCrossEntropy(logits: Value, labels: Value): Value {
  const [n, classes, h, w] = logits.shape as [number, number, number, number];
  const rows = reshape(transpose(logits, [0, 2, 3, 1]), [n * h * w, classes]);
  return mean(reshape(sub(logSumExp(rows), pick(rows, reshape(labels, [n * h * w]))), [n, h * w]), { axes: [1] });
}
/**
 * Dice loss of the whole batch, a scalar: mean over classes, background among them, of 1 - (2 sum p t + e) / (sum p^2 + sum t^2 + e), e = 1e-5
 * (Milletari et al. 2016, arXiv:1606.04797, in the form of the AdaWAC code).
 * @param keep [n], 0 for images that do not count
 */
export function diceLoss(logits: Value, labels: Value, keep?: Value): Value {
  const counted = (x: Value): Value => (keep ? mul(x, reshape(keep, [keep.shape[0]!, 1, 1, 1])) : x);
  const probs = counted(softmax(logits, 1));
  const target = counted(transpose(oneHot(labels, logits.shape[1]!), [0, 3, 1, 2]));
  const over = { axes: [0, 2, 3] };
  const overlap = add(mul(sum(mul(probs, target), over), 2), 1e-5);
  return mean(sub(1, div(overlap, add(add(sum(square(probs), over), sum(square(target), over)), 1e-5))));
}
