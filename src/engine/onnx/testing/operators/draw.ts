/** What random one-node models are drawn from: shapes, numbers of many kinds, attributes. */
import type { Random } from '../../../../base/random';
import { sizeOf, type Shape } from '../../../../base/tensor';
import type { OnnxAttribute, OnnxDType, OnnxTensor } from '../../model';

/** A node with its inputs: those fed change from run to run, and those of float32 among them are differentiated; the rest is stored in the file. */
export interface NodeCase {
  readonly inputs: readonly (NodeInput | undefined)[];
  readonly attributes?: Attributes;
  /** Default 1. */
  readonly outputs?: number;
  /** Default 21. */
  readonly opset?: number;
  /** Element type of integer outputs: that of the first integer input, or else int64. */
  readonly made?: OnnxDType;
}
export type Attributes = Readonly<Record<string, OnnxAttribute>>;
export interface NodeInput {
  readonly tensor: OnnxTensor;
  readonly fed: boolean;
}
export type MakeNode = (rng: Random) => NodeCase;

export const fed = (tensor: OnnxTensor): NodeInput => ({ tensor, fed: true });
export const stored = (tensor: OnnxTensor): NodeInput => ({ tensor, fed: false });
export const int = (value: number): OnnxAttribute => ({ type: 'int', value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ type: 'ints', value });
export const float = (value: number): OnnxAttribute => ({ type: 'float', value });
export const text = (value: string): OnnxAttribute => ({ type: 'string', value });

// -- shapes ------------------------------------------------------------------------------------------------------------------

/** Integer in [low, high]. */
export const between = (rng: Random, low: number, high: number): number => low + rng.int(high - low + 1);
export const sizes = (rng: Random, rank: number, low = 1, high = 4): number[] => Array.from({ length: rank }, () => between(rng, low, high));
export const anyShape = (rng: Random, lowRank = 0, highRank = 4): number[] => sizes(rng, between(rng, lowRank, highRank), 1, 3);
/** A shape that broadcasts to `to`: some axes 1, some leading ones left out. */
export function narrowed(rng: Random, to: Shape): number[] {
  const shape = to.map((d) => (rng.bernoulli(0.3) ? 1 : d));
  return rng.bernoulli(0.3) ? shape.slice(rng.int(shape.length + 1)) : shape;
}
/** Two shapes that broadcast together. */
export function broadcasting(rng: Random): [number[], number[]] {
  const whole = anyShape(rng);
  return rng.bernoulli(0.5) ? [whole, narrowed(rng, whole)] : [narrowed(rng, whole), whole];
}
/** An axis, counted from either end. */
export const anyAxis = (rng: Random, rank: number): number => between(rng, -rank, rank - 1);
/** A non-empty choice of axes, each counted from either end. */
export const someAxes = (rng: Random, rank: number): number[] => [...rng.permutation(rank)].slice(0, between(rng, 1, rank)).map((a) => (rng.bernoulli(0.3) ? a - rank : a));

// -- numbers -----------------------------------------------------------------------------------------------------------------

export type Fill = (rng: Random, shape: Shape) => OnnxTensor;
const floats = (shape: Shape, next: () => number): OnnxTensor => ({ dtype: 'float32', dims: shape, data: Float32Array.from({ length: sizeOf(shape) }, next) });
const fillWith = (draw: (rng: Random) => number): Fill => (rng, shape) => floats(shape, () => draw(rng));
const signed = (rng: Random, low: number, high: number): number => (rng.bernoulli(0.5) ? 1 : -1) * rng.uniform(low, high);

export const normal = fillWith((rng) => rng.normal());
export const uniform = (low: number, high: number): Fill => fillWith((rng) => rng.uniform(low, high));
export const positive = uniform(0.4, 2.5);
/** Inside the domain of arcsine and its kin. */
export const small = uniform(-0.9, 0.9);
/** Of both signs, away from zero: for what divides. */
export const nonzero = fillWith((rng) => signed(rng, 0.4, 2.5));
/** Normal, but at least 0.05 from each of these kinks. */
export const awayFrom = (...kinks: readonly number[]): Fill =>
  fillWith((rng) => {
    for (;;) {
      const x = 1.5 * rng.normal();
      if (kinks.every((kink) => Math.abs(x - kink) > 0.05)) return x;
    }
  });
/** At least 0.06 from every multiple of a half. */
export const offHalves = fillWith((rng) => between(rng, -6, 5) / 2 + rng.uniform(0.06, 0.44));
/** Whole numbers from few: ties are common. */
export const tied = fillWith((rng) => between(rng, -2, 2));
/** No two within 0.06 of each other. */
export const spaced: Fill = (rng, shape) => {
  const order = [...rng.permutation(sizeOf(shape))];
  return floats(shape, () => (order.pop()! - sizeOf(shape) / 2) * 0.1 + rng.uniform(-0.02, 0.02));
};
export const bools: Fill = (rng, shape) => ({ dtype: 'bool', dims: shape, data: Uint8Array.from({ length: sizeOf(shape) }, () => (rng.bernoulli(0.5) ? 1 : 0)) });
/** Integers in [low, high]: repeated ones are common. */
export const int64s = (low: number, high: number): Fill => (rng, shape) => ({ dtype: 'int64', dims: shape, data: BigInt64Array.from({ length: sizeOf(shape) }, () => BigInt(between(rng, low, high))) });
export const int32s = (low: number, high: number): Fill => (rng, shape) => ({ dtype: 'int32', dims: shape, data: Int32Array.from({ length: sizeOf(shape) }, () => between(rng, low, high)) });
/** A list of shapes, axes or pads, kept in the file. */
export const list = (...values: readonly number[]): NodeInput => stored({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
export const number = (value: number): NodeInput => stored({ dtype: 'float32', dims: [], data: Float32Array.of(value) });
