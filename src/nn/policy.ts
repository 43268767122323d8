/**
 * A policy that draws masks: three convolutions over the picture, two heads, and a Beta distribution for every cell of a grid, whose concentrations
 * are exp of what the heads say (Yavuz and Yang 2024, arXiv:2406.14568, in small). Masks are drawn on the host from `alpha` and `beta`; what the
 * policy learns from is the density of what was drawn.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { add, div, exp, log, mean, mul, relu, sub } from '../engine/ops';
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
