import { expect, test } from 'vitest';
import { atLeast, atMost, below, brokenOf, checkedAgain, isMeasured, meetsBound, near, wasBroken } from './lights';

const light = (holds: boolean, detail: string) => ({ id: 'l', seed: 1, holds, detail });

test('a light counts its checks, and that it was off stays although it holds again', () => {
  const first = checkedAgain(undefined, light(true, 'a'), 0);
  expect(first).toEqual({ ...light(true, 'a'), checks: 1, step: 0 });
  const off = checkedAgain(checkedAgain(first, light(false, 'b'), 3), light(false, 'c'), 4);
  expect(off).toMatchObject({ holds: false, checks: 3, step: 4, firstBroken: { step: 3, detail: 'b' } });
  const again = checkedAgain(off, light(true, 'd'), 9);
  expect(again).toMatchObject({ holds: true, checks: 4, step: 9, firstBroken: { step: 3, detail: 'b' } });
  expect([wasBroken(first), wasBroken(off), wasBroken(again)]).toEqual([false, true, true]);
});
test('one that is checked before any point has no step', () => {
  expect(checkedAgain(undefined, light(false, 'x'), undefined)).toEqual({ ...light(false, 'x'), checks: 1, firstBroken: { detail: 'x' } });
});
test('a number against its bound decides, and none that is not a number', () => {
  const each = [atMost, below, atLeast];
  expect(each.map((rule) => [1, 2, 3].map((value) => meetsBound(rule(value, 2))))).toEqual([[true, true, false], [true, false, false], [false, true, true]]);
  expect([1.4, 1.5, 2.5, 2.6].map((value) => meetsBound(near(value, 2, 0.5)))).toEqual([false, true, true, false]);
  expect([atMost(NaN, 2), below(NaN, 2), atLeast(NaN, 2), near(NaN, 2, 1)].map(meetsBound)).toEqual([false, false, false, false]);
  expect(checkedAgain(undefined, { ...light(false, 'a'), measured: atMost(3, 2) }, 1).firstBroken).toEqual({ step: 1, detail: 'a', measured: atMost(3, 2) });
});
test('what is kept of a measured light is read with each field in its place, or not at all', () => {
  expect([atMost(1, 2), near(NaN, 2, 1)].map(isMeasured)).toEqual([true, true]);
  for (const bad of [undefined, null, 3, {}, { value: 1, must: 'about', bound: 2 }, { value: 1, must: 'constructor', bound: 2 }, { value: '1', must: 'at most', bound: 2 }, { ...atMost(1, 2), within: 'x' }]) expect(isMeasured(bad)).toBe(false);
});
test('lights that are off and lights that were are counted apart', () => {
  const again = { ...light(true, 'a'), firstBroken: { detail: 'b' } };
  expect(brokenOf([light(true, ''), light(false, ''), again, again])).toEqual({ off: 1, wereOff: 2 });
});
