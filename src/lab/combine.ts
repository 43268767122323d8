/**
 * Arithmetic on whole models: means, segments, planes, angles. Pure functions on params; sums in float64, results in float32, inputs
 * left untouched. Every function wants models equal in names, order, shapes and dtype, and throws MismatchError naming the first
 * param that differs. Normalisations that keep running statistics are not averaged by this: recompute those afterwards.
 */
import { MismatchError } from '../base/errors';
import { floats, sameShape, showShape, tensor, type Params, type Tensor } from '../base/tensor';

/** @throws MismatchError naming the first param that differs between a model and the first one */
export function checkMatch(who: string, models: readonly Params[]): void {
  const [first, ...others] = models;
  if (!first) throw new MismatchError(`${who}: expected at least one model, but none came.`);
  const names = Object.keys(first);
  for (const [i, other] of others.entries()) {
    const theirs = Object.keys(other);
    const at = names.findIndex((name, n) => name !== theirs[n] || !sameParam(first[name]!, other[name]!));
    const name = at >= 0 ? names[at]! : theirs[names.length];
    if (name === undefined) continue;
    throw new MismatchError(`${who}: model ${i + 2} differs from model 1 in param ${name}: expected ${describe(first[name])}, but ${describe(other[name])} came. Only models of one architecture can be combined.`);
  }
}
const sameParam = (a: Tensor, b: Tensor): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);
const describe = (t: Tensor | undefined): string => (t ? `${t.dtype}${showShape(t.shape)}` : 'none at that place');

/** One number a model for the whole model, or one list a param by name. */
export type Weights = readonly number[] | Readonly<Record<string, readonly number[]>>;
const weightsOf = (weights: Weights, name: string): readonly number[] => ('length' in weights ? (weights as readonly number[]) : weights[name]!); // an array has a length; a param is never called so

/** sum_i w_i theta_i. Weights need not be positive, nor sum to one. */
export function weightedSum(models: readonly Params[], weights: Weights): Params {
  checkMatch('weightedSum', models);
  return mapParams(models[0]!, (name) => combineOne(models, name, weightsOf(weights, name), 1));
}
/** sum_i w_i theta_i / sum_i w_i. With equal weights of 1 it is `average`, bit for bit. */
export function weightedMean(models: readonly Params[], weights: Weights): Params {
  checkMatch('weightedMean', models);
  return mapParams(models[0]!, (name) => {
    const w = weightsOf(weights, name);
    return combineOne(models, name, w, w.reduce((total, v) => total + v, 0));
  });
}
/**
 * Element-wise mean of the params of several models (a uniform soup). The mean of equal models is that model, bit for bit.
 * Source: Wortsman et al. 2022, arXiv:2203.05482.
 */
export const average = (models: readonly Params[]): Params => weightedMean(models, models.map(() => 1));
/** The mean of n + 1 models from the mean of n of them and one more: mean n/(n+1) + next/(n+1). */
export const addToAverage = (mean: Params, n: number, next: Params): Params => weightedMean([mean, next], [n, 1]);
/** (1 - t) a + t b; t outside [0, 1] goes beyond the ends. */
export const lerp = (a: Params, b: Params, t: number): Params => weightedSum([a, b], [1 - t, t]);
/** a - b. */
export const difference = (a: Params, b: Params): Params => weightedSum([a, b], [1, -1]);

function combineOne(models: readonly Params[], name: string, weights: readonly number[], divisor: number): Tensor {
  if (weights.length !== models.length) throw new MismatchError(`weightedSum: ${models.length} models came with ${weights.length} weights for param ${name}.`);
  const { shape } = models[0]![name]!;
  const parts = models.map((model) => floats(model[name]!));
  const out = new Float32Array(parts[0]!.length);
  for (let at = 0; at < out.length; at++) {
    let total = 0;
    for (let i = 0; i < parts.length; i++) total += weights[i]! * parts[i]![at]!;
    out[at] = total / divisor;
  }
  return tensor(out, shape);
}
const mapParams = (like: Params, make: (name: string) => Tensor): Params => Object.fromEntries(Object.keys(like).map((name) => [name, make(name)]));

/** Inner product of one param of two models. */
export function dotOf(a: Tensor, b: Tensor): number {
  const [x, y] = [floats(a), floats(b)];
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]! * y[i]!;
  return total;
}
/** Inner product over all params. */
export function dot(a: Params, b: Params): number {
  checkMatch('dot', [a, b]);
  return Object.keys(a).reduce((total, name) => total + dotOf(a[name]!, b[name]!), 0);
}
export const countParams = (params: Params): number => Object.values(params).reduce((n, p) => n + p.data.length, 0);

/** Whether two models, alike in names and shapes, are the same in every bit: 0 and -0 differ. */
export const sameBits = (a: Params, b: Params): boolean =>
  Object.keys(a).every((name) => {
    const [x, y] = [floats(a[name]!), floats(b[name]!)].map((v) => new Uint32Array(v.buffer, v.byteOffset, v.length)) as [Uint32Array, Uint32Array];
    return x.every((bits, i) => bits === y[i]);
  });

/** Cosines of the angles between theta_i - origin, [k, k] row-major; 0 where one of them has no length. */
export function pairwiseCosine(models: readonly Params[], origin: Params): Float32Array {
  const deltas = models.map((model) => difference(model, origin));
  const lengths = deltas.map((d) => Math.sqrt(dot(d, d)));
  const k = models.length;
  return Float32Array.from({ length: k * k }, (_, at) => {
    const [i, j] = [Math.floor(at / k), at % k];
    const scale = lengths[i]! * lengths[j]!;
    return scale > 0 ? dot(deltas[i]!, deltas[j]!) / scale : 0;
  });
}

/** The plane through three models, with orthonormal axes: x along a - origin, y towards b. */
export interface ModelPlane {
  /** The model at (x, y), in units of distance between params. */
  readonly at: (x: number, y: number) => Params;
  /** Where a model lies, or where its projection does. */
  readonly locate: (model: Params) => readonly [number, number];
}
/** @throws MismatchError if the three lie on one line (or two are equal): they span no plane */
export function planeThrough(origin: Params, a: Params, b: Params): ModelPlane {
  const [toA, toB] = [difference(a, origin), difference(b, origin)];
  // u = (a - o) / |a - o|; w = (b - o) - <b - o, u> u; v = w / |w|. Coordinates come from inner products with a - o and w.
  const lengthA = Math.sqrt(dot(toA, toA));
  const along = lengthA > 0 ? dot(toB, toA) / lengthA : 0;
  const across = weightedSum([toB, toA], [1, lengthA > 0 ? -along / lengthA : 0]);
  const height = Math.sqrt(dot(across, across));
  if (!(lengthA > 0) || !(height > 1e-6 * Math.sqrt(dot(toB, toB)))) throw new MismatchError('planeThrough: the three models lie on one line, so they span no plane. Choose three that differ.');
  return {
    at: (x, y) => weightedSum([origin, toA, across], [1, x / lengthA, y / height]),
    locate: (model) => {
      const d = difference(model, origin);
      return [dot(d, toA) / lengthA, dot(d, across) / height];
    },
  };
}
