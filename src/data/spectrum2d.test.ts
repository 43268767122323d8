import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { fft2, ifft2 } from './fft';
import { amplitudeSpectrum, centred, filterImage, radialMean, ringMask, signedBin } from './spectrum2d';

const noise = (side: number): Float32Array => Random.seed(5).fillNormal(new Float32Array(side * side));

test('the two-dimensional transform is the plain double sum, on sides that are powers of two and not', () => {
  for (const [width, height] of [[4, 4], [6, 5]] as const) {
    const y = Random.seed(2).fillNormal(new Float32Array(width * height));
    const { re, im } = fft2(y, width, height);
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++) {
        let [a, b] = [0, 0];
        for (let r = 0; r < height; r++)
          for (let c = 0; c < width; c++) {
            const angle = -2 * Math.PI * ((v * r) / height + (u * c) / width);
            a += y[r * width + c]! * Math.cos(angle);
            b += y[r * width + c]! * Math.sin(angle);
          }
        expect(re[v * width + u]).toBeCloseTo(a, 9);
        expect(im[v * width + u]).toBeCloseTo(b, 9);
      }
    const back = ifft2({ re, im }, width, height);
    y.forEach((value, i) => expect(back.re[i]).toBeCloseTo(value, 12));
    back.im.forEach((value) => expect(value).toBeCloseTo(0, 12));
  }
});
test('squares of the orthonormal spectrum sum to those of the pixels', () => {
  const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((s, v) => s + v * v, 0);
  expect(sum(amplitudeSpectrum(noise(32), 32))).toBeCloseTo(sum(noise(32)), 6);
});
test('discs hold as many bins as are printed for 32 and 64 pixels (Xie et al. 2023: R = 16 of 224 keeps 793)', () => {
  const bins = (side: number, radius: number): number => ringMask(side, 0, radius).reduce((n, m) => n + m, 0);
  expect([2, 3, 4, 6, 8].map((r) => bins(32, r))).toEqual([9, 25, 45, 109, 193]);
  expect([4, 5, 8].map((r) => bins(64, r))).toEqual([45, 69, 193]);
  expect(bins(224, 16)).toBe(793);
});
test('an image is the sum of what a disc keeps and what it removes, and what is kept is real and within the disc', () => {
  const image = noise(16);
  const [disc, rest] = [ringMask(16, 0, 4), ringMask(16, 4, 999)];
  const [low, high] = [filterImage(image, disc, 16), filterImage(image, rest, 16)];
  image.forEach((v, i) => expect(low[i]! + high[i]!).toBeCloseTo(v, 5));
  amplitudeSpectrum(low, 16).forEach((a, i) => disc[i] === 0 && expect(a).toBeLessThan(1e-5));
});
test('a wave of 3 cycles lies in ring 3, and at (3, 0) of the centred picture', () => {
  const side = 16;
  const image = Float32Array.from({ length: side * side }, (_, i) => Math.cos((2 * Math.PI * 3 * (i % side)) / side));
  const amplitude = amplitudeSpectrum(image, side);
  const rings = radialMean(amplitude, side);
  expect(rings.indexOf(Math.max(...rings))).toBe(3);
  const picture = centred(amplitude, side);
  expect(picture[8 * side + 11]).toBeCloseTo(side / 2, 5);
  expect(picture[8 * side + 5]).toBeCloseTo(side / 2, 5);
  expect([0, 1, 8, 9, 15].map((k) => signedBin(k, 16))).toEqual([0, 1, 8, -7, -1]);
});
