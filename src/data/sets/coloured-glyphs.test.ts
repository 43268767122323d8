import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { floats } from '../../base/tensor';
import { readTypefaces } from '../typefaces';
import { colouredGlyphs, makeColouredGlyphs, type ColouredGlyphsSpec } from './coloured-glyphs';

const typefaces = readTypefaces(new Uint8Array(readFileSync(new URL('../../../public/data/typefaces.bin', import.meta.url))));
const spec: ColouredGlyphsSpec = { seed: 3, split: 'train', classes: ['0', '1', '2', '3', '4'], side: 16, place: 'ink', rule: 'biased', agreement: 0.95, jitter: 0.05 };
const draw = (more: Partial<ColouredGlyphsSpec>, count: number) => makeColouredGlyphs(typefaces, { ...spec, ...more, count });
const share = (made: ReturnType<typeof draw>): number => Array.from(made.y.data).reduce((n, y, i) => n + (y === made.colour.data[i] ? 1 : 0), 0) / made.y.data.length;

test('the colour is that of the class as often as asked, and test sets are what they are called', () => {
  for (const agreement of [0.5, 0.9]) expect(Math.abs(share(draw({ agreement }, 600)) - agreement)).toBeLessThan(0.06); // three standard deviations of 600
  expect(share(draw({ agreement: 1 }, 100))).toBe(1);
  expect(share(draw({ rule: 'aligned' }, 100))).toBe(1);
  expect(share(draw({ rule: 'conflicting' }, 100))).toBe(0);
  const unbiased = draw({ rule: 'unbiased' }, 1000);
  for (let y = 0; y < 5; y++) for (let c = 0; c < 5; c++) expect(Math.abs(Array.from(unbiased.y.data).reduce((n, v, i) => n + (v === y && unbiased.colour.data[i] === c ? 1 : 0), 0) - 40)).toBeLessThan(24); // four standard deviations
});
test('conflicting colours are all the others, alike', () => {
  const made = draw({ rule: 'conflicting' }, 1000);
  for (let step = 1; step < 5; step++) expect(Math.abs(Array.from(made.y.data).reduce((n, y, i) => n + ((made.colour.data[i]! - y + 5) % 5 === step ? 1 : 0), 0) / 1000 - 0.25)).toBeLessThan(0.05);
});
test('another colour leaves the glyph as it is, whatever the rule', () => {
  const biased = colouredGlyphs(typefaces, spec);
  const conflicting = colouredGlyphs(typefaces, { ...spec, rule: 'conflicting' });
  for (let i = 0; i < 10; i++) {
    expect(conflicting(i).ink).toEqual(biased(i).ink);
    for (let colour = 0; colour < 5; colour++) expect(biased(i, colour).ink).toEqual(biased(i).ink);
    expect(biased(i, biased(i).colour)).toEqual(biased(i));
    expect(biased(i, (biased(i).colour + 1) % 5).x).not.toEqual(biased(i).x);
  }
});
test('without jitter, full ink has exactly its colour and paper is nearly black; with paper coloured, it is the other way round', () => {
  const pixel = (place: 'ink' | 'paper', wanted: 'ink' | 'paper'): number[] => {
    const { x, ink } = colouredGlyphs(typefaces, { ...spec, side: 28, place, jitter: 0 })(0, 0);
    const at = ink.findIndex((v) => (wanted === 'ink' ? v === 1 : v === 0));
    return [0, 1, 2].map((c) => Number(x[c * 28 * 28 + at]!.toFixed(4)));
  };
  expect(pixel('ink', 'ink')).toEqual([0.7, -0.75, -0.75]);
  expect(pixel('ink', 'paper')).toEqual([-0.9, -0.9, -0.9]);
  expect(pixel('paper', 'paper')).toEqual([0.7, -0.75, -0.75]);
  expect(pixel('paper', 'ink')).toEqual([0.95, 0.95, 0.95]);
});
test('patterns differ where there is no ink, and a rule that reads colour alone is right as often as they agree', () => {
  const textured = colouredGlyphs(typefaces, { ...spec, side: 32, place: 'texture' });
  const papers = [0, 1, 2, 3, 4].map((pattern) => {
    const { x, ink } = textured(0, pattern);
    return [...x.subarray(0, 32 * 32)].filter((_, at) => ink[at] === 0);
  });
  for (let a = 0; a < 5; a++) for (let b = 0; b < a; b++) expect(papers[a]!.filter((v, i) => v !== papers[b]![i]).length / papers[a]!.length).toBeGreaterThan(0.2);
  // The shortcut: the mean colour of the ink, nearest of five. On a biased set it scores the agreement, on a conflicting one nothing.
  const reads = (rule: 'biased' | 'conflicting'): number => {
    const made = draw({ rule, agreement: 0.9 }, 300);
    const prototypes = [0, 1, 2, 3, 4].map((c) => colouredGlyphs(typefaces, { ...spec, jitter: 0 })(0, c));
    const mean = (x: Float32Array, ink?: Float32Array): number[] => [0, 1, 2].map((c) => x.reduce((s, v, at) => s + (Math.floor(at / 256) === c ? v * (ink ? ink[at % 256]! : 1) : 0), 0));
    const hue = ([r, g, b]: number[]): number[] => { const l = Math.hypot(r! - b!, g! - b!, r! - g!); return [(r! - g!) / l, (g! - b!) / l, (r! - b!) / l]; };
    let right = 0;
    for (let i = 0; i < 300; i++) {
      const seen = hue(mean(floats(made.x).subarray(i * 768, (i + 1) * 768)));
      const d = prototypes.map((p) => hue(mean(p.x)).reduce((s, v, j) => s + (v - seen[j]!) ** 2, 0));
      if (d.indexOf(Math.min(...d)) === made.y.data[i]) right++;
    }
    return right / 300;
  };
  expect(reads('biased')).toBeGreaterThan(0.8);
  expect(reads('conflicting')).toBeLessThan(0.1);
});
test('more than ten classes are refused', () => {
  expect(() => colouredGlyphs(typefaces, { ...spec, classes: [...'ABCDEFGHIJK'] })).toThrow(/2 to 10 classes, but 11/);
});
