/**
 * A masked autoencoder (He et al. 2022, arXiv:2111.06377): the encoder sees the patches that are kept and nothing of the others; a small
 * decoder gets their states, one learned vector in every hidden place, and tells the pixels of all. Positions are fixed sines and cosines.
 * Which patches are kept comes as indices, a set of its own for each image: `orderOf` in data/masks makes them.
 */
import type { Random } from '../base/random';
import { int32, type Params } from '../base/tensor';
import { add, concat, div, expand, gather, mean, mul, reciprocal, reshape, sliceAxis, sqrt, sub, sum } from '../engine/ops';
import { square } from '../engine/ops/compose';
import { constant, type Value } from '../engine/value';
import { normalTensor } from './initializers';
import { dense, initDense, prefixed, scope, type Views } from './layers';
import { imagesOf, patchesOf, sinCosPositions, tokensOf, type Patching } from './patches';
import { initTransformer, transformerStack, type Stack, type TransformerShape } from './transformer';

export interface MaeShape extends TransformerShape, Patching {
  /** A token in front of the patches, in encoder and decoder. Default false. */
  readonly classToken?: boolean;
  readonly decoder: TransformerShape;
}
/** The shape of the shipped one: pictures of 32 px in 64 patches, 0.13 million params, 0.10 of them in the encoder. Narrower than the usual toy, so that a step takes a fraction of a second on one core. */
export const sceneMae = { side: 32, channels: 3, patch: 4, width: 64, blocks: 3, heads: 4, mlpRatio: 2, decoder: { width: 48, blocks: 1, heads: 4, mlpRatio: 2 } } as const satisfies MaeShape;
/** `encoder` (patch, class, blocks, norm) and `decoder` (embed, mask, blocks, norm, pixels). */
export const initMae = (rng: Random, shape: MaeShape): Params => {
  const pixels = shape.channels * shape.patch ** 2;
  const own = rng.fork('decoder');
  return {
    ...prefixed('encoder', {
      ...prefixed('patch', initDense(rng.fork('patch'), pixels, shape.width)),
      ...(shape.classToken && { 'class.weight': normalTensor(rng.fork('class'), [shape.width], 0.02) }),
      ...initTransformer(rng, shape),
    }),
    ...prefixed('decoder', {
      ...prefixed('embed', initDense(own.fork('embed'), shape.width, shape.decoder.width)),
      'mask.weight': normalTensor(own.fork('mask'), [shape.decoder.width], 0.02),
      ...initTransformer(own, shape.decoder),
      ...prefixed('pixels', initDense(own.fork('pixels'), shape.decoder.width, pixels)),
    }),
  };
};

/** Rows of x [n, rows, ...] by a list of its own for each n: int32 indices [n, k] -> [n, k, ...]. */
function rowsOf(x: Value, indices: Value): Value {
  const [n, rows, ...rest] = x.shape as [number, number, ...number[]];
  const first = constant(int32(Int32Array.from({ length: n }, (_, i) => i * rows), [n, 1]));
  return gather(reshape(x, [n * rows, ...rest]), add(indices, first));
}
/** `token` [width] in front of x [n, tokens, width]. */
const behind = (token: Value, x: Value): Value => concat([expand(reshape(token, [1, 1, x.shape[2]!]), [x.shape[0]!, 1, x.shape[2]!]), x], 1);
const positions = ({ side, patch }: Patching, width: number): Value => constant(sinCosPositions(side / patch, width));

/** What there is of an encoder's output: states as of `transformerStack`, tokens without the class token, and one feature an image. */
export interface MaeEncoded extends Stack {
  readonly tokens: Value;
  readonly feature: Value;
}
/**
 * The encoder on the patches that are kept.
 * @param p the params under `encoder` @param keep [n, kept] int32; left out: all patches, in order, as a downstream task or a teacher wants them
 */
export function maeEncoder(p: Views, images: Value, shape: MaeShape, keep?: Value): MaeEncoded {
  const pixels = patchesOf(images, shape);
  // Kept before they are embedded: nothing is computed for the others, and no gradient flows through the indices.
  const [seen, places] = keep ? [rowsOf(pixels, keep), gather(positions(shape, shape.width), keep)] : [pixels, positions(shape, shape.width)];
  const embedded = add(dense(scope(p, 'patch'), seen), places);
  const [n, kept, width] = embedded.shape as [number, number, number];
  const stack = transformerStack(p, shape.classToken ? behind(p['class.weight']!, embedded) : embedded, shape);
  if (!shape.classToken) return { ...stack, tokens: stack.output, feature: mean(stack.output, { axes: [1] }) };
  return { ...stack, tokens: sliceAxis(stack.output, 1, 1, kept), feature: reshape(sliceAxis(stack.output, 1, 0, 1), [n, width]) };
}
/**
 * The decoder: pixels of every patch, [n, tokens, channels * patch * patch].
 * @param p the params under `decoder` @param encoded the encoder's output, with its class token where it has one
 * @param restore [n, tokens] int32: where each token stands among the kept and then the hidden ones
 */
export function maeDecoder(p: Views, encoded: Value, restore: Value, shape: MaeShape): Value {
  const { width } = shape.decoder;
  const [n, tokens] = [encoded.shape[0]!, tokensOf(shape)];
  const embedded = dense(scope(p, 'embed'), encoded);
  const first = shape.classToken ? 1 : 0;
  const states = sliceAxis(embedded, 1, first, embedded.shape[1]! - first);
  const hidden = expand(reshape(p['mask.weight']!, [1, 1, width]), [n, tokens - states.shape[1]!, width]);
  const placed = add(rowsOf(concat([states, hidden], 1), restore), positions(shape, width));
  const stack = transformerStack(p, first ? concat([sliceAxis(embedded, 1, 0, 1), placed], 1) : placed, shape.decoder);
  return dense(scope(p, 'pixels'), sliceAxis(stack.output, 1, first, tokens));
}

export interface MaeOutputs {
  readonly encoded: MaeEncoded;
  /** Pixels of every patch, [n, tokens, channels * patch * patch] (normalised, if that is what it learns), and as images [n, channels, side, side]. */
  readonly patches: Value;
  readonly images: Value;
}
export function mae(p: Views, images: Value, keep: Value, restore: Value, shape: MaeShape): MaeOutputs {
  const encoded = maeEncoder(scope(p, 'encoder'), images, shape, keep);
  const patches = maeDecoder(scope(p, 'decoder'), encoded.output, restore, shape);
  return { encoded, patches, images: imagesOf(patches, shape) };
}
/** Each patch with mean 0 and variance 1: (t - mean) / sqrt(variance + 1e-6), the variance unbiased as in the released code. */
export function normalisedPatches(patches: Value): Value {
  const pixels = patches.shape[2]!;
  const centred = sub(patches, mean(patches, { axes: [2], keepDims: true }));
  const variance = div(sum(square(centred), { axes: [2], keepDims: true }), pixels - 1);
  return mul(centred, reciprocal(sqrt(add(variance, 1e-6))));
}
/** Mean squared error of each patch, [n, tokens], and its mean over hidden ones: sum(error hidden) / sum(hidden). @param hidden [n, tokens], 1 where hidden */
export function hiddenMse(predicted: Value, target: Value, hidden: Value): { loss: Value; byPatch: Value } {
  const byPatch = mean(square(sub(predicted, target)), { axes: [2] });
  return { loss: div(sum(mul(byPatch, hidden)), sum(hidden)), byPatch };
}
