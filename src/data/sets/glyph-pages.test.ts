import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTypefaces } from '../typefaces';
import { glyphPage } from './glyph-pages';

const [face] = readTypefaces(new Uint8Array(readFileSync(new URL('../../../public/data/typefaces.bin', import.meta.url))));
const page = (lines: readonly string[], side = 64) => glyphPage(face!, { lines, side, lineHeightPx: 16, ink: 1, paper: -1 });

test('ink lies in the boxes of the letters and nowhere else', () => {
  const { x, boxes, lines } = page(['red dot', 'blue']);
  expect(lines).toEqual(['red dot', 'blue']);
  expect(boxes.shape).toEqual([10, 4]);
  const inBox = (at: number): boolean => {
    const [u, v] = [(at % 64) + 0.5, Math.floor(at / 64) + 0.5];
    return Array.from({ length: 10 }, (_, i) => boxes.data.subarray(4 * i, 4 * i + 4)).some(([l, t, r, b]) => u > l! - 1 && u < r! + 1 && v > t! - 1 && v < b! + 1);
  };
  for (let at = 0; at < 64 * 64; at++) if (x.data[at]! > -1) expect(inBox(at)).toBe(true);
  for (let i = 0; i < 10; i++) {
    const [l, t, r, b] = boxes.data.subarray(4 * i, 4 * i + 4);
    let inked = 0;
    for (let row = Math.floor(t!); row < b!; row++) for (let column = Math.floor(l!); column < r!; column++) inked += x.data[row * 64 + column]! > 0 ? 1 : 0;
    expect(inked).toBeGreaterThan(4);
  }
});
test('letters go from left to right, lines downwards; a line ends where the page does', () => {
  const { boxes, lines } = page(['aaaaaaaaaaaaaaaaaaaa', 'b', 'c', 'd', 'e'], 32);
  expect(lines).toHaveLength(1); // two lines of 16 px do not fit between the margins
  expect(lines[0]!.length).toBeLessThan(8);
  for (let i = 1; i < boxes.shape[0]!; i++) expect(boxes.data[4 * i]).toBeGreaterThan(boxes.data[4 * i - 2]!);
  expect(Math.max(...boxes.data)).toBeLessThanOrEqual(32);
});
test('a character that no typeface has is refused', () => {
  expect(() => page(['no?'])).toThrow(/"\?" came/);
});
