/** Examples with class labels, and how they are divided. */
import { InputError, ShapeError } from '../base/errors';
import type { Random } from '../base/random';
import { floats, showShape, sizeOf, type Tensor } from '../base/tensor';

/** n examples and their classes. */
export interface Labelled {
  /** [n, ...] float32; images are [n, 1, 28, 28], ink 1 on 0. */
  readonly x: Tensor;
  /** [n] int32: indices into `classes`. */
  readonly y: Tensor;
  /** What each class is called. */
  readonly classes: readonly string[];
}

/** Number of examples. */
export const countOf = (split: Labelled): number => split.y.shape[0] ?? 0;

/**
 * The examples with these indices, in this order; copies. An index may come twice.
 * @throws ShapeError if x and y do not count alike, InputError for an index that the split does not have
 */
export function take(split: Labelled, indices: ArrayLike<number>): Labelled {
  const n = countOf(split);
  if (split.x.shape[0] !== n) throw new ShapeError(`take: x is ${showShape(split.x.shape)}, but there are ${n} labels. Give each example one label.`);
  const shape = split.x.shape.slice(1);
  const size = sizeOf(shape);
  const source = floats(split.x);
  const x = new Float32Array(indices.length * size);
  const y = new Int32Array(indices.length);
  for (let k = 0; k < indices.length; k++) {
    const i = indices[k]!;
    if (!(Number.isInteger(i) && i >= 0 && i < n)) throw new InputError(`take: expected indices from 0 to ${n - 1}, but ${i} came. Take from a larger split.`);
    x.set(source.subarray(i * size, (i + 1) * size), k * size);
    y[k] = split.y.data[i]!;
  }
  return { x: { dtype: 'float32', shape: [indices.length, ...shape], data: x }, y: { dtype: 'int32', shape: [indices.length], data: y }, classes: split.classes };
}

/**
 * A share of each class, chosen at random, and the rest; both in the split's own order. Of a class with m examples, round(share m) go.
 * @param share in [0, 1] @throws InputError outside it
 */
export function splitOff(split: Labelled, rng: Random, share: number): { readonly part: Labelled; readonly rest: Labelled } {
  if (!(share >= 0 && share <= 1)) throw new InputError(`splitOff: expected a share from 0 to 1, but ${share} came.`);
  const members = split.classes.map((): number[] => []);
  split.y.data.forEach((label, i) => members[label]!.push(i));
  const chosen = new Set(
    members.flatMap((indices, label) => {
      const order = rng.fork('splitOff', label).permutation(indices.length);
      return Array.from(order.subarray(0, Math.round(share * indices.length)), (k) => indices[k]!);
    }),
  );
  const all = Array.from({ length: countOf(split) }, (_, i) => i);
  return { part: take(split, all.filter((i) => chosen.has(i))), rest: take(split, all.filter((i) => !chosen.has(i))) };
}

/** Indices of the batch of any step: `count` examples, shuffled anew each epoch. */
export function shuffled(rng: Random, count: number, batch: number): (step: number) => Uint32Array {
  const orders: Uint32Array[] = [];
  const order = (epoch: number): Uint32Array => (orders[epoch] ??= rng.fork('epoch', epoch).permutation(count));
  return (step) => Uint32Array.from({ length: batch }, (_, i) => order(Math.floor((step * batch + i) / count))[(step * batch + i) % count]!);
}


/** The `size` examples from place `start` of `order` on, wrapping round at its end. To reshuffle each epoch is the caller's work. */
export const batchOf = (split: Labelled, order: ArrayLike<number>, start: number, size: number): Labelled =>
  take(split, Uint32Array.from({ length: size }, (_, k) => order[(start + k) % order.length]!));

/** 1 in the column of the label, else 0: labels [n] -> [n * classCount] float32, row by row. */
export function oneHot(labels: ArrayLike<number>, classCount: number): Float32Array {
  const targets = new Float32Array(labels.length * classCount);
  for (let i = 0; i < labels.length; i++) targets[i * classCount + labels[i]!] = 1;
  return targets;
}
