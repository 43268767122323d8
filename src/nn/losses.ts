/** Losses: scalars, means over the batch. */
import { exp, logSoftmax, logSumExp, mean, mul, neg, sub, sum } from '../engine/ops';
import { pick, square } from '../engine/ops/compose';
import type { Value } from '../engine/value';

/** Cross-entropy of logits [n, classes] with int32 labels [n], or with target probabilities [n, classes]. */
export function crossEntropy(logits: Value, target: Value): Value {
  // -log softmax(z)_y = log sum_c exp(z_c) - z_y
  if (target.dtype === 'int32') return mean(sub(logSumExp(logits), pick(logits, target)));
  return neg(mean(sum(mul(target, logSoftmax(logits)), { axes: [1] })));
}
/** Mean squared error over every entry. */
export const meanSquaredError = (prediction: Value, target: Value): Value => mean(square(sub(prediction, target)));
/** KL(p || q), mean over rows, of two sets of logits [n, classes]: sum_c p (log p - log q). */
export function klDivergence(logitsP: Value, logitsQ: Value): Value {
  const logP = logSoftmax(logitsP);
  return mean(sum(mul(exp(logP), sub(logP, logSoftmax(logitsQ))), { axes: [1] }));
}
