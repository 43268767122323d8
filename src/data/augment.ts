/** Changes made to training batches: images moved a little (pure arithmetic, so the bytes agree everywhere), and mixup. */
import { ShapeError } from '../base/errors';
import { cos, sin } from '../base/math';
import type { Random } from '../base/random';

/** How far an image is moved at most: uniform within ±. */
export const augmentLevels = {
  none: { shiftPx: 0, rotationDegrees: 0, scale: 0 },
  weak: { shiftPx: 1.5, rotationDegrees: 8, scale: 0.05 },
  strong: { shiftPx: 4, rotationDegrees: 25, scale: 0.2 },
} as const;
export type AugmentLevel = keyof typeof augmentLevels;

/**
 * Each image turned, scaled and shifted by an amount of its own, by bilinear resampling; beyond an edge lies that edge's colour.
 * Image i of the batch depends on (rng, i) alone. 'none' gives the batch itself back.
 * @param x square grey images [n, 1, side, side] float32, left untouched
 * @throws ShapeError if x is not whole images
 */
export function augment(x: Float32Array, rng: Random, level: AugmentLevel, side = 28): Float32Array {
  const pixels = side * side;
  if (x.length % pixels !== 0) throw new ShapeError(`augment: expected whole images of ${side} x ${side} = ${pixels} numbers, but ${x.length} came.`);
  if (level === 'none') return x;
  const { shiftPx, rotationDegrees, scale } = augmentLevels[level];
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length / pixels; i++) {
    const own = rng.fork(i);
    const angle = (own.uniform(-rotationDegrees, rotationDegrees) * Math.PI) / 180;
    const zoom = 1 / (1 + own.uniform(-scale, scale));
    const shift = [own.uniform(-shiftPx, shiftPx), own.uniform(-shiftPx, shiftPx)] as const;
    const image = x.subarray(i * pixels, (i + 1) * pixels);
    resample(image, out.subarray(i * pixels, (i + 1) * pixels), side, zoom * cos(angle), zoom * sin(angle), shift);
  }
  return out;
}

/** Pixel p of `out` shows the point R (p - middle - shift) + middle of `image`, R = [[co, si], [-si, co]]: the image is turned clockwise by R's angle. */
function resample(image: Float32Array, out: Float32Array, side: number, co: number, si: number, [shiftX, shiftY]: readonly [number, number]): void {
  const middle = (side - 1) / 2; // between pixel centres
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const u = column - middle - shiftX;
      const v = row - middle - shiftY;
      out[row * side + column] = bilinear(image, side, side, co * u + si * v + middle, co * v - si * u + middle);
    }
  }
}

/** Value between pixel centres, which lie at whole x and y; beyond the edge, the edge's. image [height * width]. */
export function bilinear(image: ArrayLike<number>, width: number, height: number, x: number, y: number): number {
  const cx = Math.min(width - 1, Math.max(0, x));
  const cy = Math.min(height - 1, Math.max(0, y));
  const left = Math.floor(cx);
  const top = Math.floor(cy);
  const right = Math.min(width - 1, left + 1);
  const below = Math.min(height - 1, top + 1) * width;
  const fx = cx - left;
  const fy = cy - top;
  const upper = image[top * width + left]! * (1 - fx) + image[top * width + right]! * fx;
  const lower = image[below + left]! * (1 - fx) + image[below + right]! * fx;
  return upper * (1 - fy) + lower * fy;
}

/**
 * mixup: x_i' = lambda x_i + (1 - lambda) x_j and likewise for targets, with j = permutation[i]. n is the permutation's length.
 * @param x [n, ...] @param targets [n, classes], one-hot or soft
 * @param lambda in [0, 1], one for the batch (drawn from Beta(alpha, alpha) by the caller)
 * @throws ShapeError if x or targets are not n equal rows. Source: Zhang et al. 2018, arXiv:1710.09412.
 */
export function mixup(x: Float32Array, targets: Float32Array, lambda: number, permutation: ArrayLike<number>): { readonly x: Float32Array; readonly targets: Float32Array } {
  const n = permutation.length;
  const mixed = (rows: Float32Array, what: string): Float32Array => {
    if (rows.length % n !== 0) throw new ShapeError(`mixup: expected ${what} of ${n} equal rows, but ${rows.length} numbers came. Permute as many rows as there are examples.`);
    const size = rows.length / n;
    return rows.map((value, at) => {
      const i = Math.floor(at / size);
      return lambda * value + (1 - lambda) * rows[permutation[i]! * size + (at - i * size)]!;
    });
  };
  return { x: mixed(x, 'x'), targets: mixed(targets, 'targets') };
}
