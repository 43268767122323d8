/** The pre-norm transformer block (Vaswani et al. 2017, arXiv:1706.03762; norm first: Xiong et al. 2020, arXiv:2002.04745), with GELU. */
import type { Random } from '../base/random';
import { tensor, type Params } from '../base/tensor';
import { add, gelu } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { attention, dense, initAttention, initDense, initNorm, layerNorm, prefixed, scope, type Views } from './layers';

export interface TransformerShape {
  /** d, a multiple of `heads`. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
}
/** Hidden size of the MLP over the width. */
const mlpRatio = 4;

const initBlock = (rng: Random, width: number): Params => ({
  ...prefixed('norm1', initNorm(width)),
  ...prefixed('attention', initAttention(rng.fork('attention'), width)),
  ...prefixed('norm2', initNorm(width)),
  ...prefixed('up', initDense(rng.fork('up'), width, mlpRatio * width)),
  ...prefixed('down', initDense(rng.fork('down'), mlpRatio * width, width)),
});
/** x <- x + attention(norm x); x <- x + mlp(norm x). */
function block(p: Views, x: Value, heads: number, bias?: Value): Value {
  const attended = add(x, attention(scope(p, 'attention'), layerNorm(scope(p, 'norm1'), x), heads, bias));
  return add(attended, dense(scope(p, 'down'), gelu(dense(scope(p, 'up'), layerNorm(scope(p, 'norm2'), attended)))));
}

/** Params `block0` ... and a final `norm`. */
export const initTransformer = (rng: Random, { width, blocks }: TransformerShape): Params =>
  Object.assign({}, ...Array.from({ length: blocks }, (_, i) => prefixed(`block${i}`, initBlock(rng.fork('block', i), width))), prefixed('norm', initNorm(width))) as Params; // parts are Params, all names different

/** x [n, tokens, width] -> the same shape: every block, then the final norm. `bias` [tokens, tokens] is added to attention's scores. */
export function transformer(p: Views, x: Value, { blocks, heads }: TransformerShape, bias?: Value): Value {
  let h = x;
  for (let i = 0; i < blocks; i++) h = block(scope(p, `block${i}`), h, heads, bias);
  return layerNorm(scope(p, 'norm'), h);
}

/** Attention bias [tokens, tokens] by which no token looks ahead. */
export function causalBias(tokens: number): Value {
  const data = Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? -1e9 : 0));
  return constant(tensor(data, [tokens, tokens]));
}
