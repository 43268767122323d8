/** What is measured on test pairs, and in what a policy writes. */
import { floats, type Params } from '../../base/tensor';
import { attributeScore } from '../../data/sets/attributes';
import { lexemeAuc, type PreferenceSide, type Preferences } from '../../data/sets/preferences';
import type { Lab } from '../../lab/lab';
import { shapesOf } from '../../lab/evaluate';
import type { Arm } from './masks';
import { tokensOf } from './step';
import { length, places, reviews, rowsAt, withoutEnd, type Knobs, type Rows } from './task';

export interface Judged {
  /** [2 pairs, places], as the test pairs lie: preferred, then rejected. */
  readonly mu: Float32Array;
  readonly md: Float32Array;
  readonly referenceLoss: Float32Array;
  readonly figures: Readonly<Record<string, number>>;
}
/** Reads the test pairs with a policy, its masks and the frozen copy. */
export function judgeOf(lab: Lab, arm: Arm, like: Params, reference: Params, test: Preferences, knobs: Knobs): (params: Params, drawn: Float32Array) => Promise<Judged> {
  const pairs = test.chosen.tokens.shape[0]!;
  const rows = rowsAt(test, Array.from({ length: pairs }, (_, i) => i));
  const n = 2 * pairs;
  const int = { shape: [n, places], dtype: 'int32' } as const;
  const forward = lab.forward({
    name: `test-${arm}`, params: { ...shapesOf(like), ...Object.fromEntries(Object.entries(shapesOf(reference)).map(([name, s]) => [`reference.${name}`, s])) },
    inputs: { tokens: int, targets: int, weights: { shape: [n, places] }, drawn: { shape: [n, places] } },
    outputs: ({ params, inputs }) => {
      const found = tokensOf(arm, params, Object.fromEntries(Object.keys(reference).map((name) => [name, params[`reference.${name}`]!])), inputs, knobs);
      return { ...found };
    },
  });
  return async (params, drawn) => {
    const whole = { ...params, ...Object.fromEntries(Object.entries(reference).map(([name, value]) => [`reference.${name}`, value])) };
    const out = await forward.run(whole, { ...rows, drawn: { dtype: 'float32', shape: [n, places], data: drawn } });
    const of = (name: string): Float32Array => floats(out[name]!);
    return { mu: of('mu'), md: of('md'), referenceLoss: of('referenceLoss'), figures: figuresOf({ reward: of('reward'), divergence: of('divergence'), mu: of('mu'), md: of('md') }, rows, test, knobs.beta) };
  };
}
function figuresOf({ reward, divergence, mu, md }: Record<'reward' | 'divergence' | 'mu' | 'md', Float32Array>, { weights }: Rows, test: Preferences, beta: number): Record<string, number> {
  const w = floats(weights);
  const n = w.length / places;
  const total = (x: Float32Array, row: number, m?: Float32Array): number => {
    let sum = 0;
    for (let p = row * places; p < (row + 1) * places; p++) sum += w[p]! * x[p]! * (m ? m[p]! : 1);
    return sum;
  };
  const ordered = Array.from({ length: n / 2 }, (_, i) => Number(beta * (total(reward, i, mu) - total(reward, n / 2 + i, mu)) > 0));
  const kl = Array.from({ length: n }, (_, row) => total(divergence, row));
  const share = (m: Float32Array, from: number, to: number): number => {
    let [zero, all] = [0, 0];
    for (let p = from * places; p < to * places; p++) [zero, all] = [zero + w[p]! * Number(m[p] === 0), all + w[p]!];
    return zero / Math.max(1, all);
  };
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const all = w.reduce((a, b) => a + b, 0);
  return {
    'reward/accuracy': mean(ordered), kl: mean(kl),
    'mask/auc': lexemeAuc([...cells(mu, n)], bothSides(test)), 'mask/mean': mu.reduce((sum, m, p) => sum + m * w[p]!, 0) / Math.max(1, all),
    'sparsity/mu': share(mu, 0, n), 'sparsity/md': share(md, 0, n), 'sparsity/chosen': share(mu, 0, n / 2), 'sparsity/rejected': share(mu, n / 2, n),
  };
}
/** Values at places that predict, moved to the tokens that they are about: [n, length]. */
export function cells(values: Float32Array, n: number): Float32Array {
  const out = new Float32Array(n * length);
  for (let i = 0; i < n; i++) out.set(values.subarray(i * places, (i + 1) * places), i * length + 1);
  return out;
}
/** Preferred and rejected rows as one set. */
export function bothSides({ chosen, rejected }: Preferences): Pick<PreferenceSide, 'response' | 'lexemes'> {
  const joined = (part: 'response' | 'lexemes'): PreferenceSide['response'] => ({ ...chosen[part], shape: [2 * chosen[part].shape[0]!, length], data: Float32Array.from([...floats(chosen[part]), ...floats(rejected[part])]) });
  return { response: joined('response'), lexemes: joined('lexemes') };
}
/** Mean of the oracle's scores. */
export const scoreOf = (texts: readonly (readonly number[])[]): number => texts.reduce((sum, text) => sum + attributeScore(reviews, withoutEnd(text)), 0) / texts.length;
