/** Sparse vectors: which entries of a long vector differ from 0, and by how much. What changes of weights are kept as. */
import { ShapeError } from './errors';

export interface SparseVector {
  /** Entries of the whole. */
  readonly size: number;
  /** Ascending. */
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}
/** Entries whose size is at least `least`. */
export function sparsely(whole: Float32Array, least = 0): SparseVector {
  const indices = Uint32Array.from(Array.from(whole.keys()).filter((i) => whole[i] !== 0 && Math.abs(whole[i]!) >= least));
  return { size: whole.length, indices, values: Float32Array.from(indices, (i) => whole[i]!) };
}
/** a - b of two whole vectors, entry by entry. */
export const differenceOf = (a: Float32Array, b: Float32Array): Float32Array => a.map((v, i) => v - b[i]!);
/** The sum of any number of sparse vectors, in float64 before it is rounded once: the order does not matter. Entries that several share add up. @throws ShapeError if their sizes differ */
export function sumOf(size: number, parts: readonly { readonly vector: SparseVector; readonly scale?: number }[]): Float32Array {
  const total = new Float64Array(size);
  for (const { vector, scale = 1 } of parts) {
    if (vector.size !== size) throw new ShapeError(`sumOf: a vector of ${size} entries was expected, but one of ${vector.size} came.`);
    vector.indices.forEach((at, k) => (total[at]! += scale * vector.values[k]!));
  }
  return Float32Array.from(total);
}
/** `whole` plus sparse vectors, as a new vector. */
export function withAdded(whole: Float32Array, parts: readonly { readonly vector: SparseVector; readonly scale?: number }[]): Float32Array {
  const sum = sumOf(whole.length, parts);
  return whole.map((v, i) => v + sum[i]!);
}
/** Places of the `count` entries of largest size among `candidates`; of equals, the earlier. Ascending. */
export function largestOf(sizes: Float32Array, candidates: Uint32Array, count: number): Uint32Array {
  const kept = Math.min(count, candidates.length);
  const order = candidates.slice().sort((a, b) => Math.abs(sizes[b]!) - Math.abs(sizes[a]!) || a - b);
  return order.subarray(0, kept).slice().sort();
}
