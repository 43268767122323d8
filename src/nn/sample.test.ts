import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { drawToken, samplingProbs, softmaxOf, type Sampling } from './sample';

const logits = [0.2, 1.5, -0.7, 1.5, 0.9, -3];

/** Every set of tokens is tried: the nucleus is the smallest whose share reaches p, and of those the most probable. */
function bruteForce({ temperature = 1, topK = logits.length, topP = 1 }: Sampling): number[] {
  const e = logits.map((z) => Math.exp(z / temperature));
  const total = e.reduce((a, b) => a + b);
  const probs = e.map((x) => x / total);
  const better = (i: number, j: number): boolean => probs[i]! > probs[j]! || (probs[i] === probs[j] && i < j);
  const ofK = probs.map((p, i) => (probs.filter((_, j) => better(j, i)).length < topK ? p : 0));
  const sumK = ofK.reduce((a, b) => a + b);
  let best: { mask: number; size: number; sum: number } | undefined;
  for (let mask = 1; mask < 2 ** logits.length; mask++) {
    const inside = ofK.map((p, i) => ((mask >> i) & 1 ? p : 0));
    const [sum, size] = [inside.reduce((a, b) => a + b), inside.filter((p) => p > 0).length];
    if (sum / sumK < topP - 1e-12 || inside.some((p, i) => (mask >> i) & 1 && p === 0)) continue;
    if (!best || size < best.size || (size === best.size && sum > best.sum + 1e-12)) best = { mask, size, sum };
  }
  return ofK.map((p, i) => ((best!.mask >> i) & 1 ? p / best!.sum : 0));
}
test.each<Sampling>([{}, { temperature: 0.5 }, { topK: 3 }, { topK: 1 }, { topP: 0.6 }, { topP: 0.9 }, { temperature: 2, topK: 4, topP: 0.75 }, { temperature: 0.7, topK: 2, topP: 0.3 }])('%j leaves the tokens that trying every set leaves', (sampling) => {
  expect([...samplingProbs(logits, sampling)]).toEqual(bruteForce(sampling).map((p) => expect.closeTo(p, 12)));
});
test('a temperature of 0 takes the first of the most probable, without drawing', () => {
  expect([...samplingProbs(logits, { temperature: 0, topP: 0.9 })]).toEqual([0, 1, 0, 0, 0, 0]);
  expect(drawToken(logits, { temperature: 0 })).toBe(1);
});
test('tokens are drawn as often as their probabilities say, and never one that was cut', () => {
  const sampling = { topK: 4, temperature: 1.3 };
  const probs = samplingProbs(logits, sampling);
  const rng = Random.seed(3);
  const counts = new Float64Array(logits.length);
  const n = 20_000;
  for (let i = 0; i < n; i++) counts[drawToken(logits, sampling, rng.fork(i))]!++;
  // Chi-squared with three degrees of freedom is above 16.3 once in a thousand seeds.
  const chi2 = [...probs].reduce((sum, p, i) => sum + (p === 0 ? 0 : (counts[i]! - n * p) ** 2 / (n * p)), 0);
  expect(chi2).toBeLessThan(16.3);
  expect([counts[2], counts[5]]).toEqual([0, 0]);
});
test('logits of any size make probabilities; none that is finite is an error that says so', () => {
  expect([...softmaxOf([1000, 1000, -Infinity])]).toEqual([0.5, 0.5, 0]);
  expect(() => softmaxOf([-Infinity])).toThrow(/finite/);
  expect(() => softmaxOf([0, NaN])).toThrow(/finite/);
});
test.each<Sampling>([{ temperature: -1 }, { topK: 0 }, { topK: 1.5 }, { topP: 0 }, { topP: 1.1 }])('%j is refused', (sampling) => {
  expect(() => samplingProbs(logits, sampling)).toThrow(/Sampling: expected/);
  expect(() => drawToken(logits, {})).toThrow(/rng/);
});
