/**
 * One-dimensional targets to be fitted by a network. Each is one continuous function of x in [-1, 1], so that it can be asked between
 * its samples. Samples lie at x_n = -1 + 2n/(N-1), n = 0..N-1, both ends included; frequencies are fractions of Nyquist, which is
 * half a cycle per sample. The function is scaled once, to max |y| = 1 over the samples.
 */
import { InputError } from '../../base/errors';
import { cos, sin } from '../../base/math';
import { Random } from '../../base/random';
import { fft } from '../fft';

export type SignalKind = 'low-pass' | 'band-limited' | 'broadband' | 'chirp';
export interface SignalSpec {
  readonly kind: SignalKind;
  /** N, the number of samples. */
  readonly count: number;
  readonly seed: number;
  /** [low, high] in fractions of Nyquist; absent: `signalBands[kind]`. A chirp runs from low to high. */
  readonly band?: readonly [number, number];
}
export interface Signal {
  /** x_n and y(x_n): [N] each. */
  readonly x: Float32Array;
  readonly samples: Float32Array;
  /** Halfway between neighbours: [N - 1] each. The same function on the same scale, so |y| may pass 1 a little. */
  readonly midpointX: Float32Array;
  readonly midpoints: Float32Array;
}
export const signalBands: Readonly<Record<SignalKind, readonly [number, number]>> = {
  'low-pass': [0, 0.03],
  'band-limited': [0.3, 0.6],
  broadband: [0, 1],
  chirp: [0.02, 0.6],
};
export const signalCounts = { min: 16, max: 8192 } as const;

/** x_n = -1 + 2n/(N-1): [N] float32. */
export const grid = (count: number): Float32Array => Float32Array.from({ length: count }, (_, n) => -1 + (2 * n) / (count - 1));
/** Halfway between neighbours of `grid`: [N - 1] float32. */
export const midpointGrid = (count: number): Float32Array => Float32Array.from({ length: count - 1 }, (_, n) => -1 + (2 * n + 1) / (count - 1));

/** Samples (and midpoints) of the function that a spec stands for. @throws InputError for a count or a band that no signal has */
export function makeSignal(spec: SignalSpec): Signal {
  const f = continuous(spec);
  const { count } = spec;
  const samples = f.shifted(0);
  const midpoints = f.shifted(0.5).subarray(0, count - 1);
  const scale = 1 / peakOf(samples);
  return {
    x: grid(count),
    samples: Float32Array.from(samples, (y) => y * scale),
    midpointX: midpointGrid(count),
    midpoints: Float32Array.from(midpoints, (y) => y * scale),
  };
}

/**
 * The same function at any positions in [-1, 1], on the scale of `makeSignal`; one value a position. O(N) a position.
 * Positions in float64 reach the stated accuracy; float32 ones are off by up to 1e-4 of a sample at N = 2048.
 */
export function signalAt(spec: SignalSpec, positions: ArrayLike<number>): Float32Array {
  const f = continuous(spec);
  const scale = 1 / peakOf(f.shifted(0));
  return Float32Array.from(positions, (x) => f.at(((x + 1) * (spec.count - 1)) / 2) * scale);
}

/** An unscaled function of the position p in samples, 0..N-1. */
interface Continuous {
  at(p: number): number;
  /** Values at n + shift, n = 0..N-1: [N]. */
  shifted(shift: number): Float64Array;
}
function continuous(spec: SignalSpec): Continuous {
  const { kind, count, band = signalBands[kind] } = spec;
  const [low, high] = band;
  if (!Number.isInteger(count) || count < signalCounts.min || count > signalCounts.max)
    throw new InputError(`A signal has a whole number of samples from ${signalCounts.min} to ${signalCounts.max}, but ${count} came. Choose another count.`);
  if (!(low >= 0 && low < high && high <= 1))
    throw new InputError(`A band is [low, high] with 0 <= low < high <= 1 in fractions of Nyquist, but [${low}, ${high}] came. Choose another band.`);
  return kind === 'chirp' ? chirp(count, low, high, Random.seed(spec.seed).fork('signal', kind)) : sumOfBins(spec, low, high);
}

/**
 * Gaussian noise of a band: y(p) = sum_k a_k cos(2 pi k p / N) + b_k sin(2 pi k p / N), a_k and b_k standard normal, over the DFT bins
 * k with low <= 2k/N <= high, DC and Nyquist left out. On whole p no energy lies outside the band.
 */
function sumOfBins({ kind, count, seed }: SignalSpec, low: number, high: number): Continuous {
  const bins: { k: number; a: number; b: number }[] = [];
  for (let k = 1; 2 * k < count; k++) {
    if (2 * k < low * count || 2 * k > high * count) continue;
    const rng = Random.seed(seed).fork('signal', kind, k);
    bins.push({ k, a: rng.normal(), b: rng.normal() });
  }
  if (bins.length === 0) throw new InputError(`No frequency of ${count} samples lies in the band [${low}, ${high}]. Widen the band or take more samples.`);
  return {
    at: (p) => bins.reduce((y, { k, a, b }) => y + a * cos((2 * Math.PI * k * p) / count) + b * sin((2 * Math.PI * k * p) / count), 0),
    // y(n + shift) = Re sum_k (a_k + i b_k) e^(-2 pi i k shift / N) e^(-2 pi i k n / N): one transform.
    shifted: (shift) => {
      const re = new Float64Array(count);
      const im = new Float64Array(count);
      for (const { k, a, b } of bins) {
        const c = cos((2 * Math.PI * k * shift) / count);
        const s = sin((2 * Math.PI * k * shift) / count);
        re[k] = a * c + b * s;
        im[k] = b * c - a * s;
      }
      return fft(re, im).re;
    },
  };
}

/** y(p) = sin(phase + pi (low p + (high - low) p^2 / (2 (N - 1)))): frequency rises evenly from low to high (of Nyquist). The seed sets the phase. */
function chirp(count: number, low: number, high: number, rng: Random): Continuous {
  const phase = rng.uniform(0, 2 * Math.PI);
  const at = (p: number): number => sin(phase + Math.PI * (low * p + ((high - low) * p * p) / (2 * (count - 1))));
  return { at, shifted: (shift) => Float64Array.from({ length: count }, (_, n) => at(n + shift)) };
}

function peakOf(values: Float64Array): number {
  return values.reduce((peak, y) => Math.max(peak, Math.abs(y)), 0);
}
