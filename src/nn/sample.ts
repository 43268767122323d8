/** Drawing a token from logits: temperature first, then the k most probable, then the nucleus (Holtzman et al. 2020, arXiv:1904.09751). */
import { InputError, ShapeError } from '../base/errors';
import { exp } from '../base/math';
import type { Random } from '../base/random';

export interface Sampling {
  /** Logits are divided by it; 0 takes the most probable token, the first of equals. 1 if absent. */
  readonly temperature?: number;
  /** Only the k most probable tokens stay; of equal ones those that come first. All if absent. */
  readonly topK?: number;
  /** Of those, the fewest most probable whose probabilities reach this sum stay (the one that reaches it too). All if absent. */
  readonly topP?: number;
}
/** Softmax in float64. A logit of -Infinity has probability 0. @throws ShapeError where no logit is above -Infinity or one is NaN */
export function softmaxOf(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let top = -Infinity;
  for (let i = 0; i < logits.length; i++) if (!(logits[i]! <= top)) top = logits[i]!;
  if (!Number.isFinite(top)) throw new ShapeError(`softmaxOf: expected a finite largest logit, but it is ${top}. Look for a step whose loss became NaN.`);
  const weights = Float64Array.from(logits, (z) => exp((z - top) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}
function check({ temperature = 1, topK = 1, topP = 1 }: Sampling): void {
  if (!(temperature >= 0)) throw new InputError(`Sampling: expected a temperature of 0 or more, but ${temperature} came.`);
  if (!(Number.isInteger(topK) && topK >= 1)) throw new InputError(`Sampling: expected top-k to be a whole number of at least 1, but ${topK} came.`);
  if (!(topP > 0 && topP <= 1)) throw new InputError(`Sampling: expected top-p above 0 and at most 1, but ${topP} came.`);
}
/** Probability with which each token is drawn: what stays, divided by its sum. @throws InputError for a setting out of range */
export function samplingProbs(logits: ArrayLike<number>, sampling: Sampling): Float64Array {
  check(sampling);
  const { temperature = 1, topK = logits.length, topP = 1 } = sampling;
  const probs = softmaxOf(logits, temperature || 1);
  const ranked = Array.from(probs.keys()).sort((a, b) => probs[b]! - probs[a]! || a - b).slice(0, temperature === 0 ? 1 : topK);
  const kept = new Float64Array(probs.length);
  const sumOfRanked = ranked.reduce((total, i) => total + probs[i]!, 0);
  let total = 0;
  for (const i of ranked) {
    if (total >= topP * sumOfRanked) break;
    kept[i] = probs[i]!;
    total += probs[i]!;
  }
  return kept.map((p) => p / total);
}
/** The token that a uniform number picks: the first at which the running sum of probabilities exceeds it. */
export function drawToken(logits: ArrayLike<number>, sampling: Sampling, rng?: Random): number {
  const probs = samplingProbs(logits, sampling);
  if (sampling.temperature === 0) return probs.findIndex((p) => p > 0);
  if (!rng) throw new InputError('Sampling: a temperature above 0 draws, and needs a stream of random numbers. Give `rng`, or a temperature of 0.');
  let left = rng.uniform();
  let last = 0;
  for (const [token, p] of probs.entries()) {
    if (p === 0) continue;
    last = token;
    left -= p;
    if (left < 0) break;
  }
  return last;
}
