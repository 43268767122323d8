/**
 * A vision transformer (Dosovitskiy et al. 2021, arXiv:2010.11929): patches as tokens, positions, pre-norm blocks, and a linear head over one
 * feature an image: the mean over tokens, or the class token where there is one.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, concat, expand, mean, reshape, sliceAxis } from '../engine/ops';
import type { Value } from '../engine/value';
import { dense, initDense, normalTensor, prefixed, scope, type Views } from './layers';
import { patchesOf, tokensOf, type Patching } from './patches';
import { initTransformer, transformerStack, type Stack, type StackHooks, type TransformerShape } from './transformer';

export interface VitShape extends TransformerShape, Patching {
  readonly classes: number;
  /** A token of its own in front of the patches, which the feature is read from. Default false: the mean over patches. */
  readonly classToken?: boolean;
}
/** Patches alone, without a class token. */
export const vitTokens = (shape: Patching): number => tokensOf(shape);

/** `patch`, `class`, `position` [tokens, width], blocks and `norm`: what there is below a head. */
export const initVitEncoder = (rng: Random, shape: Omit<VitShape, 'classes'>): Params => ({
  ...prefixed('patch', initDense(rng.fork('patch'), shape.channels * shape.patch ** 2, shape.width)),
  ...(shape.classToken && { 'class.weight': normalTensor(rng.fork('class'), [shape.width], 0.02) }),
  'position.weight': normalTensor(rng.fork('position'), [tokensOf(shape) + (shape.classToken ? 1 : 0), shape.width], 0.02),
  ...initTransformer(rng, shape),
});
export const initVit = (rng: Random, shape: VitShape): Params => ({ ...initVitEncoder(rng, shape), ...initVitHead(rng, shape) });
export const initVitHead = (rng: Random, { width, classes }: Pick<VitShape, 'width' | 'classes'>): Params => prefixed('head', initDense(rng.fork('head'), width, classes));

export interface Encoded extends Stack {
  /** [n, width]. */
  readonly feature: Value;
  /** Patches after the final norm, [n, tokens, width]: without the class token. */
  readonly tokens: Value;
}
/** Embedded patches [n, tokens, width], before positions: where SimMIM puts its mask token. */
export const embedPatches = (p: Views, images: Value, shape: Patching): Value => dense(scope(p, 'patch'), patchesOf(images, shape));
/** Embedded patches [n, tokens, width] -> states of every block, attention, tokens and the feature. */
export function encodeTokens(p: Views, embedded: Value, shape: Omit<VitShape, 'classes'>, hooks?: StackHooks): Encoded {
  const [n, tokens, width] = embedded.shape as [number, number, number];
  const all = shape.classToken ? concat([expand(reshape(p['class.weight']!, [1, 1, width]), [n, 1, width]), embedded], 1) : embedded;
  const stack = transformerStack(p, add(all, p['position.weight']!), shape, hooks);
  if (!shape.classToken) return { ...stack, tokens: stack.output, feature: mean(stack.output, { axes: [1] }) };
  return { ...stack, tokens: sliceAxis(stack.output, 1, 1, tokens), feature: reshape(sliceAxis(stack.output, 1, 0, 1), [n, width]) };
}
/** Images [n, channels, side, side] -> everything that may be looked at, and logits [n, classes]. What is not used costs nothing. */
export function vit(p: Views, images: Value, shape: VitShape, hooks?: StackHooks): Encoded & { readonly logits: Value } {
  const encoded = encodeTokens(p, embedPatches(p, images, shape), shape, hooks);
  return { ...encoded, logits: dense(scope(p, 'head'), encoded.feature) };
}
/** Images -> logits [n, classes]. */
export const vitLogits = (p: Views, images: Value, shape: VitShape): Value => vit(p, images, shape).logits;

/** Layer of a param for `layerwise`: 0 for whatever comes before the blocks, b + 1 for block b, blocks + 1 for the final norm and the head; so there are blocks + 2. */
export function vitLayerOf(name: string, { blocks }: Pick<VitShape, 'blocks'>): number {
  const block = /^block(\d+)\./.exec(name);
  if (block) return Number(block[1]) + 1;
  return /^(patch|class|position|mask)\./.test(name) ? 0 : blocks + 1;
}

/** The shape of the shipped `vit`: letters of 28 px in 16 patches, 0.46 million params. */
export const glyphVit = { side: 28, channels: 1, patch: 7, width: 96, blocks: 4, heads: 4, classes: 26 } as const satisfies VitShape;
