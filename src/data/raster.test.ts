import { expect, test } from 'vitest';
import { Fingerprint } from '../base/hash';
import { makePicture, resizeImage, type Raster } from './raster';
import { spectralCentroid2d } from './spectrum';

const ramp = (width: number, height: number): Raster => ({ width, height, channels: 1, data: Float32Array.from({ length: width * height }, (_, i) => (i % width) / width) });

test('halving a picture averages two by two pixels', () => {
  const small = resizeImage({ width: 4, height: 2, channels: 1, data: Float32Array.of(9, 0, 1, 9, 9, 2, 5, 9) }, 1);
  expect([...small.data]).toEqual([2]); // the middle square: (0 + 1 + 2 + 5) / 4
});
test('area averages keep the mean of a square, also by steps that are no whole number', () => {
  const image = makePicture({ kind: 'noise-like', side: 50, channels: 3, seed: 1 });
  const small = resizeImage(image, 12);
  const mean = (data: Float32Array): number => data.reduce((a, b) => a + b, 0) / data.length;
  expect(mean(small.data)).toBeCloseTo(mean(image.data), 6);
  expect([small.width, small.height, small.channels, small.data.length]).toEqual([12, 12, 3, 432]);
});
test('growing is bilinear: a ramp stays a ramp, and equal size changes nothing', () => {
  const large = resizeImage(ramp(8, 8), 16);
  for (let x = 2; x < 14; x++) expect(large.data[x]! - large.data[x - 1]!).toBeCloseTo(1 / 16, 6);
  expect([...resizeImage(ramp(8, 8), 8).data]).toEqual([...ramp(8, 8).data]);
});
test('the crop is centred', () => {
  expect(resizeImage(ramp(16, 4), 4).data[0]).toBe(6 / 16);
});
test('pictures have values in [0, 1], depend on the seed alone, and differ in centroid as their names say', () => {
  for (const kind of ['noise-like', 'camera-like'] as const) {
    for (const channels of [1, 3] as const) {
      const { data } = makePicture({ kind, channels, seed: 4 });
      expect(data.length).toBe(64 * 64 * channels);
      expect(data.every((v) => v >= 0 && v <= 1)).toBe(true);
      expect([...makePicture({ kind, channels, seed: 4 }).data]).toEqual([...data]);
      expect([...makePicture({ kind, channels, seed: 5 }).data]).not.toEqual([...data]);
    }
  }
  const psi = (kind: 'noise-like' | 'camera-like'): number => spectralCentroid2d(makePicture({ kind, seed: 4 }).data.map((v) => 2 * v - 1), 64, 64);
  expect(psi('noise-like')).toBeGreaterThan(0.4);
  expect(psi('camera-like')).toBeLessThan(0.3);
});
test('the built-in pictures have fixed bits', () => {
  const hex = (kind: 'noise-like' | 'camera-like'): string => new Fingerprint().addFloats(makePicture({ kind, channels: 3, seed: 4 }).data).hex();
  expect([hex('noise-like'), hex('camera-like')]).toMatchInlineSnapshot(`
    [
      "59ddc15a3086916a",
      "4ab9ec95754ecbef",
    ]
  `);
});
test('sides that no picture has are refused', () => {
  expect(() => resizeImage(ramp(4, 4), 0)).toThrow(/1 to 4096/);
  expect(() => makePicture({ kind: 'noise-like', side: 4, seed: 1 })).toThrow(/8 to 512/);
});
