/** The random search: what each ingredient draws. */
import { exp, log } from '../../base/math';
import type { Random } from '../../base/random';

export interface SweepRanges {
  readonly learningRateMin: number;
  readonly learningRateMax: number;
  readonly weightDecayMin: number;
  readonly weightDecayMax: number;
  readonly stepsMin: number;
  readonly stepsMax: number;
  readonly augmentation: 'random' | 'none' | 'weak' | 'strong';
  readonly regularisers: boolean;
}
export type Strength = 'none' | 'weak' | 'strong';
export interface IngredientRecipe {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly steps: number;
  readonly warmUp: number;
  readonly augmentation: Strength;
  /** Parameter of the Beta distribution; 0: no mixup. */
  readonly mixup: number;
  /** Share of the target spread over all classes. */
  readonly smoothing: number;
}

const strengths: readonly Strength[] = ['none', 'weak', 'strong'];
/** A range given the wrong way round is read the right way round. */
const between = (a: number, b: number, u: number): number => Math.min(a, b) + Math.abs(b - a) * u;
const logBetween = (a: number, b: number, u: number): number => exp(between(log(a), log(b), u));

/** Every quantity has a stream of its own: another range of one of them leaves the others as they were. */
export function drawRecipe(rng: Random, ranges: SweepRanges): IngredientRecipe {
  const uniform = (name: string): number => rng.fork(name).uniform();
  const steps = Math.round(between(ranges.stepsMin, ranges.stepsMax, uniform('steps')));
  // Each is off in half of the draws: "random or 0".
  const orZero = (name: string, max: number): number => (ranges.regularisers && rng.fork(name, 'on').bernoulli(0.5) ? max * uniform(name) : 0);
  return {
    learningRate: logBetween(ranges.learningRateMin, ranges.learningRateMax, uniform('learningRate')),
    weightDecay: logBetween(ranges.weightDecayMin, ranges.weightDecayMax, uniform('weightDecay')),
    steps,
    warmUp: Math.max(1, Math.round(0.08 * steps)),
    augmentation: ranges.augmentation === 'random' ? rng.fork('augmentation').pick(strengths) : ranges.augmentation,
    mixup: orZero('mixup', 0.6),
    smoothing: orZero('smoothing', 0.1),
  };
}
