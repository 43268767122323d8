/** The shipped model and what it is tuned to: classes of whole sentences, and the gaps that it could fill before. */
import { floats, int32, type Params, type Tensor } from '../../base/tensor';
import { grammaticalClasses, type GrammaticalClass } from '../../data/lexicon';
import { maskTokens, type Predictions } from '../../data/predictions';
import { makeSentences, scarceMixture, type Sentences } from '../../data/sets/languages';
import { readCheckpoint } from '../../engine/onnx/writer';
import { mean } from '../../engine/ops';
import type { Value } from '../../engine/value';
import type { Lab } from '../../lab/lab';
import { maskedLm } from '../../lab/lm-models';
import { dense, initDense, prefixed, scope, type Views } from '../../nn/layers';
import { lmStates } from '../../nn/lm';
import { blockTargets, type LoraTarget } from '../../nn/lora';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export const { shape, languages } = maskedLm();
export const length = shape.context;
/** Every linear layer of every block, queries, keys and values apart. */
export const targets: readonly LoraTarget[] = blockTargets(shape, ['q', 'k', 'v', 'out', 'up', 'down']);
/** Those that are taken apart. */
export const examined = ({ apart }: Pick<Knobs, 'apart'>): readonly LoraTarget[] => (apart === 'all' ? targets : targets.filter(({ name }) => name.endsWith('.out')));
export const matrixNames: readonly string[] = [...new Set(targets.map(({ matrix }) => matrix))];

/** Sentences [n, length] int32, and their classes [n] int32. */
export interface Rows {
  readonly tokens: Tensor;
  readonly labels: Tensor;
}
export interface Job {
  readonly name: string;
  readonly classes: number;
  readonly head: Params;
  readonly train: Rows;
  readonly validation: Rows;
  readonly test: Rows;
}
export interface Task {
  readonly base: Params;
  readonly jobs: readonly Job[];
  readonly gaps: Predictions;
}
/** Words of a class in a sentence. */
const count = ({ classes }: Sentences, row: number, of: GrammaticalClass): number => Array.from(classes.data.subarray(row * length, (row + 1) * length)).filter((c) => c === grammaticalClasses.indexOf(of)).length;
const only = (language: number): number[] => languages.names.map((_, l) => Number(l === language));
const all = languages.names.map(() => 1);
/** What a sentence may be asked for. */
const kinds: readonly { readonly name: string; readonly classes: number; readonly mixture: readonly number[]; readonly label: (s: Sentences, row: number) => number }[] = [
  { name: 'how many adjectives in A: none, one, more', classes: 3, mixture: only(0), label: (s, row) => Math.min(2, count(s, row, 'adjective')) },
  { name: 'language', classes: languages.names.length, mixture: all, label: (s, row) => s.language.data[row]! },
  { name: 'a number in B or none', classes: 2, mixture: only(1), label: (s, row) => Math.min(1, count(s, row, 'number')) },
  { name: 'a pronoun in A or none', classes: 2, mixture: only(0), label: (s, row) => Math.min(1, count(s, row, 'pronoun')) },
];

export async function openTask(lab: Lab, { labelled, tested, mode }: Knobs): Promise<Task> {
  const base = readCheckpoint(await lab.asset('models/lm-masked.onnx')).params;
  const rows = (split: string, count: number, kind: (typeof kinds)[number]): Rows => {
    const made = makeSentences(languages, { seed: lab.seed, split: `spectra/${kind.name}/${split}`, count, length, mixture: kind.mixture });
    return { tokens: made.tokens, labels: int32(Array.from({ length: count }, (_, row) => kind.label(made, row))) };
  };
  return {
    base,
    jobs: kinds.slice(0, mode === 'single' ? 1 : undefined).map((kind) => ({
      name: kind.name, classes: kind.classes, head: prefixed('class', initDense(lab.rng.fork('head', kind.name), shape.width, kind.classes)),
      train: rows('train', labelled, kind), validation: rows('validation', tested, kind), test: rows('test', tested, kind),
    })),
    gaps: maskTokens(lab.rng.fork('gaps'), makeSentences(languages, { seed: lab.seed, split: 'spectra/gaps', count: tested, length, mixture: scarceMixture }), shape.vocabulary, 0.2),
  };
}
/** Logits [n, classes] of whole sentences: the mean state, and a layer over it. */
export const classLogits = (p: Views, tokens: Value): Value => dense(scope(p, 'class'), mean(lmStates(p, tokens, shape).output, { axes: [1] }));

/** The part of a checkpoint's matrix that a target stands on, with one row for each output: [outputs, inputs], row-major. */
export function partOf(params: Params, { matrix, columns }: LoraTarget): { readonly data: Float64Array; readonly outputs: number; readonly inputs: number } {
  const [inputs, width] = params[matrix]!.shape as [number, number];
  const [from, to] = columns ?? [0, width];
  const w = floats(params[matrix]!);
  const outputs = to - from;
  return { data: Float64Array.from({ length: outputs * inputs }, (_, at) => w[(at % inputs) * width + from + Math.floor(at / inputs)]!), outputs, inputs };
}
/** The checkpoint with that part replaced. */
export function withPart(params: Params, { matrix, columns }: LoraTarget, data: ArrayLike<number>): Params {
  const old = params[matrix]!;
  const [inputs, width] = old.shape as [number, number];
  const [from, to] = columns ?? [0, width];
  const w = floats(old).slice();
  for (let o = 0; o < to - from; o++) for (let i = 0; i < inputs; i++) w[i * width + from + o] = data[o * inputs + i]!;
  return { ...params, [matrix]: { ...old, data: w } };
}
