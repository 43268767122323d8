/** The model that everything begins from, the sentences, and the parts of the model: what may be trained, what is frozen. */
import { floats, int32, tensor, type Params, type Tensor } from '../../base/tensor';
import type { Random } from '../../base/random';
import { grammaticalClasses } from '../../data/lexicon';
import { maskTokens, type Predictions } from '../../data/predictions';
import { makeSentences, scarceMixture, type Sentences } from '../../data/sets/languages';
import { readCheckpoint } from '../../engine/onnx/writer';
import { flatten, layoutOf, unflatten, type Layout } from '../../engine/layout';
import type { Lab } from '../../lab/lab';
import { maskedLm } from '../../lab/lm-models';
import { rowsOf } from '../../lab/lm';
import { initDense, prefixed } from '../../nn/layers';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export const model = maskedLm();
export const { shape, languages } = model;
export const length = shape.context;
export const classes = grammaticalClasses.length;
export const languageOf = (name: string): number => languages.names.indexOf(name);
/** The source is the first language. */
export const source = 0;

const isNorm = (name: string): boolean => /(^|\.)norm\d?\./.test(name);
export const isHead = (name: string): boolean => name.startsWith('tag.');

export interface Task {
  /** Norms, and the decoder of the gaps: never trained. */
  readonly frozen: Params;
  /** What may be trained, as it begins; flat in the order of `layout`. */
  readonly start: Float32Array;
  readonly layout: Layout;
  /** The task's head, as it begins. */
  readonly head: Params;
  /** Number of all weights. */
  readonly total: number;
  readonly labelled: Sentences;
  /** Unlabelled, by language. */
  readonly unlabelled: (language: number) => Sentences;
  /** Test sentences, by language. */
  readonly test: readonly Predictions[];
  readonly testSentences: readonly Sentences[];
  /** Gaps of what the model was made from, to see what is forgotten. */
  readonly gaps: Predictions;
}
export const weightsOf = (task: Pick<Task, 'layout'>, flat: Float32Array): Params => unflatten(tensor(flat), task.layout);

export async function openTask(lab: Lab, { labelled, unlabelled, tested, masked }: Knobs): Promise<Task> {
  const { params } = readCheckpoint(await lab.asset('models/lm-masked.onnx'));
  const part = (test: (name: string) => boolean): Params => Object.fromEntries(Object.entries(params).filter(([name]) => test(name)));
  const trained = part((name) => !isNorm(name));
  const layout = layoutOf(trained);
  const only = (language: number): readonly number[] => languages.names.map((_, l) => Number(l === language));
  const sentences = (split: string, count: number, mixture: readonly number[]): Sentences => makeSentences(languages, { seed: lab.seed, split: `sparse/${split}`, count, length, mixture });
  const testSentences = languages.names.map((name, l) => sentences(`test ${name}`, tested, only(l)));
  const pools = new Map<number, Sentences>();
  return {
    frozen: { ...part(isNorm), 'head.weight': transposed(params['token.weight']!) },
    start: floats(flatten(trained, layout)), layout,
    head: prefixed('tag', initDense(lab.rng.fork('head'), shape.width, classes)),
    total: Object.values(params).reduce((sum, { data }) => sum + data.length, 0),
    labelled: sentences('labelled', labelled, only(source)),
    unlabelled: (language) => {
      const known = pools.get(language) ?? sentences(`unlabelled ${languages.names[language]!}`, unlabelled, only(language));
      pools.set(language, known);
      return known;
    },
    test: testSentences.map(classesOf), testSentences,
    gaps: maskTokens(lab.rng.fork('gaps'), sentences('gaps', tested, scarceMixture), shape.vocabulary, masked),
  };
}
function transposed({ data, shape: [rows, columns] }: Tensor): Tensor {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows!; r++) for (let c = 0; c < columns!; c++) out[c * rows! + r] = data[r * columns! + c]!;
  return tensor(out, [columns!, rows!]);
}
/** The class of every word is to be named; on other tokens nothing counts. */
export const classesOf = ({ tokens, classes: of }: Pick<Sentences, 'tokens' | 'classes'>): Predictions => ({
  tokens, targets: int32(Int32Array.from(of.data, (c) => Math.max(0, c)), of.shape), weights: tensor(Float32Array.from(of.data, (c) => Number(c >= 0)), of.shape),
});
/** Sentences `rows` of a set. */
export function picked<T extends Pick<Sentences, 'tokens' | 'mask' | 'classes'>>(set: T, rows: ArrayLike<number>): Pick<Sentences, 'tokens' | 'mask' | 'classes'> {
  const of = (t: Tensor): Tensor => {
    const parts = Array.from(rows, (row) => rowsOf(t, row, 1));
    const joined = t.dtype === 'int32' ? new Int32Array(parts.length * length) : new Float32Array(parts.length * length);
    parts.forEach((p, i) => joined.set(p.data, i * length));
    return { dtype: t.dtype, shape: [parts.length, length], data: joined };
  };
  return { tokens: of(set.tokens), mask: of(set.mask), classes: of(set.classes) };
}
/** Rows of a step, drawn with replacement: the same in every phase and arm. */
export const drawnRows = (rng: Random, step: number, count: number, batch: number): Uint32Array => {
  const own = rng.fork(step);
  return Uint32Array.from({ length: batch }, () => own.int(count));
};
