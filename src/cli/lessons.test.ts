import { expect, test } from 'vitest';
import { lessons } from '../lessons';
import { seenOf } from '../spec/lesson';
import { checkLesson } from './lessons';

test('what the shortest lesson foretells is what its runs show', { timeout: 120_000 }, async () => {
  const found = await checkLesson(lessons.find((l) => l.id === 'silent-networks')!);
  expect(found.length).toBeGreaterThan(0);
  for (const { seen, says } of found) expect(seen?.agrees, says).toBe(true);
  // The figures that its text gives: 10.1 dB, as good as silence.
  expect(found[0]!.seen!.right).toBeCloseTo(10.1, 1);
});
test('what is seen is compared by medians over seeds; what was not measured is not seen', () => {
  const foretold = { says: '', left: { arm: 'a', metric: 'm' }, right: 2, comparison: '>' } as const;
  const outcome = (value: number, seed: number) => ({ arm: 'a', metric: 'm', seed, value });
  expect(seenOf(foretold, [outcome(1, 1), outcome(3, 2), outcome(9, 3)])).toEqual({ left: 3, right: 2, agrees: true });
  expect(seenOf({ ...foretold, comparison: '<' }, [outcome(3, 1)])?.agrees).toBe(false);
  expect(seenOf(foretold, [])).toBeUndefined();
});
