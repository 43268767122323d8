/** The compiled steps: filling gaps and naming classes, with a mask over the gradient. */
import type { Params } from '../../base/tensor';
import { abs, add, mul, sub, sum } from '../../engine/ops';
import { layoutOf } from '../../engine/layout';
import type { Value } from '../../engine/value';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, Trainer } from '../../lab/lab';
import type { Logits } from '../../lab/lm';
import { dense, scope, type Views } from '../../nn/layers';
import { lmLogits, lmStates, tokenCrossEntropy } from '../../nn/lm';
import { adam } from '../../nn/optimizers';
import { isHead, length, shape, weightsOf, type Knobs, type Task } from './task';

export type Kind = 'language' | 'task';
/** Logits of the gaps [n, t, vocabulary], or of the classes [n, t, classes]. */
export const logitsOf: Readonly<Record<Kind, Logits>> = {
  language: (p, tokens) => lmLogits(p, tokens, shape),
  task: (p, tokens) => dense(scope(p, 'tag'), lmStates(p, tokens, shape).output),
};
/** Trained by a step: the weights, and for the task its head. */
export const trainedOf = (task: Task, kind: Kind): Params => ({ ...weightsOf(task, task.start), ...(kind === 'task' && task.head) });

/** λ₁ / N times the distance to the start, entry by entry, summed. */
export function pull(params: Views, frozen: Views, names: readonly string[], lambda: number, total: number): Value {
  const parts = names.map((name) => sum(abs(sub(params[name]!, frozen[`start.${name}`]!))));
  return mul(parts.reduce((a, b) => add(a, b)), lambda / total);
}
/** One step of either phase: what the mask does not name keeps its bits, since its gradient, and so its moments, are 0 throughout. The head is always named. */
export function trainerOf(lab: Lab, kind: Kind, task: Task, { batch, lambda }: Knobs): Trainer {
  const trained = trainedOf(task, kind);
  const names = Object.keys(trained).filter((name) => !isHead(name));
  const pulled = kind === 'language' && lambda > 0;
  const frozenShapes = { ...shapesOf(task.frozen), mask: [layoutOf(trained).size], ...(pulled && Object.fromEntries(names.map((name) => [`start.${name}`, trained[name]!.shape]))) };
  return lab.trainer({
    name: `sparse-${kind}`, params: shapesOf(trained), frozen: frozenShapes,
    batch: { tokens: { shape: [batch, length], dtype: 'int32' }, targets: { shape: [batch, length], dtype: 'int32' }, weights: { shape: [batch, length] } },
    loss: ({ params, frozen, batch: b }) => {
      const loss = tokenCrossEntropy(logitsOf[kind]({ ...params, ...frozen }, b.tokens!), b.targets!, b.weights);
      return { loss: pulled ? add(loss, pull(params, frozen, names, lambda, task.total)) : loss };
    },
    gradient: ({ gradients, frozen }) => ({ gradient: mul(gradients.loss!, frozen.mask!) }),
    optimizer: adam(),
  });
}
