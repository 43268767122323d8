/** Binary masks drawn from logits, with a gradient: forward exactly 0 or 1, backward that of a sigmoid (Bengio et al. 2013; Jang et al. 2017, arXiv:1611.01144). */
import { add, div, log, maximum, minimum, neg, sigmoid, sub } from '../engine/ops';
import { binaryMask } from '../engine/ops/compose';
import type { Value } from '../engine/value';

/** 'one': a standard Gumbel variable is added to the logit, so that P(1) = 1 - exp(-e^L); 'two': the difference of two, P(1) = sigmoid(L); 'none': 1 where L > 0. */
export type MaskNoise = 'one' | 'two' | 'none';
/** Uniforms are kept this far from 0 and 1. */
const margin = 1e-7;

/** @param uniform like the logits, in (0, 1); not needed without noise @param tau temperature of the sigmoid whose slope the gradient takes */
export function drawnMask(logits: Value, uniform: Value | undefined, { tau = 1, noise = 'one' }: { readonly tau?: number; readonly noise?: MaskNoise } = {}): Value {
  return binaryMask(sigmoid(div(noisy(logits, uniform, noise), tau)), 0.5);
}
function noisy(logits: Value, uniform: Value | undefined, noise: MaskNoise): Value {
  if (noise === 'none' || !uniform) return logits;
  const u = minimum(maximum(uniform, margin), 1 - margin);
  if (noise === 'two') return add(logits, sub(log(u), log(sub(1, u))));
  return sub(logits, log(neg(log(u)))); // minus the logarithm of an exponential variable
}
