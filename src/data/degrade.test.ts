import { expect, test } from 'vitest';
import { InputError } from '../base/errors';
import { Fingerprint } from '../base/hash';
import { Random } from '../base/random';
import { blackOut, degradationNames, degrade } from './degrade';
import { sceneAt } from './scene/set';

const rng = Random.seed(5);
const clean = sceneAt({ seed: 1, split: 'test', side: 32 }, 4).rendered.image.map((v) => Math.min(1, Math.max(0, v)));
const spoilt = (name: (typeof degradationNames)[number], strength: number, image = clean, side = 32): Float32Array => degrade(image, side, { name, strength }, rng);
const meanSquare = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / a.length;

test.each(degradationNames)('%s: nothing at strength 0, bit for bit; more the stronger; within [0, 1]; the same from the same stream', (name) => {
  expect(spoilt(name, 0)).toEqual(clean);
  const errors = [0.25, 0.5, 1].map((strength) => meanSquare(spoilt(name, strength), clean));
  expect(errors[0]).toBeGreaterThan(0);
  expect(errors[1]).toBeGreaterThan(errors[0]!);
  expect(errors[2]).toBeGreaterThan(errors[1]!);
  expect(spoilt(name, 1).every((v) => v >= 0 && v <= 1)).toBe(true);
  expect(spoilt(name, 0.7)).toEqual(spoilt(name, 0.7));
  for (const side of [16, 64]) expect(spoilt(name, 0.7, new Float32Array(3 * side * side).fill(0.4), side)).toHaveLength(3 * side * side);
});
test('they are the same bytes on every machine', () => {
  expect(degradationNames.map((name) => new Fingerprint().addFloats(spoilt(name, 0.6)).hex())).toMatchInlineSnapshot(`
    [
      "7f62c07a792db66f",
      "dd271fd05e384ec2",
      "2bd43474f62b85d3",
      "5a12305e31b54876",
      "da976596fe04055d",
      "4b9324a341e48eba",
      "fcfeb15cdd01ad60",
      "7caf2a2286e0fcce",
    ]
  `);
});
test('an even picture stays as it is under blur, down-scaling and blocks', () => {
  const even = new Float32Array(3 * 32 * 32).fill(128 / 255);
  for (const name of ['blur', 'downscale', 'blocks'] as const) spoilt(name, 1, even).forEach((v) => expect(v).toBeCloseTo(128 / 255, 6));
});
test('noise has its standard deviation, low contrast and haze are what the formulas say', () => {
  const grey = new Float32Array(3 * 64 * 64).fill(0.5);
  expect(Math.sqrt(meanSquare(spoilt('noise', 0.5, grey, 64), grey))).toBeCloseTo(0.15, 2);
  spoilt('lowContrast', 1, clean).forEach((v, i) => expect(v).toBeCloseTo(0.5 + 0.1 * (clean[i]! - 0.5), 6));
  expect(spoilt('haze', 1, new Float32Array(3 * 32 * 32))[0]).toBeCloseTo(0.75 * 0.78, 6);
});
test('blur spreads a point as a Gaussian does: weights sum to 1, variance as told', () => {
  const point = new Float32Array(32 * 32);
  point[16 * 32 + 16] = 1;
  const out = spoilt('blur', 0.5, point); // standard deviation 1 px
  expect(out.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  expect(out.reduce((sum, v, i) => sum + v * ((i % 32) - 16) ** 2, 0)).toBeCloseTo(1, 1);
});
test('down-scaling by four keeps the mean of every 4 x 4 cell on the coarse grid', () => {
  // Bilinear interpolation passes through the cell means midway between the two middle pixels of a cell, away from its edges.
  const ramp = Float32Array.from({ length: 32 * 32 }, (_, i) => (i % 32) / 31);
  const out = spoilt('downscale', 1, ramp);
  for (let x = 2; x < 30; x++) expect(out[5 * 32 + x]).toBeCloseTo(x / 31, 6); // a ramp is kept inside, flattened at the ends
  expect(out[5 * 32]).toBeCloseTo(1.5 / 31, 6);
});
test('blocks: coefficients are multiples of the steps', () => {
  const out = spoilt('blocks', 0.5, clean);
  // DC of the first block: mean * 8 in units of 1/255, a multiple of 4 * 0.5 * 16 = 32, unless values were clipped.
  for (let b = 0; b < 16; b++) {
    const values = Array.from({ length: 64 }, (_, k) => out[(8 * Math.floor(b / 4) + (k >> 3)) * 32 + 8 * (b % 4) + (k & 7)]!);
    if (values.some((v) => v === 0 || v === 1)) continue;
    const dc = values.reduce((sum, v) => sum + (255 * v - 128), 0) / 8;
    expect(Math.abs(dc / 32 - Math.round(dc / 32))).toBeLessThan(1e-3);
  }
});
test('several are applied in order, and a bad strength is refused', () => {
  const both = degrade(clean, 32, [{ name: 'blur', strength: 0.5 }, { name: 'lowContrast', strength: 1 }], rng);
  const byHand = degrade(spoilt('blur', 0.5), 32, { name: 'lowContrast', strength: 1 }, rng);
  both.forEach((v, i) => expect(v).toBeCloseTo(byHand[i]!, 6));
  expect(() => spoilt('noise', 1.5)).toThrow(InputError);
});
test('a box is blacked out to its edges and no farther', () => {
  const out = blackOut(clean, 32, [3, 5, 9, 12]);
  out.forEach((v, i) => {
    const [x, y] = [i % 32, Math.floor(i / 32) % 32];
    expect(v).toBe(x >= 3 && x < 9 && y >= 5 && y < 12 ? 0 : clean[i]);
  });
});
