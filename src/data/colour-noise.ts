/**
 * Fields of coloured noise and the masks that are made of them (Hinojosa et al. 2024, arXiv:2407.13036). Widths are standard deviations in
 * pixels of the field, one pixel a token. The edges are joined, so that no place of a field is special. The authors' files hold fields
 * whose widths they do not tell; the widths here are this project's choice, and so is the rule for 'purple'.
 */
import { InputError } from '../base/errors';
import { exp } from '../base/math';
import type { Random } from '../base/random';

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
 * W white Gaussian, G_s a blur: red G_s * W; blue W - G_s * W; green B - G_s2 * B with B = G_s1 * W; purple W - green. Then mean 0 and
 * standard deviation 1. [side * side] float32. @throws InputError for a side or widths that cannot be
 */
export function noiseField({ colour, side, std = 1, narrowStd = 0.5, wideStd = 2 }: FieldSpec, rng: Random): Float32Array {
  if (!(Number.isInteger(side) && side >= 4 && side <= 1024)) throw new InputError(`A field of noise has a side from 4 to 1024, but ${side} came.`);
  if (!(std > 0 && narrowStd > 0 && narrowStd < wideStd)) throw new InputError(`Blurs are wider than 0, and s1 below s2, but s = ${std}, s1 = ${narrowStd} and s2 = ${wideStd} came.`);
  const white = Float64Array.from(rng.fillNormal(new Float32Array(side * side)));
  const less = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v - b[i]!);
  const green = (): Float64Array => {
    const b = blurCircular(white, side, narrowStd);
    return less(b, blurCircular(b, side, wideStd));
  };
  const field = { white: () => white, red: () => blurCircular(white, side, std), blue: () => less(white, blurCircular(white, side, std)), green, purple: () => less(white, green()) }[colour]();
  const mean = field.reduce((sum, v) => sum + v, 0) / field.length;
  const scale = 1 / Math.sqrt(field.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / field.length);
  return Float32Array.from(field, (v) => (v - mean) * scale);
}

/** Convolution with a normalised Gaussian, cut off at 4 standard deviations, along rows and then columns, the edges joined. */
export function blurCircular(field: Float64Array, side: number, std: number): Float64Array {
  const radius = Math.ceil(4 * std);
  const raw = Array.from({ length: 2 * radius + 1 }, (_, k) => exp(-((k - radius) * (k - radius)) / (2 * std * std)));
  const total = raw.reduce((sum, w) => sum + w, 0);
  const along = (source: Float64Array, step: number, lineStep: number): Float64Array => {
    const out = new Float64Array(source.length);
    const padded = new Float64Array(side + 2 * radius); // one line with what lies beyond its ends
    for (let line = 0; line < side; line++) {
      for (let i = 0; i < padded.length; i++) padded[i] = source[line * lineStep + ((((i - radius) % side) + side) % side) * step]!;
      for (let i = 0; i < side; i++) {
        let sum = 0;
        for (let k = 0; k < raw.length; k++) sum += raw[k]! * padded[i + k]!;
        out[line * lineStep + i * step] = sum / total;
      }
    }
    return out;
  };
  return along(along(field, 1, side), side, 1);
}

/** How many of L tokens stay visible: int(L (1 - ratio)), safe from a rounding error that would lose one. */
export const visibleCount = (tokens: number, ratio: number): number => Math.floor(tokens * (1 - ratio) + 1e-9);

/**
 * A mask of tokens * tokens from a window of a field, drawn with its flips from `rng`: the `visibleCount` LARGEST values stay visible (0), the
 * others are removed (1), as in the released code. The field may be larger than the window or as large.
 * @throws InputError for a window that does not fit, or a ratio outside [0, 1]
 */
export function maskOfField(field: ArrayLike<number>, { side, tokens, ratio }: { readonly side: number; readonly tokens: number; readonly ratio: number }, rng: Random): Uint8Array {
  if (!(tokens >= 1 && tokens <= side && field.length === side * side)) throw new InputError(`A window of ${tokens} x ${tokens} tokens does not fit into a field of ${side} x ${side} (${field.length} numbers).`);
  if (!(ratio >= 0 && ratio <= 1)) throw new InputError(`A mask ratio from 0 to 1 was expected, but ${ratio} came.`);
  const [top, left] = [rng.int(side - tokens + 1), rng.int(side - tokens + 1)];
  const [flipX, flipY] = [rng.bernoulli(0.5), rng.bernoulli(0.5)];
  const values = Float64Array.from({ length: tokens * tokens }, (_, at) => {
    const [r, c] = [Math.floor(at / tokens), at % tokens];
    return field[(top + (flipY ? tokens - 1 - r : r)) * side + left + (flipX ? tokens - 1 - c : c)]!;
  });
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
  const mask = new Uint8Array(values.length).fill(1);
  for (const at of order.slice(0, visibleCount(values.length, ratio))) mask[at] = 0;
  return mask;
}
