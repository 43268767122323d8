/**
 * Wrong labels whose right ones are known. Each is drawn once: the label of example i is the same in every epoch, which is another and
 * harsher thing than drawing it anew. Rates are the chance that an example's label is touched.
 */
import { InputError } from '../base/errors';
import { exp } from '../base/math';
import { Random } from '../base/random';
import { choice, float } from '../spec/knobs';

export const labelNoises = {
  none: 'None',
  uniform: 'Replaced by any class, its own among them',
  symmetric: 'Replaced by any other class',
  pair: 'Replaced by the next class',
  instance: 'By what the image looks like',
} as const;
export type LabelNoise = keyof typeof labelNoises;

/** For a generator whose examples have classes. */
export const labelNoiseKnobs = {
  labelNoise: choice({ label: 'Label noise', options: labelNoises, default: 'none', group: 'Labels', help: 'The given label is y; the right one stays beside it. Uniform noise leaves rate / classes of the touched labels right (as in NMTune).' }),
  noiseRate: float({ label: 'Noise rate', min: 0, max: 1, default: 0.3, group: 'Labels', help: 'Share of labels that are replaced; with noise by instance, its mean.' }),
};

export interface LabelNoiseSpec {
  readonly kind: LabelNoise;
  readonly rate: number;
  readonly classCount: number;
  /** Fixes the directions of noise by instance; every example of a data set has the same ones. */
  readonly seed: number;
}

/**
 * The label that is given to an example of class `label`, from `rng`, a stream of its own. By kind:
 * 'uniform': with the rate, any of all K classes (Chen et al. 2024, arXiv:2309.17002), so (K - 1) / K of the touched ones become wrong;
 * 'symmetric': any of the K - 1 others (Patrini et al. 2017, arXiv:1609.03683); 'pair': class (label + 1) mod K (Han et al. 2018, arXiv:1804.06872);
 * 'instance': the rate of an example is normal, mean `rate` and standard deviation 0.1, cut off at 0 and 1; which wrong class it takes goes by a
 * softmax of its features along random directions, one for each pair of classes (Xia et al. 2020, arXiv:2006.07836).
 * @param features of the example; 'instance' alone looks at them
 * @throws InputError for a rate or a number of classes that cannot be
 */
export function noisyLabel(label: number, spec: LabelNoiseSpec, rng: Random, features: ArrayLike<number>): number {
  const { kind, rate, classCount } = spec;
  if (!(rate >= 0 && rate <= 1) || !(classCount >= 2)) throw new InputError(`Label noise needs a rate from 0 to 1 and at least 2 classes, but ${rate} and ${classCount} came.`);
  switch (kind) {
    case 'none': return label;
    case 'uniform': return rng.bernoulli(rate) ? rng.int(classCount) : label;
    case 'symmetric': return rng.bernoulli(rate) ? (label + 1 + rng.int(classCount - 1)) % classCount : label;
    case 'pair': return rng.bernoulli(rate) ? (label + 1) % classCount : label;
    case 'instance': return rng.bernoulli(truncatedNormal(rng.fork('rate'), rate, 0.1)) ? likeliest(label, spec, rng.fork('class'), features) : label;
  }
}

/** By rejection: at least half of a normal round a mean in [0, 1] lies on the inner side of an end, so few draws are needed. */
function truncatedNormal(rng: Random, mean: number, std: number): number {
  for (;;) {
    const value = mean + std * rng.normal();
    if (value >= 0 && value <= 1) return value;
  }
}

/** A wrong class with chances softmax_k(x . w_(label, k)), k other than the label. */
function likeliest(label: number, { classCount, seed }: LabelNoiseSpec, rng: Random, x: ArrayLike<number>): number {
  const scores = Float64Array.from({ length: classCount }, (_, k) => (k === label ? -Infinity : dot(x, direction(seed, label, k, x.length))));
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = scores.map((score) => (score === -Infinity ? 0 : exp(score - most)));
  let left = rng.uniform() * weights.reduce((a, b) => a + b, 0);
  for (let k = 0; k < classCount; k++) {
    left -= weights[k]!;
    if (left < 0) return k;
  }
  return scores.indexOf(most); // rounding used up the last of it
}
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const kept = new Map<string, Float32Array>();
const mostKept = 4096;
/** Standard normal: [size]. Kept for the next example, up to a bound. */
function direction(seed: number, label: number, k: number, size: number): Float32Array {
  const key = `${seed}/${label}/${k}/${size}`;
  let w = kept.get(key);
  if (!w) {
    if (kept.size >= mostKept) kept.clear();
    w = Random.seed(seed).fork('label noise', 'direction', label, k).fillNormal(new Float32Array(size));
    kept.set(key, w);
  }
  return w;
}
