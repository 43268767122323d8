/**
 * Params that step differently from the others: factors on the learning rate and on the decay, by name. Kept as vectors [P] beside the flat
 * theta, and only where a factor differs from 1: a graph without groups is the graph that it always was.
 */
import { InputError } from '../base/errors';
import { tensor, type Shape } from '../base/tensor';
import type { Layout } from '../engine/layout';
import { constant, type Value } from '../engine/value';

/** Factors of one param; left out, 1. With a rate of 0 a param keeps its bits. */
export interface Group {
  /** On the learning rate (and so on decoupled decay, which is proportional to it). */
  readonly rate?: number;
  /** On weight decay, decoupled or coupled. */
  readonly decay?: number;
}
export type Groups = (name: string, shape: Shape) => Group;

/** No decay on biases and on the scales of normalisations: on whatever has fewer than two axes. */
export const noDecayOnVectors: Groups = (_, shape) => (shape.length < 2 ? { decay: 0 } : {});
/**
 * Layer-wise decay of the rate, as ELECTRA, BEiT and MAE fine-tune: decay^(layers - 1 - l) for a param of layer l in 0 ... layers - 1, so that the last
 * steps at the full rate and the embedding least (Clark et al. 2020, arXiv:2003.10555; Bao et al. 2022, arXiv:2106.08254).
 */
export const layerwise = ({ decay, layers, layerOf }: { readonly decay: number; readonly layers: number; readonly layerOf: (name: string) => number }): Groups => (name) => {
  const exponent = layers - 1 - layerOf(name);
  if (!(Number.isInteger(exponent) && exponent >= 0 && exponent < layers)) throw new InputError(`layerwise: expected a layer from 0 to ${layers - 1}, but ${name} is said to be in layer ${layerOf(name)}. Count the embedding as 0 and the head as the last.`);
  let rate = 1;
  for (let i = 0; i < exponent; i++) rate *= decay;
  return { rate };
};
/** All of these together: factors multiplied. */
export const allOf = (...groups: readonly Groups[]): Groups => (name, shape) => {
  let [rate, decay] = [1, 1];
  for (const group of groups) {
    const factors = group(name, shape);
    rate *= factors.rate ?? 1;
    decay *= factors.decay ?? 1;
  }
  return { rate, decay };
};

/** A factor for every number of theta [P]; left out where it is 1 throughout. */
export interface Factors {
  readonly rate?: Value;
  readonly decay?: Value;
}
/** @throws InputError naming the param whose factor is no finite number of at least 0 */
export function factorsOf(groups: Groups, { size, entries }: Layout): Factors {
  const vector = (of: (group: Group) => number | undefined): Value | undefined => {
    const factors = new Float32Array(size).fill(1);
    for (const { name, shape, offset, size: count } of entries) {
      const factor = of(groups(name, shape)) ?? 1;
      if (!(Number.isFinite(factor) && factor >= 0)) throw new InputError(`Groups: expected a finite factor of at least 0, but ${factor} came for ${name}.`);
      factors.fill(factor, offset, offset + count);
    }
    return factors.every((f) => f === 1) ? undefined : constant(tensor(factors));
  };
  const [rate, decay] = [vector((g) => g.rate), vector((g) => g.decay)];
  return { ...(rate && { rate }), ...(decay && { decay }) };
}
