/**
 * Spectra of images. A bin (u, v) holds u cycles per image's width and v per height, both signed, -side/2 < u <= side/2; where an array
 * is indexed by them it is as `fft2` gives it (bin 0 first), unless it says centred.
 */
import { ShapeError } from '../base/errors';
import { fft2, ifft2, type Complex } from './fft';

/** Signed frequency of index k of n bins, in cycles per side: 0, 1, ..., n/2, -(n/2 - 1), ..., -1. */
export const signedBin = (k: number, n: number): number => (2 * k > n ? k - n : k);

/** |fft2| / sqrt(side^2), as the orthonormal transform has it (Parseval: the squares sum to those of the pixels): [side * side]. */
export function amplitudeSpectrum(image: ArrayLike<number>, side: number): Float64Array {
  const { re, im } = fft2(image, side, side);
  return re.map((r, i) => Math.sqrt(r * r + im[i]! * im[i]!) / side);
}

/** Moves bin 0 to the middle, row and column side >> 1, for pictures: [side * side] -> the same, as numpy.fft.fftshift does. */
export function centred<T extends Float32Array | Float64Array>(spectrum: T, side: number): T {
  const out = spectrum.slice() as T; // of the type that came: slice's own type is wider
  const half = side >> 1;
  for (let v = 0; v < side; v++) for (let u = 0; u < side; u++) out[((v + half) % side) * side + ((u + half) % side)] = spectrum[v * side + u]!;
  return out;
}

/**
 * Mean of a spectrum's values over rings: entry k over all bins with k - 1/2 <= sqrt(u^2 + v^2) < k + 1/2, k = 0..side/2; the corners
 * beyond are left out. [side * side] -> [side / 2 + 1]
 */
export function radialMean(spectrum: ArrayLike<number>, side: number): Float32Array {
  const rings = (side >> 1) + 1;
  const [sums, counts] = [new Float64Array(rings), new Float64Array(rings)];
  for (let at = 0; at < side * side; at++) {
    const [u, v] = [signedBin(at % side, side), signedBin(Math.floor(at / side), side)];
    const ring = Math.floor(Math.sqrt(u * u + v * v) + 0.5);
    if (ring >= rings) continue;
    sums[ring]! += spectrum[at]!;
    counts[ring]!++;
  }
  return Float32Array.from(sums, (sum, k) => sum / counts[k]!);
}

/** 1 where low^2 <= u^2 + v^2 < high^2, else 0: [side * side]. `ringMask(side, 0, R)` keeps the disc of Xie et al. 2023, arXiv:2206.07706, whose bound is strict. */
export const ringMask = (side: number, low: number, high: number): Uint8Array =>
  Uint8Array.from({ length: side * side }, (_, at) => {
    const [u, v] = [signedBin(at % side, side), signedBin(Math.floor(at / side), side)];
    const d = u * u + v * v;
    return d >= low * low && d < high * high ? 1 : 0;
  });

/** The image with the bins that a mask keeps (1) alone; masks are symmetric, (u, v) as (-u, -v), so that the result is real. [side * side], not clipped. @throws ShapeError if sizes differ */
export function filterImage(image: ArrayLike<number>, mask: ArrayLike<number>, side: number): Float32Array {
  if (mask.length !== side * side) throw new ShapeError(`filterImage: a mask of ${side} x ${side} bins was expected, but ${mask.length} numbers came.`);
  const { re, im } = fft2(image, side, side);
  return Float32Array.from(ifft2({ re: re.map((r, i) => r * mask[i]!), im: im.map((v, i) => v * mask[i]!) }, side, side).re);
}

/** Real image of given bins: the real part of the inverse transform. */
export const imageOf = (spectrum: Complex, side: number): Float64Array => ifft2(spectrum, side, side).re;
