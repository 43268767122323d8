/**
 * Denoising diffusion (Ho et al. 2020, arXiv:2006.11239): noise schedules, the forward process and its losses as graphs, and the
 * samplers as loops on the host over a compiled network, DDPM and DDIM (Song et al. 2021, arXiv:2010.02502). Timesteps count from 0;
 *   x_t = sqrt(abar_t) x_0 + sqrt(1 - abar_t) eps,   abar_t = prod_{s <= t} (1 - beta_s),   abar_{-1} = 1
 */
import { InputError } from '../base/errors';
import { cos } from '../base/math';
import type { Random } from '../base/random';
import { floats, int32, sizeOf, tensor, type Shape, type Tensor } from '../base/tensor';
import { add, concat, gather, mean, mul, reshape, sliceAxis, sub } from '../engine/ops';
import { square } from '../engine/ops/compose';
import { constant, type Value } from '../engine/value';

export interface NoiseSchedule {
  readonly name: 'linear' | 'cosine';
  readonly timesteps: number;
  /** [timesteps], float64. */
  readonly beta: Float64Array;
  readonly alphaBar: Float64Array;
}
/** What the network is trained to say: the noise eps, the clean picture x_0, or v = sqrt(abar) eps - sqrt(1 - abar) x_0 (Salimans and Ho 2022, arXiv:2202.00512). */
export type DiffusionTarget = 'epsilon' | 'x0' | 'v';

function scheduleOf(name: NoiseSchedule['name'], beta: Float64Array): NoiseSchedule {
  let product = 1;
  return { name, timesteps: beta.length, beta, alphaBar: beta.map((b) => (product *= 1 - b)) };
}
function checkTimesteps(timesteps: number): void {
  if (!(Number.isInteger(timesteps) && timesteps >= 20 && timesteps <= 10_000)) throw new InputError(`20 to 10000 timesteps were expected, but ${timesteps} came.`);
}
/** beta rises in a line from 1e-4 to 0.02 over 1000 timesteps; for other counts both ends are times 1000 / timesteps, so that as much noise comes in all. */
export function linearSchedule(timesteps: number): NoiseSchedule {
  checkTimesteps(timesteps);
  const scale = 1000 / timesteps;
  return scheduleOf('linear', Float64Array.from({ length: timesteps }, (_, t) => Math.min(0.999, scale * (1e-4 + ((0.02 - 1e-4) * t) / (timesteps - 1)))));
}
/** abar_t = f(t + 1) / f(0), f(u) = cos^2(pi/2 (u / timesteps + s) / (1 + s)), s = 0.008, beta at most 0.999 (Nichol and Dhariwal 2021, arXiv:2102.09672). */
export function cosineSchedule(timesteps: number): NoiseSchedule {
  checkTimesteps(timesteps);
  const f = (u: number): number => {
    const c = cos(((u / timesteps + 0.008) / 1.008) * (Math.PI / 2));
    return c * c;
  };
  return scheduleOf('cosine', Float64Array.from({ length: timesteps }, (_, t) => Math.min(0.999, 1 - f(t + 1) / f(t))));
}
/** abar of a timestep; 1 before the first. */
export const alphaBarAt = ({ alphaBar }: NoiseSchedule, t: number): number => (t < 0 ? 1 : alphaBar[t]!);
/** Variance of q(x_{t-1} | x_t, x_0): beta_t (1 - abar_{t-1}) / (1 - abar_t). */
export const posteriorVariance = (schedule: NoiseSchedule, t: number): number => (schedule.beta[t]! * (1 - alphaBarAt(schedule, t - 1))) / (1 - alphaBarAt(schedule, t));

// -- In the graph ------------------------------------------------------------------------------------------------------------

/** Entry t [n] of a table, [n, 1, 1, 1]. */
const entryAt = (table: Float64Array, t: Value): Value => reshape(gather(constant(tensor(Float32Array.from(table))), t), [t.shape[0]!, 1, 1, 1]);
/** sqrt(abar_t) and sqrt(1 - abar_t) of int32 timesteps [n]: [n, 1, 1, 1] each. */
export const ratesAt = ({ alphaBar }: NoiseSchedule, t: Value): { signal: Value; noise: Value } => ({
  signal: entryAt(alphaBar.map(Math.sqrt), t),
  noise: entryAt(alphaBar.map((a) => Math.sqrt(1 - a)), t),
});
/** x_t of clean pictures x0 [n, c, h, w], int32 timesteps [n] and noise like x0. */
export function noised(schedule: NoiseSchedule, x0: Value, t: Value, eps: Value): Value {
  const { signal, noise } = ratesAt(schedule, t);
  return add(mul(signal, x0), mul(noise, eps));
}
/** What the network should say. */
export function targetOf(target: DiffusionTarget, schedule: NoiseSchedule, x0: Value, t: Value, eps: Value): Value {
  if (target === 'epsilon') return eps;
  if (target === 'x0') return x0;
  const { signal, noise } = ratesAt(schedule, t);
  return sub(mul(signal, eps), mul(noise, x0));
}
/** The clean picture that a prediction stands for; gradients flow through it into the network. */
export function predictedX0(target: DiffusionTarget, schedule: NoiseSchedule, xt: Value, t: Value, prediction: Value): Value {
  if (target === 'x0') return prediction;
  const { signal, noise } = ratesAt(schedule, t);
  // x_0 = (x_t - sqrt(1 - abar) eps) / sqrt(abar);  x_0 = sqrt(abar) x_t - sqrt(1 - abar) v
  if (target === 'v') return sub(mul(signal, xt), mul(noise, prediction));
  return mul(sub(xt, mul(noise, prediction)), entryAt(schedule.alphaBar.map((a) => 1 / Math.sqrt(a)), t));
}
/** The noise that a prediction stands for. */
export function predictedEpsilon(target: DiffusionTarget, schedule: NoiseSchedule, xt: Value, t: Value, prediction: Value): Value {
  if (target === 'epsilon') return prediction;
  const { signal, noise } = ratesAt(schedule, t);
  // eps = sqrt(1 - abar) x_t + sqrt(abar) v;  eps = (x_t - sqrt(abar) x_0) / sqrt(1 - abar)
  if (target === 'v') return add(mul(noise, xt), mul(signal, prediction));
  return mul(sub(xt, mul(signal, prediction)), entryAt(schedule.alphaBar.map((a) => 1 / Math.sqrt(1 - a)), t));
}
/** Mean squared error of each picture, [n]. */
export const errorsPerSample = (prediction: Value, target: Value): Value => mean(square(sub(prediction, target)), { axes: [1, 2, 3] });
/** ||predict(x_t, t) - target||^2: its mean, and of each picture. `predict` builds the network. */
export function diffusionLoss({ schedule, target, x0, t, eps, predict }: { readonly schedule: NoiseSchedule; readonly target: DiffusionTarget; readonly x0: Value; readonly t: Value; readonly eps: Value; readonly predict: (xt: Value, t: Value) => Value }): { loss: Value; perSample: Value; prediction: Value; xt: Value } {
  const xt = noised(schedule, x0, t, eps);
  const prediction = predict(xt, t);
  const perSample = errorsPerSample(prediction, targetOf(target, schedule, x0, t, eps));
  return { loss: mean(perSample), perSample, prediction, xt };
}
/**
 * Classifier-free guidance: the network is run on the batch twice over, with its captions and with the empty one, and
 *   prediction = unconditional + scale (conditional - unconditional);   `scale` a scalar, 1: no guidance.
 * tokens and empty: int32 [n, tokens].
 */
export function guided(predict: (x: Value, t: Value, tokens: Value) => Value, x: Value, t: Value, tokens: Value, empty: Value, scale: Value): Value {
  const n = x.shape[0]!;
  const both = predict(concat([x, x]), concat([t, t]), concat([tokens, empty]));
  const [conditional, unconditional] = [sliceAxis(both, 0, 0, n), sliceAxis(both, 0, n, n)];
  return add(unconditional, mul(scale, sub(conditional, unconditional)));
}

// -- On the host -------------------------------------------------------------------------------------------------------------

/** Uniform timesteps [n] and normal noise for a training batch; picture i is decided by `rng.fork(i)` alone. */
export function drawNoise(rng: Random, shape: Shape, timesteps: number): { t: Tensor; eps: Tensor } {
  const n = shape[0]!;
  const size = sizeOf(shape) / n;
  const eps = new Float32Array(n * size);
  const t = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const own = rng.fork(i);
    t[i] = own.int(timesteps);
    own.fork('eps').fillNormal(eps.subarray(i * size, (i + 1) * size));
  }
  return { t: int32(t), eps: tensor(eps, shape) };
}
/** Normal numbers, those of picture i from `rng.fork(i)` alone: a picture does not depend on the batch that it is drawn in. */
export function normalPictures(rng: Random, shape: Shape): Tensor {
  const size = sizeOf(shape) / shape[0]!;
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < shape[0]!; i++) rng.fork(i).fillNormal(data.subarray(i * size, (i + 1) * size));
  return tensor(data, shape);
}

/** Timesteps that a sampler of `steps` visits, from the noisiest down, evenly spaced. */
export function samplerTimes(timesteps: number, steps: number): number[] {
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= timesteps)) throw new InputError(`1 to ${timesteps} sampling steps were expected, but ${steps} came.`);
  return Array.from({ length: steps }, (_, i) => Math.round(((steps - i) * timesteps) / steps) - 1);
}
export interface ReverseStep {
  readonly schedule: NoiseSchedule;
  readonly target: DiffusionTarget;
  readonly x: Tensor;
  readonly prediction: Tensor;
  readonly t: number;
  /** The timestep to go to; -1: the clean picture. */
  readonly previous: number;
  /** 0: DDIM, without new noise. 1: with the posterior's variance, as DDPM. */
  readonly eta: number;
  /** Like x; needed where eta > 0 and previous >= 0. */
  readonly noise?: Tensor;
  /** The predicted clean picture is kept within [-clip, clip]. */
  readonly clip?: number;
}
/**
 * One step back:  x_s = sqrt(abar_s) x_0 + sqrt(1 - abar_s - sigma^2) eps + sigma z,
 * sigma = eta sqrt((1 - abar_s) / (1 - abar_t)) sqrt(1 - abar_t / abar_s), with the x_0 and eps that the prediction stands for.
 */
export function reverseStep({ schedule, target, x, prediction, t, previous, eta, noise, clip }: ReverseStep): { x: Tensor; x0: Tensor } {
  const [from, to] = [alphaBarAt(schedule, t), alphaBarAt(schedule, previous)];
  const [signal, level] = [Math.sqrt(from), Math.sqrt(1 - from)];
  const sigma = eta * Math.sqrt((1 - to) / (1 - from)) * Math.sqrt(Math.max(0, 1 - from / to));
  const [keepX0, keepEps] = [Math.sqrt(to), Math.sqrt(Math.max(0, 1 - to - sigma * sigma))];
  if (sigma > 0 && !noise) throw new InputError(`A sampling step with eta ${eta} needs noise like x, but none came. Give some, or set eta to 0.`);
  const [xs, ps] = [floats(x), floats(prediction)];
  const [next, clean] = [new Float32Array(xs.length), new Float32Array(xs.length)];
  for (let i = 0; i < xs.length; i++) {
    const raw = target === 'x0' ? ps[i]! : target === 'v' ? signal * xs[i]! - level * ps[i]! : (xs[i]! - level * ps[i]!) / signal;
    const x0 = clip === undefined ? raw : Math.max(-clip, Math.min(clip, raw));
    const eps = (xs[i]! - signal * x0) / level;
    clean[i] = x0;
    next[i] = keepX0 * x0 + keepEps * eps + (sigma > 0 ? sigma * (noise!.data[i] as number) : 0);
  }
  return { x: tensor(next, x.shape), x0: tensor(clean, x.shape) };
}
export interface SampleOptions {
  readonly schedule: NoiseSchedule;
  readonly target: DiffusionTarget;
  /** [n, c, h, w]. */
  readonly shape: Shape;
  readonly steps: number;
  /** 0: DDIM; 1 with as many steps as timesteps: DDPM. */
  readonly eta: number;
  readonly clip?: number;
  /** Picture i starts from `rng.fork('start', i)`, and its new noise on the way to timestep s is that of `rng.fork('noise', s, i)`. */
  readonly rng: Random;
  /** The network: x [n, c, h, w] at one timestep for all. */
  readonly predict: (x: Tensor, t: number) => Promise<Tensor>;
  /** Begins here instead of at pure noise: a latent that was kept, at the first visited timestep not above `t`. */
  readonly from?: { readonly x: Tensor; readonly t: number };
}
/** Runs the sampler: each visited timestep with the picture that came of it and the clean one that it foretold; the last x is the sample. */
export async function* sampling({ schedule, target, shape, steps, eta, clip, rng, predict, from }: SampleOptions): AsyncGenerator<{ t: number; x: Tensor; x0: Tensor }> {
  const times = samplerTimes(schedule.timesteps, steps).filter((t) => !from || t <= from.t);
  let x = from?.x ?? normalPictures(rng.fork('start'), shape);
  for (const [i, t] of times.entries()) {
    const previous = times[i + 1] ?? -1;
    const noise = eta > 0 && previous >= 0 ? normalPictures(rng.fork('noise', previous), shape) : undefined;
    const step = reverseStep({ schedule, target, x, prediction: await predict(x, t), t, previous, eta, ...(noise && { noise }), ...(clip !== undefined && { clip }) });
    x = step.x;
    yield { t, ...step };
  }
}
/** The sample alone. */
export async function sample(options: SampleOptions): Promise<Tensor> {
  let last: Tensor | undefined;
  for await (const { x } of sampling(options)) last = x;
  if (!last) throw new InputError('The sampler visited no timestep: it was to begin below its first. Give a larger t, or more steps.');
  return last;
}
/** Mean loss of each of `buckets` equal ranges of the timestep, from little noise to much; NaN where no example fell. */
export function lossByBucket(t: ArrayLike<number>, losses: ArrayLike<number>, timesteps: number, buckets = 3): number[] {
  const sums = new Float64Array(buckets);
  const counts = new Float64Array(buckets);
  for (let i = 0; i < t.length; i++) {
    const bucket = Math.min(buckets - 1, Math.floor((t[i]! * buckets) / timesteps));
    sums[bucket]! += losses[i]!;
    counts[bucket]!++;
  }
  return [...sums].map((total, i) => total / counts[i]!);
}
