/**
 * Two towers and one space: a small CLIP (Radford et al. 2021, arXiv:2103.00020). A vision transformer (Dosovitskiy et al. 2021,
 * arXiv:2010.11929) reads 32 x 32 images, a causal transformer reads captions, and both end in unit vectors of one length, so that
 * logits are cosines times a learned inverse temperature. Pre-norm blocks, QuickGELU, no bias in the patch embedding, as in CLIP.
 */
import { log as logOf } from '../base/math';
import type { Random } from '../base/random';
import { int32, tensor, type Params, type Shape, type Tensor } from '../base/tensor';
import { add, concat, exp, expand, gather, matmul, minimum, mul, reshape, sigmoid, sliceAxis, sum, transpose } from '../engine/ops';
import { l2Normalize, oneHot } from '../engine/ops/compose';
import { constant, type Value } from '../engine/value';
import { attention, dense, initAttention, initDense, initNorm, layerNorm, normalTensor, prefixed, scope, type Views } from './layers';
import { crossEntropy } from './losses';
import { patchesOf } from './patches';
import { causalBias } from './transformer';

interface Tower {
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  readonly mlpRatio: number;
}
export interface DualConfig {
  readonly image: Tower & { readonly side: number; readonly channels: number; readonly patch: number };
  readonly text: Tower & { readonly vocabulary: number; readonly context: number };
  /** Length of the vectors in which images and texts meet. */
  readonly features: number;
}
export const dualConfig = (vocabulary: number): DualConfig => ({
  image: { side: 32, channels: 3, patch: 8, width: 96, blocks: 4, heads: 4, mlpRatio: 2 },
  text: { vocabulary, context: 20, width: 64, blocks: 2, heads: 4, mlpRatio: 2 },
  features: 64,
});
/** CLIP clips its inverse temperature at 100. */
export const largestScale = 100;
const patchCount = ({ side, patch }: DualConfig['image']): number => (side / patch) ** 2;

function initTower(rng: Random, { width, blocks, mlpRatio }: Tower): Params {
  const parts = Array.from({ length: blocks }, (_, i) => {
    const at = rng.fork('block', i);
    return prefixed(`block${i}`, {
      ...prefixed('norm1', initNorm(width)),
      ...prefixed('attention', initAttention(at.fork('attention'), width)),
      ...prefixed('norm2', initNorm(width)),
      ...prefixed('up', initDense(at.fork('up'), width, mlpRatio * width)),
      ...prefixed('down', initDense(at.fork('down'), mlpRatio * width, width)),
    });
  });
  return Object.assign({}, ...parts, prefixed('norm', initNorm(width))) as Params; // parts are Params, all names different
}

/** Params of both towers. Matrices are [in, out]; the patch embedding is a matrix too, [channels * patch * patch, width]. */
export function initDual(rng: Random, { image, text, features }: DualConfig): Params {
  const inputs = image.channels * image.patch ** 2;
  const from = (name: string, shape: Shape, std: number): Tensor => normalTensor(rng.fork(name), shape, std);
  return {
    ...prefixed('image', {
      'patch.weight': from('patch', [inputs, image.width], Math.sqrt(1 / inputs)),
      'class.weight': from('class', [image.width], 0.02),
      'position.weight': from('image position', [patchCount(image) + 1, image.width], 0.02),
      ...prefixed('normIn', initNorm(image.width)),
      ...initTower(rng.fork('image'), image),
      'projection.weight': from('image projection', [image.width, features], Math.sqrt(1 / image.width)),
    }),
    ...prefixed('text', {
      'token.weight': from('token', [text.vocabulary, text.width], 0.02),
      'position.weight': from('text position', [text.context, text.width], 0.01),
      ...initTower(rng.fork('text'), text),
      'projection.weight': from('text projection', [text.width, features], Math.sqrt(1 / text.width)),
    }),
    'scale.weight': tensor([-logOf(0.07)], [1]), // log of the inverse temperature
  };
}

const quickGelu = (x: Value): Value => mul(x, sigmoid(mul(x, 1.702)));
/** x <- x + attention(norm x); x <- x + mlp(norm x), then the final norm. x [n, tokens, width]. */
function tower(p: Views, x: Value, { blocks, heads }: Tower, bias?: Value): Value {
  for (let i = 0; i < blocks; i++) {
    const block = scope(p, `block${i}`);
    x = add(x, attention(scope(block, 'attention'), layerNorm(scope(block, 'norm1'), x), heads, bias));
    x = add(x, dense(scope(block, 'down'), quickGelu(dense(scope(block, 'up'), layerNorm(scope(block, 'norm2'), x)))));
  }
  return x;
}

/** Unit vectors [n, features] of images [n, channels, side, side]. `p`: the params under `image`. */
export function imageFeatures(p: Views, images: Value, { image }: DualConfig): Value {
  const n = images.shape[0]!;
  const embedded = matmul(patchesOf(images, image), p['patch.weight']!);
  const classToken = expand(reshape(p['class.weight']!, [1, 1, image.width]), [n, 1, image.width]);
  const x = layerNorm(scope(p, 'normIn'), add(concat([classToken, embedded], 1), p['position.weight']!));
  const last = reshape(sliceAxis(tower(p, x, image), 1, 0, 1), [n, image.width]);
  return l2Normalize(matmul(layerNorm(scope(p, 'norm'), last), p['projection.weight']!));
}

/** Unit vectors [n, features] of embedded texts [n, tokens, width], read at the token that `end` [n, tokens] (one-hot) marks. */
export function textFeaturesOfEmbeddings(p: Views, embedded: Value, end: Value, { text }: DualConfig): Value {
  const [n, tokens] = embedded.shape as [number, number, number];
  const x = add(embedded, sliceAxis(p['position.weight']!, 0, 0, tokens));
  const read = sum(mul(tower(p, x, text, causalBias(tokens)), reshape(end, [n, tokens, 1])), { axes: [1] });
  return l2Normalize(matmul(layerNorm(scope(p, 'norm'), read), p['projection.weight']!));
}
/** Unit vectors [n, features] of int32 tokens [n, tokens]; `end` [n] int32 is the position of each end token. `p`: the params under `text`. */
export const textFeatures = (p: Views, tokens: Value, end: Value, config: DualConfig): Value =>
  textFeaturesOfEmbeddings(p, gather(p['token.weight']!, tokens), oneHot(end, tokens.shape[1]!), config);

/** exp(s), at most 100: what cosines are multiplied by to give logits. */
export const logitScale = (p: Views): Value => minimum(exp(p['scale.weight']!), largestScale);
/** z = exp(s) f T^T, [n, texts]. */
export const dualLogits = (images: Value, texts: Value, scale: Value): Value => mul(matmul(images, texts, { transB: true }), scale);

/** Both directions of InfoNCE over one batch of pairs (Radford et al. 2021, figure 3): row i belongs to column i. */
export function contrastiveLoss(logits: Value): { loss: Value; byImage: Value; byText: Value } {
  const n = logits.shape[0]!;
  const own = constant(int32(Int32Array.from({ length: n }, (_, i) => i)));
  const byImage = crossEntropy(logits, own);
  const byText = crossEntropy(transpose(logits), own);
  return { loss: mul(add(byImage, byText), 0.5), byImage, byText };
}
