/** Shifted sets of images that are only known as pixels: what the drawn glyphs have ready-made, for the user's own images. */
import { cos, exp, sin } from '../../base/math';
import type { Random } from '../../base/random';
import { bilinear } from '../../data/augment';
import { pixels, type ImageSet } from './network';

const side = 28;
type Shift = (image: Float32Array, rng: Random) => Float32Array;
const fill = (value: (row: number, column: number) => number): Float32Array => Float32Array.from({ length: pixels }, (_, at) => value(Math.floor(at / side), at % side));
const blurKernel = Array.from({ length: 9 }, (_, i) => exp(-((i - 4) * (i - 4)) / (2 * 1.2 * 1.2)));
const blurTotal = blurKernel.reduce((a, b) => a + b, 0);

/** As for the drawn glyphs: 20 to 40 degrees either way; Gaussian of 1.2 px; noise of std 0.175, clipped; 1 - x. */
export const pixelShifts = {
  rotation: (image, rng) => {
    const angle = (rng.uniform(20, 40) * (rng.bernoulli(0.5) ? 1 : -1) * Math.PI) / 180;
    const [co, si, middle] = [cos(angle), sin(angle), (side - 1) / 2];
    return fill((row, column) => bilinear(image, side, side, co * (column - middle) + si * (row - middle) + middle, co * (row - middle) - si * (column - middle) + middle));
  },
  blur: (image) => {
    const at = (row: number, column: number, of: Float32Array): number => (row < 0 || column < 0 || row >= side || column >= side ? 0 : of[row * side + column]!);
    const across = fill((row, column) => blurKernel.reduce((total, w, i) => total + (w / blurTotal) * at(row, column + i - 4, image), 0));
    return fill((row, column) => blurKernel.reduce((total, w, i) => total + (w / blurTotal) * at(row + i - 4, column, across), 0));
  },
  noise: (image, rng) => image.map((v) => Math.min(1, Math.max(0, v + 0.175 * rng.normal()))),
  inverted: (image) => image.map((v) => 1 - v),
} satisfies Readonly<Record<string, Shift>>;

/** The first `count` images of a set, changed; image i depends on (rng, i) alone. */
export function shifted({ images, labels }: ImageSet, shift: Shift, rng: Random, count: number): ImageSet {
  const kept = Math.min(count, labels.length);
  const out = new Float32Array(kept * pixels);
  for (let i = 0; i < kept; i++) out.set(shift(images.subarray(i * pixels, (i + 1) * pixels), rng.fork(i)), i * pixels);
  return { images: out, labels: labels.subarray(0, kept) };
}
