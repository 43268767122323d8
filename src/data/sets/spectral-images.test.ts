import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { amplitudeSpectrum, radialMean, signedBin } from '../spectrum2d';
import { spectralImage, spectrumGain, spectrumKinds, type SpectrumSpec } from './spectral-images';

const side = 32;
const spec = (kind: SpectrumSpec['kind'], more: Partial<SpectrumSpec> = {}): SpectrumSpec => ({ kind, side, low: 4, high: 9, angleDegrees: 30, spreadDegrees: 20, slope: 1, ...more });
const image = (s: SpectrumSpec, seed = 1): Float32Array => spectralImage(spectrumGain(s), side, Random.seed(seed));

test('an image has no energy where its gain is 0, and a mean of one half', () => {
  for (const kind of spectrumKinds) {
    const s = spec(kind);
    const gain = spectrumGain(s);
    const x = image(s);
    expect(x.reduce((a, b) => a + b) / x.length).toBeCloseTo(0.5, 5);
    expect(Math.max(...x.map((v) => Math.abs(v - 0.5)))).toBeCloseTo(0.5, 6);
    amplitudeSpectrum(x.map((v) => v - 0.5), side).forEach((a, i) => gain[i] === 0 && expect(a).toBeLessThan(1e-5));
  }
});
test('bands keep the bins that their bounds say, counted one by one', () => {
  const count = (s: SpectrumSpec): number => spectrumGain(s).reduce((n, g) => n + (g > 0 ? 1 : 0), 0);
  const expected = (keeps: (f: number) => boolean): number => {
    let n = 0;
    for (let v = -15; v <= 16; v++) for (let u = -15; u <= 16; u++) if ((u !== 0 || v !== 0) && keeps(Math.hypot(u, v))) n++;
    return n;
  };
  expect(count(spec('low-pass'))).toBe(expected((f) => f < 4));
  expect(count(spec('band-limited'))).toBe(expected((f) => f >= 4 && f < 9));
  expect(count(spec('broadband'))).toBe(side * side - 1);
});
test('gains are symmetric, so that images are real', () => {
  for (const kind of spectrumKinds) {
    const gain = spectrumGain(spec(kind));
    for (let v = 0; v < side; v++) for (let u = 0; u < side; u++) expect(gain[((side - v) % side) * side + ((side - u) % side)]).toBe(gain[v * side + u]);
  }
});
test('oriented images have their waves within the spread of their way', () => {
  const gain = spectrumGain(spec('oriented'));
  let kept = 0;
  gain.forEach((g, at) => {
    if (g === 0) return;
    kept++;
    const angle = (Math.atan2(signedBin(Math.floor(at / side), side), signedBin(at % side, side)) * 180) / Math.PI;
    const off = Math.abs(((((angle - 30) % 180) + 270) % 180) - 90);
    expect(off).toBeLessThanOrEqual(20.001);
  });
  expect(kept).toBeGreaterThan(30);
});
test('natural amplitudes fall with the slope', () => {
  for (const slope of [0.5, 1, 2]) {
    const rings = new Float64Array(17);
    for (let seed = 0; seed < 8; seed++) {
      const x = image(spec('natural', { slope }), seed);
      const r = radialMean(amplitudeSpectrum(x.map((v) => v - 0.5), side), side);
      const scale = r[2]!;
      r.forEach((a, k) => (rings[k]! += a / scale / 8));
    }
    expect(Math.abs(Math.log(rings[12]! / rings[4]!) / Math.log(3) + slope)).toBeLessThan(0.2);
  }
});
test('a band without a bin is refused', () => {
  expect(() => image(spec('band-limited', { low: 3.1, high: 3.15 }))).toThrow(/Widen the band/);
});
