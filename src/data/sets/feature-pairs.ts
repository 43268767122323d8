/**
 * Two views of one thing, feature by feature: the inputs of linear contrastive learning in exact form (Xue et al. 2024, arXiv:2403.11391).
 * Feature j has second moment m_j, and a share a_j of it survives from one view to the other: E[x x^T] = diag(m), E[x x'^T] = diag(a m).
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { tensor } from '../../base/tensor';
import { defineDataset } from '../../spec/dataset';
import { text } from '../../spec/knobs';

export interface FeaturePairsSpec {
  /** m_j > 0 and a_j in [0, 1], as many. */
  readonly moments: readonly number[];
  readonly survival: readonly number[];
}
/** x_j = sqrt(m_j) (sqrt(a_j) s_j + sqrt(1 - a_j) e_j), with s shared by the views, e of each view's own; all standard normal. */
export function featurePair({ moments, survival }: FeaturePairsSpec, rng: Random): { readonly x: Float32Array; readonly other: Float32Array } {
  const shared = rng.fork('shared').fillNormal(new Float32Array(moments.length));
  const view = (name: string): Float32Array => rng.fork(name).fillNormal(new Float32Array(moments.length)).map((e, j) => Math.sqrt(moments[j]!) * (Math.sqrt(survival[j]!) * shared[j]! + Math.sqrt(1 - survival[j]!) * e));
  return { x: view('one'), other: view('other') };
}

/** Numbers of a line, separated by commas or spaces. @throws InputError naming the first that is none or lies outside */
function numbers(what: string, line: string, low: number, high: number): number[] {
  const read = line.split(/[\s,;]+/).filter((word) => word !== '').map(Number);
  const bad = read.find((v) => !(v >= low && v <= high));
  if (read.length === 0 || read.length > 256 || bad !== undefined) throw new InputError(`${what} are 1 to 256 numbers from ${low} to ${high}, separated by commas, but "${line}" came.`);
  return read;
}

const knobs = {
  moments: text({ label: 'Strengths m', maxLength: 400, default: '1, 1, 1, 1, 0.5, 0.25', help: 'Second moment of each feature.' }),
  survival: text({ label: 'Survival a', maxLength: 400, default: '1, 0.8, 0.5, 0.2, 0.9, 0.9', help: 'Share of each that both views have in common; as many numbers.' }),
} as const;

export const dataset = defineDataset({
  id: 'feature-pairs',
  title: 'Pairs of views, feature by feature',
  family: 'toy',
  says: 'Vectors of independent features in two views: how strong each feature is and how much of it survives from view to view is yours to say. What a linear contrastive learner makes of it is known in closed form.',
  knobs,
  open: ({ knobs: k }) => {
    const spec: FeaturePairsSpec = { moments: numbers('Strengths', k.moments, 1e-6, 1e6), survival: numbers('Survivals', k.survival, 0, 1) };
    if (spec.moments.length !== spec.survival.length) throw new InputError(`Each feature needs a strength and a survival, but ${spec.moments.length} and ${spec.survival.length} came. Give as many of one as of the other.`);
    const pair = (seed: number, split: string, index: number) => featurePair(spec, Random.seed(seed).fork('feature pairs', split, index));
    return {
      example: ({ seed, split, index }) => {
        const { x, other } = pair(seed, split, index);
        return { x: tensor(x), other: tensor(other) };
      },
      preview: ({ seed }) => {
        const sample = Array.from({ length: 500 }, (_, i) => pair(seed, 'train', i));
        const mean = (f: (p: { x: Float32Array; other: Float32Array }) => number): number => sample.reduce((sum, p) => sum + f(p), 0) / sample.length;
        return [
          { title: 'Each feature', says: 'As asked, and as it is among 500 pairs.', picture: { kind: 'table', columns: ['feature', 'm', 'mean x x', 'a m', 'mean x x\''], rows: spec.moments.map((m, j) => [j, m, mean(({ x }) => x[j]! * x[j]!).toFixed(3), (m * spec.survival[j]!).toFixed(3), mean(({ x, other }) => x[j]! * other[j]!).toFixed(3)]) } },
          { title: 'First feature in both views', picture: { kind: 'scatter', xLabel: 'one view', yLabel: 'other view', points: sample.map(({ x, other }) => ({ label: '', shape: 'dot' as const, x: x[0]!, y: other[0]! })) } },
        ];
      },
    };
  },
});
