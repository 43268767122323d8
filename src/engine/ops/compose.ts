/** Functions made of ops: nothing here is known to the writer, the executors or the autodiff. */
import { ShapeError } from '../../base/errors';
import { int32, type Shape } from '../../base/tensor';
import { constant, type Value } from '../value';
import { add, cast, div, equal, greater, mul, reciprocal, sqrt, stopGradient, sub } from './elementwise';
import { gatherElements } from './gather';
import { mean, normalAxis, sum } from './reduce';
import { concat, reshape } from './shape';
import { slice } from './slices';

/** One-hot rows of int32 indices [...] -> float32 [..., n]. */
export function oneHot(indices: Value, n: number): Value {
  if (indices.dtype !== 'int32') throw new ShapeError(`oneHot: expected int32 indices, but ${indices.dtype} came.`);
  const range = constant(int32(Int32Array.from({ length: n }, (_, i) => i)));
  return cast(equal(reshape(indices, [...indices.shape, 1]), range), 'float32');
}
/** x [..., n] at int32 indices [...], each in [0, n) -> [...]. */
export const pick = (x: Value, indices: Value): Value => reshape(gatherElements(x, reshape(indices, [...indices.shape, 1]), -1), indices.shape);
export const square = (x: Value): Value => mul(x, x);
/** (x - mean) / sqrt(variance + epsilon) over `axes`; the variance is the biased one. */
export function normalize(x: Value, axes: readonly number[], epsilon = 1e-5): Value {
  const centred = sub(x, mean(x, { axes, keepDims: true }));
  const variance = mean(square(centred), { axes, keepDims: true });
  return mul(centred, reciprocal(sqrt(add(variance, epsilon))));
}
/** x / ||x|| along one axis. The epsilon keeps the gradient finite at 0. */
export function l2Normalize(x: Value, axis = -1, epsilon = 1e-12): Value {
  const at = normalAxis('l2Normalize', axis, x.shape.length);
  return div(x, sqrt(add(sum(square(x), { axes: [at], keepDims: true }), epsilon)));
}
/**
 * Straight-through mask (Bengio et al. 2013, arXiv:1308.3432): forward, 1 where score > threshold, else 0; backward, identity.
 * `score - score` is exactly 0 (score finite), so entries are exactly 0 or 1; score + (mask - score) can round where score < 0.
 */
export function binaryMask(score: Value, threshold: number): Value {
  const mask = stopGradient(cast(greater(score, threshold), 'float32'));
  return add(mask, sub(score, stopGradient(score)));
}

/** Where each param lies in one flat vector [P]. */
export interface Layout {
  readonly size: number;
  readonly entries: readonly { readonly name: string; readonly shape: Shape; readonly offset: number; readonly size: number }[];
}
/** Named views into a flat vector [P]: slices, reshaped. Gradients flow back to the views, not through them to the vector. */
export function viewsOf(flat: Value, layout: Layout): Record<string, Value> {
  return Object.fromEntries(layout.entries.map(({ name, shape, offset, size }) => [name, reshape(slice(flat, [offset], [offset + size]), shape)]));
}
/** The inverse of `viewsOf`: values by name as one flat vector [P]. */
export function flatOf(values: Readonly<Record<string, Value>>, layout: Layout): Value {
  const inPlace = layout.entries.toSorted((a, b) => a.offset - b.offset);
  return concat(inPlace.map(({ name, size }) => reshape(values[name]!, [size])));
}
