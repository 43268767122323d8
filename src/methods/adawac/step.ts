/** The compiled steps: how each arm weighs the cross-entropy and the consistency of every slice in its batch. */
import { log as naturalLog } from '../../base/math';
import { abs, add, cast, div, greater, less, log, matmul, max, maximum, mean, minimum, mul, neg, reshape, sigmoid, softmax, stopGradient, sub, sum } from '../../engine/ops';
import { square } from '../../engine/ops/compose';
import type { InputSpec } from '../../engine/program';
import type { Value } from '../../engine/value';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, Trainer, TrainerSpec } from '../../lab/lab';
import type { Views } from '../../nn/layers';
import { adam, sgd } from '../../nn/optimizers';
import { diceLoss, pixelCrossEntropy, segmenter, type SegmenterShape } from '../../nn/segmenter';
import { cells, side, type Knobs, type Task } from './task';

export const arms = ['adawac', 'pair', 'acr', 'trim-empty', 'single', 'trim-ratio', 'reweight', 'dro', 'oracle'] as const;
export type Arm = (typeof arms)[number];
/** Beyond this a weight would be 0 in float32, and could never return. */
export const largestLogit = 20;

/** Of each slice of a batch of two views. */
export interface Losses {
  /** Cross-entropy, the mean over pixels and views: [b]. */
  readonly labels: Value;
  /** λ times the mean squared difference of the coarsest features: [b]. */
  readonly consistency: Value;
  /** Of all views, a scalar. */
  readonly dice: Value;
}
/** @param keep [b], 0 for slices that are left out of Dice */
export function lossesOf(params: Views, batch: Views, shape: SegmenterShape, { lambda, align }: Pick<Knobs, 'lambda' | 'align'>, keep?: Value): Losses {
  const views = ([1, 2] as const).map((v) => ({ ...segmenter(params, batch[`images${v}`]!, shape), labels: batch[`labels${v}`]!, back: batch[`back${v}`] }));
  const features = views.map(({ bottleneck, back }) => {
    if (!align) return bottleneck;
    const [b, c] = bottleneck.shape as [number, number];
    return matmul(reshape(bottleneck, [b, c, cells * cells]), back!);
  });
  const gap = square(sub(features[0]!, features[1]!));
  const halves = (values: readonly Value[]): Value => mul(add(values[0]!, values[1]!), 0.5);
  return {
    labels: halves(views.map(({ logits, labels }) => pixelCrossEntropy(logits, labels))),
    consistency: mul(mean(gap, { axes: gap.shape.map((_, axis) => axis).slice(1) }), lambda),
    dice: halves(views.map(({ logits, labels }) => diceLoss(logits, labels, keep))),
  };
}

/** The mirror step of the rows of this batch. logits [n, 1], select [b, n]; losses without gradient. Gives the new rows [b] and the whole table. */
export function mirrorStep(logits: Value, select: Value, eta: number, labels: Value, consistency: Value): { rows: Value; table: Value } {
  const before = reshape(matmul(select, logits), [labels.shape[0]!]);
  const moved = add(before, mul(stopGradient(sub(labels, consistency)), eta));
  const rows = minimum(maximum(moved, -largestLogit), largestLogit);
  const change = matmul(select, reshape(sub(rows, before), [rows.shape[0]!, 1]), { transA: true });
  return { rows, table: add(logits, change) };
}
/** How many of the batch moved another way than the sign of their losses says (a row at its limit stays), and the largest change of a row outside it. */
function audit(before: Value, table: Value, select: Value, labels: Value, consistency: Value): Record<string, Value> {
  const moved = reshape(matmul(select, sub(table, before)), [labels.shape[0]!]);
  const pull = sub(labels, consistency);
  const against = (a: Value, b: Value): Value => cast(greater(mul(cast(greater(a, 0), 'float32'), cast(less(b, 0), 'float32')), 0), 'float32');
  const outside = sub(1, reshape(sum(select, { axes: [0] }), [select.shape[1]!, 1]));
  return { 'audit/against': sum(add(against(pull, moved), against(neg(pull), neg(moved)))), 'audit/others': max(mul(abs(sub(table, before)), outside)) };
}

/** One arm's loss. */
function lossOf(arm: Arm, { shape }: Task, knobs: Knobs): TrainerSpec['loss'] {
  const { eta, diceShare } = knobs;
  const joined = (dice: Value, rest: Value): Value => add(mul(dice, diceShare), mul(rest, 1 - diceShare));
  const trimmed = ({ labels, consistency, dice }: Losses, keep: Value): Value => {
    const kept = div(sum(mul(labels, keep)), maximum(sum(keep), 1));
    return joined(dice, knobs.consistentTrim ? mul(add(kept, mean(consistency)), 0.5) : kept);
  };
  return ({ params, buffers, batch }): ReturnType<TrainerSpec['loss']> => {
    if (arm === 'single' || arm === 'reweight' || arm === 'dro') {
      const { logits } = segmenter(params, batch.images1!, shape);
      const labels = pixelCrossEntropy(logits, batch.labels1!);
      const dice = diceLoss(logits, batch.labels1!);
      if (arm === 'single') return { loss: joined(dice, mean(labels)) };
      const select = batch.select!;
      const before = reshape(matmul(select, buffers.weights!), [labels.shape[0]!]);
      const raised = add(arm === 'dro' ? mul(before, 1 - eta * 0.01) : before, mul(stopGradient(labels), eta));
      const weights = softmax(raised, 0);
      const change = matmul(select, reshape(sub(log(add(weights, 1e-30)), before), [weights.shape[0]!, 1]), { transA: true });
      return { loss: joined(dice, sum(mul(weights, labels))), buffers: { weights: add(buffers.weights!, change) } };
    }
    const keep = arm === 'trim-empty' ? batch.filled! : undefined;
    const found = lossesOf(params, batch, shape, knobs, keep);
    const { labels, consistency, dice } = found;
    switch (arm) {
      case 'pair': return { loss: joined(dice, mean(labels)) };
      case 'acr': return { loss: joined(dice, mean(mul(add(labels, consistency), 0.5))) };
      case 'oracle': return { loss: joined(dice, mean(add(mul(batch.filled!, labels), mul(sub(1, batch.filled!), consistency)))) };
      case 'trim-empty': return { loss: trimmed(found, keep!) };
      case 'trim-ratio': return { loss: trimmed(found, above(labels, knobs.sparseShare)) };
      case 'adawac': {
        const { rows, table } = mirrorStep(buffers.logits!, batch.select!, eta, labels, consistency);
        const [b0, b1] = [stopGradient(sigmoid(rows)), stopGradient(sigmoid(neg(rows)))];
        return { loss: joined(dice, mean(add(mul(b0, labels), mul(b1, consistency)))), buffers: { logits: table }, metrics: audit(buffers.logits!, table, batch.select!, labels, consistency) };
      }
    }
  };
}
/** 1 for the slices of a batch whose loss is above this quantile of the batch's, [b]: those of which fewer than round((1 - share) b) others are larger. */
export function above(losses: Value, share: number): Value {
  const b = losses.shape[0]!;
  const live = stopGradient(losses);
  const larger = sum(cast(greater(reshape(live, [1, b]), reshape(live, [b, 1])), 'float32'), { axes: [1] });
  return cast(less(larger, Math.max(1, Math.round((1 - share) * b))), 'float32');
}

/** What of the table an arm carries from step to step, and how it begins. */
export const tableOf = (arm: Arm, count: number, batch: number): { readonly name: string; readonly start: number } | undefined =>
  arm === 'adawac' ? { name: 'logits', start: 0 } : arm === 'reweight' || arm === 'dro' ? { name: 'weights', start: Math.fround(-naturalLog(Math.min(batch, count))) } : undefined;

export function trainerOf(lab: Lab, arm: Arm, task: Task, knobs: Knobs): Trainer {
  const count = task.train.slices.length;
  const b = Math.min(knobs.batch, count);
  const table = tableOf(arm, count, b);
  const one = arm === 'single' || arm === 'reweight' || arm === 'dro';
  const view = (v: 1 | 2): Record<string, InputSpec> => ({ [`images${v}`]: { shape: [b, 1, side, side] }, [`labels${v}`]: { shape: [b, side, side], dtype: 'int32' }, ...(!one && knobs.align && { [`back${v}`]: { shape: [b, cells ** 2, cells ** 2] } }) });
  return lab.trainer({
    name: `segment-${arm}`, params: shapesOf(task.start), ...(table && { buffers: { [table.name]: [count, 1] } }),
    batch: { ...view(1), ...(!one && view(2)), ...(table && { select: { shape: [b, count] } }), ...((arm === 'trim-empty' || arm === 'oracle') && { filled: { shape: [b] } }) },
    loss: lossOf(arm, task, knobs),
    optimizer: knobs.optimizer === 'adam' ? adam() : sgd({ momentum: 0.9, l2: true }),
  });
}
