/**
 * Schedules of the learning rate, and of any other number that changes as a training goes on: pure functions of the step, from 0.
 * Where they warm up, step s < warmUp has from + (rate - from)(s + 1) / warmUp: the last step of the warm-up has the full rate.
 */
import { InputError } from '../base/errors';
import { cos, pow } from '../base/math';

export type Schedule = (step: number) => number;

/** Left out, 0. */
export interface Ends {
  /** What the warm-up rises from. */
  readonly warmUpFrom?: number;
  /** What the rate ends at. */
  readonly floor?: number;
}
/** `after` from step warmUp on, and the rise to `rate` before it. */
const risingTo = (rate: number, warmUp: number, from: number, after: Schedule): Schedule => (step) => (step < warmUp ? from + ((rate - from) * (step + 1)) / warmUp : after(step));
/** How far a training is past its warm-up, 0 to 1. */
const progress = (step: number, steps: number, warmUp: number): number => Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));

export const constantRate = (rate: number): Schedule => () => rate;
/** Warm-up, then half a cosine down to the floor at `steps` (Loshchilov and Hutter 2017, arXiv:1608.03983), and the floor from there on. */
export const cosine = (rate: number, steps: number, warmUp = 0, { warmUpFrom = 0, floor = 0 }: Ends = {}): Schedule =>
  risingTo(rate, warmUp, warmUpFrom, (step) => (step >= steps ? floor : floor + 0.5 * (rate - floor) * (1 + cos((Math.PI * (step - warmUp)) / Math.max(1, steps - warmUp)))));
/** Warm-up, then a straight line down to the floor at `steps`, and the floor from there on. */
export const linear = (rate: number, steps: number, warmUp = 0, { warmUpFrom = 0, floor = 0 }: Ends = {}): Schedule =>
  risingTo(rate, warmUp, warmUpFrom, (step) => floor + (rate - floor) * (1 - progress(step, steps, warmUp)));
/** Warm-up, then floor + (rate - floor)(1 - progress)^power: DeepLab's "poly" with a power of 0.9 (Chen et al. 2018, arXiv:1606.00915). */
export const polynomial = (rate: number, steps: number, power: number, warmUp = 0, { warmUpFrom = 0, floor = 0 }: Ends = {}): Schedule =>
  risingTo(rate, warmUp, warmUpFrom, (step) => {
    const left = 1 - progress(step, steps, warmUp);
    return floor + (rate - floor) * (left === 0 ? 0 : pow(left, power));
  });
/** Warm-up, then rate sqrt(warmUp / (step + 1)) (Vaswani et al. 2017, arXiv:1706.03762); without warm-up rate / sqrt(step + 1). */
export const inverseSqrt = (rate: number, warmUp = 0): Schedule => risingTo(rate, warmUp, 0, (step) => rate * Math.sqrt(Math.max(1, warmUp) / (step + 1)));
/** Multiplied by `factor` after every `every` steps. */
export function stepDecay(rate: number, factor: number, every: number): Schedule {
  return (step) => {
    let value = rate;
    for (let i = Math.floor(step / every); i > 0; i--) value *= factor;
    return value;
  };
}
/** Multiplied by `factor` at each of these steps, after a warm-up. */
export const milestones = (rate: number, factor: number, at: readonly number[], warmUp = 0, { warmUpFrom = 0 }: Pick<Ends, 'warmUpFrom'> = {}): Schedule =>
  risingTo(rate, warmUp, warmUpFrom, (step) => at.reduce((value, milestone) => (step >= milestone ? value * factor : value), rate));
/** A straight line from one number to another over `steps` steps, then the second. */
export const ramp = (from: number, to: number, steps: number): Schedule => (step) => (step >= steps ? to : from + ((to - from) * step) / steps);
/** Decay of a moving average that is young: min(decay, (1 + s) / (10 + s)) after step s, so that where it began is soon forgotten. */
export function averageDecay(decay: number): Schedule {
  if (!(decay >= 0 && decay <= 1)) throw new InputError(`averageDecay: expected a decay from 0 to 1, but ${decay} came. 0.99 suits a thousand steps.`);
  return (step) => Math.min(decay, (1 + step) / (10 + step));
}
