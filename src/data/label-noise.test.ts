import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { noisyLabel, type LabelNoise } from './label-noise';

const classCount = 5;
const features = (i: number): Float32Array => Random.seed(9).fork(i).fillNormal(new Float32Array(20));
function given(kind: LabelNoise, rate: number, n = 4000): { label: number; y: number }[] {
  return Array.from({ length: n }, (_, i) => ({ label: i % classCount, y: noisyLabel(i % classCount, { kind, rate, classCount, seed: 1 }, Random.seed(1).fork(kind, i), features(i)) }));
}
const wrongShare = (rows: readonly { label: number; y: number }[]): number => rows.filter(({ label, y }) => label !== y).length / rows.length;
/** Three standard deviations of a share of 4000. */
const near = (p: number): number => 3 * Math.sqrt((p * (1 - p)) / 4000) + 1e-9;

test('symmetric noise makes its rate wrong, uniform noise (K - 1) / K of it, pair noise its rate', () => {
  for (const rate of [0.1, 0.3, 0.5]) {
    expect(Math.abs(wrongShare(given('symmetric', rate)) - rate)).toBeLessThan(near(rate));
    expect(Math.abs(wrongShare(given('uniform', rate)) - (rate * (classCount - 1)) / classCount)).toBeLessThan(near(rate));
    expect(Math.abs(wrongShare(given('pair', rate)) - rate)).toBeLessThan(near(rate));
  }
});
test('symmetric noise goes to all other classes alike; pair noise to the next alone', () => {
  const wrong = given('symmetric', 0.5).filter(({ label, y }) => label !== y);
  for (let step = 1; step < classCount; step++) expect(Math.abs(wrong.filter(({ label, y }) => (y - label + classCount) % classCount === step).length / wrong.length - 0.25)).toBeLessThan(0.03);
  for (const { label, y } of given('pair', 0.5)) if (y !== label) expect(y).toBe((label + 1) % classCount);
});
test('at rate 0 and without noise every label stays; at rate 1 none does', () => {
  for (const kind of ['uniform', 'symmetric', 'pair', 'none'] as const) expect(wrongShare(given(kind, kind === 'none' ? 0.9 : 0, 200))).toBe(0);
  for (const kind of ['symmetric', 'pair'] as const) expect(wrongShare(given(kind, 1, 200))).toBe(1);
});
test('noise by instance has its mean rate, never gives the own class, and follows what the example looks like', () => {
  const rows = given('instance', 0.4);
  expect(Math.abs(wrongShare(rows) - 0.4)).toBeLessThan(0.03);
  // The same features and label, other draws: the wrong class is nearly always one and the same. Under symmetric noise it would be one in four.
  const x = features(7).map((v) => 3 * v);
  const wrong = Array.from({ length: 400 }, (_, i) => noisyLabel(2, { kind: 'instance', rate: 0.5, classCount, seed: 1 }, Random.seed(2).fork(i), x)).filter((y) => y !== 2);
  const most = Math.max(...[0, 1, 3, 4].map((c) => wrong.filter((y) => y === c).length));
  expect(wrong.length).toBeGreaterThan(100);
  expect(most / wrong.length).toBeGreaterThan(0.6);
});
test('noise that cannot be is refused', () => {
  expect(() => noisyLabel(0, { kind: 'uniform', rate: 2, classCount, seed: 1 }, Random.seed(1), [])).toThrow(/rate from 0 to 1/);
});
