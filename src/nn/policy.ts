/**
 * A policy that draws masks: three convolutions over the picture, two heads, and a Beta distribution for every cell of a grid, whose concentrations
 * are exp of what the heads say (Yavuz and Yang 2024, arXiv:2406.14568, in small). What the policy learns from is the density of what was drawn: no
 * gradient runs through a drawn mask.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, div, exp, less, log, maximum, mean, minimum, mul, neg, relu, reshape, sigmoid, sliceAxis, sqrt, stopGradient, sub, where } from '../engine/ops';
import { square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { batchNorm, initStatistics, type NormMode } from './batch-norm';
import { conv, dense, initConv, initDense, initNorm, prefixed, scope, zeros, type Views } from './layers';

export interface PolicyShape {
  readonly channels: number;
  /** Channels of the convolutions, each with stride 2; the last is the length of the feature. */
  readonly widths: readonly number[];
  /** Cells a side of the mask. */
  readonly grid: number;
}
/** For 32 px pictures: a grid of 8 x 8. */
export const policyShape = (channels: number): PolicyShape => ({ channels, widths: [16, 32, 32], grid: 8 });
const heads = ['alpha', 'beta'] as const;

export function initPolicy(rng: Random, { channels, widths, grid }: PolicyShape): Params {
  const d = widths.at(-1)!;
  const head = (own: Random): Params => ({
    ...prefixed('dense1', initDense(own.fork(1), d, d)), ...prefixed('norm1', initNorm(d)),
    ...prefixed('dense2', initDense(own.fork(2), d, d)), ...prefixed('norm2', initNorm(d)),
    ...prefixed('dense3', initDense(own.fork(3), d, grid * grid)),
  });
  return Object.assign(
    {},
    ...widths.map((width, i) => prefixed(`conv${i}`, { ...initConv(rng.fork('conv', i), widths[i - 1] ?? channels, width, 3), bias: zeros([width]) })),
    ...heads.map((name) => prefixed(name, head(rng.fork(name)))),
  ) as Params; // parts are Params, all names different
}
export const initPolicyBuffers = ({ widths }: PolicyShape): Params =>
  Object.assign({}, ...heads.flatMap((name) => ['norm1', 'norm2'].map((norm) => prefixed(`${name}.${norm}`, initStatistics(widths.at(-1)!))))) as Params; // parts are Params, all names different

export interface PolicyOutputs {
  /** Logarithms of the concentrations, [n, grid * grid] each, before any blending with a running base. */
  readonly alpha: Value;
  readonly beta: Value;
  readonly buffers: Views;
}
/** Images [n, channels, side, side] -> what each head says. */
export function policy(p: Views, buffers: Views, images: Value, { widths }: PolicyShape, mode: NormMode): PolicyOutputs {
  let h = images;
  for (const i of widths.keys()) h = relu(conv(scope(p, `conv${i}`), h, { strides: [2, 2], pads: [1, 1, 1, 1] }));
  const feature = mean(h, { axes: [2, 3] });
  const next: Record<string, Value> = {};
  const [alpha, beta] = heads.map((name) => {
    let x = feature;
    for (const i of [1, 2]) {
      const { y, statistics } = batchNorm(scope(p, `${name}.norm${i}`), scope(buffers, `${name}.norm${i}`), dense(scope(p, `${name}.dense${i}`), x), mode);
      for (const [part, value] of Object.entries(statistics)) next[`${name}.norm${i}.${part}`] = value;
      x = relu(y);
    }
    return dense(scope(p, `${name}.dense3`), x);
  }) as [Value, Value]; // one for each head
  return { alpha, beta, buffers: next };
}

/**
 * log Gamma(x) for x > 0: Stirling's series at x + 6, less the logarithms of the six factors between. Errs by less than 1e-7 from x = 0.05 on, in exact
 * arithmetic.
 */
export function logGamma(x: Value): Value {
  const y = add(x, 6);
  const series = sub(div(1 / 12, y), div(1 / 360, mul(y, square(y))));
  let sum = add(add(sub(mul(sub(y, 0.5), log(y)), y), 0.5 * 1.8378770664093453), series); // log 2 pi
  for (let k = 0; k < 6; k++) sum = sub(sum, log(add(x, k)));
  return sum;
}
/** Log density of Beta(exp a, exp b) at m in (0, 1), entry by entry: (alpha - 1) log m + (beta - 1) log(1 - m) - log B(alpha, beta). Give m as a feed: the density does not reach through it. */
export function logBeta(a: Value, b: Value, m: Value): Value {
  const [alpha, beta] = [exp(a), exp(b)];
  const power = add(mul(sub(alpha, 1), log(m)), mul(sub(beta, 1), log(sub(1, m))));
  return add(power, sub(logGamma(add(alpha, beta)), add(logGamma(alpha), logGamma(beta))));
}

/** Candidates of the rejection method below: each is taken with a chance of 0.95 or more, so that one draw in a hundred thousand or fewer has none that is. */
export const betaCandidates = 4;
/** What one draw of Beta variables [n, cells] is made from: standard normals and uniforms for each candidate, and uniforms for the boost, of two gamma variables each. */
export const betaFeeds = (n: number, cells: number) => ({ normals: { shape: [2 * betaCandidates, n, cells] }, uniforms: { shape: [2 * betaCandidates, n, cells] }, boosts: { shape: [2, n, cells] } }) as const;
/**
 * Beta(exp a, exp b), entry by entry, inside a graph and without reading anything back: two gamma variables by the method of Marsaglia and Tsang 2000 at shape + 1,
 * with their boost down to the shape, the first accepted of a fixed number of candidates that were fed (the last where none is). In logarithms, since small shapes
 * underflow. Without gradient; never below `least` nor above 1 - least.
 */
export function drawBeta(a: Value, b: Value, { normals, uniforms, boosts }: Views, least = 1e-5): Value {
  const entry = (x: Value, k: number): Value => reshape(sliceAxis(x, 0, k, 1), a.shape);
  const logGammaDraw = (logShape: Value, which: 0 | 1): Value => {
    const shape = exp(logShape);
    const d = add(shape, 2 / 3);
    const c = div(1, sqrt(mul(d, 9)));
    const candidates = Array.from({ length: betaCandidates }, (_, k) => {
      const x = entry(normals!, which * betaCandidates + k);
      const root = maximum(add(mul(c, x), 1), 1e-6);
      const logV = mul(log(root), 3);
      const v = exp(logV);
      const limit = add(mul(square(x), 0.5), mul(d, add(sub(1, v), logV)));
      return { logV, taken: less(log(entry(uniforms!, which * betaCandidates + k)), limit), inside: less(neg(add(mul(c, x), 1)), 0) };
    });
    let chosen = candidates.at(-1)!.logV;
    for (const { logV, taken, inside } of candidates.toReversed()) chosen = where(inside, where(taken, logV, chosen), chosen);
    return add(add(log(d), chosen), div(log(entry(boosts!, which)), shape));
  };
  const [x, y] = [logGammaDraw(a, 0), logGammaDraw(b, 1)];
  return stopGradient(minimum(maximum(sigmoid(sub(x, y)), least), 1 - least));
}
