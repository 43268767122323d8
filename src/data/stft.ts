/**
 * Short-time Fourier transform and log-band energies: what a recording becomes before a network that reads frames sees it. Windows are
 * Hann's, periodic; a frame starts every `hop` samples and only whole frames are made, so frame t covers samples t hop .. t hop + size - 1.
 */
import { InputError } from '../base/errors';
import { cos, exp, log } from '../base/math';
import { tensor, type Tensor } from '../base/tensor';
import { rfft } from './fft';

export interface FrameSpec {
  /** Samples a frame; a power of two is fastest. */
  readonly size: number;
  /** Samples from one frame's start to the next. */
  readonly hop: number;
}
export type BandScale = 'mel' | 'linear' | 'octaves';
export interface BandSpec extends FrameSpec {
  readonly sampleRateHz: number;
  readonly bands: number;
  /** How band edges are spaced. 'mel': 2595 log10(1 + f / 700) (O'Shaughnessy 1987, as HTK has it); 'octaves': evenly in log f; absent: 'mel'. */
  readonly scale?: BandScale;
  /** Lowest and highest edge in Hz; absent: 0 (40 for octaves) and half the sample rate. */
  readonly lowHz?: number;
  readonly highHz?: number;
}
/** Below this energy a band counts as silent: log 1e-10 = -23.03. Full scale is 1. */
export const energyFloor = 1e-10;

/** w_n = (1 - cos(2 pi n / N)) / 2: [N]. Windows half their length apart add up to 1. */
export const hann = (size: number): Float64Array => Float64Array.from({ length: size }, (_, n) => (1 - cos((2 * Math.PI * n) / size)) / 2);

/** How many whole frames lie in so many samples. */
export const frameCount = (samples: number, { size, hop }: FrameSpec): number => Math.max(0, 1 + Math.floor((samples - size) / hop));

/**
 * Power |sum_n w_n y_n e^(-2 pi i k n / N)|^2 / (sum w)^2 of every frame: [frames, size / 2 + 1] float32. A sine of amplitude 1 on a bin gives 1/4 there.
 * @throws InputError for sizes that cannot be, or samples that do not fill one frame
 */
export function spectrogram(samples: ArrayLike<number>, spec: FrameSpec): Tensor {
  const { size, hop } = spec;
  if (!(Number.isInteger(size) && size >= 4 && Number.isInteger(hop) && hop >= 1)) throw new InputError(`A spectrogram needs frames of at least 4 samples, a whole number of samples apart, but size ${size} and hop ${hop} came.`);
  const frames = frameCount(samples.length, spec);
  if (frames === 0) throw new InputError(`A frame is ${size} samples, but only ${samples.length} came. Take a longer recording or shorter frames.`);
  const window = hann(size);
  const total = window.reduce((sum, w) => sum + w, 0);
  const bins = (size >> 1) + 1;
  const out = new Float32Array(frames * bins);
  const frame = new Float64Array(size);
  for (let t = 0; t < frames; t++) {
    for (let n = 0; n < size; n++) frame[n] = window[n]! * samples[t * hop + n]!;
    const { re, im } = rfft(frame);
    for (let k = 0; k < bins; k++) out[t * bins + k] = (re[k]! * re[k]! + im[k]! * im[k]!) / (total * total);
  }
  return tensor(out, [frames, bins]);
}

const warp: Readonly<Record<BandScale, { readonly to: (hz: number) => number; readonly from: (w: number) => number }>> = {
  mel: { to: (hz) => (2595 / Math.LN10) * log(1 + hz / 700), from: (w) => 700 * (exp((w * Math.LN10) / 2595) - 1) },
  linear: { to: (hz) => hz, from: (w) => w },
  octaves: { to: (hz) => log(hz), from: exp },
};

/** Edges of the bands in Hz, evenly spaced on the scale: [bands + 2]; band b rises from edge b to edge b + 1 and falls to edge b + 2. */
export function bandEdges({ sampleRateHz, bands, scale = 'mel', lowHz = scale === 'octaves' ? 40 : 0, highHz = sampleRateHz / 2 }: BandSpec): Float64Array {
  if (!(Number.isInteger(bands) && bands >= 1 && bands <= 512)) throw new InputError(`A whole number of bands from 1 to 512 was expected, but ${bands} came.`);
  if (!(lowHz >= (scale === 'octaves' ? 1 : 0) && lowHz < highHz && highHz <= sampleRateHz / 2)) throw new InputError(`Bands lie between ${scale === 'octaves' ? 1 : 0} Hz and half the sample rate, ${sampleRateHz / 2} Hz, but ${lowHz} to ${highHz} Hz came.`);
  const { to, from } = warp[scale];
  const [low, high] = [to(lowHz), to(highHz)];
  return Float64Array.from({ length: bands + 2 }, (_, b) => from(low + ((high - low) * b) / (bands + 1)));
}

/**
 * Triangles of peak 1 between the edges, over the bins of a frame: [bands, size / 2 + 1] float32. A triangle narrower than a bin, which
 * no bin might meet, takes the bin nearest to its peak.
 */
export function bandFilters(spec: BandSpec): Tensor {
  const edges = bandEdges(spec);
  const bins = (spec.size >> 1) + 1;
  const out = new Float32Array(spec.bands * bins);
  for (let b = 0; b < spec.bands; b++) {
    const [low, middle, high] = [edges[b]!, edges[b + 1]!, edges[b + 2]!];
    let met = false;
    for (let k = 0; k < bins; k++) {
      const hz = (k * spec.sampleRateHz) / spec.size;
      const weight = Math.min((hz - low) / (middle - low), (high - hz) / (high - middle));
      if (weight > 0) met = true;
      out[b * bins + k] = Math.max(0, weight);
    }
    if (!met) out[b * bins + Math.min(bins - 1, Math.round((middle * spec.size) / spec.sampleRateHz))] = 1;
  }
  return tensor(out, [spec.bands, bins]);
}

/** Natural logarithm of every band's energy in every frame, energies below `energyFloor` counted as that: [frames, bands] float32. @throws InputError as `spectrogram` and `bandEdges` do */
export function logBands(samples: ArrayLike<number>, spec: BandSpec): Tensor {
  const power = spectrogram(samples, spec);
  const filters = bandFilters(spec);
  const [frames, bins] = power.shape as [number, number]; // of two axes, as spectrogram says
  const out = new Float32Array(frames * spec.bands);
  for (let b = 0; b < spec.bands; b++) {
    const weights = filters.data.subarray(b * bins, (b + 1) * bins);
    const first = weights.findIndex((w) => w > 0);
    const last = weights.findLastIndex((w) => w > 0);
    for (let t = 0; t < frames; t++) {
      let energy = 0;
      for (let k = first; k <= last; k++) energy += weights[k]! * power.data[t * bins + k]!;
      out[t * spec.bands + b] = log(Math.max(energyFloor, energy));
    }
  }
  return tensor(out, [frames, spec.bands]);
}
