/** What is measured: accuracies, what features of unseen characters tell, and what the base would draw. */
import { exp, log } from '../../base/math';
import { betaDraw } from '../../base/gamma';
import { ridge } from '../../base/linear';
import type { Random } from '../../base/random';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { countOf, type Labelled } from '../../data/labelled';
import { argMaxes, overSet } from '../../lab/evaluate';
import type { Lab } from '../../lab/lab';
import { featureSize, imageSize } from '../../nn/cnn';
import { featuresOf, kernelOf, logitsOf } from './step';
import { area, type Knobs, type Task } from './task';

/** Which test pictures are read rightly. */
export async function right(lab: Lab, params: Params, set: Labelled, x: Tensor = set.x): Promise<boolean[]> {
  const said = argMaxes(await overSet(lab, 'read', params, x, ({ params: p, images }) => logitsOf(p, images)), set.classes.length);
  return said.map((label, i) => label === set.y.data[i]);
}
export const shareOf = (of: readonly boolean[]): number => of.filter(Boolean).length / of.length;

/** Unseen characters by ridge regressions of each class on the features, the largest wins. */
export async function unseenAccuracy(lab: Lab, params: Params, { train, test }: Task['probe']): Promise<number> {
  const features = (set: Labelled): Promise<Float32Array> => overSet(lab, 'features', params, set.x, ({ params: p, images }) => featuresOf(p, images));
  const [own, other] = [await features(train), await features(test)];
  const fits = train.classes.map((_, c) => ridge(own, Array.from(train.y.data, (y) => Number(y === c)), 0.1));
  const rows = Array.from({ length: countOf(test) }, (_, i) => other.subarray(i * featureSize, (i + 1) * featureSize));
  const said = rows.map((row) => fits.map(({ weights, intercept }) => intercept + row.reduce((sum, v, k) => sum + v * weights[k]!, 0))).map((scores) => scores.indexOf(Math.max(...scores)));
  return said.filter((c, i) => c === test.y.data[i]).length / said.length;
}

/** psi(x) = d log Gamma / dx for x > 0, by its series at x + 6. */
export function digamma(x: number): number {
  let shifted = 0;
  for (let k = 0; k < 6; k++) shifted -= 1 / (x + k);
  const y = x + 6;
  const z = 1 / (y * y);
  return shifted + log(y) - 1 / (2 * y) - z * (1 / 12 - z * (1 / 120 - z / 252));
}
function logGammaOf(x: number): number {
  let shifted = 0;
  for (let k = 0; k < 6; k++) shifted -= log(x + k);
  const y = x + 6;
  return shifted + (y - 0.5) * log(y) - y + 0.5 * 1.8378770664093453 + 1 / (12 * y) - 1 / (360 * y * y * y);
}
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  /** Differential, in nats. */
  readonly entropy: number;
}
/** Of Beta(e^a, e^b). */
export function momentsOf(a: number, b: number): Moments {
  const [alpha, beta] = [exp(a), exp(b)];
  const total = alpha + beta;
  return {
    mean: alpha / total, variance: (alpha * beta) / (total * total * (total + 1)),
    entropy: logGammaOf(alpha) + logGammaOf(beta) - logGammaOf(total) - (alpha - 1) * digamma(alpha) - (beta - 1) * digamma(beta) + (total - 2) * digamma(total),
  };
}
/** Masks [n, 1, 28, 28] on the host, from concentrations given by cell; the same enlargement as in the step. */
export function masksFrom(rng: Random, logs: readonly (readonly [a: ArrayLike<number>, b: ArrayLike<number>])[], { grid, blur }: Pick<Knobs, 'grid' | 'blur'>): Float32Array {
  const side = Number(grid);
  const factor = imageSize / side;
  const out = new Float32Array(logs.length * area);
  logs.forEach(([a, b], i) => {
    const own = rng.fork(i);
    const cells = Float32Array.from({ length: side * side }, (_, j) => betaDraw(own, exp(a[j]!), exp(b[j]!), 1e-5));
    const large = Float32Array.from({ length: area }, (_, at) => cells[Math.floor(Math.floor(at / imageSize) / factor) * side + Math.floor((at % imageSize) / factor)]!);
    out.set(blurred(large, blur), i * area);
  });
  return out;
}
function blurred(mask: Float32Array, blur: Knobs['blur']): Float32Array {
  if (blur === 'none') return mask;
  const radius = blur === 'narrow' ? 1 : 2;
  const kernel = kernelOf({ radius, sigma: blur === 'narrow' ? 1 : 1.5 });
  const mirrored = (v: number): number => (v < 0 ? -v : v >= imageSize ? 2 * imageSize - 2 - v : v);
  return mask.map((_, at) => {
    let sum = 0;
    for (let dr = -radius; dr <= radius; dr++) for (let dc = -radius; dc <= radius; dc++) sum += kernel[(dr + radius) * (2 * radius + 1) + dc + radius]! * mask[mirrored(Math.floor(at / imageSize) + dr) * imageSize + mirrored((at % imageSize) + dc)]!;
    return sum;
  });
}
/** A set's pictures times masks. */
export const masked = (x: Tensor, masks: Float32Array): Tensor => tensor(floats(x).map((v, i) => v * masks[i]!), x.shape);
