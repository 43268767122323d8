/**
 * Fields of coloured noise and the masks that are made of them (Hinojosa et al. 2024, arXiv:2407.13036). Widths are standard deviations in
 * pixels of the field, one pixel a token. The edges are joined, so that no place of a field is special. The authors' files hold fields
 * whose widths they do not tell; the widths here are this project's choice, and so is the rule for 'purple'.
 */
import { InputError } from '../base/errors';
import { exp } from '../base/math';
import type { Random } from '../base/random';
import { fft2 } from './fft';
import { imageOf, signedBin } from './spectrum2d';

export const noiseColours = ['white', 'red', 'green', 'blue', 'purple'] as const;
export type NoiseColour = (typeof noiseColours)[number];
export interface FieldSpec {
  readonly colour: NoiseColour;
  readonly side: number;
  /** s of red and blue. Absent: 1. */
  readonly std?: number;
  /** s1 < s2 of green and purple. Absent: 0.5 and 2. */
  readonly narrowStd?: number;
  readonly wideStd?: number;
}

/**
 * W white Gaussian, G_s a blur: red G_s * W; blue W - G_s * W; green B - G_s2 * B with B = G_s1 * W; purple W - green. Blurs are multiplied
 * in frequency, where a Gaussian is e^(-s^2 w^2 / 2), w in radians a pixel: a narrow one sampled in pixels would be another filter.
 * Then mean 0 and standard deviation 1. [side * side] float32. @throws InputError for a side or widths that cannot be
 */
export function noiseField({ colour, side, std = 1, narrowStd = 0.5, wideStd = 2 }: FieldSpec, rng: Random): Float32Array {
  if (!(Number.isInteger(side) && side >= 4 && side <= 1024)) throw new InputError(`A field of noise has a side from 4 to 1024, but ${side} came.`);
  if (!(std > 0 && narrowStd > 0 && narrowStd < wideStd)) throw new InputError(`Blurs are wider than 0, and s1 below s2, but s = ${std}, s1 = ${narrowStd} and s2 = ${wideStd} came.`);
  const white = rng.fillNormal(new Float32Array(side * side));
  const { re, im } = fft2(white, side, side);
  const green = (w2: number): number => blur(narrowStd, w2) * (1 - blur(wideStd, w2));
  const gainAt = { white: () => 1, red: (w2: number) => blur(std, w2), blue: (w2: number) => 1 - blur(std, w2), green, purple: (w2: number) => 1 - green(w2) }[colour];
  const step = (2 * Math.PI) / side;
  re.forEach((_, at) => {
    const [u, v] = [signedBin(at % side, side) * step, signedBin(Math.floor(at / side), side) * step];
    const gain = at === 0 ? 0 : gainAt(u * u + v * v); // without its mean
    re[at]! *= gain;
    im[at]! *= gain;
  });
  const field = imageOf({ re, im }, side);
  const scale = 1 / Math.sqrt(field.reduce((sum, v) => sum + v * v, 0) / field.length);
  return Float32Array.from(field, (v) => v * scale);
}
/** Gain of a Gaussian blur of this standard deviation at the squared frequency w^2. */
const blur = (std: number, w2: number): number => exp((-std * std * w2) / 2);

/** How many of L tokens stay visible: int(L (1 - ratio)), safe from a rounding error that would lose one. */
export const visibleCount = (tokens: number, ratio: number): number => Math.floor(tokens * (1 - ratio) + 1e-9);

/**
 * Which of tokens * tokens are hidden, 1 or 0 (the papers' mask; `data/masks` has other ways), by a window of a field, drawn with its flips from
 * `rng`: the `visibleCount` LARGEST values stay visible, as in the released code. The field may be larger than the window or as large.
 * @throws InputError for a window that does not fit, or a ratio outside [0, 1]
 */
export function hiddenByField(field: ArrayLike<number>, { side, tokens, ratio }: { readonly side: number; readonly tokens: number; readonly ratio: number }, rng: Random): Uint8Array {
  if (!(tokens >= 1 && tokens <= side && field.length === side * side)) throw new InputError(`A window of ${tokens} x ${tokens} tokens does not fit into a field of ${side} x ${side} (${field.length} numbers).`);
  if (!(ratio >= 0 && ratio <= 1)) throw new InputError(`A mask ratio from 0 to 1 was expected, but ${ratio} came.`);
  const [top, left] = [rng.int(side - tokens + 1), rng.int(side - tokens + 1)];
  const [flipX, flipY] = [rng.bernoulli(0.5), rng.bernoulli(0.5)];
  const values = Float64Array.from({ length: tokens * tokens }, (_, at) => {
    const [r, c] = [Math.floor(at / tokens), at % tokens];
    return field[(top + (flipY ? tokens - 1 - r : r)) * side + left + (flipX ? tokens - 1 - c : c)]!;
  });
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
  const hidden = new Uint8Array(values.length).fill(1);
  for (const at of order.slice(0, visibleCount(values.length, ratio))) hidden[at] = 0;
  return hidden;
}
