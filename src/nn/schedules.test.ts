import { expect, test } from 'vitest';
import { averageDecay, constantRate, cosine, inverseSqrt, linear, milestones, polynomial, ramp, stepDecay, type Schedule } from './schedules';

const at = (schedule: Schedule, ...steps: number[]): number[] => steps.map(schedule);
const close = (found: readonly number[], expected: readonly number[]): void => found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));

test('warm-up rises in equal steps and ends at the full rate', () => {
  close(at(cosine(0.4, 100, 4), 0, 1, 2, 3, 4), [0.1, 0.2, 0.3, 0.4, 0.4]);
  close(at(linear(1, 100, 10, { warmUpFrom: 0.1 }), 0, 4, 9, 10), [0.19, 0.55, 1, 1]);
});
test('a cosine is at half its height half-way, and stays on its floor', () => {
  close(at(cosine(2, 10), 0, 5, 10, 15), [2, 1, 0, 0]);
  close(at(cosine(2, 14, 4, { floor: 1 }), 4, 9, 14, 99), [2, 1.5, 1, 1]);
  close(at(cosine(1, 6), 2), [0.75]); // (1 + cos(60 degrees)) / 2
});
test('a straight line, and a polynomial of power 1, are one; power 2 is its square', () => {
  close(at(linear(1, 10), 0, 3, 10, 20), [1, 0.7, 0, 0]);
  close(at(polynomial(1, 10, 1), 0, 3, 10, 20), [1, 0.7, 0, 0]);
  close(at(polynomial(1, 10, 2, 0, { floor: 0.5 }), 0, 3, 10), [1, 0.5 + 0.5 * 0.49, 0.5]);
});
test('the inverse square root is continuous at the end of its warm-up', () => {
  close(at(inverseSqrt(3, 9), 8, 35, 80), [3, 1.5, 1]);
  close(at(inverseSqrt(3), 0, 8), [3, 1]);
});
test('steps and milestones multiply where they should', () => {
  close(at(stepDecay(1, 0.5, 3), 0, 2, 3, 6), [1, 1, 0.5, 0.25]);
  close(at(milestones(1, 0.1, [7, 8]), 6, 7, 8, 9), [1, 0.1, 0.01, 0.01]);
  close(at(milestones(1, 0.1, [7], 2), 0, 1, 2, 7), [0.5, 1, 1, 0.1]);
});
test('a ramp ends where it says, and a young average forgets where it began', () => {
  close(at(ramp(0.99, 0.999, 9), 0, 3, 9, 100), [0.99, 0.993, 0.999, 0.999]);
  close(at(averageDecay(0.99), 0, 10, 10000), [0.1, 11 / 20, 0.99]);
  expect(() => averageDecay(1.5)).toThrow('from 0 to 1');
  expect(constantRate(3)(17)).toBe(3);
});
