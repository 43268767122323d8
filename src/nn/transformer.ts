/** The pre-norm transformer block (Vaswani et al. 2017, arXiv:1706.03762; norm first: Xiong et al. 2020, arXiv:2002.04745), with GELU. */
import type { Random } from '../base/random';
import { tensor, type Params } from '../base/tensor';
import { add, gelu } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { attend, dense, initAttention, initDense, initNorm, layerNorm, prefixed, scope, type AttentionHooks, type Views } from './layers';

export interface TransformerShape {
  /** d, a multiple of `heads`. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Hidden size of the MLP over the width; left out, 4. */
  readonly mlpRatio?: number;
}

const initBlock = (rng: Random, { width, mlpRatio = 4 }: TransformerShape): Params => ({
  ...prefixed('norm1', initNorm(width)),
  ...prefixed('attention', initAttention(rng.fork('attention'), width)),
  ...prefixed('norm2', initNorm(width)),
  ...prefixed('up', initDense(rng.fork('up'), width, mlpRatio * width)),
  ...prefixed('down', initDense(rng.fork('down'), mlpRatio * width, width)),
});
/** Params `block0` ... and a final `norm`. */
export const initTransformer = (rng: Random, shape: TransformerShape): Params =>
  Object.assign({}, ...Array.from({ length: shape.blocks }, (_, i) => prefixed(`block${i}`, initBlock(rng.fork('block', i), shape))), prefixed('norm', initNorm(shape.width))) as Params; // parts are Params, all names different

export interface StackHooks {
  readonly bias?: Value;
  /** Scores of block b before their softmax, replaced. */
  readonly scores?: (scores: Value, block: number) => Value;
  /** What goes on from a block in place of its output [n, tokens, width]: with noise, masked, scaled. */
  readonly after?: (output: Value, block: number) => Value;
}
export interface Stack {
  /** What went into the first block, and what came out of each: blocks + 1 values [n, tokens, width]. */
  readonly states: readonly Value[];
  /** Attention weights of each block, [n, heads, tokens, tokens]. */
  readonly attention: readonly Value[];
  /** What each block's attention and its MLP added, [n, tokens, width]. */
  readonly added: readonly { readonly attention: Value; readonly mlp: Value }[];
  /** The last state, normalised. */
  readonly output: Value;
}
/** Every block on x [n, tokens, width], then the final norm; with all that may be looked at. What is not used costs nothing. */
export function transformerStack(p: Views, x: Value, { blocks, heads }: TransformerShape, { bias, scores, after = (h) => h }: StackHooks = {}): Stack {
  const states = [x];
  const weights: Value[] = [];
  const added: Stack['added'][number][] = [];
  for (let b = 0; b < blocks; b++) {
    const made = block(scope(p, `block${b}`), states.at(-1)!, heads, { ...(bias && { bias }), ...(scores && { scores: (s) => scores(s, b) }) });
    states.push(after(made.output, b));
    weights.push(made.weights);
    added.push(made.added);
  }
  return { states, attention: weights, added, output: layerNorm(scope(p, 'norm'), states.at(-1)!) };
}
/** x <- x + attention(norm x); x <- x + mlp(norm x). */
function block(p: Views, x: Value, heads: number, hooks: AttentionHooks): { output: Value; weights: Value; added: Stack['added'][number] } {
  const { output, weights } = attend(scope(p, 'attention'), layerNorm(scope(p, 'norm1'), x), heads, hooks);
  const attended = add(x, output);
  const mlp = dense(scope(p, 'down'), gelu(dense(scope(p, 'up'), layerNorm(scope(p, 'norm2'), attended))));
  return { output: add(attended, mlp), weights, added: { attention: output, mlp } };
}
/** x [n, tokens, width] -> the same shape: every block, then the final norm. `bias` [tokens, tokens] is added to attention's scores. */
export const transformer = (p: Views, x: Value, shape: TransformerShape, bias?: Value): Value => transformerStack(p, x, shape, bias && { bias }).output;

/** Attention bias [tokens, tokens] by which no token looks ahead. */
export function causalBias(tokens: number): Value {
  const data = Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? hidden : 0));
  return constant(tensor(data, [tokens, tokens]));
}
/** In a bias: so low that the softmax is 0 there, wherever anything else may be seen. */
export const hidden = -1e9;
