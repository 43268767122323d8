import { expect, test } from 'vitest';
import { Random } from '../base/random';
import * as s from './spectrum';

const white = (n: number): Float32Array => Random.seed(5).fork('white').fillNormal(new Float32Array(n));
const cosine = (n: number, bin: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * bin * i) / n));

test('psi is 0 for a constant, 0 for silence, and 1 for a sign that alternates', () => {
  expect(s.spectralCentroid1d(new Float32Array(256).fill(0.7))).toBe(0);
  expect(s.spectralCentroid1d(new Float32Array(256))).toBe(0);
  expect(s.spectralCentroid1d(Float32Array.from({ length: 256 }, (_, i) => (i % 2 ? -1 : 1)))).toBeCloseTo(1, 12);
});
test('psi of a cosine is its frequency as a fraction of Nyquist', () => {
  expect(s.spectralCentroid1d(cosine(256, 32))).toBeCloseTo(0.25, 5);
  expect(s.spectralCentroid1d(cosine(250, 25))).toBeCloseTo(0.2, 5);
});
test('psi weighs magnitudes, not powers, and counts DC', () => {
  // 1 + cos: DC has magnitude N, the cosine N/2, so psi = f / 3. By powers it would be f / 5.
  const y = cosine(256, 64).map((v) => 1 + v);
  expect(s.spectralCentroid1d(y)).toBeCloseTo(0.5 / 3, 6);
});
test('psi of white noise is about one half', () => {
  expect(Math.abs(s.spectralCentroid1d(white(4096)) - 0.5)).toBeLessThan(0.02);
});
test('psi of an image is the mean over its rows', () => {
  const image = new Float32Array(64 * 2);
  image.set(cosine(64, 8), 0);
  image.set(cosine(64, 24), 64);
  expect(s.spectralCentroid2d(image, 64, 2)).toBeCloseTo((0.25 + 0.75) / 2, 5);
});
test('three equal channels give a third of the psi of one, in rows and flattened', () => {
  const grey = white(32 * 16);
  const rgb = Float32Array.from({ length: grey.length * 3 }, (_, i) => grey[Math.floor(i / 3)]!);
  expect(s.spectralCentroid2d(rgb, 32, 16, 3)).toBeCloseTo(s.spectralCentroid2d(grey, 32, 16) / 3, 12);
  expect(s.spectralCentroidFlattened(rgb, 3)).toBeCloseTo(s.spectralCentroidFlattened(grey) / 3, 12);
});
test('flattened psi sees the jump from row to row, which the row-wise psi does not', () => {
  const rows = Float32Array.from({ length: 32 * 32 }, (_, i) => (Math.floor(i / 32) % 2 ? -1 : 1)); // constant rows, alternating
  expect(s.spectralCentroid2d(rows, 32, 32)).toBe(0);
  expect(s.spectralCentroidFlattened(rows)).toBeGreaterThan(0.02);
  expect(s.spectralCentroidFlattened(rows)).toBeCloseTo(s.spectralCentroid1d(rows), 14);
});
test.each([255, 256])('power over all bins of %i samples adds up to the mean square', (n) => {
  const y = white(n);
  const power = s.powerSpectrum(y).reduce((a, b) => a + b, 0);
  expect(power).toBeCloseTo(y.reduce((a, v) => a + v * v, 0) / n, 12);
});
test('an error at one frequency shows in its band and in no other', () => {
  const target = white(256);
  const bands = s.errorSpectrum(Float64Array.from(target, (y, i) => y + 0.5 * cosine(256, 40)[i]!), target, 16);
  bands.forEach((b, i) => (i === 5 ? expect(b).toBeCloseTo(64 / 8, 4) : expect(b).toBeLessThan(1e-4))); // bins 40..47 of 128 are band 5
});
test('every bin falls in exactly one band', () => {
  const means = s.bandMeans(new Float64Array(129).fill(2), 7);
  means.forEach((m) => expect(m).toBe(2));
});
test('PSNR has peak 1, and the zero predictor scores 10 log10(1 / mean square)', () => {
  const y = Float32Array.of(0.1, -0.1, 0.1, -0.1);
  expect(s.zeroPredictorPsnr(y)).toBeCloseTo(20, 5);
  expect(s.psnr(y.map((v) => v + 0.001), y)).toBeCloseTo(60, 2);
  expect(s.psnr(y, y)).toBe(Infinity);
});
test('frequencies of the bins run from 0 to Nyquist', () => {
  expect([...s.binFrequencies(8)]).toEqual([0, 0.25, 0.5, 0.75, 1]);
});
test('sizes that do not fit are refused', () => {
  expect(() => s.spectralCentroid2d(new Float32Array(5), 2, 3)).toThrow(/6 values were expected, but 5 came/);
  expect(() => s.spectralCentroidFlattened(new Float32Array(5), 3)).toThrow(/expected/);
  expect(() => s.psnr([1], [1, 2])).toThrow(/expected/);
});
