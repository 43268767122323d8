/** The compiled steps: all matrices, or low-rank updates of them; and what judges a tuned model. */
import { floats, type Params } from '../../base/tensor';
import { argMaxes, shapesOf } from '../../lab/evaluate';
import type { Lab, Trainer } from '../../lab/lab';
import { lmScorer } from '../../lab/lm';
import { lmLogits } from '../../nn/lm';
import { crossEntropy } from '../../nn/losses';
import { initLora, mergeLora, withLora, type LoraSpec } from '../../nn/lora';
import { adam } from '../../nn/optimizers';
import { classLogits, length, matrixNames, shape, targets, type Job, type Knobs, type Rows, type Task } from './task';

export const ranks = { full: undefined, 'rank-1': 1, 'rank-8': 8, 'rank-32': 32 } as const;
export type Arm = keyof typeof ranks;
export const arms = Object.keys(ranks) as Arm[];

export function specOf(rank: number, alpha: Knobs['alpha']): LoraSpec {
  const of = { twice: 2 * rank, eight: 8, root: 2 * rank * Math.sqrt(rank) };
  return { rank, alpha: of[alpha], targets };
}
const isMatrix = (name: string): boolean => matrixNames.includes(name);
const part = (params: Params, test: (name: string) => boolean): Params => Object.fromEntries(Object.entries(params).filter(([name]) => test(name)));

/** How an arm trains: from where, with what beside it, and what it makes of the model. */
export interface Tuner {
  readonly trainer: Trainer;
  readonly from: Params;
  readonly frozen: Params;
  /** The whole model [with its head], updates merged. */
  readonly merged: (trained: Params) => Params;
}
export function tunerOf(lab: Lab, arm: Arm, base: Params, job: Job, { batch, alpha }: Knobs): Tuner {
  const rank = ranks[arm];
  const specs = { tokens: { shape: [batch, length], dtype: 'int32' }, labels: { shape: [batch], dtype: 'int32' } } as const;
  const optimizer = adam();
  if (rank === undefined) {
    const [from, frozen] = [{ ...part(base, isMatrix), ...job.head }, part(base, (name) => !isMatrix(name))];
    const trainer = lab.trainer({ name: `full-${job.classes}`, params: shapesOf(from), frozen: shapesOf(frozen), batch: specs, optimizer, loss: ({ params, frozen: f, batch: b }) => ({ loss: crossEntropy(classLogits({ ...f, ...params }, b.tokens!), b.labels!) }) });
    return { trainer, from, frozen, merged: (trained) => ({ ...base, ...trained }) };
  }
  const spec = specOf(rank, alpha);
  const from = { ...initLora(lab.rng.fork('pairs', arm, job.name), base, spec), ...job.head };
  const trainer = lab.trainer({ name: `${arm}-${job.classes}`, params: shapesOf(from), frozen: shapesOf(base), batch: specs, optimizer, loss: ({ params, frozen, batch: b }) => ({ loss: crossEntropy(classLogits({ ...withLora(frozen, params, spec), ...headOf(params) }, b.tokens!), b.labels!) }) });
  return { trainer, from, frozen: base, merged: (trained) => ({ ...mergeLora(base, trained, spec), ...part(trained, isHead) }) };
}
const isHead = (name: string): boolean => name.startsWith('class.');
/** The head's views. */
const headOf = <T>(views: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(views).filter(([name]) => isHead(name)));

export interface Judge {
  /** Share of sentences whose class is named. */
  readonly accuracy: (params: Params, rows: Rows, classes: number) => Promise<number>;
  /** Loss of the gaps with the model's own decoder. */
  readonly gaps: (params: Params) => Promise<number>;
}
export function judgeOf(lab: Lab, { base, gaps, jobs }: Task, tested: number): Judge {
  const score = lmScorer(lab, { name: 'gaps', params: shapesOf(base), logits: (p, tokens) => lmLogits(p, tokens, shape), length });
  const heads = new Map([...new Set(jobs.map((job) => job.classes))].map((classes) => {
    const { head } = jobs.find((job) => job.classes === classes)!;
    return [classes, lab.forward({ name: `classes-${classes}`, params: shapesOf({ ...base, ...head }), inputs: { tokens: { shape: [tested, length], dtype: 'int32' } }, outputs: ({ params, inputs }) => ({ logits: classLogits(params, inputs.tokens!) }) })] as const;
  }));
  return {
    accuracy: async (params, { tokens, labels }, classes) => {
      const said = argMaxes(floats((await heads.get(classes)!.run(params, { tokens })).logits!), classes);
      return said.filter((c, i) => c === labels.data[i]).length / said.length;
    },
    gaps: async (params) => (await score(params, gaps)).loss,
  };
}
