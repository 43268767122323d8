/**
 * Which patches of an image a model may not see. `hidden` is a row of 0 and 1 over the cells of a square grid, row by row, 1 where a cell is
 * hidden: the papers call it a mask, which here is 1 for what is kept. Every sampler hides exactly as many cells as it says.
 */
import { InputError } from '../base/errors';
import { exp, log } from '../base/math';
import type { Random } from '../base/random';
import { int32, tensor, type Tensor } from '../base/tensor';

/** `count` of `cells` cells, every choice as likely as any other (MAE: `count` = cells - int(cells (1 - ratio))). */
export function randomHidden(rng: Random, cells: number, count: number): Uint8Array {
  checkCount(count, cells);
  const hidden = new Uint8Array(cells);
  for (const cell of rng.permutation(cells).subarray(0, count)) hidden[cell] = 1;
  return hidden;
}
/** Number of cells that MAE hides: all but int(cells (1 - ratio)). */
export const maeCount = (cells: number, ratio: number): number => cells - Math.floor(cells * (1 - checkRatio(ratio)));
/**
 * SimMIM's squares (Xie et al. 2022, arXiv:2111.09886): of the n x n squares of `square` tokens a side, ceil(n n ratio) are hidden, whole.
 * @param across tokens a side, a multiple of `square` @throws InputError
 */
export function squaresHidden(rng: Random, across: number, square: number, ratio: number): Uint8Array {
  const n = across / square;
  if (!Number.isInteger(n)) throw new InputError(`Masks: squares of ${square} tokens do not fill a grid of ${across}. Take a size that divides it.`);
  const chosen = randomHidden(rng, n * n, Math.ceil(n * n * checkRatio(ratio)));
  return Uint8Array.from({ length: across * across }, (_, i) => chosen[Math.floor(i / across / square) * n + Math.floor((i % across) / square)]!);
}
/**
 * BEiT's blocks (Bao et al. 2022, arXiv:2106.08254, algorithm 1): rectangles of at least `least` cells and of aspect 0.3 to 1 / 0.3 are hidden, one after
 * another, until `count` cells are. Where ten rectangles in a row do not fit what is left, single cells are hidden: the count is exact.
 */
export function blocksHidden(rng: Random, across: number, count: number, least = 4): Uint8Array {
  checkCount(count, across * across);
  const hidden = new Uint8Array(across * across);
  let left = count;
  const hideBlock = (block: number, attempt: number): boolean => {
    const own = rng.fork('block', block, attempt);
    const area = own.uniform(Math.min(least, left), left + 1e-9);
    const aspect = exp(own.uniform(log(0.3), log(1 / 0.3)));
    const [height, width] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))];
    if (height < 1 || width < 1 || height > across || width > across) return false;
    const [top, start] = [own.int(across - height + 1), own.int(across - width + 1)];
    const cells = Array.from({ length: height * width }, (_, i) => (top + Math.floor(i / width)) * across + start + (i % width)).filter((cell) => !hidden[cell]);
    if (cells.length === 0 || cells.length > left) return false;
    for (const cell of cells) hidden[cell] = 1;
    left -= cells.length;
    return true;
  };
  for (let block = 0; left > 0; block++) {
    if (Array.from({ length: 10 }, (_, attempt) => attempt).some((attempt) => hideBlock(block, attempt))) continue;
    const free = Array.from(hidden.keys()).filter((cell) => !hidden[cell]);
    for (const i of rng.fork('rest').permutation(free.length).subarray(0, left)) hidden[free[i]!] = 1;
    left = 0;
  }
  return hidden;
}
/** The cells of the `count` smallest scores; of equal ones, the earlier. Noise fields of a colour (ColorMAE) and predicted losses, negated (HPM), choose so. */
export function lowestHidden(scores: ArrayLike<number>, count: number): Uint8Array {
  checkCount(count, scores.length);
  const hidden = new Uint8Array(scores.length);
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b);
  for (const cell of order.slice(0, count)) hidden[cell] = 1;
  return hidden;
}

/** What a masked autoencoder is fed with: kept cells in order, int32 [kept]; and the place of every cell among the kept and then the hidden ones, int32 [cells]. */
export function orderOf(hidden: Uint8Array): { readonly keep: Int32Array; readonly restore: Int32Array } {
  const cells = Array.from(hidden.keys());
  const keep = Int32Array.from(cells.filter((cell) => !hidden[cell]));
  const restore = new Int32Array(hidden.length);
  [...keep, ...cells.filter((cell) => hidden[cell])].forEach((cell, place) => (restore[cell] = place));
  return { keep, restore };
}
/** Masks of a batch as tensors: hidden [n, cells] float32; keep [n, kept] and restore [n, cells] int32. @throws InputError if they do not hide alike */
export function batchOfHidden(masks: readonly Uint8Array[]): { readonly hidden: Tensor; readonly keep: Tensor; readonly restore: Tensor } {
  const orders = masks.map(orderOf);
  const [cells, kept] = [masks[0]!.length, orders[0]!.keep.length];
  if (masks.some((m) => m.length !== cells) || orders.some((o) => o.keep.length !== kept)) throw new InputError('Masks: a batch was expected whose masks hide equally many cells. Draw them with one count.');
  return {
    hidden: tensor(Float32Array.from(masks.flatMap((m) => [...m])), [masks.length, cells]),
    keep: int32(orders.flatMap((o) => [...o.keep]), [masks.length, kept]),
    restore: int32(orders.flatMap((o) => [...o.restore]), [masks.length, cells]),
  };
}

/**
 * AvgDist of SimMIM: mean Euclidean distance, in pixels, from a hidden pixel to the nearest that is visible, between centres. Each cell of the
 * grid is `patch` pixels a side. NaN where nothing is hidden or nothing is visible.
 */
export function averageDistance(hidden: Uint8Array, patch: number): number {
  const across = Math.sqrt(hidden.length);
  const side = across * patch;
  const isHidden = (x: number, y: number): boolean => hidden[Math.floor(y / patch) * across + Math.floor(x / patch)] === 1;
  // Along each row, the distance to the nearest visible pixel of the row; then, down each column, the nearest of all: exact, side^3 comparisons.
  const inRow = Float64Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    for (let d = 0; d < side; d++) if ((x >= d && !isHidden(x - d, y)) || (x + d < side && !isHidden(x + d, y))) return d;
    return Infinity;
  });
  let [sum, count] = [0, 0];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      if (!isHidden(x, y)) continue;
      let nearest = Infinity;
      for (let row = 0; row < side; row++) nearest = Math.min(nearest, inRow[row * side + x]! ** 2 + (row - y) ** 2);
      sum += Math.sqrt(nearest);
      count++;
    }
  return sum === Infinity ? NaN : sum / count;
}

const checkRatio = (ratio: number): number => {
  if (!(ratio >= 0 && ratio <= 1)) throw new InputError(`Masks: expected a share from 0 to 1, but ${ratio} came.`);
  return ratio;
};
function checkCount(count: number, cells: number): void {
  if (!(Number.isInteger(count) && count >= 0 && count <= cells)) throw new InputError(`Masks: expected to hide 0 to ${cells} cells, but ${count} came.`);
}
