/** Whether a repeated run agrees with the one that a link was made from. Pure. */
import type { Experiment } from '../spec/experiment';
import type { Proof } from '../spec/result';

export interface Agreement {
  /** 'same bits': equal providers and equal fingerprints. 'different bits': both ran on WASM, where bits must agree. 'compared': bits need not agree, marks tell by how much. */
  readonly kind: 'same bits' | 'different bits' | 'compared' | 'incomparable';
  readonly claimed: Proof['provider'];
  readonly came: Proof['provider'];
  /** |a - b| / max(|a|, |b|), the largest over the marks; 0 where both are 0. Absent where the marks differ in number. */
  readonly largestRelativeDifference?: number;
}

/** The experiment with the provider that made the proof, so that opening it repeats the run and not merely the wish. */
export const asProved = (experiment: Experiment, proof: Proof | undefined): Experiment => (proof && proof.provider !== 'reference' ? { ...experiment, backend: proof.provider } : experiment);

export function compareProofs(claimed: Proof, came: Proof): Agreement {
  const providers = { claimed: claimed.provider, came: came.provider };
  const comparable = claimed.marks.length === came.marks.length && claimed.marks.length > 0;
  const marks = comparable ? { largestRelativeDifference: largestRelativeDifference(claimed.marks, came.marks) } : {};
  if (claimed.provider === came.provider && claimed.fingerprint === came.fingerprint) return { kind: 'same bits', ...providers, ...marks };
  if (claimed.provider === 'wasm' && came.provider === 'wasm') return { kind: 'different bits', ...providers, ...marks };
  return { kind: comparable ? 'compared' : 'incomparable', ...providers, ...marks };
}

/** Links carry marks rounded to float32, so both sides are compared there. */
export function largestRelativeDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((worst, value, i) => {
    const [x, y] = [Math.fround(value), Math.fround(b[i] ?? NaN)];
    if (Object.is(x, y) || x === y) return worst;
    const size = Math.max(Math.abs(x), Math.abs(y));
    const difference = Math.abs(x - y) / size;
    return Number.isFinite(difference) ? Math.max(worst, difference) : Infinity;
  }, 0);
}
