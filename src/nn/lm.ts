/**
 * A small language model: token and learned position embeddings, pre-norm blocks, and a matrix of logits, which is the token embedding
 * once more (weight tying: Press and Wolf 2017, arXiv:1608.05859) or its own. It reads from left to right (Radford et al. 2019), or both
 * ways, and is then trained to fill gaps (Devlin et al. 2019, arXiv:1810.04805).
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, exp, gather, logSoftmax, logSumExp, matmul, maximum, mul, neg, div, reshape, sliceAxis, sub, sum } from '../engine/ops';
import { pick } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { dense, normalTensor, scope, type Views } from './layers';
import { crossEntropy } from './losses';
import { causalBias, hidden, initTransformer, transformerStack, type Stack, type StackHooks, type TransformerShape } from './transformer';

export interface LmShape extends TransformerShape {
  readonly vocabulary: number;
  /** Most tokens of a text. */
  readonly context: number;
  /** 'left': a token sees those before it and itself; 'both': all of them. 'left' if absent. */
  readonly sees?: 'left' | 'both';
  /** 'tied': the token embedding, transposed; 'own': a matrix `head.weight` [width, vocabulary]. 'tied' if absent. */
  readonly head?: 'tied' | 'own';
}
export interface LmHooks extends Omit<StackHooks, 'bias'> {
  /** float32 [n, t], 1 where a token is, 0 at padding: nothing looks at padding. A model that sees left needs none for padding behind a text. */
  readonly present?: Value;
  /** What goes on from the embeddings in their place [n, t, width]: with noise, say. */
  readonly embedded?: (embedded: Value) => Value;
}
/** Every hidden state, `states[0]` being tokens plus positions; `output` is what the logits [n, t, vocabulary] are made of. */
export interface LmStates extends Stack {
  readonly logits: Value;
}
const embeddingStd = 0.02;
/** Params `token.weight` [vocabulary, width], `position.weight` [context, width], the blocks, `norm`, and `head.weight` if it is its own. */
export const initLm = (rng: Random, shape: LmShape): Params => ({
  'token.weight': normalTensor(rng.fork('token'), [shape.vocabulary, shape.width], embeddingStd),
  'position.weight': normalTensor(rng.fork('position'), [shape.context, shape.width], embeddingStd),
  ...initTransformer(rng, shape),
  ...(shape.head === 'own' && { 'head.weight': normalTensor(rng.fork('head'), [shape.width, shape.vocabulary], embeddingStd) }),
});

/** int32 tokens [n, t], t at most the context -> token and position embeddings added, [n, t, width]. */
export const lmEmbeddings = (p: Views, tokens: Value): Value => add(gather(p['token.weight']!, tokens), sliceAxis(p['position.weight']!, 0, 0, tokens.shape[1]!));
/** Hidden states [..., width] after the final norm -> logits [..., vocabulary]. */
export const lmHead = (p: Views, final: Value): Value => (p['head.weight'] ? dense(scope(p, 'head'), final) : matmul(final, p['token.weight']!, { transB: true }));

/** Everything from embeddings [n, t, width] on: for gradients at the embeddings, and for models that put other things before the tokens. */
export function lmStatesOf(p: Views, embeddings: Value, shape: LmShape, { present, embedded = (x) => x, ...hooks }: LmHooks = {}): LmStates {
  const [n, tokens] = embeddings.shape as [number, number, number];
  const causal = shape.sees === 'both' ? undefined : causalBias(tokens);
  const padding = present && reshape(mul(sub(1, present), hidden), [n, 1, 1, tokens]);
  const bias = causal && padding ? maximum(add(causal, padding), hidden) : (causal ?? padding);
  const stack = transformerStack(p, embedded(embeddings), shape, { ...hooks, ...(bias && { bias }) });
  return { ...stack, logits: lmHead(p, stack.output) };
}
/** int32 tokens [n, t], t at most the context -> every hidden state and the logits. What is not read is not computed. */
export const lmStates = (p: Views, tokens: Value, shape: LmShape, hooks: LmHooks = {}): LmStates => lmStatesOf(p, lmEmbeddings(p, tokens), shape, hooks);
/** [n, t, vocabulary]. */
export const lmLogits = (p: Views, tokens: Value, shape: LmShape, hooks: LmHooks = {}): Value => lmStates(p, tokens, shape, hooks).logits;

// -- losses: logits [n, t, vocabulary] at the tokens themselves. `targets` [n, t] int32: for a model that sees left, the text one token later.

/** -log p of each target, [n, t]: log sum_v exp(z_v) - z_target. */
export function tokenLosses(logits: Value, targets: Value): Value {
  const [n, t, vocabulary] = logits.shape as [number, number, number];
  const rows = reshape(logits, [n * t, vocabulary]);
  return reshape(sub(logSumExp(rows), pick(rows, reshape(targets, [n * t]))), [n, t]);
}
/** sum(x weights) / max(sum(weights), 1): a mean over the tokens that count; 0 where none does. */
export const maskedMean = (x: Value, weights: Value): Value => div(sum(mul(x, weights)), maximum(sum(weights), 1));
/** Mean cross-entropy in nats over the tokens whose `weights` [n, t] float32 are 1; over all without weights. Masked-token losses are this, with 1 at the gaps. */
export function tokenCrossEntropy(logits: Value, targets: Value, weights?: Value): Value {
  if (weights) return maskedMean(tokenLosses(logits, targets), weights);
  const [n, t, vocabulary] = logits.shape as [number, number, number];
  return crossEntropy(reshape(logits, [n * t, vocabulary]), reshape(targets, [n * t]));
}
/** log p of each text, [n]: the sum over its tokens that count. */
export const sequenceLogProbs = (logits: Value, targets: Value, weights: Value): Value => neg(sum(mul(tokenLosses(logits, targets), weights), { axes: [1] }));
/** KL(p || q) over the whole vocabulary at each token, [n, t], of two sets of logits: sum_v p_v (log p_v - log q_v). */
export function tokenKl(logitsP: Value, logitsQ: Value): Value {
  const logP = logSoftmax(logitsP);
  return sum(mul(exp(logP), sub(logP, logSoftmax(logitsQ))), { axes: [2] });
}
