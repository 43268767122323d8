/** Masks of models, and how much they have in common. Pure. */
import type { MaskRule } from '../../spec/diff';

/** 1 where an entry is kept. */
export type Mask = Uint8Array;

/** Sizes of floats as integers in the same order: their bits without the sign. What is no number counts as zero. */
function sizeBits(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length).slice();
  for (let i = 0; i < bits.length; i++) {
    const size = bits[i]! & 0x7fffffff;
    bits[i] = size > 0x7f800000 ? 0 : size;
  }
  return bits;
}
/** The `count` entries of largest size among all arrays, zeros never; of equal ones those that come first. In linear time: two counts of 16 bits find the size from which on entries are kept. */
export function largest(arrays: readonly Float32Array[], count: number): Mask[] {
  const sizes = arrays.map(sizeBits);
  const wanted = Math.min(count, sizes.reduce((sum, { length }) => sum + length, 0));
  /** Where, counted from the top, the wanted one lies among the keys of entries, and how many lie above it. */
  const found = (keyOf: (size: number) => number, above: number): readonly [key: number, above: number] => {
    const counts = new Float64Array(2 ** 16);
    for (const array of sizes) for (const size of array) {
      const key = keyOf(size);
      if (key >= 0) counts[key]!++;
    }
    let key = counts.length - 1;
    let over = above;
    while (key > 0 && over + counts[key]! < wanted) over += counts[key--]!;
    return [key, over];
  };
  const [high, aboveHigh] = found((size) => size >>> 16, 0);
  const [low, above] = found((size) => (size >>> 16 === high ? size & 0xffff : -1), aboveHigh);
  const cutoff = high * 2 ** 16 + low;
  let ties = wanted - above;
  return sizes.map((array) => {
    const mask = new Uint8Array(array.length);
    for (let i = 0; i < array.length; i++) if (array[i]! > cutoff || (array[i] === cutoff && cutoff > 0 && ties-- > 0)) mask[i] = 1;
    return mask;
  });
}
/** A mask for each tensor of a model. */
export function masksOf(arrays: readonly Float32Array[], { keep, share, of }: MaskRule): Mask[] {
  if (keep === 'nonzero') return arrays.map((values) => Uint8Array.from(values, (v) => (v === 0 || Number.isNaN(v) ? 0 : 1)));
  if (of === 'model') return largest(arrays, Math.round(share * arrays.reduce((sum, { length }) => sum + length, 0)));
  return arrays.map((values) => largest([values], Math.round(share * values.length))[0]!);
}

export interface Shared {
  readonly numbers: number;
  readonly a: number;
  readonly b: number;
  readonly both: number;
}
export function sharedBy(a: Mask, b: Mask): Shared {
  let [inA, inB, both] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    inA += a[i]!;
    inB += b[i]!;
    both += a[i]! & b[i]!;
  }
  return { numbers: a.length, a: inA, b: inB, both };
}
const over = (both: number, a: number, b: number): number => (a + b > 0 ? both / (a + b - both) : NaN);
/** Intersection over union, of the tensors joined. */
export const iouOf = (tensors: readonly Shared[]): number => over(total(tensors, ({ both }) => both), total(tensors, ({ a }) => a), total(tensors, ({ b }) => b));
/**
 * What two random masks would give that keep as many entries of every tensor: of n entries they share a b / n in expectation (the mean of the hypergeometric
 * distribution), and the ratio of expectations stands for that of the ratio, which for many entries it meets.
 */
export const chanceOf = (tensors: readonly Shared[]): number => over(total(tensors, ({ numbers, a, b }) => (numbers > 0 ? (a * b) / numbers : 0)), total(tensors, ({ a }) => a), total(tensors, ({ b }) => b));
const total = (tensors: readonly Shared[], of: (tensor: Shared) => number): number => tensors.reduce((sum, tensor) => sum + of(tensor), 0);
