import { expect, test } from 'vitest';
import { axisOver, followed, moved, roundEnd, shownOf, wholeView, zoomed, type View } from './chart-view';

const all = [0, 100] as const;
const near = (range: readonly number[], to: readonly number[]): void => range.forEach((v, i) => expect(v).toBeCloseTo(to[i]!, 9));

test('a place goes to a share of the axis and back, also where it is logarithmic', () => {
  for (const log of [false, true]) {
    const axis = axisOver([1, 10_000], log);
    for (const x of [1, 7, 100, 10_000]) expect(axis.back(axis.at(x))).toBeCloseTo(x, 6);
  }
  expect(axisOver([1, 10_000], true).at(100)).toBeCloseTo(0.5, 12);
});
test('closer keeps the place under the pointer, farther ends with all, and nothing goes beyond the ends', () => {
  const once = zoomed(wholeView, all, false, 0.5, 0.3, 0.01);
  near(shownOf(once, all, false), [15, 65]);
  near(shownOf(zoomed(once, all, false, 0.5, 0, 0.01), all, false), [15, 40]);
  near(shownOf(zoomed(once, all, false, 1.5, 1, 0.01), all, false), [0, 75]);
  expect(zoomed(once, all, false, 2, 0.5, 0.01)).toEqual(wholeView);
  let view: View = wholeView;
  for (let i = 0; i < 40; i++) view = zoomed(view, all, false, 0.5, 1, 0.02);
  near(shownOf(view, all, false), [98, 100]);
});
test('a move stops at either end, and goes by factors on a logarithmic axis', () => {
  const view: View = { range: [20, 40], following: false };
  near(shownOf(moved(view, all, false, 0.5), all, false), [30, 50]);
  near(shownOf(moved(view, all, false, -9), all, false), [0, 20]);
  near(shownOf(moved(view, all, false, 9), all, false), [80, 100]);
  near(shownOf(moved({ range: [10, 100], following: false }, [1, 10_000], true, 1), [1, 10_000], true), [100, 1000]);
  expect(moved(wholeView, all, false, 1)).toEqual(wholeView);
});
test('a view that follows keeps its width and ends at the newest point; a move lets go of it', () => {
  const view = followed({ range: [20, 30], following: false }, all, false);
  near(shownOf(view, all, false), [90, 100]);
  near(shownOf(view, [0, 500], false), [490, 500]);
  expect(moved(view, all, false, -0.1).following).toBe(false);
  const left = followed(view, [0, 500], false);
  near(shownOf(left, [0, 900], false), [490, 500]);
  near(shownOf(followed(wholeView, all, false), all, false), [75, 100]);
});
test('a stretch that a new run has not come to shows all there is', () => {
  near(shownOf({ range: [40, 60], following: false }, [0, 10], false), [0, 10]);
});
test('an axis that grows ends on a round width, at most a third beyond the newest point', () => {
  for (const [from, to] of [[0, 7], [0, 100], [3, 1203], [0.5, 0.7], [0, 1e6 + 1]] as const) {
    const end = roundEnd(from, to);
    expect(end).toBeGreaterThanOrEqual(to - 1e-9);
    expect(end - from).toBeLessThanOrEqual((to - from) * 1.34);
  }
  expect([roundEnd(0, 100), roundEnd(0, 101), roundEnd(5, 5)]).toEqual([100, 120, 6]);
});
