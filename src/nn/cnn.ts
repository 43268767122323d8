/**
 * A small convolutional classifier for 28 x 28 grey images: an encoder with a unit-length feature, and a linear head over it.
 *   [n,1,28,28] -> conv 16, stride 2 -> conv 32, stride 2 -> conv 64 (each with GroupNorm and ReLU) -> mean over positions
 *   -> feature [n,64], ||feature|| = 1 -> logits = logitScale * feature W + b
 * GroupNorm keeps no running statistics, so weights may be averaged as they are. The feature has unit length before the head, as in
 * CLIP and in Wortsman et al. 2022 (arXiv:2203.05482).
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { mean, mul, relu } from '../engine/ops';
import { l2Normalize } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { conv, dense, groupNorm, initConv, initDense, initNorm, prefixed, scope, type Views } from './layers';

export const imageSize = 28;
export const featureSize = 64;
/** Logits of a unit-length feature would be too flat to fit; fixed, not trained. */
export const logitScale = 16;

const blocks = [
  { inputs: 1, outputs: 16, stride: 2, groups: 4 },
  { inputs: 16, outputs: 32, stride: 2, groups: 8 },
  { inputs: 32, outputs: featureSize, stride: 1, groups: 8 },
] as const;

const initEncoder = (rng: Random): Params =>
  Object.assign(
    {},
    ...blocks.map(({ inputs, outputs }, i) => ({
      ...prefixed(`conv${i + 1}`, initConv(rng.fork('conv', i + 1), inputs, outputs, 3)),
      ...prefixed(`norm${i + 1}`, initNorm(outputs)),
    })),
  ) as Params; // Object.assign forgets the type of what it spreads
export const initHead = (rng: Random, classes: number): Params => prefixed('head', initDense(rng.fork('head'), featureSize, classes));
export const initCnn = (rng: Random, classes: number): Params => ({ ...initEncoder(rng), ...initHead(rng, classes) });

/** The encoder of a trained network with another head; the order of names stays. */
export const withHead = (params: Params, head: Params): Params => ({ ...Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith('head.'))), ...head });

/** Images [n,1,28,28] -> the last maps [n,64,7,7]. */
export function cnnMaps(p: Views, images: Value): Value {
  let x = images;
  for (const [i, { stride, groups }] of blocks.entries()) {
    const convolved = conv(scope(p, `conv${i + 1}`), x, { strides: [stride, stride], pads: [1, 1, 1, 1] });
    x = relu(groupNorm(scope(p, `norm${i + 1}`), convolved, groups));
  }
  return x;
}
/** Images [n,1,28,28], values in [0, 1] -> unit-length features [n,64]. */
export const cnnFeatures = (p: Views, images: Value): Value => l2Normalize(mean(cnnMaps(p, images), { axes: [2, 3] }));
/** Features [n,64] -> logits [n, classes]. */
export const headLogits = (p: Views, features: Value): Value => dense(scope(p, 'head'), mul(features, logitScale));
export const cnnLogits = (p: Views, images: Value): Value => headLogits(p, cnnFeatures(p, images));
