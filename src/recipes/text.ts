/** What the recipes of language models share: the training, and what would be had for nothing. */
import { log } from '../base/math';
import { floats, type Params, type Tensor } from '../base/tensor';
import type { Predictions } from '../data/predictions';
import type { TokenRows } from '../data/tokens';
import { defineProgram, type Program } from '../engine/program';
import type { Lab } from '../lab/lab';
import { feedsOf, lmTrainer, type LmOn } from '../lab/lm';
import { initLm, lmLogits, type LmShape } from '../nn/lm';
import { cosine } from '../nn/schedules';
import { constantsOf, shapesOf } from './common';

export interface TextTraining {
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly warmUp: number;
  readonly weightDecay: number;
}
/** The model's logits, as `lab/lm` takes them. */
export const onLm = (name: string, params: Params, shape: LmShape, length: number): LmOn => ({ name, params: shapesOf(params), logits: (p, tokens) => lmLogits(p, tokens, shape), length });

/** Trains a language model from scratch, on the predictions of each step. */
export async function trainLm(lab: Lab, { id, shape, length, spec, predictions }: { id: string; shape: LmShape; length: number; spec: TextTraining; predictions: (step: number) => Predictions }): Promise<Params> {
  const from = initLm(lab.rng.fork('init'), shape);
  const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
  lab.expect(spec.steps);
  return lab.train({
    trainer: lmTrainer(lab, { ...onLm(`${id} pre-training`, from, shape, length), batch: spec.batch }),
    arm: id,
    from,
    steps: spec.steps,
    hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
    next: (step) => feedsOf(predictions(step)),
  });
}
/** The file's graph: tokens in, logits and the last hidden states out. */
export const lmProgram = (id: string, params: Params, shape: LmShape): Program =>
  defineProgram({ name: id, constants: constantsOf(params), feeds: { tokens: { shape: [1, shape.context], dtype: 'int32' } } }, ({ constants: p, feeds }) => ({ outputs: { logits: lmLogits(p, feeds.tokens, shape) } }));

/** What counts is predicted by how often each token occurs in `seen`, whatever comes before it: mean loss in nats, and the share of the commonest. */
export function unigram(seen: TokenRows, { targets, weights }: Pick<Predictions, 'targets' | 'weights'>, vocabulary: number): { loss: number; accuracy: number } {
  const counts = new Float64Array(vocabulary).fill(1); // one more than seen, so that nothing is impossible
  seen.tokens.data.forEach((id, at) => at % seen.tokens.shape[1]! > 0 && seen.mask.data[at] === 1 && counts[id]!++);
  const total = counts.reduce((a, b) => a + b, 0);
  const commonest = counts.indexOf(Math.max(...counts));
  return { loss: weighted(targets, weights, (id) => -log(counts[id]! / total)), accuracy: weighted(targets, weights, (id) => (id === commonest ? 1 : 0)) };
}
function weighted({ data }: Tensor, weights: Tensor, of: (id: number) => number): number {
  let [sum, count] = [0, 0];
  data.forEach((id, at) => {
    sum += weights.data[at]! * of(id);
    count += weights.data[at]!;
  });
  return sum / count;
}
/** Minus the mean of the true log-probabilities [n, T] of rows over the tokens that are predicted: what no model can beat in expectation. 0 where none is. */
export function floorOf(logProbs: Tensor, { weights }: Pick<Predictions, 'weights'>): number {
  return -floats(logProbs).reduce((sum, l) => sum + l, 0) / floats(weights).reduce((sum, w) => sum + w, 0);
}
/** Rows of a set that satisfy `test`. */
export function rowsWhere<R extends Predictions>({ tokens, targets, weights }: R, test: (row: number) => boolean): Predictions {
  const kept = Array.from({ length: tokens.shape[0]! }, (_, i) => i).filter(test);
  const part = ({ dtype, shape, data }: Tensor): Tensor => {
    const width = shape[1]!;
    const rows = dtype === 'int32' ? new Int32Array(kept.length * width) : new Float32Array(kept.length * width);
    kept.forEach((row, k) => rows.set(data.subarray(row * width, (row + 1) * width), k * width));
    return { dtype, shape: [kept.length, width], data: rows };
  };
  return { tokens: part(tokens), targets: part(targets), weights: part(weights) };
}
