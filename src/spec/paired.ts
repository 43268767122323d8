/** What differences paired by seed say: their mean, and the interval in which Student's t would put it. Pure. */
import { exp, log } from '../base/math';

export interface Paired {
  /** One for each seed that both sides have, in the order of seeds. */
  readonly differences: readonly { readonly seed: number; readonly difference: number }[];
  readonly mean: number;
  /** 95 % interval of the mean; absent below two seeds. */
  readonly interval?: readonly [low: number, high: number];
  /** How many differences are above 0. */
  readonly above: number;
}
/** left - right, seed by seed. Seeds that only one side has are left out. Undefined where none is shared. */
export function paired(left: ReadonlyMap<number, number>, right: ReadonlyMap<number, number>): Paired | undefined {
  const differences = [...left].filter(([seed]) => right.has(seed)).sort(([a], [b]) => a - b).map(([seed, value]) => ({ seed, difference: value - right.get(seed)! }));
  const n = differences.length;
  if (n === 0) return undefined;
  const mean = differences.reduce((sum, d) => sum + d.difference, 0) / n;
  const above = differences.filter((d) => d.difference > 0).length;
  if (n < 2) return { differences, mean, above };
  const variance = differences.reduce((sum, d) => sum + (d.difference - mean) ** 2, 0) / (n - 1);
  const reach = studentQuantile(0.975, n - 1) * Math.sqrt(variance / n);
  return { differences, mean, above, interval: [mean - reach, mean + reach] };
}
/** The x with P(t <= x) = p for Student's t with so many degrees of freedom, p above one half: by bisection of its distribution. */
export function studentQuantile(p: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (studentCdf(high, freedom) < p) high *= 2;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, freedom) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
/** P(t <= x) for x >= 0, by Simpson's rule over the density. */
function studentCdf(x: number, freedom: number): number {
  const steps = 400;
  const h = x / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * density(i * h, freedom);
  return 0.5 + (sum * h) / 3;
}
function density(x: number, freedom: number): number {
  // Gamma((f + 1) / 2) / (Gamma(f / 2) sqrt(f pi)) (1 + x^2 / f)^(-(f + 1) / 2)
  return exp(logGamma((freedom + 1) / 2) - logGamma(freedom / 2) - ((freedom + 1) / 2) * log(1 + (x * x) / freedom)) / Math.sqrt(freedom * Math.PI);
}
/** log Gamma of a positive number, by Stirling's series at x + 8. */
function logGamma(x: number): number {
  let shifted = 0;
  for (let k = 0; k < 8; k++) shifted -= log(x + k);
  const y = x + 8;
  return shifted + (y - 0.5) * log(y) - y + 0.5 * log(2 * Math.PI) + 1 / (12 * y) - 1 / (360 * y * y * y);
}
