import { expect, test } from 'vitest';
import { float, logFloat } from '../spec/knobs';
import { colourAt, inkAt, luminance } from './colours';
import { fromSlider, toSlider } from './Knobs';
import { placeLabels } from './labels';
import { cellSize } from './pictures/heat';
import { levelLines } from './level-lines';
import { linearTicks, logTicks, scaleOver, shareAxis, snugAxis } from './ticks';
import { columnsOf } from './Masonry';
import { wavBytes } from './wav';

test('figures stand out from every colour of a scale, by WCAG AA', () => {
  for (let share = 0; share <= 1; share += 0.01) {
    const behind = luminance(colourAt('sequential', share).match(/\d+/g)!.map(Number));
    const ratio = inkAt('sequential', share) === '#000' ? (behind + 0.05) / 0.05 : 1.05 / (behind + 0.05);
    expect(ratio, `at ${share}`).toBeGreaterThanOrEqual(4.5);
  }
});
test('ticks are round and within the range', () => {
  expect(linearTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(linearTicks(-3.2, 11)).toEqual([0, 5, 10]);
  expect(logTicks(0.002, 50)).toEqual([0.01, 0.1, 1, 10]);
});
test('a scale maps its ends to 0 and 1, and what cannot stand on it to NaN', () => {
  const log = scaleOver(0.01, 100, { log: true, room: 0 });
  expect([log.at(0.01), log.at(1), log.at(100), log.at(0)]).toEqual([0, 0.5, 1, NaN]);
  expect(scaleOver(2, 2).at(2)).toBe(0.5);
});
test('a slider reaches both ends of its knob, and a log slider goes by ratios', () => {
  const rate = logFloat({ label: '', min: 1e-5, max: 1e-1, default: 1e-3 });
  expect([toSlider(rate, 1e-5), toSlider(rate, 1e-3), fromSlider(rate, 0), fromSlider(rate, 1000)].map((v) => Number(v.toPrecision(6)))).toEqual([0, 500, 1e-5, 1e-1]);
  expect(fromSlider(float({ label: '', min: 0, max: 1, step: 0.1, default: 0 }), 0.1 + 0.2)).toBe(0.3);
});
test('the level line of a ramp is straight and stands where the level is', () => {
  const lines = levelLines([0, 1, 2, 0, 1, 2], 2, 3, 1.5);
  expect(lines).toEqual([[1.5, 0, 1.5, 1]]);
});
test('a WAV file says what it holds', () => {
  const view = new DataView(wavBytes(Float32Array.of(0, 1, -2, NaN), 8000));
  expect([view.byteLength, view.getUint32(24, true), view.getUint32(40, true), view.getInt16(46, true), view.getInt16(48, true), view.getInt16(50, true)]).toEqual([52, 8000, 8, 32767, -32767, 0]);
});
test('an axis of a chart ends on round values that hold all points', () => {
  expect(snugAxis(10.2, 17.4)).toEqual({ domain: [10, 18], ticks: [10, 12, 14, 16, 18] });
  expect(snugAxis(3e-5, 0.4, true)).toEqual({ domain: [2e-5, 0.5], ticks: [1e-4, 1e-3, 1e-2, 1e-1] });
  expect(snugAxis(0.023, 0.071, true)).toEqual({ domain: [0.02, 0.1], ticks: [0.02, 0.05, 0.1] });
  const { domain } = snugAxis(5, 5);
  expect(domain[0] < 5 && domain[1] > 5).toBe(true);
  expect(snugAxis(Infinity, -Infinity).domain).toEqual([0, 1]);
});
test('an axis of shares fits the points and stays within 0 and 1', () => {
  const { domain: [from, to], ticks } = shareAxis(0.957, 0.96);
  expect(from).toBeGreaterThan(0.95);
  expect(to).toBeLessThan(0.965);
  expect(ticks.length).toBeGreaterThanOrEqual(3);
  expect(shareAxis(0, 0.03).domain).toEqual([0, 0.03]);
  expect(shareAxis(0, 0).domain).toEqual([0, 0.1]);
  expect(shareAxis(1, 1).domain).toEqual([0.9, 1]);
  expect(shareAxis(0.02, 0.99).domain).toEqual([0, 1]);
});
test('labels stay in the frame, and none covers another', () => {
  const names = ['Uniform soup', 'Greedy soup', 'Learned soup', 'Logit ensemble', 'Best single'];
  const placed = placeLabels(names.map((label, i) => ({ label, x: 380 - i, y: 4 + 3 * i })), [{ x: 300, y: 10 }], 400, 200);
  const boxes = placed.flatMap((p, i) => {
    if (!p) return [];
    const width = 7 * names[i]!.length;
    return [{ left: p.anchor === 'start' ? p.x : p.anchor === 'end' ? p.x - width : p.x - width / 2, width, y: p.y }];
  });
  expect(boxes.length).toBeGreaterThanOrEqual(4);
  for (const [i, a] of boxes.entries()) {
    expect(a.left >= 0 && a.left + a.width <= 400 && a.y >= 8 && a.y <= 192).toBe(true);
    for (const b of boxes.slice(i + 1)) expect(Math.abs(a.y - b.y) >= 15 || a.left + a.width <= b.left || b.left + b.width <= a.left).toBe(true);
  }
  expect(placeLabels([{ label: 'no room for a name as long as this one', x: 20, y: 20 }], [], 40, 40)).toEqual([undefined]);
});
test('cards fill two columns that end near one another, and stay on their sides while they grow a little', () => {
  const items = [300, 200, 220, 400, 180, 500, 240].map((height) => ({ height, wide: false }));
  const columns = columnsOf(items);
  const ends = [0, 1].map((side) => items.reduce((sum, { height }, i) => sum + (columns[i] === side ? height + 18 : 0), 0));
  expect(Math.abs(ends[0]! - ends[1]!)).toBeLessThan(60);
  expect(columnsOf(items.map(({ height }, i) => ({ height: height + (i === 2 ? 60 : 0), wide: false })), columns)).toBe(columns);
});
test('tiles share one size of cell, and the widest fits', () => {
  expect(cellSize([{ rows: 96, columns: 384 }, { rows: 192, columns: 96 }], 386)).toBe(1);
  expect(cellSize([{ rows: 4, columns: 4 }], 800)).toBe(10);
});
