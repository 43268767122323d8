import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { makeSignal, midpointGrid, signalAt, signalBands, type SignalKind, type SignalSpec } from './signals';
import { powerSpectrum, spectralCentroid1d, zeroPredictorPsnr } from '../spectrum';

const kinds = Object.keys(signalBands) as SignalKind[];
const spec = (kind: SignalKind, count = 2048): SignalSpec => ({ kind, count, seed: 11 });

test.each(['low-pass', 'band-limited', 'broadband'] as const)('%s noise has no energy outside its band', (kind) => {
  for (const count of [2048, 1000]) {
    const { samples } = makeSignal(spec(kind, count));
    const [low, high] = signalBands[kind];
    const power = powerSpectrum(samples);
    const total = power.reduce((a, b) => a + b, 0);
    const outside = power.reduce((sum, p, k) => sum + ((2 * k) / count < low || (2 * k) / count > high || k === 0 ? p : 0), 0);
    expect(outside / total).toBeLessThan(1e-12); // float32 rounding alone
  }
});
test.each(kinds)('a %s signal peaks at exactly 1 on its grid, and ends at -1 and 1', (kind) => {
  for (const count of [200, 1000, 2048]) {
    const { x, samples, midpoints, midpointX } = makeSignal(spec(kind, count));
    expect(samples.reduce((m, y) => Math.max(m, Math.abs(y)), 0)).toBe(1);
    expect([x[0], x.at(-1), x.length, samples.length]).toEqual([-1, 1, count, count]);
    expect([midpoints.length, midpointX.length]).toEqual([count - 1, count - 1]);
  }
});
test.each(kinds)('samples and midpoints of a %s signal come from one function', (kind) => {
  const count = 256;
  const { samples, midpoints } = makeSignal(spec(kind, count));
  const all = signalAt(spec(kind, count), Array.from({ length: 2 * count - 1 }, (_, h) => -1 + h / (count - 1)));
  samples.forEach((y, n) => expect(Math.abs(y - all[2 * n]!)).toBeLessThan(1e-6));
  midpoints.forEach((y, n) => expect(Math.abs(y - all[2 * n + 1]!)).toBeLessThan(1e-6));
});
test('midpoints lie halfway between neighbours', () => {
  expect([...midpointGrid(5)]).toEqual([-0.75, -0.25, 0.25, 0.75]);
});
test('midpoints of a band-limited signal are what its samples imply (sinc interpolation in the DFT)', () => {
  // Twice as many samples of the same bins: the even ones are the samples, the odd ones the midpoints.
  const count = 128;
  const { samples, midpoints } = makeSignal(spec('band-limited', count));
  const at = (p: number): number => {
    let y = 0;
    for (let n = 0; n < count; n++) {
      const d = (Math.PI * (p - n)) / count;
      y += (samples[n]! * Math.sin(count * d)) / (Math.tan(d) * count); // Dirichlet kernel of an even period
    }
    return y;
  };
  midpoints.forEach((y, n) => expect(Math.abs(y - at(n + 0.5))).toBeLessThan(1e-5));
});
test('centroids and zero predictors are those of the experiment: psi 0.015, 0.45, 0.5; 8 to 13 dB', () => {
  const psi = (kind: SignalKind): number => spectralCentroid1d(makeSignal(spec(kind)).samples);
  expect(psi('low-pass')).toBeCloseTo(0.015, 2);
  expect(psi('band-limited')).toBeCloseTo(0.45, 1);
  expect(psi('broadband')).toBeCloseTo(0.5, 1);
  for (let seed = 1; seed <= 5; seed++) {
    const zero = zeroPredictorPsnr(makeSignal({ kind: 'band-limited', count: 2048, seed }).samples);
    expect(zero).toBeGreaterThan(9);
    expect(zero).toBeLessThan(13);
  }
});
test('the band can be chosen, and a chirp passes zero as often as its frequency says', () => {
  const { samples } = makeSignal({ kind: 'band-limited', count: 1024, seed: 2, band: [0.7, 0.8] });
  expect(spectralCentroid1d(samples)).toBeCloseTo(0.75, 1);
  const chirp = makeSignal({ kind: 'chirp', count: 1024, seed: 2, band: [0.1, 0.3] }).samples;
  const crossings = chirp.reduce((n, y, i) => n + (i > 0 && y < 0 !== chirp[i - 1]! < 0 ? 1 : 0), 0);
  expect(Math.abs(crossings - 0.2 * 1023)).toBeLessThanOrEqual(2); // a mean of 0.2 of Nyquist, one crossing a half cycle
});
test('equal specs give equal bits, other seeds other signals', () => {
  const hex = (s: SignalSpec): string => {
    const { samples, midpoints } = makeSignal(s);
    return new Fingerprint().addFloats(samples).addFloats(midpoints).hex();
  };
  expect(kinds.map((kind) => hex(spec(kind)))).toMatchInlineSnapshot(`
    [
      "bad915f030862b07",
      "3437fa288637f0ca",
      "ca9f8c228298196d",
      "9122693974b1be77",
    ]
  `);
  expect(hex(spec('chirp'))).not.toBe(hex({ ...spec('chirp'), seed: 12 }));
});
test('impossible specs are refused with what to do', () => {
  expect(() => makeSignal(spec('chirp', 8))).toThrow(/from 16 to 8192, but 8 came/);
  expect(() => makeSignal({ ...spec('chirp'), band: [0.5, 0.4] })).toThrow(/0 <= low < high <= 1/);
  expect(() => makeSignal({ ...spec('band-limited', 16), band: [0.01, 0.02] })).toThrow(/Widen the band/);
});
