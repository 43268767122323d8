/**
 * Captions for models that draw: word vectors with places, a small bidirectional transformer over them, and the bias by which nobody
 * looks at padding. What a model is told is a sequence of vectors, so that a method may put learned ones in the place of words.
 */
import type { Random } from '../base/random';
import { int32, type Params, type Tensor } from '../base/tensor';
import { add, cast, concat, div, equal, exp, gather, mul, reshape, sliceAxis, sum } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { normalTensor, prefixed, scope, type Views } from './layers';
import { initTransformer, transformer } from './transformer';

export interface CaptionConfig {
  readonly vocabulary: number;
  /** Tokens of the longest caption. */
  readonly context: number;
  readonly width: number;
  /** Transformer blocks over the words; 0: each word for itself. */
  readonly blocks: number;
  readonly heads: number;
  /** The number of the padding token. */
  readonly pad: number;
}
/** What a model reads of a caption. */
export interface Caption {
  /** [n, tokens, width]. */
  readonly states: Value;
  /** [n, 1, 1, tokens]: 0 where a token is, -1e9 where padding is; added to attention's scores. */
  readonly bias: Value;
}

/** Params `token`, `position` and a transformer. */
export const initCaptions = (rng: Random, { vocabulary, context, width, blocks, heads }: CaptionConfig): Params => ({
  ...prefixed('token', { weight: normalTensor(rng.fork('token'), [vocabulary, width], 1) }),
  ...prefixed('position', { weight: normalTensor(rng.fork('position'), [context, width], 0.3) }),
  ...initTransformer(rng.fork('transformer'), { width, blocks, heads }),
});

/** int32 tokens [n, tokens] -> [n, 1, 1, tokens]. */
export function paddingBias(tokens: Value, { pad }: CaptionConfig): Value {
  const [n, count] = tokens.shape as [number, number];
  return reshape(mul(cast(equal(tokens, constant(int32([pad], [1, 1]))), 'float32'), -1e9), [n, 1, 1, count]);
}
/** Word vectors [n, tokens, width], without places: what learned vectors may be put among. */
export const wordVectors = (p: Views, tokens: Value): Value => gather(p['token.weight']!, tokens);
/** The caption of word vectors [n, tokens, width]. */
export function captionOfVectors(p: Views, vectors: Value, bias: Value, { width, blocks, heads }: CaptionConfig): Caption {
  const placed = add(vectors, sliceAxis(p['position.weight']!, 0, 0, vectors.shape[1]!));
  return { states: transformer(p, placed, { width, blocks, heads }, bias), bias };
}
/** The caption of int32 tokens [n, tokens]. */
export const captionOf = (p: Views, tokens: Value, config: CaptionConfig): Caption => captionOfVectors(p, wordVectors(p, tokens), paddingBias(tokens, config), config);
/** What a caption says in all: the mean of its states, padding left out, [n, width]. */
export function pooledCaption({ states, bias }: Caption): Value {
  const [n, tokens] = states.shape as [number, number, number];
  const present = reshape(exp(bias), [n, tokens, 1]); // 1 for a token, 0 for padding
  return div(sum(mul(states, present), { axes: [1] }), sum(present, { axes: [1] }));
}
/** Captions of several batches as one, in order. */
export const joinCaptions = (parts: readonly Caption[]): Caption => ({ states: concat(parts.map(({ states }) => states)), bias: concat(parts.map(({ bias }) => bias)) });
/** The views of a caption encoder that is part of a larger model. */
export const captionViews = (p: Views): Views => scope(p, 'caption');

/**
 * For classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598): rows [n, tokens], each replaced by `empty` with probability
 * `share`. Row i is decided by `rng.fork(i)` alone.
 */
export function dropCaptions(tokens: Tensor, empty: Int32Array, share: number, rng: Random): Tensor {
  const [n, count] = tokens.shape as [number, number];
  const out = Int32Array.from(tokens.data);
  for (let i = 0; i < n; i++) if (rng.fork(i).bernoulli(share)) out.set(empty, i * count);
  return int32(out, tokens.shape);
}
/** Rows of one caption, [n, tokens]. */
export function repeatCaption(row: Int32Array, n: number): Tensor {
  const out = new Int32Array(n * row.length);
  for (let i = 0; i < n; i++) out.set(row, i * row.length);
  return int32(out, [n, row.length]);
}
