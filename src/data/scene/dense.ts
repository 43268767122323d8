/** A label for every pixel and every token, and where edges are: read from the exact masks, or from a picture. */
import { InputError, ShapeError } from '../../base/errors';
import { floats, int32, tensor, type Tensor } from '../../base/tensor';
import { slots, type SceneSet } from './set';

/**
 * What covers most of each patch x patch square: 0 the background, else 1 + the kind of the object that shows most there. A patch of 1
 * gives every pixel its label. [n, (side / patch)^2] int32, row by row, and the share of each square that any object covers, float32.
 * @throws InputError if the set came without masks, or the patch does not divide the side
 */
export function patchLabels(set: Pick<SceneSet, 'masks' | 'kind'>, patch: number): { readonly labels: Tensor; readonly foreground: Tensor } {
  if (!set.masks) throw new InputError('Labels of patches need the masks: make the set with masks: true.');
  const [n, , side] = set.masks.shape as readonly [number, number, number, number];
  const across = side / patch;
  if (!(Number.isInteger(across) && patch >= 1)) throw new InputError(`A patch that divides the side of ${side} pixels was expected, but ${patch} came.`);
  const cells = across * across;
  const masks = floats(set.masks);
  const labels = new Int32Array(n * cells);
  const foreground = new Float32Array(n * cells);
  const covered = new Float64Array(slots * cells);
  for (let i = 0; i < n; i++) {
    covered.fill(0);
    for (let k = 0; k < slots; k++) for (let p = 0; p < side * side; p++) {
      covered[k * cells + Math.floor(p / side / patch) * across + Math.floor((p % side) / patch)]! += masks[(i * slots + k) * side * side + p]! / (patch * patch);
    }
    for (let cell = 0; cell < cells; cell++) {
      const shares = Array.from({ length: slots }, (_, k) => covered[k * cells + cell]!);
      const total = shares.reduce((a, b) => a + b, 0);
      const most = Math.max(...shares);
      foreground[i * cells + cell] = total;
      labels[i * cells + cell] = most > 1 - total ? 1 + set.kind.data[i * slots + shares.indexOf(most)]! : 0;
    }
  }
  return { labels: int32(labels, [n, cells]), foreground: tensor(foreground, [n, cells]) };
}
/** 1 where a label differs from that to the right or below, else 0: labels [n, side * side] -> [n, side * side] float32. */
export function borders(labels: Tensor, side: number): Tensor {
  const [n, cells] = labels.shape as readonly [number, number];
  if (cells !== side * side) throw new ShapeError(`borders: labels of ${side} x ${side} pixels were expected, but ${cells} a picture came. Ask for patches of 1.`);
  const at = labels.data;
  return tensor(Float32Array.from(at, (label, i) => {
    const [x, y] = [i % side, Math.floor(i / side) % side];
    return (x < side - 1 && at[i + 1] !== label) || (y < side - 1 && at[i + side] !== label) ? 1 : 0;
  }), [n, cells]);
}
/**
 * How fast a picture changes: sqrt(gx^2 + gy^2) with Sobel's kernels / 8 (a step of height h gives about h / 2 beside it) on the mean over channels, edges repeated.
 * x [n, channels, side, side] -> [n, 1, side, side].
 */
export function gradientMagnitude(x: Tensor): Tensor {
  const [n, channels, height, width] = x.shape as readonly [number, number, number, number];
  const data = floats(x);
  const out = new Float32Array(n * height * width);
  const grey = new Float32Array(height * width);
  for (let i = 0; i < n; i++) {
    grey.fill(0);
    for (let c = 0; c < channels; c++) for (let p = 0; p < grey.length; p++) grey[p]! += data[(i * channels + c) * grey.length + p]! / channels;
    const at = (y: number, k: number): number => grey[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, k))]!;
    for (let y = 0; y < height; y++) for (let k = 0; k < width; k++) {
      const gx = at(y - 1, k + 1) + 2 * at(y, k + 1) + at(y + 1, k + 1) - at(y - 1, k - 1) - 2 * at(y, k - 1) - at(y + 1, k - 1);
      const gy = at(y + 1, k - 1) + 2 * at(y + 1, k) + at(y + 1, k + 1) - at(y - 1, k - 1) - 2 * at(y - 1, k) - at(y - 1, k + 1);
      out[i * grey.length + y * width + k] = Math.sqrt(gx * gx + gy * gy) / 8;
    }
  }
  return tensor(out, [n, 1, height, width]);
}
/**
 * A mask made larger (pixels > 0) or smaller (< 0): the largest or smallest value within that many pixels along rows and columns, steps of
 * one; outside the picture counts as the edge. [n, side * side] or [n, k, side, side] float32 -> the same shape.
 */
export function grown(mask: Tensor, side: number, pixels: number): Tensor {
  const choose = pixels > 0 ? Math.max : Math.min;
  let now = floats(mask).slice();
  for (let step = 0; step < Math.abs(pixels); step++) {
    const before = now;
    now = before.map((v, i) => {
      const [x, y] = [i % side, Math.floor(i / side) % side];
      return choose(v, before[x === 0 ? i : i - 1]!, before[x === side - 1 ? i : i + 1]!, before[y === 0 ? i : i - side]!, before[y === side - 1 ? i : i + side]!);
    });
  }
  return tensor(now, mask.shape);
}
