import { expect, test } from 'vitest';
import { Lock } from './lock';

test('work under a lock never overlaps, keeps its order and goes on after a failure', async () => {
  const lock = new Lock();
  const seen: string[] = [];
  let inside = 0;
  const work = (name: string, ms: number, fails = false) => async (): Promise<string> => {
    expect(++inside).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, ms));
    inside--;
    seen.push(name);
    if (fails) throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([lock.run(work('a', 8)), lock.run(work('b', 1, true)), lock.run(work('c', 0))]);
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
