/** Losses: scalars, means over the batch. */
import { exp, logSoftmax, mean, mul, neg, sub, sum } from '../engine/ops';
import { oneHot, square } from '../engine/ops/compose';
import type { Value } from '../engine/value';

/** Cross-entropy of logits [n, classes] with int32 labels [n], or with target probabilities [n, classes]. */
export function crossEntropy(logits: Value, target: Value): Value {
  const targets = target.dtype === 'int32' ? oneHot(target, logits.shape[1]!) : target;
  return neg(mean(sum(mul(targets, logSoftmax(logits)), { axes: [1] })));
}
/** Mean squared error over every entry. */
export const meanSquaredError = (prediction: Value, target: Value): Value => mean(square(sub(prediction, target)));
/** KL(p || q), mean over rows, of two sets of logits [n, classes]: sum_c p (log p - log q). */
export function klDivergence(logitsP: Value, logitsQ: Value): Value {
  const logP = logSoftmax(logitsP);
  return mean(sum(mul(exp(logP), sub(logP, logSoftmax(logitsQ))), { axes: [1] }));
}
