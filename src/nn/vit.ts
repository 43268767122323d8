/**
 * A vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929): patches as tokens, learned positions, pre-norm blocks, and the mean
 * over tokens before the head instead of a class token.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, mean, reshape, transpose } from '../engine/ops';
import type { Value } from '../engine/value';
import { dense, initDense, normalTensor, prefixed, scope, type Views } from './layers';
import { initTransformer, transformer, type TransformerShape } from './transformer';

export interface VitShape extends TransformerShape {
  /** Images are [channels, side, side], cut into squares of `patch`, which divides the side. */
  readonly side: number;
  readonly channels: number;
  readonly patch: number;
  readonly classes: number;
}
export const vitTokens = ({ side, patch }: VitShape): number => (side / patch) ** 2;

export const initVit = (rng: Random, shape: VitShape): Params => ({
  ...prefixed('patch', initDense(rng.fork('patch'), shape.channels * shape.patch ** 2, shape.width)),
  'position.weight': normalTensor(rng.fork('position'), [vitTokens(shape), shape.width], 0.02),
  ...initTransformer(rng, shape),
  ...prefixed('head', initDense(rng.fork('head'), shape.width, shape.classes)),
});

/** [n, channels, side, side] -> [n, tokens, channels * patch * patch]: with a matrix product after it, the patch convolution. */
function patches(images: Value, { side, channels, patch }: VitShape): Value {
  const n = images.shape[0]!;
  const across = side / patch;
  const blocks = transpose(reshape(images, [n, channels, across, patch, across, patch]), [0, 2, 4, 1, 3, 5]);
  return reshape(blocks, [n, across * across, channels * patch * patch]);
}
/** Images -> logits [n, classes]. */
export function vitLogits(p: Views, images: Value, shape: VitShape): Value {
  const x = add(dense(scope(p, 'patch'), patches(images, shape)), p['position.weight']!);
  return dense(scope(p, 'head'), mean(transformer(p, x, shape), { axes: [1] }));
}
