import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Fingerprint } from '../../base/hash';
import { floats } from '../../base/tensor';
import { downstreamClasses, glyphShifts, makeGlyphs, upstreamClasses, type GlyphsSpec } from './glyphs';
import type { Labelled } from '../labelled';
import { readTypefaces } from '../typefaces';

const typefaces = readTypefaces(new Uint8Array(readFileSync(new URL('../../../public/data/typefaces.bin', import.meta.url))));
const spec: GlyphsSpec = { seed: 7, split: 'test', classes: downstreamClasses, perClass: 3 };
const draw = (more: Partial<GlyphsSpec> = {}): Labelled => makeGlyphs(typefaces, { ...spec, ...more });
const pixels = 28 * 28;
const image = (split: Labelled, i: number): Float32Array => floats(split.x).subarray(i * pixels, (i + 1) * pixels);
const mean = (values: Float32Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;

test('the same spec gives the same bytes, on every machine', () => {
  expect(new Fingerprint().addFloats(floats(draw().x)).hex()).toBe('073d5d705234db1d');
  expect(new Fingerprint().addFloats(floats(draw({ classes: upstreamClasses, typefaces: 'all' }).x)).hex()).toBe('7b9b8a49ca418fb2');
  const shifted = new Fingerprint();
  for (const shift of glyphShifts) shifted.addFloats(floats(draw({ shift }).x));
  expect(shifted.hex()).toBe('769544269fcc7a11');
});
test('classes are balanced, and an example does not depend on how many there are', () => {
  const [few, many] = [draw(), draw({ perClass: 5 })];
  const counts = downstreamClasses.map((_, label) => few.y.data.filter((y: number) => y === label).length);
  expect(counts).toEqual(downstreamClasses.map(() => 3));
  expect(few.x.shape).toEqual([60, 1, 28, 28]);
  expect(floats(many.x).slice(0, 60 * pixels)).toEqual(floats(few.x));
});
test('seed and split each draw other examples', () => {
  const plain = draw();
  expect(image(draw({ seed: 8 }), 0)).not.toEqual(image(plain, 0));
  expect(image(draw({ split: 'train' }), 0)).not.toEqual(image(plain, 0));
});
test('upstream and downstream share no class, nor a letter in two cases', () => {
  expect(upstreamClasses).toHaveLength(26);
  expect(new Set(downstreamClasses).size).toBe(20);
  expect(downstreamClasses.filter((c) => upstreamClasses.includes(c))).toEqual([]);
});
test('ink is 1 on 0, about 20 px high or wide and near the middle', () => {
  const split = draw({ classes: upstreamClasses });
  for (let i = 0; i < split.y.data.length; i++) {
    const glyph = image(split, i);
    const inked = Array.from(glyph.keys()).filter((p) => glyph[p]! > 0.05);
    const [rows, columns] = [inked.map((p) => Math.floor(p / 28)), inked.map((p) => p % 28)];
    const extent = (at: readonly number[]): number => Math.max(...at) - Math.min(...at) + 1;
    expect(Math.max(extent(rows), extent(columns))).toBeGreaterThanOrEqual(17);
    expect(Math.max(extent(rows), extent(columns))).toBeLessThanOrEqual(26);
    for (const at of [rows, columns]) expect(Math.abs((Math.max(...at) + Math.min(...at)) / 2 - 13.5)).toBeLessThan(3.5);
    expect(glyph.every((v) => v >= 0 && v <= 1)).toBe(true);
  }
});
test('an O has a hole, and the bar of an L is at its foot', () => {
  const split = draw({ classes: ['O', 'L'], perClass: 10 });
  for (let i = 0; i < 20; i += 2) {
    expect(image(split, i)[14 * 28 + 14]).toBeLessThan(0.5);
    expect(mean(image(split, i + 1).slice(pixels / 2))).toBeGreaterThan(mean(image(split, i + 1).slice(0, pixels / 2)));
  }
});
test('typefaces are seen or unseen, and the shift to unseen ones draws from the others', () => {
  const [seen, unseen] = [typefaces.filter((face) => !face.unseen), typefaces.filter((face) => face.unseen)];
  expect(draw({ typefaces: 'seen' })).toEqual(makeGlyphs(seen, spec));
  expect(draw({ typefaces: 'unseen' })).toEqual(makeGlyphs(unseen, { ...spec, typefaces: 'all' }));
  expect(draw({ shift: 'unseen' })).toEqual(draw({ typefaces: 'unseen' }));
});
test('every shift changes the images and none the labels; at strength 0 nothing changes', () => {
  const plain = draw();
  for (const shift of glyphShifts) {
    const shifted = draw({ shift });
    expect(shifted.y).toEqual(plain.y);
    if (shift !== 'none') expect(floats(shifted.x)).not.toEqual(floats(plain.x));
    expect(floats(shifted.x).every((v) => v >= 0 && v <= 1)).toBe(true);
    expect(floats(draw({ shift, strength: 0 }).x)).toEqual(floats(plain.x));
  }
});
test('blur and rotation keep the ink, blur lowers the contrast; inverted is one minus; noise has its standard deviation', () => {
  const plain = floats(draw().x);
  const [blur, rotation, inverted, noise] = (['blur', 'rotation', 'inverted', 'noise'] as const).map((shift) => floats(draw({ shift }).x));
  const energy = (x: Float32Array): number => mean(x.map((v) => v * v));
  expect(mean(blur!)).toBeCloseTo(mean(plain), 2);
  expect(mean(rotation!)).toBeCloseTo(mean(plain), 2);
  expect(energy(blur!)).toBeLessThan(0.75 * energy(plain));
  expect(inverted!).toEqual(plain.map((v) => 1 - v));
  // Where the paper is blank, max(0, e) has a mean square of std^2 / 2.
  const onPaper = noise!.filter((_, i) => plain[i] === 0);
  expect(Math.sqrt(2 * energy(onPaper))).toBeCloseTo(0.35, 1);
});
test('an inverted set at half strength is grey throughout', () => {
  for (const v of floats(draw({ shift: 'inverted', strength: 0.5 }).x)) expect(v).toBeCloseTo(0.5, 6);
});
test('what cannot be drawn is refused', () => {
  expect(() => draw({ classes: ['A', '?'] })).toThrow(/A-Z, a-z, 0-9.*"\?" came/);
  expect(() => draw({ perClass: 0 })).toThrow(InputError);
  expect(() => draw({ strength: -1 })).toThrow(/strength from 0 to 10, but -1/);
  expect(() => makeGlyphs([], spec)).toThrow(/at least one seen typeface/);
});
