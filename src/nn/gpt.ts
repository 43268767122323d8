/**
 * A decoder-only language model (Radford et al. 2019): token and learned position embeddings, causal pre-norm blocks, and the token
 * embedding once more as the output matrix (weight tying: Press and Wolf 2017, arXiv:1608.05859).
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, gather, matmul, reshape, sliceAxis } from '../engine/ops';
import type { Value } from '../engine/value';
import { normalTensor, type Views } from './layers';
import { crossEntropy } from './losses';
import { causalBias, initTransformer, transformer, type TransformerShape } from './transformer';

export interface GptShape extends TransformerShape {
  readonly vocabulary: number;
  /** Most tokens that the model can look back on. */
  readonly context: number;
}
export const initGpt = (rng: Random, shape: GptShape): Params => ({
  'token.weight': normalTensor(rng.fork('token'), [shape.vocabulary, shape.width], 0.02),
  'position.weight': normalTensor(rng.fork('position'), [shape.context, shape.width], 0.02),
  ...initTransformer(rng, shape),
});

/** int32 tokens [n, t], t at most the context -> logits of each next token, [n, t, vocabulary]. */
export function gptLogits(p: Views, tokens: Value, shape: GptShape): Value {
  const length = tokens.shape[1]!;
  const x = add(gather(p['token.weight']!, tokens), sliceAxis(p['position.weight']!, 0, 0, length));
  return matmul(transformer(p, x, shape, causalBias(length)), p['token.weight']!, { transB: true });
}
/** Mean cross-entropy of the next tokens, in nats. `tokens` and `next` [n, t] int32: `next` is the text one token later. */
export function gptLoss(p: Views, tokens: Value, next: Value, shape: GptShape): Value {
  const logits = gptLogits(p, tokens, shape);
  const count = tokens.shape[0]! * tokens.shape[1]!;
  return crossEntropy(reshape(logits, [count, shape.vocabulary]), reshape(next, [count]));
}
