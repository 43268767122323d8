import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { fitProbe, probeAccuracy, probeLogits, type Probe } from './probe';

const [n, d, k] = [60, 5, 3];
const rng = Random.seed(4);
const labels = Array.from({ length: n }, (_, i) => i % k);
const features = labels.flatMap((y) => Array.from({ length: d }, (_, j) => 3 * rng.normal() + Number(j === y) * 2 + 7 * j));

/** Mean cross-entropy plus the penalty, told from the definition. */
function objective(probe: Probe, l2: number): number {
  const logits = probeLogits(probe, features);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const row = Array.from(logits.subarray(i * k, (i + 1) * k));
    sum += Math.log(row.reduce((s, z) => s + Math.exp(z), 0)) - row[labels[i]!]!;
  }
  return sum / n + (l2 / 2) * probe.weights.subarray(0, d * k).reduce((s, w) => s + w * w, 0);
}
test('no small change of any weight makes the penalised cross-entropy smaller', () => {
  const l2 = 0.03;
  const probe = fitProbe(features, labels, { classes: k, l2, tolerance: 1e-9, iterations: 2000 });
  const best = objective(probe, l2);
  probe.weights.forEach((_, at) => {
    for (const by of [-1e-3, 1e-3]) expect(objective({ ...probe, weights: probe.weights.map((w, i) => (i === at ? w + by : w)) }, l2)).toBeGreaterThan(best);
  });
});
test('one feature of two values gives the log odds of its counts', () => {
  // Of 10 examples with -1, 2 are of class 1; of 10 with 1, 7 are.
  const x = [...Array<number>(10).fill(-1), ...Array<number>(10).fill(1)];
  const y = x.map((_, i) => Number(i < 10 ? i < 2 : i < 17));
  const logits = probeLogits(fitProbe(x, y, { classes: 2, l2: 1e-9, tolerance: 1e-10, iterations: 5000 }), [-1, 1]);
  expect(logits[1]! - logits[0]!).toBeCloseTo(Math.log(2 / 8), 5);
  expect(logits[3]! - logits[2]!).toBeCloseTo(Math.log(7 / 3), 5);
});
test('the scale and the place of a feature change nothing, and a feature that never varies does no harm', () => {
  const probe = fitProbe(features, labels, { classes: k });
  const moved = features.map((v) => 1000 * v - 5);
  const a = probeLogits(probe, features);
  probeLogits(fitProbe(moved, labels, { classes: k }), moved).forEach((z, i) => expect(z).toBeCloseTo(a[i]!, 3));
  const still = labels.flatMap((_, i) => [...features.slice(i * d, (i + 1) * d), 3]);
  expect(probeAccuracy(fitProbe(still, labels, { classes: k }), still, labels)).toBe(probeAccuracy(probe, features, labels));
});
test('it ends within its tolerance, and says what it cannot fit', () => {
  expect(fitProbe(features, labels, { classes: k }).gradient).toBeLessThanOrEqual(1e-5);
  expect(() => fitProbe(features, labels.slice(1), { classes: k })).toThrow('as many rows');
  expect(() => fitProbe(features, labels, { classes: 2 })).toThrow('labels from 0 to 1');
  expect(() => fitProbe(features, labels, { classes: k, l2: 0 })).toThrow('above 0');
});
