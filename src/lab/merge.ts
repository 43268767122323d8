/**
 * Ways of making one model of several, beyond what `combine` has. Pure functions on params, alike in names, order and shapes; sums in float64 and in an order of their own
 * (that of the models' keys), so that the order in which models come changes no bit wherever it has no meaning. Inputs are left untouched.
 *
 * Each merge here is written as a weighted mean of the models and a base, entry by entry. What has weight 0 is left out, not multiplied: so a model at weight 1 comes out
 * with the bits that it came with, -0 and NaN included.
 */
import { cos, sin } from '../base/math';
import { Random } from '../base/random';
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import { checkMatch, dotOf } from './combine';

/** A model, and a key that is the same wherever the same numbers are: its fingerprint. */
export interface Ingredient {
  readonly key: string;
  readonly params: Params;
}
const byKey = (models: readonly Ingredient[]): readonly number[] => models.map((_, i) => i).toSorted((a, b) => (models[a]!.key < models[b]!.key ? -1 : models[a]!.key > models[b]!.key ? 1 : a - b));

/** sum_i w_i x_i / divisor, of those whose weight is not 0. */
function entry(parts: readonly Float32Array[], weights: ArrayLike<number>, at: number, divisor: number): number {
  let total = 0;
  let any = false;
  for (let i = 0; i < parts.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    const term = weight * parts[i]![at]!;
    total = any ? total + term : term; // not 0 + -0, which is 0
    any = true;
  }
  return any ? total / divisor : 0;
}
const mapParams = (like: Params, make: (name: string) => Float32Array): Params => Object.fromEntries(Object.entries(like).map(([name, { shape }]): [string, Tensor] => [name, tensor(make(name), shape)]));
const partsOf = (models: readonly Params[], name: string): Float32Array[] => models.map((model) => floats(model[name]!));

/**
 * sum_i w_i theta_i / sum_i w_i: the uniform soup with equal weights (Wortsman et al. 2022, arXiv:2203.05482). Equal models give that model, whatever the weights, up to the
 * last bit of a float32; the order does not matter, as long as each weight stays with its model.
 * @param weights one a model, not negative, not all 0
 */
export function meanOf(models: readonly Ingredient[], weights: readonly number[]): Params {
  checkMatch('A weighted mean', models.map(({ params }) => params));
  const order = byKey(models);
  const [sorted, w] = [order.map((i) => models[i]!.params), order.map((i) => weights[i]!)];
  const divisor = w.reduce((sum, v) => sum + v, 0);
  return mapParams(models[0]!.params, (name) => {
    const parts = partsOf(sorted, name);
    return Float32Array.from(parts[0]!, (_, at) => entry(parts, w, at, divisor));
  });
}
/** (1 - t) a + t b. At 0 and 1 the ends, bit for bit. */
export const between = (a: Params, b: Params, t: number): Params => affine([a, b], [1 - t, t]);
/** sum_i w_i theta_i with weights that sum to 1: points of the plane through three models. Negative weights go beyond them. */
export function affine(models: readonly Params[], weights: readonly number[]): Params {
  checkMatch('An affine combination', models);
  return mapParams(models[0]!, (name) => {
    const parts = partsOf(models, name);
    return Float32Array.from(parts[0]!, (_, at) => entry(parts, weights, at, 1));
  });
}

/**
 * Weights of an exponential moving average over an ordered list: m_1 = theta_1, m_j = d m_(j-1) + (1 - d) theta_j (Polyak and Juditsky 1992). The order is what it is about.
 * w_1 = d^(n-1), w_j = (1 - d) d^(n-j); they sum to 1.
 */
export function emaWeights(count: number, decay: number): number[] {
  const weights = [1];
  for (let j = 1; j < count; j++) {
    for (let i = 0; i < j; i++) weights[i]! *= decay;
    weights.push(1 - decay);
  }
  return weights;
}

/** Beyond this cosine two vectors count as parallel, and the arc as its chord: sin of the angle would divide. */
const parallel = 0.9995;
/** The angle in (0, pi) with this cosine, in (-1, 1): Newton's steps on cos(angle) = c, with sine and cosine that have the same bits everywhere. */
function angleOf(c: number): number {
  let angle = Math.PI / 2;
  for (let i = 0; i < 60; i++) {
    const step = (cos(angle) - c) / sin(angle);
    angle += step;
    if (Math.abs(step) < 1e-15) break;
  }
  return angle;
}
/**
 * Spherical interpolation (Shoemake 1985), tensor by tensor as merging tools do it: with W the angle between two tensors as vectors,
 *   sin((1 - t) W) / sin W a + sin(t W) / sin W b,
 * and (1 - t) a + t b where they are parallel (cosine beyond 0.9995), opposite, or one of them is zero. At 0 and 1 the ends, bit for bit.
 */
export function slerp(a: Params, b: Params, t: number): Params {
  checkMatch('SLERP', [a, b]);
  return mapParams(a, (name) => {
    const [x, y] = [a[name]!, b[name]!];
    const scale = Math.sqrt(dotOf(x, x)) * Math.sqrt(dotOf(y, y));
    const cosine = scale > 0 ? dotOf(x, y) / scale : 1;
    let weights: readonly number[] = [1 - t, t];
    if (t !== 0 && t !== 1 && Math.abs(cosine) < parallel) {
      const angle = angleOf(cosine);
      weights = [sin((1 - t) * angle) / sin(angle), sin(t * angle) / sin(angle)];
    }
    const parts = [floats(x), floats(y)];
    return Float32Array.from(parts[0]!, (_, at) => entry(parts, weights, at, 1));
  });
}
/** Two models at t; more one after another, each joining at 1/j so that all count alike on straight lines. On arcs the order matters. */
export const slerpAll = ([first, second, ...others]: readonly Params[], t: number): Params =>
  others.reduce((so, next, i) => slerp(so, next, 1 / (i + 3)), second ? slerp(first!, second, others.length > 0 ? 1 / 2 : t) : first!);

// -- relative to a base ---------------------------------------------------------------------------------------------------------

/**
 * theta_0 + scale sum_i c_i (theta_i - theta_0), written (1 - scale sum_i c_i) theta_0 + sum_i scale c_i theta_i so that one model at 1 is itself. `coefficients` fills c for an entry and gives
 * its sum, which it may know exactly where adding would round.
 * The plain sum has c = 1 throughout: task arithmetic (Ilharco et al. 2023, arXiv:2212.04089).
 */
function addUpon(base: Params, models: readonly Params[], scale: number, name: string, coefficients: (at: number, c: Float64Array) => number): Float32Array {
  const parts = partsOf([base, ...models], name);
  const c = new Float64Array(models.length);
  const weights = new Float64Array(models.length + 1);
  return Float32Array.from(parts[0]!, (_, at) => {
    weights[0] = 1 - scale * coefficients(at, c);
    for (let i = 0; i < c.length; i++) weights[i + 1] = scale * c[i]!;
    return entry(parts, weights, at, 1);
  });
}
const sortedParams = (models: readonly Ingredient[]): readonly Ingredient[] => byKey(models).map((i) => models[i]!);

/** theta_0 + scale sum_i (theta_i - theta_0) (Ilharco et al. 2023, arXiv:2212.04089). */
export function plainSum(base: Params, models: readonly Ingredient[], scale: number): Params {
  checkMatch('A sum upon a base', [base, ...models.map(({ params }) => params)]);
  const sorted = sortedParams(models).map(({ params }) => params);
  return mapParams(base, (name) => addUpon(base, sorted, scale, name, (_, c) => c.fill(1).length));
}

/**
 * TIES (Yadav et al. 2023, arXiv:2306.01708). tau_i = theta_i - theta_0. Trim: of each tau the `keep` share of largest magnitude stays, counted over the whole model; numbers as
 * large as the smallest of these stay, too, as in the released code. Elect: gamma = sign(sum_i tau_i), after trimming. Disjoint mean: over those whose sign is gamma. theta_0 + scale
 * tau. Where the sum is exactly 0 the base stays (the released code takes the commoner sign of the whole model there).
 */
export function ties(base: Params, models: readonly Ingredient[], { keep, scale }: { readonly keep: number; readonly scale: number }): Params {
  checkMatch('TIES', [base, ...models.map(({ params }) => params)]);
  const sorted = sortedParams(models).map(({ params }) => params);
  const least = sorted.map((model) => smallestKept(base, model, keep));
  return mapParams(base, (name) => {
    const [origin, parts] = [floats(base[name]!), partsOf(sorted, name)];
    return addUpon(base, sorted, scale, name, (at, c) => {
      let mass = 0;
      for (let i = 0; i < parts.length; i++) {
        const tau = parts[i]![at]! - origin[at]!;
        c[i] = Math.abs(tau) >= least[i]! ? tau : NaN; // trimmed
        if (Math.abs(tau) >= least[i]!) mass += tau;
      }
      let agreeing = 0;
      for (let i = 0; i < c.length; i++) {
        c[i] = Math.sign(c[i]!) === Math.sign(mass) ? 1 : 0; // a change of 0 agrees with a sum of 0: it may have turned 0 into -0
        agreeing += c[i]!;
      }
      if (agreeing > 1) for (let i = 0; i < c.length; i++) c[i]! /= agreeing;
      return Math.min(1, agreeing);
    });
  });
}
/** Magnitude of the smallest change that is kept, when the largest `keep` of all are. */
function smallestKept(base: Params, model: Params, keep: number): number {
  if (keep >= 1) return 0;
  const count = Object.values(base).reduce((n, { data }) => n + data.length, 0);
  const kept = Math.round(keep * count);
  if (kept === 0) return Infinity;
  const sizes = new Float64Array(count);
  let at = 0;
  for (const name of Object.keys(base)) {
    const [origin, theta] = [floats(base[name]!), floats(model[name]!)];
    for (let i = 0; i < theta.length; i++) sizes[at++] = Math.abs(theta[i]! - origin[i]!);
  }
  return sizes.sort()[count - kept]!;
}

/**
 * DARE (Yu et al. 2024, arXiv:2311.03099): each number of each tau_i = theta_i - theta_0 is dropped with chance `drop`, those that stay are divided by 1 - drop, and theta_0 + scale
 * times their sum is the merge. Which are dropped is drawn from `rng` under the model's key and the tensor's name, so no order changes it. At drop 0 it is the plain sum.
 */
export function dare(base: Params, models: readonly Ingredient[], { drop, scale }: { readonly drop: number; readonly scale: number }, rng: Random): Params {
  checkMatch('DARE', [base, ...models.map(({ params }) => params)]);
  const sorted = sortedParams(models);
  const rescaled = 1 / (1 - drop);
  return mapParams(base, (name) => {
    const draws = sorted.map(({ key }) => rng.fork('dare', key, name));
    return addUpon(base, sorted.map(({ params }) => params), scale, name, (_, c) => {
      let sum = 0;
      for (let i = 0; i < c.length; i++) sum += c[i] = drop > 0 && draws[i]!.bernoulli(drop) ? 0 : rescaled;
      return sum;
    });
  });
}
