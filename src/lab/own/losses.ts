/** Losses that own models add to those of `nn/losses`. */
import { cast, div, equal, exp, greaterOrEqual, log, logSoftmax, matmul, max, maximum, minimum, mul, neg, reshape, stopGradient, sub, sum } from '../../engine/ops';
import { l2Normalize, oneHot } from '../../engine/ops/compose';
import { constant, type Value } from '../../engine/value';

/** Cross-entropy of logits [n, classes] with int32 labels [n], mean over the rows whose label is not negative: such a label has no column. */
export function crossEntropyWhereCounting(logits: Value, labels: Value): Value {
  const zero = constant({ dtype: 'int32', shape: [], data: Int32Array.of(0) });
  const counting = sum(cast(greaterOrEqual(labels, zero), 'float32'));
  return neg(div(sum(mul(oneHot(labels, logits.shape[1]!), logSoftmax(logits))), counting));
}

/** Temperature of the contrastive loss, as in the paper. */
export const temperature = 0.1;
/**
 * Supervised contrastive loss of vectors [n, d] with int32 labels [n]: L_out of Khosla et al. 2020 (arXiv:2004.11362). Vectors are
 * brought to length 1: u. Mean over the rows i that have a partner (a row other than i of the same label, P(i)) of
 * -1/|P(i)| sum_{p in P(i)} log(exp(u_i u_p / tau) / sum_{a != i} exp(u_i u_a / tau)). 0 where no row has a partner.
 */
export function contrastive(vectors: Value, labels: Value): Value {
  const n = vectors.shape[0]!;
  const others = constant({ dtype: 'float32', shape: [n, n], data: Float32Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) === i % n ? 0 : 1)) });
  const u = l2Normalize(vectors);
  const scores = div(matmul(u, u, { transB: true }), temperature);
  const shifted = sub(scores, stopGradient(max(scores, { axes: [1], keepDims: true }))); // exp does not overflow
  const logProbs = sub(shifted, log(sum(mul(exp(shifted), others), { axes: [1], keepDims: true })));
  const same = mul(cast(equal(reshape(labels, [n, 1]), reshape(labels, [1, n])), 'float32'), others);
  const partners = sum(same, { axes: [1] });
  const each = div(sum(mul(same, logProbs), { axes: [1] }), maximum(partners, 1));
  return neg(div(sum(each), maximum(sum(minimum(partners, 1)), 1)));
}
