import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { fft, rfft } from './fft';

/** The definition, with the engine's own sine: independent of the code under test. */
function naive(re: Float64Array, im: Float64Array): { re: number[]; im: number[] } {
  const n = re.length;
  const out = { re: new Array<number>(n).fill(0), im: new Array<number>(n).fill(0) };
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      out.re[k]! += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
      out.im[k]! += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
    }
  }
  return out;
}
const noise = (n: number, name: string): Float64Array => {
  const rng = Random.seed(3).fork(name, n);
  return Float64Array.from({ length: n }, () => rng.normal());
};
const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i]!)), 0);

test.each([1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 64, 100, 127, 255, 256, 360, 512])('the transform of %i complex numbers agrees with the definition', (n) => {
  const re = noise(n, 're');
  const im = noise(n, 'im');
  const got = fft(re, im);
  const want = naive(re, im);
  expect(largestGap(got.re, want.re)).toBeLessThan(1e-11 * n);
  expect(largestGap(got.im, want.im)).toBeLessThan(1e-11 * n);
});
test.each([2048, 8191, 8192, 6000])('energy is kept at length %i (Parseval)', (n) => {
  const y = noise(n, 'y');
  const { re, im } = fft(y);
  const inTime = y.reduce((sum, v) => sum + v * v, 0);
  const inFrequency = re.reduce((sum, r, k) => sum + r * r + im[k]! * im[k]!, 0) / n;
  expect(inFrequency / inTime).toBeCloseTo(1, 11);
});
test('rfft holds bins 0 to N/2 of the whole transform', () => {
  for (const n of [9, 16]) {
    const y = noise(n, 'y');
    const whole = fft(y);
    const half = rfft(y);
    expect(half.re.length).toBe(Math.floor(n / 2) + 1);
    expect([...half.im]).toEqual([...whole.im.slice(0, half.im.length)]);
    for (let k = 1; k < half.re.length; k++) expect(whole.re[n - k]).toBeCloseTo(half.re[k]!, 12);
  }
});
test('a cosine at bin 5 has all its energy there', () => {
  const { re, im } = rfft(Float64Array.from({ length: 60 }, (_, n) => Math.cos((2 * Math.PI * 5 * n) / 60)));
  re.forEach((r, k) => expect(Math.sqrt(r * r + im[k]! ** 2)).toBeCloseTo(k === 5 ? 30 : 0, 10));
});
test('the input is left untouched, and an empty or uneven one is refused', () => {
  const y = noise(8, 'y');
  const before = [...y];
  fft(y);
  expect([...y]).toEqual(before);
  expect(() => fft([])).toThrow(/at least one number/);
  expect(() => fft([1, 2], [1])).toThrow(/differ in length/);
});
