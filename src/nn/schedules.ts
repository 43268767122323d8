/** Learning-rate schedules: pure functions of the step, from 0. */
import { cos } from '../base/math';

export type Schedule = (step: number) => number;

export const constantRate = (rate: number): Schedule => () => rate;
/** Linear from 0 to `rate` over `warmUp` steps, then half a cosine down to 0 at `steps`. */
export const cosine = (rate: number, steps: number, warmUp = 0): Schedule => (step) =>
  step < warmUp ? (rate * (step + 1)) / warmUp : 0.5 * rate * (1 + cos((Math.PI * (step - warmUp)) / Math.max(1, steps - warmUp)));
/** Multiplied by `factor` after every `every` steps. */
export function stepDecay(rate: number, factor: number, every: number): Schedule {
  return (step) => {
    let value = rate;
    for (let i = Math.floor(step / every); i > 0; i--) value *= factor;
    return value;
  };
}
