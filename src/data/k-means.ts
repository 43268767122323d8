/** k-means (Lloyd 1982) from seeds by k-means++ (Arthur and Vassilvitskii 2007): codebooks for masked prediction, clusters of a pool. */
import { InputError } from '../base/errors';
import type { Random } from '../base/random';
import { tensor, type Tensor } from '../base/tensor';

export interface KMeans {
  /** [k, d] float32. */
  readonly centres: Tensor;
  /** Nearest centre of every row: [n]. */
  readonly labels: Int32Array;
  /** Sum of squared distances to the nearest centre, after each round; it never grows. */
  readonly inertia: readonly number[];
}

/**
 * k centres of the rows of x [n, d]; distances in float64. A centre that no row is nearest to takes the row farthest from its own centre.
 * Stops when no row changes its centre, or after `rounds`.
 * @throws InputError unless 1 <= k <= n and x is n whole rows of finite numbers
 */
export function kMeans(x: ArrayLike<number>, { k, width, rng, rounds = 50 }: { readonly k: number; readonly width: number; readonly rng: Random; readonly rounds?: number }): KMeans {
  const n = x.length / width;
  if (!Number.isInteger(n) || !Number.isInteger(k) || k < 1 || k > n) throw new InputError(`k-means: expected k from 1 to the number of rows, but k = ${k} and ${n} rows of ${width} came. Ask for fewer centres.`);
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i])) throw new InputError(`k-means: row ${Math.floor(i / width)} holds ${x[i]}. Leave out rows that are not finite.`);
  const centres = seeds(x, k, width, rng);
  const labels = new Int32Array(n).fill(-1);
  const distances = new Float64Array(n);
  const inertia: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const moved = assign(x, centres, width, labels, distances);
    inertia.push(distances.reduce((sum, d) => sum + d, 0));
    if (moved === 0) break;
    recentre(x, centres, width, labels, distances);
  }
  assign(x, centres, width, labels, distances);
  return { centres: tensor(Float32Array.from(centres), [k, width]), labels, inertia };
}

/** Index of the row of `centres` [k, width] nearest to each row of x [n, width]: [n]. Of equal ones, the first. */
export function nearest(x: ArrayLike<number>, centres: ArrayLike<number>, width: number): Int32Array {
  const labels = new Int32Array(x.length / width);
  assign(x, centres, width, labels, new Float64Array(labels.length));
  return labels;
}

function squaredDistance(x: ArrayLike<number>, i: number, centres: ArrayLike<number>, c: number, width: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++) {
    const d = x[i * width + j]! - centres[c * width + j]!;
    sum += d * d;
  }
  return sum;
}

/** The first row at random, each further one with a chance in proportion to its squared distance from the nearest so far. */
function seeds(x: ArrayLike<number>, k: number, width: number, rng: Random): Float64Array {
  const n = x.length / width;
  const centres = new Float64Array(k * width);
  const closest = new Float64Array(n).fill(Infinity);
  let chosen = rng.int(n);
  for (let c = 0; c < k; c++) {
    for (let j = 0; j < width; j++) centres[c * width + j] = x[chosen * width + j]!;
    let total = 0;
    for (let i = 0; i < n; i++) total += closest[i] = Math.min(closest[i]!, squaredDistance(x, i, centres, c, width));
    let left = rng.uniform() * total;
    chosen = total === 0 ? rng.int(n) : closest.findIndex((d) => d > 0 && (left -= d) <= 0); // rows that all lie on centres: any
    if (chosen < 0) chosen = closest.findLastIndex((d) => d > 0); // rounding used up the last of it
  }
  return centres;
}

/** How many rows changed their centre. */
function assign(x: ArrayLike<number>, centres: ArrayLike<number>, width: number, labels: Int32Array, distances: Float64Array): number {
  let moved = 0;
  for (let i = 0; i < labels.length; i++) {
    let [best, least] = [0, Infinity];
    for (let c = 0; c < centres.length / width; c++) {
      const d = squaredDistance(x, i, centres, c, width);
      if (d < least) [best, least] = [c, d];
    }
    if (labels[i] !== best) moved++;
    labels[i] = best;
    distances[i] = least;
  }
  return moved;
}

function recentre(x: ArrayLike<number>, centres: Float64Array, width: number, labels: Int32Array, distances: Float64Array): void {
  const counts = new Float64Array(centres.length / width);
  centres.fill(0);
  labels.forEach((c, i) => {
    counts[c]!++;
    for (let j = 0; j < width; j++) centres[c * width + j]! += x[i * width + j]!;
  });
  counts.forEach((count, c) => {
    if (count > 0) for (let j = 0; j < width; j++) centres[c * width + j]! /= count;
    else {
      const farthest = distances.indexOf(distances.reduce((most, d) => Math.max(most, d), 0));
      for (let j = 0; j < width; j++) centres[c * width + j] = x[farthest * width + j]!;
      distances[farthest] = 0; // taken: two empty centres get two rows
    }
  });
}
