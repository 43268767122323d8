/**
 * Ways to spoil a picture, each with a strength from 0 (nothing changes, bit for bit) to 1 (hard to make out), and the box that is
 * blacked out. Pictures are [channels, side, side] in [0, 1]; results are new arrays, clipped to [0, 1].
 */
import { InputError } from '../base/errors';
import { cos, exp, pow } from '../base/math';
import type { Random } from '../base/random';

export const degradationNames = ['noise', 'blur', 'rain', 'lowLight', 'haze', 'lowContrast', 'downscale', 'blocks'] as const;
export type DegradationName = (typeof degradationNames)[number];
export interface Degradation {
  readonly name: DegradationName;
  /** 0..1 */
  readonly strength: number;
}
type Spoil = (image: Float32Array, side: number, strength: number, rng: Random) => Float32Array;
const clip = (v: number): number => Math.min(1, Math.max(0, v));

const spoils: Readonly<Record<DegradationName, Spoil>> = {
  /** Normal, standard deviation 0.3 times the strength. */
  noise: (image, _side, strength, rng) => rng.fillNormal(new Float32Array(image.length), 0.3 * strength).map((e, i) => image[i]! + e),
  /** Gaussian, standard deviation side / 16 times the strength, edges repeated. */
  blur: (image, side, strength) => separable(image, side, (place) => gaussian(place, side, (strength * side) / 16)),
  rain,
  /** Gamma 1 + 2 strength, light down to a half, then noise of standard deviation 0.05 times the strength. */
  lowLight: (image, _side, strength, rng) => {
    const noise = rng.fillNormal(new Float32Array(image.length), 0.05 * strength);
    return image.map((v, i) => (1 - 0.5 * strength) * pow(clip(v), 1 + 2 * strength) + noise[i]!);
  },
  /** Mixed with light grey, 0.75 times the strength at the top, half that at the bottom (what is near). */
  haze: (image, side, strength) => image.map((v, i) => v + 0.75 * strength * (1 - (0.5 * (Math.floor(i / side) % side)) / side) * (0.78 - v)),
  /** Distances from mid grey times 1 - 0.9 strength. */
  lowContrast: (image, _side, strength) => image.map((v) => 0.5 + (1 - 0.9 * strength) * (v - 0.5)),
  /** Area averages on a coarser grid, 1 + 3 strength times as coarse, and back by bilinear interpolation. */
  downscale: (image, side, strength) => {
    const coarse = Math.max(2, Math.round(side / (1 + 3 * strength)));
    return coarse === side ? image.slice() : separable(image, side, (place) => throughCoarse(place, side, coarse));
  },
  blocks,
};
/** The picture spoilt by one degradation, or by several in their order; each has a stream of its own. @throws InputError for a strength outside 0..1 */
export function degrade(image: Float32Array, side: number, how: Degradation | readonly Degradation[], rng: Random): Float32Array {
  const list = 'name' in how ? [how] : how;
  let out = image.slice();
  list.forEach(({ name, strength }, k) => {
    if (!(strength >= 0 && strength <= 1)) throw new InputError(`A degradation's strength from 0 to 1 was expected, but ${strength} came for ${name}.`);
    if (strength > 0) out = spoils[name](out, side, strength, rng.fork(name, k)).map(clip);
  });
  return out;
}
/** The picture with one box, [left, top, right, bottom] in whole pixels, filled with a value. */
export function blackOut(image: Float32Array, side: number, box: ArrayLike<number>, value = 0): Float32Array {
  const out = image.slice();
  for (let plane = 0; plane < image.length; plane += side * side) for (let y = box[1]!; y < box[3]!; y++) out.fill(value, plane + y * side + box[0]!, plane + y * side + box[2]!);
  return out;
}

// Rows and columns, one after the other: each new value is a weighted sum of old ones

/** Weights of the old places that a new place is made of. */
type Weights = readonly { readonly at: number; readonly weight: number }[];
function separable(image: Float32Array, side: number, weightsOf: (place: number) => Weights): Float32Array {
  const weights = Array.from({ length: side }, (_, place) => weightsOf(place));
  const along = (source: Float32Array, step: number): Float32Array =>
    source.map((_, i) => {
      const place = step === 1 ? i % side : Math.floor(i / side) % side;
      const first = i - place * step;
      let sum = 0;
      for (const { at, weight } of weights[place]!) sum += weight * source[first + at * step]!;
      return sum;
    });
  return along(along(image, 1), side);
}
function gaussian(place: number, side: number, std: number): Weights {
  const far = Math.ceil(3 * std);
  const raw = Array.from({ length: 2 * far + 1 }, (_, k) => ({ at: Math.min(side - 1, Math.max(0, place + k - far)), weight: exp(-((k - far) * (k - far)) / (2 * std * std)) }));
  const total = raw.reduce((sum, { weight }) => sum + weight, 0);
  return raw.map(({ at, weight }) => ({ at, weight: weight / total }));
}
function throughCoarse(place: number, side: number, coarse: number): Weights {
  const step = side / coarse;
  const middle = Math.max(0, Math.min(coarse - 1, (place + 0.5) / step - 0.5));
  const low = Math.min(coarse - 1, Math.floor(middle));
  const cell = (k: number, share: number): Weights => {
    const parts: { at: number; weight: number }[] = [];
    for (let at = Math.floor(k * step); at < Math.min(side, (k + 1) * step); at++) {
      const covered = Math.min(at + 1, (k + 1) * step) - Math.max(at, k * step);
      if (covered > 0 && share > 0) parts.push({ at, weight: (share * covered) / step });
    }
    return parts;
  };
  return [...cell(low, 1 - (middle - low)), ...cell(Math.min(coarse - 1, low + 1), middle - low)];
}

/** Light streaks, all with one slant: side * strength of them, side / 4 pixels long, each lifting what it crosses up to 0.6 of the way to white. */
function rain(image: Float32Array, side: number, strength: number, rng: Random): Float32Array {
  const light = new Float32Array(side * side);
  const slant = rng.uniform(-0.35, 0.35);
  const drops = Math.round(side * strength);
  for (let d = 0; d < drops; d++) {
    const [x, y, length, brightness] = [rng.uniform(0, side), rng.uniform(-side / 4, side), rng.uniform(0.6, 1.2) * (side / 4), rng.uniform(0.35, 0.6)];
    for (let k = 0; k < 2 * length; k++) { // two steps a pixel, spread over the two columns that a step lies between
      const [column, row] = [x + slant * (k / 2) - 0.5, Math.floor(y + k / 2)];
      const left = Math.floor(column);
      for (const [c, share] of [[left, left + 1 - column], [left + 1, column - left]] as const) {
        if (row >= 0 && row < side && c >= 0 && c < side) light[row * side + c] = Math.max(light[row * side + c]!, share * brightness);
      }
    }
  }
  return image.map((v, i) => v + light[i % (side * side)]! * (0.95 - v));
}

/** Quantiser steps of luminance, in 1/255, row-major: ITU-T T.81 (JPEG), table K.1. */
const jpegSteps = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
/** Orthonormal DCT-II of 8 values: row k, column n. */
const dct = Float64Array.from({ length: 64 }, (_, i) => (i < 8 ? Math.sqrt(1 / 8) : 0.5) * cos((Math.PI * Math.floor(i / 8) * (2 * (i % 8) + 1)) / 16));
/** Every 8 x 8 block of every channel: its DCT rounded to multiples of 4 * strength times JPEG's steps. */
function blocks(image: Float32Array, side: number, strength: number): Float32Array {
  const out = image.slice();
  const [block, half] = [new Float64Array(64), new Float64Array(64)];
  /** to = M from (or M transposed), then the same along the other way. */
  const transform = (inverse: boolean): void => {
    const weight = (row: number, k: number): number => (inverse ? dct[k * 8 + row]! : dct[row * 8 + k]!);
    for (const [source, target] of [[block, half], [half, block]] as const) { // each pass transforms the columns and transposes
      for (let row = 0; row < 8; row++) for (let column = 0; column < 8; column++) {
        let sum = 0;
        for (let k = 0; k < 8; k++) sum += weight(row, k) * source[k * 8 + column]!;
        target[column * 8 + row] = sum;
      }
    }
  };
  for (let plane = 0; plane < image.length; plane += side * side) for (let top = 0; top + 8 <= side; top += 8) for (let left = 0; left + 8 <= side; left += 8) {
    const at = (k: number): number => plane + (top + (k >> 3)) * side + left + (k & 7);
    for (let k = 0; k < 64; k++) block[k] = 255 * image[at(k)]! - 128;
    transform(false);
    for (let k = 0; k < 64; k++) {
      const step = 4 * strength * jpegSteps[k]!;
      block[k] = step * Math.round(block[k]! / step);
    }
    transform(true);
    for (let k = 0; k < 64; k++) out[at(k)] = (block[k]! + 128) / 255;
  }
  return out;
}
/** Mean of (a - b)^2 over two pictures of one size. */
export function meanSquareError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) * (a[i]! - b[i]!);
  return sum / a.length;
}
