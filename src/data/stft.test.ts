import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { bandEdges, bandFilters, energyFloor, frameCount, hann, logBands, spectrogram, type BandSpec } from './stft';

const rate = 8000;
const spec: BandSpec = { size: 256, hop: 80, sampleRateHz: rate, bands: 24 };
const sine = (hz: number, seconds = 0.2): Float32Array => Float32Array.from({ length: rate * seconds }, (_, n) => Math.sin((2 * Math.PI * hz * n) / rate));

test('a frame is what a plain sum over its windowed samples says', () => {
  const y = Random.seed(1).fillNormal(new Float32Array(40));
  const { shape, data } = spectrogram(y, { size: 10, hop: 7 });
  expect(shape).toEqual([5, 6]);
  const total = [...Array(10).keys()].reduce((sum, n) => sum + (1 - Math.cos((2 * Math.PI * n) / 10)) / 2, 0);
  for (let t = 0; t < 5; t++)
    for (let k = 0; k < 6; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < 10; n++) {
        const v = (y[t * 7 + n]! * (1 - Math.cos((2 * Math.PI * n) / 10))) / 2;
        re += v * Math.cos((2 * Math.PI * k * n) / 10);
        im -= v * Math.sin((2 * Math.PI * k * n) / 10);
      }
      expect(data[t * 6 + k]).toBeCloseTo((re * re + im * im) / total ** 2, 6);
    }
});
test('a sine of amplitude 1 on a bin has a quarter there, and half as much amplitude beside it', () => {
  const { shape, data } = spectrogram(sine((20 * rate) / 256), spec);
  const row = data.subarray(0, shape[1]);
  expect(row[20]).toBeCloseTo(0.25, 4);
  expect(row[19]).toBeCloseTo(0.25 / 4, 4);
  expect(row[25]).toBeCloseTo(0, 8);
});
test('windows half their length apart sum to one, and frames are counted whole', () => {
  const w = hann(64);
  for (let n = 0; n < 32; n++) expect(w[n]! + w[n + 32]!).toBeCloseTo(1, 12);
  expect([255, 256, 335, 336].map((n) => frameCount(n, spec))).toEqual([0, 1, 1, 2]);
});
test('mel edges are those of the formula: 1000 mel is 1000 Hz', () => {
  const edges = bandEdges({ ...spec, bands: 1, lowHz: 0, highHz: 4000 });
  const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
  expect(mel(1000)).toBeCloseTo(1000, 0);
  expect(mel(edges[1]!)).toBeCloseTo(mel(4000) / 2, 8);
  expect(edges[2]).toBeCloseTo(4000, 8);
  const octaves = bandEdges({ ...spec, bands: 6, scale: 'octaves', lowHz: 31.25, highHz: 4000 });
  octaves.forEach((hz, i) => expect(hz).toBeCloseTo(31.25 * 2 ** i, 6));
});
test('every band meets a bin, and between the outer peaks the triangles sum to one', () => {
  for (const scale of ['mel', 'linear', 'octaves'] as const) {
    const filters = bandFilters({ ...spec, scale });
    const bins = filters.shape[1]!;
    for (let b = 0; b < 24; b++) expect(Math.max(...filters.data.subarray(b * bins, (b + 1) * bins))).toBeGreaterThan(0);
    if (scale !== 'linear') continue;
    const edges = bandEdges({ ...spec, scale });
    for (let k = 0; k < bins; k++) {
      const hz = (k * rate) / 256;
      if (hz < edges[1]! || hz > edges[24]!) continue;
      let sum = 0;
      for (let b = 0; b < 24; b++) sum += filters.data[b * bins + k]!;
      expect(sum).toBeCloseTo(1, 6);
    }
  }
});
test('the loudest band of a sine is the one whose triangle is highest at its pitch; silence is the floor', () => {
  const filters = bandFilters(spec);
  const bins = filters.shape[1]!;
  for (const bin of [10, 30, 60, 100]) {
    const { data } = logBands(sine((bin * rate) / 256), spec);
    const expected = Array.from({ length: 24 }, (_, b) => filters.data[b * bins + bin]!);
    expect(data.subarray(0, 24).indexOf(Math.max(...data.subarray(0, 24)))).toBe(expected.indexOf(Math.max(...expected)));
  }
  for (const v of logBands(new Float32Array(400), spec).data) expect(v).toBeCloseTo(Math.log(energyFloor), 5);
});
test('what cannot be is refused', () => {
  expect(() => spectrogram(new Float32Array(100), spec)).toThrow(/256 samples, but only 100 came/);
  expect(() => logBands(new Float32Array(400), { ...spec, highHz: 5000 })).toThrow(/half the sample rate, 4000 Hz/);
  expect(() => logBands(new Float32Array(400), { ...spec, bands: 0 })).toThrow(/from 1 to 512/);
});
