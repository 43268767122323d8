/** What cases are drawn from: shapes and numbers. */
import type { Random } from '../../base/random';
import { int32, sizeOf, tensor, type Shape, type Tensor } from '../../base/tensor';
import type { Value } from '../value';

export type Values = Readonly<Record<string, Value>>;
export interface Case {
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Draws nothing: two calls build the same graph. */
  readonly build: (values: Values) => Value;
}
export type MakeCase = (rng: Random) => Case;

/** A case whose builder receives exactly the names that its inputs have. */
export function caseOf<N extends string>(inputs: Readonly<Record<N, Tensor>>, build: (values: Readonly<Record<N, Value>>) => Value): Case {
  return { inputs, build: (values) => build(values as Readonly<Record<N, Value>>) }; // callers make one value for each input
}

// -- shapes ------------------------------------------------------------------------------------------------------------------

/** Integer in [low, high]. */
export const between = (rng: Random, low: number, high: number): number => low + rng.int(high - low + 1);
export const sizes = (rng: Random, rank: number, low = 1, high = 4): number[] => Array.from({ length: rank }, () => between(rng, low, high));
/** Small; the last axis is often a multiple of 4, for which GPU kernels have code of their own. */
export function anyShape(rng: Random, lowRank = 0, highRank = 4): number[] {
  const shape = sizes(rng, between(rng, lowRank, highRank), 1, 3);
  if (shape.length > 0 && rng.bernoulli(0.5)) shape[shape.length - 1] = rng.pick([4, 4, 8]);
  return shape;
}
/** A shape that broadcasts to `to`: some axes 1, some leading ones left out. */
export function narrowed(rng: Random, to: Shape): Shape {
  const shape = to.map((d) => (rng.bernoulli(0.3) ? 1 : d));
  return rng.bernoulli(0.3) ? shape.slice(rng.int(shape.length + 1)) : shape;
}
export function broadcasting(rng: Random): [Shape, Shape] {
  const whole = anyShape(rng);
  return rng.bernoulli(0.5) ? [whole, narrowed(rng, whole)] : [narrowed(rng, whole), whole];
}
/** A non-empty choice of axes, in random order, some of them counted from the end. */
export function someAxes(rng: Random, rank: number): number[] {
  const axes = [...rng.permutation(rank)].slice(0, between(rng, 1, rank));
  return axes.map((a) => (rng.bernoulli(0.3) ? a - rank : a));
}
export const shuffled = (rng: Random, shape: Shape): number[] => [...rng.permutation(shape.length)].map((i) => shape[i]!);

// -- numbers -----------------------------------------------------------------------------------------------------------------

export type Fill = (rng: Random, shape: Shape) => Tensor;
export const fillWith = (draw: (rng: Random) => number): Fill => (rng, shape) => tensor(Float32Array.from({ length: sizeOf(shape) }, () => draw(rng)), shape);
export const normal = fillWith((rng) => rng.normal());
export const positive = fillWith((rng) => rng.uniform(0.4, 2.5));
/** Where asin and atanh are smooth. */
export const inside = fillWith((rng) => rng.uniform(-0.8, 0.8));
export const aboveOne = fillWith((rng) => rng.uniform(1.3, 3));
/** Of both signs, at least 0.4 from zero: for what divides. */
export const nonzero = fillWith((rng) => (rng.bernoulli(0.5) ? 1 : -1) * rng.uniform(0.4, 2.5));
/** Of both signs, at least 0.06 from the kink at zero. */
export const offZero = fillWith((rng) => (rng.bernoulli(0.5) ? 1 : -1) * rng.uniform(0.06, 2));
export const offIntegers = fillWith((rng) => between(rng, -3, 2) + rng.uniform(0.1, 0.9));
/** Whole numbers from few: ties are common. */
export const tied = fillWith((rng) => between(rng, -2, 2));
/** No two within 0.06 of each other. */
export const spaced: Fill = (rng, shape) => {
  const order = rng.permutation(sizeOf(shape));
  return tensor(Float32Array.from(order, (place) => (place - order.length / 2) * 0.1 + rng.uniform(-0.02, 0.02)), shape);
};
export const bools: Fill = (rng, shape) => ({ dtype: 'bool', shape, data: Uint8Array.from({ length: sizeOf(shape) }, () => (rng.bernoulli(0.5) ? 1 : 0)) });
/** Int32 in [low, high]: repeated ones are common. */
export const integers = (rng: Random, shape: Shape, low: number, high: number): Tensor => int32(Int32Array.from({ length: sizeOf(shape) }, () => between(rng, low, high)), shape);
