import { expect, test } from 'vitest';
import { mostStretches, withCheck, type Stretch } from './light-history';

const check = (holds: boolean, checks?: number) => ({ id: 'l', seed: 1, holds, detail: '', ...(checks !== undefined && { checks }) });
const after = (...answers: readonly boolean[]): readonly Stretch[] => answers.reduce<readonly Stretch[]>((history, holds) => withCheck(history, check(holds)), []);

test('equal answers are one stretch; a change begins another', () => {
  expect(after(true, true, false, true, true)).toEqual([{ holds: true, from: 1, to: 2 }, { holds: false, from: 3, to: 3 }, { holds: true, from: 4, to: 5 }]);
});
test('checks that were not seen leave a gap, and a count that starts anew starts the history anew', () => {
  expect(withCheck(after(true), check(true, 7))).toEqual([{ holds: true, from: 1, to: 1 }, { holds: true, from: 7, to: 7 }]);
  expect(withCheck(after(true, true, false), check(true, 1))).toEqual([{ holds: true, from: 1, to: 1 }]);
});
test('a light that flickers without end keeps its newest stretches', () => {
  const history = after(...Array.from({ length: 3 * mostStretches }, (_, i) => i % 2 === 0));
  expect([history.length, history.at(-1)!.to]).toEqual([mostStretches, 3 * mostStretches]);
});
