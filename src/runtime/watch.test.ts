import { expect, test } from 'vitest';
import { RuntimeProblem } from '../base/errors';
import { Watch } from './watch';

const never = (): Promise<never> => new Promise(() => undefined);

test('a problem ends every wait, those begun before it and those begun after', async () => {
  const watch = new Watch();
  const before = [watch.guard(never(), 60_000, 'A'), watch.guard(never(), 60_000, 'B')];
  const settled = Promise.allSettled(before);
  watch.fail(new RuntimeProblem('gone'));
  watch.fail(new RuntimeProblem('too late to be the reason'));
  expect((await settled).map((r) => r.status === 'rejected' && String(r.reason))).toEqual(['RuntimeProblem: gone', 'RuntimeProblem: gone']);
  await expect(watch.guard(Promise.resolve(1), 60_000, 'C')).rejects.toThrow('gone');
  expect(() => watch.check()).toThrow('gone');
});
test('silence becomes a problem for all', async () => {
  const watch = new Watch();
  const other = expect(watch.guard(never(), 60_000, 'Other')).rejects.toThrow('Step should answer within 0.02 s');
  await expect(watch.guard(never(), 20, 'Step')).rejects.toBeInstanceOf(RuntimeProblem);
  await other;
});
test('what is in time passes, values and errors alike', async () => {
  const watch = new Watch();
  expect(await watch.guard(Promise.resolve(3), 1000, 'Step')).toBe(3);
  await expect(watch.guard(Promise.reject(new Error('own')), 1000, 'Step')).rejects.toThrow('own');
  expect(watch.problem).toBeUndefined();
});
