import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { hiddenByField, noiseColours, noiseField, visibleCount, type NoiseColour } from './colour-noise';
import { amplitudeSpectrum } from './spectrum2d';

const side = 64;
const fieldOf = (colour: NoiseColour, i = 0): Float32Array => noiseField({ colour, side }, Random.seed(1).fork(colour, i));
/** Many masks, several windows of each field. */
function masks(colour: NoiseColour, tokens: number, fields: number, windows: number): Uint8Array[] {
  return Array.from({ length: fields }, (_, f) => {
    const field = fieldOf(colour, f);
    return Array.from({ length: windows }, (_w, w) => hiddenByField(field, { side, tokens, ratio: 0.75 }, Random.seed(2).fork(colour, f, w)));
  }).flat();
}
/** Share of pairs of neighbours, left-right and up-down, that are equal. */
function agreement(list: readonly Uint8Array[], tokens: number): number {
  let [same, all] = [0, 0];
  for (const mask of list)
    mask.forEach((m, at) => {
      for (const next of [(at + 1) % tokens === 0 ? -1 : at + 1, at + tokens]) {
        if (next < 0 || next >= mask.length) continue;
        all++;
        if (mask[next] === m) same++;
      }
    });
  return same / all;
}

test('neighbours agree as often as worked out for these widths: red 0.80 / 0.82, green 0.68 / 0.69, white 0.62, blue 0.59, purple 0.57', () => {
  const expected: Readonly<Record<NoiseColour, readonly [number, number]>> = { red: [0.8, 0.82], green: [0.68, 0.69], white: [0.62, 0.62], blue: [0.59, 0.59], purple: [0.57, 0.57] };
  for (const colour of noiseColours) {
    expect(Math.abs(agreement(masks(colour, 8, 24, 20), 8) - expected[colour][0]), colour).toBeLessThan(0.015);
    expect(Math.abs(agreement(masks(colour, 16, 24, 8), 16) - expected[colour][1]), colour).toBeLessThan(0.015);
  }
});
test('every mask removes the same number, exactly, and no token more often than another', () => {
  expect([[64, 0.75], [196, 0.75], [256, 0.75], [64, 0.6], [100, 0.9], [10, 0.7]].map(([n, r]) => visibleCount(n!, r!))).toEqual([16, 49, 64, 25, 10, 3]);
  const list = masks('green', 8, 24, 20);
  const mean = new Float64Array(64);
  for (const mask of list) {
    expect(mask.reduce((a, b) => a + b)).toBe(48);
    mask.forEach((m, at) => (mean[at]! += m / list.length));
  }
  for (const m of mean) expect(Math.abs(m - 0.75)).toBeLessThan(0.09); // four standard deviations of 480 draws
});
test('the largest values stay visible', () => {
  const field = Float32Array.from({ length: 16 }, (_, i) => i);
  const mask = hiddenByField(field, { side: 4, tokens: 4, ratio: 0.75 }, Random.seed(1));
  const shown = [...mask.keys()].filter((at) => mask[at] === 0);
  const corner = [12, 13, 14, 15].map((at) => [at, (Math.floor(at / 4) * 4) + 3 - (at % 4), (3 - Math.floor(at / 4)) * 4 + (at % 4), 15 - at]);
  expect([0, 1, 2, 3].some((flip) => corner.every((places) => shown.includes(places[flip]!)))).toBe(true);
});
test('each colour has the gain of its formula at every frequency; all have mean 0 and standard deviation 1', () => {
  // The same white noise under every colour: the ratio of two amplitudes is the ratio of the gains, worked out by hand, whatever was drawn.
  const spectrum = (colour: NoiseColour): Float64Array => amplitudeSpectrum(noiseField({ colour, side }, Random.seed(5)), side);
  const white = spectrum('white');
  const gauss = (s: number, k: number): number => Math.exp(-(((s * 2 * Math.PI * k) / side) ** 2) / 2);
  const gains: Readonly<Partial<Record<NoiseColour, (k: number) => number>>> = { red: (k) => gauss(1, k), blue: (k) => 1 - gauss(1, k), green: (k) => gauss(0.5, k) * (1 - gauss(2, k)) };
  for (const [colour, gain] of Object.entries(gains)) {
    const coloured = spectrum(colour as NoiseColour); // a key of the record above
    for (const k of [1, 8, 20]) expect(coloured[k]! / white[k]! / (coloured[12]! / white[12]!)).toBeCloseTo(gain(k) / gain(12), 4);
  }
  for (const colour of noiseColours) {
    const field = fieldOf(colour);
    const mean = field.reduce((a, b) => a + b, 0) / field.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(field.reduce((sum, v) => sum + v * v, 0) / field.length).toBeCloseTo(1, 4);
  }
});
test('what cannot be is refused', () => {
  expect(() => noiseField({ colour: 'green', side, narrowStd: 2, wideStd: 1 }, Random.seed(1))).toThrow(/s1 below s2/);
  expect(() => hiddenByField(new Float32Array(16), { side: 4, tokens: 5, ratio: 0.5 }, Random.seed(1))).toThrow(/does not fit/);
});
