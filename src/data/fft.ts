/**
 * Discrete Fourier transforms, forward unless it says inverse: Y_k = sum_n y_n e^(-2 pi i k n / N), unscaled, as numpy.fft has it.
 * Own code, not a library: those at hand make their twiddle factors with `Math.sin`, whose last digit is the engine's choice, and a
 * centroid made of them would start one experiment with different weights in different browsers. Here only base/math is used.
 */
import { ShapeError } from '../base/errors';
import { cos, sin } from '../base/math';

/** A complex sequence, real and imaginary parts apart; both [N]. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** cos and sin of -2 pi j / n for j = 0..n/2-1. */
const twiddles = new Map<number, Complex>();
function twiddlesOf(n: number): Complex {
  let table = twiddles.get(n);
  if (!table) {
    table = {
      re: Float64Array.from({ length: n >> 1 }, (_, j) => cos((2 * Math.PI * j) / n)),
      im: Float64Array.from({ length: n >> 1 }, (_, j) => -sin((2 * Math.PI * j) / n)),
    };
    twiddles.set(n, table);
  }
  return table;
}

/** Radix-2 decimation in time (Cooley and Tukey 1965), in place; n = re.length is a power of two. */
function radix2(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit; // j is i with its bits reversed
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  const w = twiddlesOf(n);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const wr = w.re[k * stride]!;
        const wi = w.im[k * stride]!;
        const tr = re[b]! * wr - im[b]! * wi;
        const ti = re[b]! * wi + im[b]! * wr;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a] = re[a]! + tr;
        im[a] = im[a]! + ti;
      }
    }
  }
}

/** Any length, as a convolution with a chirp (Bluestein 1970): k n = (k^2 + n^2 - (k - n)^2) / 2. */
function bluestein(re: Float64Array, im: Float64Array): Complex {
  const n = re.length;
  let size = 1;
  while (size < 2 * n - 1) size *= 2;
  // chirp_j = e^(i pi j^2 / n); j^2 modulo 2n, so that the angle stays small and exact.
  const angle = (j: number): number => (Math.PI * ((j * j) % (2 * n))) / n;
  const chirp: Complex = { re: Float64Array.from({ length: n }, (_, j) => cos(angle(j))), im: Float64Array.from({ length: n }, (_, j) => sin(angle(j))) };
  const ar = new Float64Array(size);
  const ai = new Float64Array(size);
  const br = new Float64Array(size);
  const bi = new Float64Array(size);
  for (let j = 0; j < n; j++) {
    const c = chirp.re[j]!;
    const s = chirp.im[j]!;
    ar[j] = re[j]! * c + im[j]! * s; // a = y conj(chirp)
    ai[j] = im[j]! * c - re[j]! * s;
    const mirror = (size - j) % size;
    br[j] = br[mirror] = c;
    bi[j] = bi[mirror] = s;
  }
  radix2(ar, ai);
  radix2(br, bi);
  // The product, conjugated: a forward transform of it is the conjugate of the inverse, times size.
  for (let j = 0; j < size; j++) {
    const r = ar[j]! * br[j]! - ai[j]! * bi[j]!;
    const i = ar[j]! * bi[j]! + ai[j]! * br[j]!;
    ar[j] = r;
    ai[j] = -i;
  }
  radix2(ar, ai);
  const out: Complex = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let k = 0; k < n; k++) {
    const r = ar[k]! / size;
    const i = -ai[k]! / size;
    out.re[k] = r * chirp.re[k]! + i * chirp.im[k]!;
    out.im[k] = i * chirp.re[k]! - r * chirp.im[k]!;
  }
  return out;
}

/**
 * Complex transform of any length N >= 1: O(N log N), by radix 2 where N is a power of two, else by Bluestein's chirp.
 * @param re real parts [N]; left untouched
 * @param im imaginary parts [N]; absent for a real sequence
 * @throws ShapeError if N is 0 or the parts differ in length
 */
export function fft(re: ArrayLike<number>, im?: ArrayLike<number>): Complex {
  const n = re.length;
  if (n === 0) throw new ShapeError('fft: at least one number was expected, but the sequence is empty. Pass a longer one.');
  if (im && im.length !== n) throw new ShapeError(`fft: parts differ in length: real [${n}], imaginary [${im.length}]. Pass two of one length.`);
  const out: Complex = { re: Float64Array.from(re), im: im ? Float64Array.from(im) : new Float64Array(n) };
  if ((n & (n - 1)) !== 0) return bluestein(out.re, out.im);
  radix2(out.re, out.im);
  return out;
}

/** Transform of a real sequence y [N]: its bins 0..floor(N/2), [floor(N/2) + 1]; the others are their conjugates. */
export function rfft(y: ArrayLike<number>): Complex {
  const { re, im } = fft(y);
  const bins = (y.length >> 1) + 1;
  return { re: re.slice(0, bins), im: im.slice(0, bins) };
}

/**
 * Two-dimensional transform of an image [height, width], row-major: Y[v, u] = sum_rc y[r, c] e^(-2 pi i (v r / height + u c / width)), unscaled.
 * @throws ShapeError if the parts do not hold height * width numbers
 */
export function fft2(re: ArrayLike<number>, width: number, height: number, im?: ArrayLike<number>): Complex {
  for (const part of im ? [re, im] : [re]) if (part.length !== width * height) throw new ShapeError(`fft2: an image of ${height} x ${width} holds ${width * height} numbers, but ${part.length} came.`);
  const out: Complex = { re: Float64Array.from(re), im: im ? Float64Array.from(im) : new Float64Array(re.length) };
  for (let r = 0; r < height; r++) {
    const row = fft(out.re.subarray(r * width, (r + 1) * width), out.im.subarray(r * width, (r + 1) * width));
    out.re.set(row.re, r * width);
    out.im.set(row.im, r * width);
  }
  const column: Complex = { re: new Float64Array(height), im: new Float64Array(height) };
  for (let c = 0; c < width; c++) {
    for (let r = 0; r < height; r++) [column.re[r], column.im[r]] = [out.re[r * width + c]!, out.im[r * width + c]!];
    const done = fft(column.re, column.im);
    for (let r = 0; r < height; r++) [out.re[r * width + c], out.im[r * width + c]] = [done.re[r]!, done.im[r]!];
  }
  return out;
}
/** Undoes `fft2`: (1 / (height width)) sum of Y e^(+...). With exchanged parts a forward transform is an inverse one. */
export function ifft2({ re, im }: Complex, width: number, height: number): Complex {
  const { re: a, im: b } = fft2(im, width, height, re);
  const scale = 1 / (width * height);
  return { re: b.map((v) => v * scale), im: a.map((v) => v * scale) };
}
