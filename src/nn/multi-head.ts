/** Attention whose four matrices have names of their own, from one sequence to itself or to another: what masks and adapters are put on. */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, einsum, linear, matmul, reshape, softmax } from '../engine/ops';
import type { Value } from '../engine/value';
import { prefixed, uniformTensor, zeros, type Views } from './layers';

/** Hands back the matrix that is used in a matrix's place: [in, out] for all samples, or [n, in, out], one for each. */
export type MatrixHook = (name: string, weight: Value) => Value;

/** q [width, width], k and v [memory, width], out [width, width] with a bias; Glorot's uniform bounds. */
export const initMultiHead = (rng: Random, width: number, memory = width): Params => {
  const matrix = (name: string, inputs: number): Params => prefixed(name, { weight: uniformTensor(rng.fork(name), [inputs, width], Math.sqrt(6 / (inputs + width))) });
  return { ...matrix('q', width), ...matrix('k', memory), ...matrix('v', memory), ...matrix('out', width), 'out.bias': zeros([width]) };
};

/** x [n, tokens, width] looks at `memory` [n, others, ...]; `bias`, broadcast to [n, heads, tokens, others], is added to the scores. */
export function multiHead(p: Views, x: Value, memory: Value, heads: number, { bias, hook }: { readonly bias?: Value; readonly hook?: MatrixHook } = {}): Value {
  const [n, tokens, d] = x.shape as [number, number, number];
  const others = memory.shape[1]!;
  const width = d / heads;
  const matrix = (name: string): Value => (hook ? hook(`${name}.weight`, p[`${name}.weight`]!) : p[`${name}.weight`]!);
  const q = reshape(matmul(x, matrix('q')), [n, tokens, heads, width]);
  const k = reshape(matmul(memory, matrix('k')), [n, others, heads, width]);
  const v = reshape(matmul(memory, matrix('v')), [n, others, heads, width]);
  const scores = einsum('nihw,njhw->nhij', [q, k], 1 / Math.sqrt(width));
  const weights = softmax(bias ? add(scores, bias) : scores);
  const mixed = reshape(einsum('nhij,njhw->nihw', [weights, v]), [n, tokens, d]);
  const out = matrix('out');
  return out.shape.length === 2 ? linear(mixed, out, p['out.bias']!) : add(matmul(mixed, out), p['out.bias']!);
}
