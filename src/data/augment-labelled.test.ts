import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { drawView, viewOf, type LabelledImage, type View } from './augment-labelled';

const side = 6;
const label = Int32Array.from({ length: side * side }, (_, i) => i);
/** Two channels that repeat the label, so that image and label can be compared. */
const image = Float32Array.from([...label, ...label.map((v) => 2 * v)]);
const square = (quarterTurns: 0 | 1 | 2 | 3, mirror: 'none' | 'rows' | 'columns' = 'none'): View => ({ kind: 'square', quarterTurns, mirror });

test('quarter turns and mirrors move image and label alike, and lose nothing', () => {
  for (const quarterTurns of [0, 1, 2, 3] as const)
    for (const mirror of ['none', 'rows', 'columns'] as const) {
      const seen = viewOf({ image, label }, square(quarterTurns, mirror));
      expect([...seen.image.slice(0, label.length)]).toEqual([...seen.label]);
      expect([...seen.image.slice(label.length)]).toEqual([...seen.label].map((v) => 2 * v));
      expect([...seen.label].sort((a, b) => a - b)).toEqual([...label]);
    }
});
test('a quarter turn goes anticlockwise, four make none, and mirrors do what they are called', () => {
  const turned = viewOf({ image, label }, square(1)).label;
  expect(turned[0]).toBe(side - 1); // the upper right corner comes to the upper left
  let again: LabelledImage = { image, label };
  for (let k = 0; k < 4; k++) again = viewOf(again, square(1));
  expect(again).toEqual({ image, label });
  expect(viewOf({ image, label }, square(0, 'columns')).label[0]).toBe(side - 1);
  expect(viewOf({ image, label }, square(0, 'rows')).label[0]).toBe(side * (side - 1));
});
test('a turn by nothing changes nothing; by 90 degrees clockwise it is three quarter turns', () => {
  expect(viewOf({ image, label }, { kind: 'turn', degrees: 0 })).toEqual({ image, label });
  const turned = viewOf({ image, label }, { kind: 'turn', degrees: 90 });
  expect(turned.label).toEqual(viewOf({ image, label }, square(3)).label);
});
test('a turned disc keeps its label on its ink', () => {
  const n = 32;
  const disc = Int32Array.from({ length: n * n }, (_, i) => (((i % n) - 20) ** 2 + (Math.floor(i / n) - 12) ** 2 < 30 ? 1 : 0));
  const seen = viewOf({ image: Float32Array.from(disc), label: disc }, { kind: 'turn', degrees: 17 });
  expect(seen.label).not.toEqual(disc);
  seen.label.forEach((v, i) => expect(Math.abs(v - seen.image[i]!)).toBeLessThanOrEqual(0.75)); // a pixel on the edge is between
  expect(seen.label.reduce((a, b) => a + b)).toBeGreaterThan(0.85 * disc.reduce((a, b) => a + b));
});
test('half of the views are squares, turns stay within 20 degrees', () => {
  const views = Array.from({ length: 1000 }, (_, i) => drawView(Random.seed(1).fork(i)));
  expect(Math.abs(views.filter((v) => v.kind === 'square').length - 500)).toBeLessThan(60);
  for (const v of views) if (v.kind === 'turn') expect(Math.abs(v.degrees)).toBeLessThan(20);
});
