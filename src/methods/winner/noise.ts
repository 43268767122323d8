/** The method itself: two scales from the target, one draw. */
import { exp } from '../../base/math';
import type { Random } from '../../base/random';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import type { Target } from './target';

export interface Scales {
  readonly s0: number;
  readonly s1: number;
}
/** S0 = S0max (1 - e^(-a psi/C)), S1 = b psi/C; a = 7, b = 3 for sound, a = 5, b = 0.4 for images: the released code's constants. */
export function scalesOf({ centroid, channels, imageSide }: Pick<Target, 'centroid' | 'channels' | 'imageSide'>, s0Max: number): Scales {
  const [a, b] = imageSide ? [5, 0.4] : [7, 3];
  return { s0: s0Max * (1 - exp((-a * centroid) / channels)), s1: (b * centroid) / channels };
}

/** W + (scale/omega0) epsilon, epsilon ~ N(0, 1) i.i.d. per entry. */
function withNoise(weight: Tensor, scale: number, omega0: number, rng: Random): Tensor {
  const noise = rng.fillNormal(new Float32Array(weight.data.length));
  return tensor(floats(weight).map((w, i) => w + (scale / omega0) * noise[i]!), weight.shape);
}
/** W_0 <- W_0 + (S0/omega0) eps_0, W_1 <- W_1 + (S1/omega0) eps_1. Divided by omega0, not omega1. Everything else as it was. */
export const perturb = (params: Params, { s0, s1 }: Scales, omega0: number, rng: Random): Params => ({
  ...params,
  'layer0.weight': withNoise(params['layer0.weight']!, s0, omega0, rng.fork('noise', 0)),
  'layer1.weight': withNoise(params['layer1.weight']!, s1, omega0, rng.fork('noise', 1)),
});
