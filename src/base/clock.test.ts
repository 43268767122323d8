import { expect, test } from 'vitest';
import { steadyClock } from './clock';

test('a clock that is set back stands still for that moment and goes on from there', () => {
  let now = 1000;
  const clock = steadyClock(() => now);
  const seen = [5, 10, -3_600_000, 10, 3_600_000, -1].map((by) => ((now += by), clock()));
  expect(seen).toEqual([5, 15, 15, 25, 3_600_025, 3_600_025]);
});
