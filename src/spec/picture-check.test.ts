import { expect, test } from 'vitest';
import type { Picture } from './picture';
import { pictureProblem, pictureSize } from './picture-check';

const f = (...values: number[]): Float32Array => Float32Array.from(values);
const sound: readonly Picture[] = [
  { kind: 'heatmap', rows: 2, columns: 2, values: f(0, 1, 1, 0), scale: 'binary', range: [0, 1], rowLabels: ['a', 'b'] },
  { kind: 'tiles', tiles: [{ kind: 'heatmap', rows: 1, columns: 2, values: f(3, -1), scale: 'diverging', label: 'w' }] },
  { kind: 'histogram', edges: f(0, 1, 2), counts: f(3, 4), xLabel: 'x' },
  { kind: 'lines', xLabel: 'x', yLabel: 'y', series: [{ label: 'a', x: f(0, 1), y: f(2, 3) }] },
  { kind: 'scatter', xLabel: 'x', yLabel: 'y', points: [{ label: 'p', shape: 'dot', x: 1, y: 2 }] },
  { kind: 'plane', x: f(0, 1), y: f(0, 1, 2), values: f(1, 2, 3, 4, 5, 6), valueLabel: 'v', xLabel: 'x', yLabel: 'y', points: [] },
  { kind: 'images', images: [{ label: 'i', width: 2, height: 1, channels: 3, data: new Uint8Array(6) }] },
  { kind: 'audio', sampleRateHz: 8000, clips: [{ label: 'c', samples: f(0, -1) }] },
  { kind: 'table', columns: ['a', 'b'], rows: [[1, 'x']] },
];
test('sound pictures of every kind pass, and their numbers are counted', () => {
  for (const picture of sound) expect(pictureProblem(picture)).toBeUndefined();
  expect(sound.map(pictureSize)).toEqual([4, 2, 2, 4, 2, 6, 6, 2, 2]);
});
test.each([
  [{ ...sound[0], values: f(0, 1, 1) }, /values: 4 were expected, but 3/], [{ ...sound[0], values: f(0, 1, 1, 0.5) }, /neither 0 nor 1/], [{ ...sound[0], range: [1, 1] }, /range/], [{ ...sound[0], rowLabels: ['a'] }, /row labels/],
  [{ ...sound[2], edges: f(0, 2, 1) }, /do not rise/], [{ ...sound[2], counts: f(1) }, /edges: 2 were expected/],
  [{ ...sound[3], series: [] }, /no series/], [{ ...sound[3], series: [{ label: 'a', x: f(0, 1), y: f(2) }] }, /x of a/], [{ ...sound[3], series: [{ label: 'a', x: f(0), y: f(NaN) }] }, /not finite/],
  [{ ...sound[4], points: [] }, /no points/], [{ ...sound[5], values: f(1) }, /values: 6/], [{ ...sound[6], images: [{ label: 'i', width: 2, height: 2, channels: 3, data: new Uint8Array(6) }] }, /data of i: 12/],
  [{ ...sound[7], clips: [{ label: 'c', samples: f(2) }] }, /leaves/], [{ ...sound[8], rows: [[1]] }, /a row: 2/],
] as readonly (readonly [Picture, RegExp])[])('what is wrong is told: %#', (picture, problem) => expect(pictureProblem(picture)).toMatch(problem)); // a picture with one field exchanged
