/** The model, pairs to learn from and to be tested on, and prompts to continue. */
import { int32, tensor, type Params, type Tensor } from '../../base/tensor';
import { nextTokens } from '../../data/predictions';
import { makePreferences, prefer, preferenceRows, type Preferences, type PreferencePair, type PreferenceSide } from '../../data/sets/preferences';
import { special } from '../../data/tokens';
import { readCheckpoint } from '../../engine/onnx/writer';
import type { Lab } from '../../lab/lab';
import { attributesLm } from '../../lab/lm-models';
import { lmWriter, rowsOf } from '../../lab/lm';
import { shapesOf } from '../../lab/evaluate';
import { lmLogits } from '../../nn/lm';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export const model = attributesLm();
export const { shape, reviews, vocabulary } = model;
/** Tokens of a row, and places of it that predict the next. */
export const length = shape.context;
export const places = length - 1;
const promptWords = 6;

export interface Task {
  readonly reference: Params;
  readonly train: Preferences;
  readonly test: Preferences;
  /** Beginnings of new reviews, with their bos. */
  readonly prompts: readonly (readonly number[])[];
}
/** Continuations by a model. */
export type Writer = (params: Params, prompts: readonly (readonly number[])[], stream: string) => Promise<number[][]>;
export function writerOf(lab: Lab, reference: Params, chunk: number): Writer {
  const write = lmWriter(lab, { name: 'continuations', params: shapesOf(reference), logits: (p, tokens) => lmLogits(p, tokens, shape), length, chunk });
  return (params, prompts, stream) => write(params, prompts, { most: length - promptWords - 1, end: special.eos, rng: lab.rng.fork('written', stream) });
}
export const withoutEnd = (ids: readonly number[]): number[] => ids.filter((id) => id !== special.eos);

export async function openTask(lab: Lab, knobs: Knobs, writer: (reference: Params) => Writer): Promise<Task> {
  const reference = readCheckpoint(await lab.asset('models/lm-attributes.onnx')).params;
  const drawn = (split: string, count: number): Preferences => makePreferences(reviews, { seed: lab.seed, split: `masked/${split}`, count, length, promptWords });
  const prompts = promptsOf(drawn('prompts', knobs.written));
  const test = drawn('test', knobs.tested);
  if (knobs.source === 'grammar') return { reference, test, prompts, train: drawn('train', knobs.trained) };
  return { reference, test, prompts, train: await ownPairs(lab, promptsOf(drawn('train', knobs.trained)), writer(reference), reference) };
}
const promptsOf = ({ chosen }: Preferences): number[][] => Array.from({ length: chosen.tokens.shape[0]! }, (_, i) => Array.from(chosen.tokens.data.subarray(i * length, i * length + promptWords + 1)));
/** Two continuations of each prompt by the model; ties are dropped. */
async function ownPairs(lab: Lab, prompts: readonly number[][], write: Writer, reference: Params): Promise<Preferences> {
  const [a, b] = [await write(reference, prompts, 'a'), await write(reference, prompts, 'b')];
  const pairs = prompts.flatMap((prompt, i): PreferencePair[] => {
    const pair = prefer(reviews, prompt.slice(1), withoutEnd(a[i]!), withoutEnd(b[i]!), {}, lab.rng.fork('prefer', i));
    return pair ? [pair] : [];
  });
  return preferenceRows(reviews, pairs, length);
}

/** Rows of a step: the preferred ones, then the rejected ones of the same pairs. */
export interface Rows {
  /** [2 pairs, places] int32. */
  readonly tokens: Tensor;
  readonly targets: Tensor;
  /** [2 pairs, places]: 1 where the target is a token of the response. */
  readonly weights: Tensor;
}
export function rowsAt({ chosen, rejected }: Preferences, pairs: ArrayLike<number>): Rows {
  const of = (side: PreferenceSide) => Array.from(pairs, (pair) => nextTokens({ tokens: rowsOf(side.tokens, pair, 1), mask: rowsOf(side.mask, pair, 1) }, rowsOf(side.response, pair, 1)));
  const all = [...of(chosen), ...of(rejected)];
  const joined = (part: 'tokens' | 'targets' | 'weights'): number[] => all.flatMap((p) => [...p[part].data]);
  const at = [all.length, places];
  return { tokens: int32(joined('tokens'), at), targets: int32(joined('targets'), at), weights: tensor(joined('weights'), at) };
}
