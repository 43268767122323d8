/** Masks of pixels, 1 kept and 0 removed: blocks of a grid in some order, and silhouettes. */
import type { Random } from '../../base/random';

export const side = 32;

export const orders = ['random', 'salient', 'plain'] as const;
export type Order = (typeof orders)[number];

/** Blocks in the order in which they go: by chance, or by saliency, greatest or least first; equals in reading order. */
export function removalOrder(order: Order, rng: Random, saliency: ArrayLike<number>): number[] {
  const blocks = saliency.length;
  if (order === 'random') return [...rng.permutation(blocks)];
  const sign = order === 'salient' ? -1 : 1;
  return Array.from({ length: blocks }, (_, b) => b).sort((a, b) => sign * (saliency[a]! - saliency[b]!) || a - b);
}
/** How many of `blocks` make this share. */
export const removedCount = (share: number, blocks: number): number => Math.round(share * blocks);
/** The number of each pixel's block. */
export function blockNumbers(block: number): Int32Array {
  return Int32Array.from({ length: side * side }, (_, p) => Math.floor(Math.floor(p / side) / block) * (side / block) + Math.floor((p % side) / block));
}
/** Every pixel but those of the removed segments. */
export function without(segmentOf: Int32Array, removed: Iterable<number>): Float32Array {
  const gone = new Set(removed);
  return Float32Array.from(segmentOf, (s) => (gone.has(s) ? 0 : 1));
}
/** All but the object's own silhouette. `object`: 1 where a pixel shows it. */
export const withoutObject = (object: Float32Array): Float32Array => object.map((v) => 1 - v);
/** The same area, broken: rolled by half the picture both ways, so that quadrants change places. */
export const rolled = (mask: Float32Array): Float32Array =>
  mask.map((_, p) => mask[((Math.floor(p / side) + side / 2) % side) * side + ((p % side) + side / 2) % side]!);
export const zerosIn = (mask: Float32Array): number => mask.reduce((n, v) => n + (1 - v), 0);
