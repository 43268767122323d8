/**
 * A small open-vocabulary detector with fixed proposals: a convolutional backbone, features of regions by a matrix that averages the map over
 * each box (`roiMatrix` in data/roi), an embedding that is compared with a frozen matrix of class vectors, and offsets of boxes that know no class.
 * Fixed proposals stand in the place of a region proposal network (Ren et al. 2015, arXiv:1506.01497); class vectors as in MarvelOVD, arXiv:2407.21465.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { abs, add, div, less, logSumExp, matmul, mul, relu, reshape, sub, sum, transpose, where } from '../engine/ops';
import { l2Normalize, pick, square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { conv, dense, groupNorm, initConv, initDense, initNorm, prefixed, scope, type Views } from './layers';

export interface DetectorShape {
  /** Of the pictures. */
  readonly channels: number;
  readonly side: number;
  /** Channels and stride of each convolution of the backbone. */
  readonly convs: readonly (readonly [channels: number, stride: number])[];
  /** Of group normalisation. */
  readonly groups: number;
  /** Each region is read in bins x bins parts. */
  readonly bins: number;
  readonly hidden: number;
  /** Length of the class vectors. */
  readonly features: number;
  /** Logits are this many times a cosine. */
  readonly scale: number;
}
/** For pictures of 64 px: a map of 16 x 16 cells, each of which sees 39 px about it; 0.12 million params with 64 features. */
export const detectorShape = (features: number): DetectorShape => ({
  channels: 3, side: 64, convs: [[16, 2], [32, 2], [48, 1], [48, 1], [48, 1], [48, 1]], groups: 8, bins: 2, hidden: 128, features, scale: 16,
});
/** Cells a side of the feature map. */
export const detectorGrid = ({ side, convs }: DetectorShape): number => convs.reduce((size, [, stride]) => Math.ceil(size / stride), side);

export const initDetector = (rng: Random, { channels, convs, bins, hidden, features }: DetectorShape): Params =>
  Object.assign(
    {},
    ...convs.map(([width], i) => ({ ...prefixed(`conv${i}`, initConv(rng.fork('conv', i), convs[i - 1]?.[0] ?? channels, width, 3)), ...prefixed(`norm${i}`, initNorm(width)) })),
    prefixed('region', initDense(rng.fork('region'), bins * bins * convs.at(-1)![0], hidden)),
    prefixed('embed', initDense(rng.fork('embed'), hidden, features)),
    prefixed('offsets', initDense(rng.fork('offsets'), hidden, 4)),
  ) as Params; // parts are Params, all names different

export interface DetectorOutputs {
  /** The feature map as rows of cells, [n, grid * grid, channels]. */
  readonly map: Value;
  /** Unit vectors of regions, [n, regions, features]. */
  readonly regions: Value;
  /** [n, regions, classes]. */
  readonly logits: Value;
  /** [n, regions, 4]: see `boxOffsets` in data/roi. */
  readonly offsets: Value;
}
/** @param images [n, channels, side, side] @param pool [n, regions * bins * bins, grid * grid], one `roiMatrix` an image @param classes [classes, features], unit vectors that are not trained, background among them */
export function detector(p: Views, images: Value, pool: Value, classes: Value, { convs, groups, bins, scale }: DetectorShape): DetectorOutputs {
  let h = images;
  for (const [i, [, stride]] of convs.entries()) h = relu(groupNorm(scope(p, `norm${i}`), conv(scope(p, `conv${i}`), h, { strides: [stride, stride], pads: [1, 1, 1, 1] }), groups));
  const [n, channels, height, width] = h.shape as [number, number, number, number];
  const map = transpose(reshape(h, [n, channels, height * width]), [0, 2, 1]);
  const parts = matmul(pool, map);
  const count = pool.shape[1]! / (bins * bins);
  const hidden = relu(dense(scope(p, 'region'), reshape(parts, [n, count, bins * bins * channels])));
  const regions = l2Normalize(dense(scope(p, 'embed'), hidden));
  return { map, regions, logits: mul(matmul(regions, classes, { transB: true }), scale), offsets: dense(scope(p, 'offsets'), hidden) };
}

/** Weighted cross-entropy of regions: sum of weights times -log softmax, over the number of regions with a weight above 0 that `counted` tells. All [n, regions], labels int32. */
export function regionCrossEntropy(logits: Value, labels: Value, weights: Value, counted: Value): Value {
  const losses = sub(logSumExp(logits), pick(logits, labels));
  return div(sum(mul(losses, weights)), add(sum(counted), 1e-5));
}
/** Smooth L1 (half a square below 1, |e| - 1/2 from there) of offsets [n, regions, 4], summed over foreground regions, over the number of `counted` ones. Both masks [n, regions]. */
export function offsetLoss(offsets: Value, targets: Value, foreground: Value, counted: Value): Value {
  const error = abs(sub(offsets, targets));
  const smooth = where(less(error, 1), mul(square(error), 0.5), sub(error, 0.5));
  return div(sum(mul(smooth, reshape(foreground, [...foreground.shape, 1]))), add(sum(counted), 1e-5));
}
