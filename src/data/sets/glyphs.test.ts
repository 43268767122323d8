import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Fingerprint } from '../../base/hash';
import { floats } from '../../base/tensor';
import { openDataset, type Example } from '../../spec/dataset';
import { classSplits } from './glyph-classes';
import { dataset, downstreamClasses, glyphShifts, makeGlyphs, upstreamClasses, type GlyphsSpec } from './glyphs';
import type { Labelled } from '../labelled';
import { readTypefaces } from '../typefaces';

const bytes = new Uint8Array(readFileSync(new URL('../../../public/data/typefaces.bin', import.meta.url)));
const typefaces = readTypefaces(bytes);
/** The first examples of the data set under some knobs. */
function examples(count: number, knobs: Readonly<Record<string, string | number | boolean>>): Example[] {
  const { example } = openDataset(dataset, { seed: 7, knobs, assets: { 'data/typefaces.bin': bytes } });
  return Array.from({ length: count }, (_, index) => example({ seed: 7, split: 'test', index }));
}
const share = (all: readonly Example[], holds: (e: Example) => boolean): number => all.filter(holds).length / all.length;
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

test('the data set draws what makeGlyphs draws', () => {
  for (const shift of ['none', 'rotation', 'noise'] as const) {
    const made = draw({ shift });
    examples(6, { classes: 'digits and letters', shift }).forEach((e, i) => {
      expect((e.x as { data: Float32Array }).data).toEqual(image(made, i).slice()); // a tensor, by its set
      expect(e.y).toBe(made.y.data[i]);
    });
  }
});
test('pairs of tasks share no class', () => {
  for (const { upstream, downstream } of Object.values(classSplits)) {
    expect(upstream.filter((c) => downstream.includes(c))).toEqual([]);
    expect(new Set(upstream).size + new Set(downstream).size).toBe(upstream.length + downstream.length);
  }
});
test('another side is the same drawing: averaged down, it has the same ink', () => {
  const [fine, coarse] = [draw({ side: 32 }), draw({ side: 8 })];
  for (let i = 0; i < 10; i++)
    for (let at = 0; at < 64; at++) {
      let sum = 0;
      for (let r = 0; r < 4; r++) for (let c = 0; c < 4; c++) sum += floats(fine.x)[i * 1024 + (4 * Math.floor(at / 8) + r) * 32 + 4 * (at % 8) + c]! / 16;
      expect(Math.abs(floats(coarse.x)[i * 64 + at]! - sum)).toBeLessThan(0.07); // 16 lines a pixel here, 64 there
    }
});
test('two shifts are both there: inverted and from unseen typefaces', () => {
  const both = draw({ shift: 'unseen', also: ['inverted'] });
  expect(floats(both.x)).toEqual(floats(draw({ typefaces: 'unseen' }).x).map((v) => 1 - v));
});
test('labels are wrong at their rate, and the right ones stand beside', () => {
  const noisy = examples(400, { labelNoise: 'symmetric', noiseRate: 0.3, side: '8' });
  expect(Math.abs(share(noisy, (e) => e.y !== e.trueLabel) - 0.3)).toBeLessThan(0.07);
  noisy.forEach((e, i) => expect([e.trueLabel, e.class]).toEqual([i % 26, upstreamClasses[i % 26]]));
});
test('modalities come a third each, and can be part of the label', () => {
  const mixed = examples(300, { mixed: true, side: '8' });
  for (const m of [0, 1, 2]) expect(Math.abs(share(mixed, (e) => e.modality === m) - 1 / 3)).toBeLessThan(0.09);
  for (const e of mixed) if (e.modality === 1) expect(mean((e.x as { data: Float32Array }).data)).toBeGreaterThan(0.5); // ink is the smaller part
  for (const e of examples(60, { modalityInLabel: true, side: '8' })) expect(Number(e.y) % 3).toBe(e.modality);
});
test('duplicates are the same drawing of the same class, at their rate', () => {
  const pool = examples(520, { copies: 0.5, side: '8' });
  expect(Math.abs(share(pool, (e) => Number(e.copyOf) >= 0) - 0.5)).toBeLessThan(0.07);
  const first = new Map<number, Example>();
  for (const e of pool) {
    const copyOf = Number(e.copyOf);
    if (copyOf < 0) continue;
    expect(Math.floor(copyOf / 5)).toBe(e.y);
    expect(e.x).toEqual((first.get(copyOf) ?? e).x);
    first.set(copyOf, e);
  }
  expect(first.size).toBeGreaterThan(80);
});
