/**
 * SimMIM (Xie et al. 2022, arXiv:2111.09886): a vision transformer sees all tokens, those of hidden patches replaced by one learned vector, and
 * a linear head tells every patch's pixels; the loss looks at hidden ones alone. Positions are learned and absolute, where the paper shares a
 * relative bias.
 */
import type { Random } from '../base/random';
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import { abs, add, div, gelu, minimum, mul, reshape, sub, sum } from '../engine/ops';
import { square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { truncatedNormal } from './initializers';
import { dense, initDense, prefixed, scope, type Views } from './layers';
import { imagesOf, patchesOf, sinCosPositions, tokensOf } from './patches';
import type { StackHooks } from './transformer';
import { embedPatches, encodeTokens, initVitEncoder, type Encoded, type VitShape } from './vit';

export type SimmimShape = Omit<VitShape, 'classes'>;
/** The shape of the shipped one: pictures of 32 px in 64 patches, 0.11 million params. Narrower than the usual toy, so that a step takes a fraction of a second on one core. */
export const sceneSimmim = { side: 32, channels: 3, patch: 4, width: 64, blocks: 3, heads: 4, mlpRatio: 2 } as const satisfies SimmimShape;
/** Learned positions begin as sines and cosines (a class token's as zeros): drawn small at random, they are drowned by visible patches, and hidden ones long look at the wrong neighbours. */
function startPositions({ side, patch, width, classToken }: SimmimShape): Tensor {
  const table = floats(sinCosPositions(side / patch, width));
  return classToken ? tensor(Float32Array.from([...new Float32Array(width), ...table]), [table.length / width + 1, width]) : tensor(table, [table.length / width, width]);
}
/** What tells a patch's pixels from its state: one matrix; or, to be compared with it, two of them with GELU between. */
export type PixelHead = 'linear' | 'mlp';
function initPixels(rng: Random, { width, channels, patch }: SimmimShape, head: PixelHead): Params {
  const pixels = channels * patch ** 2;
  return head === 'linear' ? initDense(rng, width, pixels) : { ...prefixed('up', initDense(rng.fork('up'), width, width)), ...prefixed('out', initDense(rng.fork('out'), width, pixels)) };
}
const pixelsOf = (p: Views, tokens: Value): Value => (p.weight ? dense(p, tokens) : dense(scope(p, 'out'), gelu(dense(scope(p, 'up'), tokens))));
/** A ViT without its head under a ViT's names, so that it can be fine-tuned as one; `mask.weight` [width]; `pixels`, the head. */
export const initSimmim = (rng: Random, shape: SimmimShape, head: PixelHead = 'linear'): Params => ({
  ...initVitEncoder(rng, shape),
  'position.weight': startPositions(shape),
  'mask.weight': truncatedNormal(rng.fork('mask'), [shape.width], 0.02),
  ...prefixed('pixels', initPixels(rng.fork('pixels'), shape, head)),
});
/** What a ViT takes over: all but the mask token and the pixel head. */
export const simmimEncoder = (params: Params): Params => Object.fromEntries(Object.entries(params).filter(([name]) => !/^(mask|pixels)\./.test(name)));

export interface SimmimOutputs extends Encoded {
  /** Pixels of every patch, [n, tokens, channels * patch * patch], and as images [n, channels, side, side]. */
  readonly patches: Value;
  readonly images: Value;
}
/** @param hidden [n, tokens] float32, 1 where a patch is hidden */
export function simmim(p: Views, images: Value, hidden: Value, shape: SimmimShape, hooks?: StackHooks): SimmimOutputs {
  const embedded = embedPatches(p, images, shape);
  const where = reshape(hidden, [...hidden.shape, 1]);
  // T <- (1 - m) T + m e, after the embedding and before positions
  const replaced = add(mul(embedded, sub(1, where)), mul(where, p['mask.weight']!));
  const encoded = encodeTokens(p, replaced, shape, hooks);
  const patches = pixelsOf(scope(p, 'pixels'), encoded.tokens);
  return { ...encoded, patches, images: imagesOf(patches, shape) };
}
/** How far two numbers lie apart, e their difference: |e|; e^2; e^2 / 2 below 1 and |e| - 1/2 beyond. */
const distances = {
  l1: abs,
  l2: square,
  smoothL1: (e) => {
    const inner = minimum(abs(e), 1);
    return mul(inner, sub(abs(e), mul(inner, 0.5)));
  },
} as const satisfies Readonly<Record<string, (difference: Value) => Value>>;
export type PixelDistance = keyof typeof distances;
/** Over the pixels of hidden patches: sum d(x - x_hat) m / (sum m + 1e-5) / channels, sums over pixels of the whole batch; 0 where nothing is hidden. */
export function hiddenError(predicted: Value, images: Value, hidden: Value, shape: SimmimShape, distance: PixelDistance): Value {
  const error = mul(distances[distance](sub(patchesOf(images, shape), predicted)), reshape(hidden, [...hidden.shape, 1]));
  return div(sum(error), mul(add(mul(sum(hidden), shape.patch ** 2), 1e-5), shape.channels));
}
export const hiddenL1 = (predicted: Value, images: Value, hidden: Value, shape: SimmimShape): Value => hiddenError(predicted, images, hidden, shape, 'l1');
/** Tokens are counted without the class token. */
export const simmimTokens = (shape: SimmimShape): number => tokensOf(shape);
