/** Draws from the gamma and beta distributions, from a stream of their own. */
import { InputError } from './errors';
import { exp, log } from './math';
import type { Random } from './random';

/**
 * Gamma(shape), scale 1 (Marsaglia and Tsang 2000, "A simple method for generating gamma variables"); below a shape of 1 by way of shape + 1. In
 * logarithms, since small shapes underflow. @throws InputError for a shape that is not above 0
 */
function logGammaDraw(rng: Random, shape: number): number {
  if (!(shape > 0 && shape < Infinity)) throw new InputError(`A shape above 0 was expected, but ${shape} came.`);
  if (shape < 1) return logGammaDraw(rng, shape + 1) + log(rng.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0 && log(rng.uniform()) < 0.5 * x * x + d - d * v + d * log(v)) return log(d * v);
  }
}
export const gammaDraw = (rng: Random, shape: number): number => exp(logGammaDraw(rng, shape));
/** Beta(a, b), never below `least` nor above 1 - least, so that its logarithms are finite in float32. */
export function betaDraw(rng: Random, a: number, b: number, least = 1e-6): number {
  const [x, y] = [logGammaDraw(rng, a), logGammaDraw(rng, b)];
  return Math.min(1 - least, Math.max(least, 1 / (1 + exp(y - x))));
}
