/**
 * Layers, each an initialiser of named params and a forward function over views of them. A name ends in `.weight` or `.bias`;
 * `scope(p, 'block0')` reads the params of one part.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, conv2d, einsum, layerNorm as normalized, linear, matmul, mul, reshape, sliceAxis, softmax, standardize, type ConvOptions } from '../engine/ops';
import type { Value } from '../engine/value';
import { normalTensor, ones, uniformTensor, zeros } from './initializers';

export type Views = Readonly<Record<string, Value>>;

export const prefixed = (prefix: string, params: Params): Params => Object.fromEntries(Object.entries(params).map(([name, p]) => [`${prefix}.${name}`, p]));
/** The views whose names begin with `prefix.`, without it. */
export const scope = (views: Views, prefix: string): Views =>
  Object.fromEntries(Object.entries(views).flatMap(([name, v]) => (name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), v]] : [])));

export { normalTensor, ones, uniformTensor, zeros } from './initializers';

/** weight [in, out], uniform with bound sqrt(6 / (in + out)) (Glorot and Bengio 2010); bias 0. */
export const initDense = (rng: Random, inputs: number, outputs: number): Params => ({
  weight: uniformTensor(rng, [inputs, outputs], Math.sqrt(6 / (inputs + outputs))),
  bias: zeros([outputs]),
});
/** x [..., in] -> [..., out]. With a low-rank adapter beside the weight (`lora.a` [in, r], `lora.b` [r, out]; see lora.ts) x A B is added. */
export function dense(p: Views, x: Value): Value {
  const y = p.bias ? linear(x, p.weight!, p.bias) : matmul(x, p.weight!);
  return p['lora.a'] ? add(y, matmul(matmul(x, p['lora.a']), p['lora.b']!)) : y;
}

/** weight [out, in, k, k], normal with std sqrt(2 / fan-in) (He et al. 2015). No bias: a normalisation follows. */
export const initConv = (rng: Random, inputs: number, outputs: number, kernel: number): Params => ({
  weight: normalTensor(rng, [outputs, inputs, kernel, kernel], Math.sqrt(2 / (inputs * kernel * kernel))),
});
/** With a bias if `p` has one. */
export const conv = (p: Views, x: Value, options: ConvOptions): Value => conv2d(x, p.weight!, { ...options, ...(p.bias && { bias: p.bias }) });

export const initNorm = (channels: number): Params => ({ weight: ones([channels]), bias: zeros([channels]) });
/** Over the last axis (Ba et al. 2016, arXiv:1607.06450). */
export const layerNorm = (p: Views, x: Value): Value => normalized(x, p.weight!, p.bias!);
/** Over groups of channels and all positions of [n, c, h, w] (Wu and He 2018, arXiv:1803.08494). No statistics to average: soups stay valid. */
export function groupNorm(p: Views, x: Value, groups: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const normal = reshape(standardize(reshape(x, [n, groups, (c / groups) * h * w])), x.shape);
  return add(mul(normal, reshape(p.weight!, [1, c, 1, 1])), reshape(p.bias!, [1, c, 1, 1]));
}

/** One in-projection for q, k and v together, [d, 3d], and an out-projection [d, d]. */
export const initAttention = (rng: Random, d: number): Params => ({ ...prefixed('qkv', initDense(rng.fork('qkv'), d, 3 * d)), ...prefixed('out', initDense(rng.fork('out'), d, d)) });
export interface AttentionHooks {
  /** Added to the scores: [tokens, tokens], or whatever broadcasts to [n, heads, tokens, tokens]; large negative where a token may not look. */
  readonly bias?: Value;
  /** Scores [n, heads, tokens, tokens] before the softmax, replaced: by their product with a learned mask, say. */
  readonly scores?: (scores: Value) => Value;
}
/** Multi-head self-attention on x [n, tokens, d]; `weights` [n, heads, tokens, tokens]: how much each query (row) takes from each key, rows summing to 1. */
export function attend(p: Views, x: Value, heads: number, { bias, scores: change = (s) => s }: AttentionHooks = {}): { output: Value; weights: Value } {
  const [n, tokens, d] = x.shape as [number, number, number];
  const width = d / heads;
  const qkv = reshape(dense(scope(p, 'qkv'), x), [n, tokens, 3, heads, width]);
  const [q, k, v] = [0, 1, 2].map((i) => reshape(sliceAxis(qkv, 2, i, 1), [n, tokens, heads, width])) as [Value, Value, Value];
  // Heads h of width w; queries at positions i look at keys at positions j.
  const scores = change(einsum('nihw,njhw->nhij', [q, k], 1 / Math.sqrt(width)));
  const weights = softmax(bias ? add(scores, bias) : scores);
  const mixed = reshape(einsum('nhij,njhw->nihw', [weights, v]), [n, tokens, d]);
  return { output: dense(scope(p, 'out'), mixed), weights };
}
export const attention = (p: Views, x: Value, heads: number, bias?: Value): Value => attend(p, x, heads, bias && { bias }).output;
