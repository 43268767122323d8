/** What each arm hides, for each picture anew. A row over the 8 x 8 tokens, 1 where hidden: so every token is hidden or seen whole. */
import type { Random } from '../../base/random';
import { averageDistance, blocksHidden, maeCount, randomHidden, squaresHidden } from '../../data/masks';
import { across, patch, side, type Knobs } from './task';

export const arms = ['simmim', 'small', 'large', 'scratch', 'mae', 'all-pixels', 'blocks'] as const;
export type Arm = (typeof arms)[number];
const tokens = across * across;
/** Tokens that a masked autoencoder hides: three in four. */
export const maeHidden = maeCount(tokens, 0.75);

/** Side of the squares that an arm hides, in pixels; undefined where it hides something else. */
export const squareOf = (arm: Arm, { square }: Pick<Knobs, 'square'>): number | undefined => ({ small: patch, large: 16, simmim: Number(square), 'all-pixels': Number(square) } as Partial<Record<Arm, number>>)[arm];
export function hiddenOf(arm: Arm, rng: Random, knobs: Pick<Knobs, 'square' | 'ratio'>): Uint8Array {
  const square = squareOf(arm, knobs);
  if (square !== undefined) return squaresHidden(rng, across, square / patch, knobs.ratio);
  return arm === 'mae' ? randomHidden(rng, tokens, maeHidden) : blocksHidden(rng, across, Math.ceil(tokens * knobs.ratio));
}
/** How many tokens an arm hides in each picture. */
export function countHidden(arm: Arm, knobs: Pick<Knobs, 'square' | 'ratio'>): number {
  const square = squareOf(arm, knobs);
  if (square === undefined) return arm === 'mae' ? maeHidden : Math.ceil(tokens * knobs.ratio);
  return Math.ceil((side / square) ** 2 * knobs.ratio) * (square / patch) ** 2;
}
export const masksOf = (arm: Arm, rng: Random, count: number, knobs: Pick<Knobs, 'square' | 'ratio'>): Uint8Array[] => Array.from({ length: count }, (_, i) => hiddenOf(arm, rng.fork(i), knobs));
/** Whether each square of `square` pixels is hidden as a whole or not at all. */
export function inSquares(hidden: ArrayLike<number>, square: number): boolean {
  const cells = square / patch;
  return Array.from({ length: tokens }, (_, i) => {
    const [row, column] = [Math.floor(i / across), i % across];
    return hidden[i] === hidden[(row - (row % cells)) * across + column - (column % cells)];
  }).every(Boolean);
}
/** Mean of AvgDist over masks, in pixels; undefined where one of them hides all or nothing. */
export function meanDistance(masks: readonly Uint8Array[]): number | undefined {
  const mean = masks.reduce((sum, mask) => sum + averageDistance(mask, patch), 0) / masks.length;
  return Number.isFinite(mean) ? mean : undefined;
}
