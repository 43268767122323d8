/**
 * One-dimensional targets to be fitted by a network. Each is one continuous function of x in [-1, 1], so that it can be asked between
 * its samples. Samples lie at x_n = -1 + 2n/(N-1), n = 0..N-1, both ends included; frequencies are fractions of Nyquist, which is
 * half a cycle per sample. The function is scaled once, to max |y| = 1 over the samples.
 */
import { InputError } from '../../base/errors';
import { cos, log10, sin } from '../../base/math';
import { Random } from '../../base/random';
import { tensor } from '../../base/tensor';
import { defineDataset, type Preview } from '../../spec/dataset';
import { choice, float, int, toggle, type ValuesOf } from '../../spec/knobs';
import { fft } from '../fft';
import { binFrequencies, powerSpectrum, spectralCentroid1d, zeroPredictorPsnr } from '../spectrum';
import { spectrogram } from '../stft';

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

const knobs = {
  kind: choice({ label: 'Kind', options: { 'low-pass': 'Low-pass', 'band-limited': 'Band-limited', broadband: 'Broadband', chirp: 'Chirp' }, default: 'band-limited' }),
  count: int({ label: 'Samples', min: signalCounts.min, max: signalCounts.max, default: 2048 }),
  ownBand: toggle({ label: 'Another band', default: false, group: 'Band', help: 'Else the band of its kind: 0 to 0.03, 0.3 to 0.6, all, and for chirps 0.02 to 0.6 of Nyquist.' }),
  low: float({ label: 'From', min: 0, max: 1, default: 0.3, group: 'Band', help: 'Fraction of Nyquist.' }),
  high: float({ label: 'To', min: 0, max: 1, default: 0.6, group: 'Band', help: 'Fraction of Nyquist.' }),
  noise: float({ label: 'Noise', min: 0, max: 1, default: 0, help: 'Standard deviation of white noise on the samples; midpoints stay clean.' }),
} as const;
type Values = ValuesOf<typeof knobs>;

/** The signal of a seed of its own. A band has room for at least eight bins, whatever its ends say. */
function signalOf({ kind, count, ownBand, low, high }: Values, rng: Random): Signal {
  const from = Math.max(0, Math.min(low, high, 1 - 16 / count));
  return makeSignal({ kind, count, seed: rng.word(), ...(ownBand && { band: [from, Math.min(1, Math.max(low, high, from + 16 / count))] as const }) });
}

export const dataset = defineDataset({
  id: 'signals',
  title: 'Signals',
  family: 'signals',
  says: 'Functions of one variable with a known spectrum, to be fitted by a network from their samples: noise of a band, or a chirp. Each is one continuous function, so it can also be asked halfway between its samples.',
  knobs,
  open: ({ knobs: k }) => ({
    example: ({ seed, split, index }) => {
      const rng = Random.seed(seed).fork('signals', split, index);
      const { x, samples, midpointX, midpoints } = signalOf(k, rng.fork('function'));
      const noise = rng.fork('noise').fillNormal(new Float32Array(k.count), k.noise);
      const y = samples.map((v, n) => v + noise[n]!);
      return { x: tensor(x), y: tensor(y), clean: tensor(samples), midpointX: tensor(midpointX), midpoints: tensor(midpoints), centroid: spectralCentroid1d(samples), zeroPredictorPsnr: zeroPredictorPsnr(samples) };
    },
    preview: ({ seed }) => previewOf(k, seed),
  }),
});

/** The first 300 samples of a chirp or of noise tell enough; spectra are of all. */
function previewOf(k: Values, seed: number): Preview[] {
  const signals = [0, 1, 2].map((i) => signalOf(k, Random.seed(seed).fork('signals', 'train', i).fork('function')));
  const shown = Math.min(300, k.count);
  const size = k.count >= 512 ? 128 : Math.max(4, Math.floor(k.count / 4));
  const { shape, data } = spectrogram(signals[0]!.samples, { size, hop: Math.max(1, Math.floor((k.count - size) / 100)) });
  const [frames, bins] = shape as [number, number]; // of two axes
  return [
    { title: 'Samples', says: `The first ${shown} of ${k.count} of three of them.`, picture: { kind: 'lines', xLabel: 'x', yLabel: 'y', series: signals.map(({ x, samples }, i) => ({ label: `example ${i}`, x: x.slice(0, shown), y: samples.slice(0, shown) })) } },
    { title: 'Power spectrum', says: 'In dB, below -80 left out; 1 is Nyquist.', picture: { kind: 'lines', xLabel: 'frequency', yLabel: 'dB', series: [{ label: 'example 0', x: binFrequencies(k.count), y: Float32Array.from(powerSpectrum(signals[0]!.samples), (p) => 10 * log10(Math.max(1e-8, p))) }] } },
    { title: 'Spectrogram', says: 'Frequency upwards, time to the right; dB.', picture: { kind: 'heatmap', rows: bins, columns: frames, scale: 'sequential', xLabel: 'frame', yLabel: 'frequency', values: Float32Array.from({ length: bins * frames }, (_, at) => 10 * log10(Math.max(1e-8, data[(at % frames) * bins + (bins - 1 - Math.floor(at / frames))]!))) } },
    { title: 'To be heard', says: 'At 8000 samples a second.', picture: { kind: 'audio', sampleRateHz: 8000, clips: signals.map(({ samples }, i) => ({ label: `example ${i}`, samples })) } },
  ];
}
